use crate::exit::Exit;
use crate::output::count;
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

    /// The error alone.
    pub(crate) fn into_error(self) -> Error {
        self.error
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// Whether whoever read the output has gone: then there is nothing left to do or to say.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        self.broken_pipe
    }

    /// The failure of an input of which some was recorded before; the batch that was not begins at `line`.
    pub(crate) fn after(self, recorded: u64, skipped: u64, line: Option<u64>) -> Self {
        if recorded == 0 && skipped == 0 {
            return self.with_hint("nothing was recorded".to_owned());
        }
        let were = if recorded == 1 { "was" } else { "were" };
        let mut done = format!("{} before it {were} recorded", count(recorded, "event"));
        if skipped > 0 {
            let were = if skipped == 1 { "was" } else { "were" };
            done.push_str(&format!(", {skipped} {were} there already"));
        }
        if let Some(line) = line {
            done.push_str(&format!("; resume at line {line}"));
        }
        self.with_hint(done)
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

    /// An export to standard output failed: the trail's fault, or that of whoever reads.
    pub(crate) fn writing_export(error: Error) -> Self {
        let gone = std::error::Error::source(&error)
            .and_then(|source| source.downcast_ref::<io::Error>())
            .is_some_and(|source| source.kind() == io::ErrorKind::BrokenPipe);
        Self {
            broken_pipe: gone,
            ..error.into()
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
