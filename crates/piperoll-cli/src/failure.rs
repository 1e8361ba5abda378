use crate::exit::Exit;
use piperoll::error::Error;
use std::io;

/// Why a command failed, as a person is told: what, the causes, what may help.
#[derive(Debug)]
pub(crate) struct Failure {
    error: Error,
    exit: Exit,
    broken_pipe: bool,
}

/// A result of a command.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure with another exit code than its kind has.
    pub(crate) fn with_exit(error: Error, exit: Exit) -> Self {
        Self {
            error,
            exit,
            broken_pipe: false,
        }
    }

    pub(crate) fn error(&self) -> &Error {
        &self.error
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// Whether whoever read the output has gone: then there is nothing left to do or to say.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        self.broken_pipe
    }

    /// The failure of an input of which some was recorded before; what else is known of it stays.
    pub(crate) fn after(self, recorded: u64, skipped: u64) -> Self {
        let done = match (recorded, skipped) {
            (0, 0) => "nothing was recorded".to_owned(),
            (recorded, 0) => format!("{recorded} events before it were recorded"),
            (recorded, skipped) => {
                format!("{recorded} events before it were recorded, {skipped} were there already")
            }
        };
        self.with_hint(done)
    }

    /// The failure of a batch that begins at this line.
    pub(crate) fn resume_at(self, line: Option<u64>) -> Self {
        match line {
            Some(line) => self.with_hint(format!("mend it and resume at line {line}")),
            None => self,
        }
    }

    fn with_hint(self, hint: String) -> Self {
        let Self {
            error,
            exit,
            broken_pipe,
        } = self;
        Self {
            error: error.hint(hint),
            exit,
            broken_pipe,
        }
    }

    /// Writing the output failed.
    pub(crate) fn writing(error: io::Error) -> Self {
        let broken_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        let error = Error::unavailable("the output cannot be written").because(error);
        Self {
            error,
            exit: Exit::Unavailable,
            broken_pipe,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = error.kind().into();
        Self {
            error,
            exit,
            broken_pipe: false,
        }
    }
}
