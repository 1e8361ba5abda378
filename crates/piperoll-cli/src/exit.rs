use piperoll::ErrorKind;
use std::process::ExitCode;

/// The exit codes: other programs rely on them. `docs/errors.md` has the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; all holds.
    Done = 0,
    /// A negative answer: tampering was found, or nothing was found with `--exit-code`.
    Negative = 1,
    /// Invalid input.
    Invalid = 2,
    /// Something that was asked for could not be checked.
    Unverified = 3,
    /// Conflict, or locked.
    Conflict = 4,
    /// Denied.
    Denied = 5,
    /// Unavailable: disk full, I/O error.
    Unavailable = 6,
    /// Corrupt, or behind its own key.
    Corrupt = 7,
    /// A bug in Piperoll.
    Bug = 70,
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidInput
            | ErrorKind::InvalidConfig
            | ErrorKind::NotFound
            | ErrorKind::Unsupported => Self::Invalid,
            ErrorKind::AlreadyExists | ErrorKind::Conflict => Self::Conflict,
            ErrorKind::Denied => Self::Denied,
            ErrorKind::Unavailable => Self::Unavailable,
            ErrorKind::Corrupt => Self::Corrupt,
            // Also a kind that a later library has and this command line does not know.
            _ => Self::Bug,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
