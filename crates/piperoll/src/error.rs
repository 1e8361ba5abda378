//! One public error, sorted by what the caller should do about it. `docs/errors.md` has the table.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// A result of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What the caller should do. Each kind has a row in `docs/errors.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument or an event is wrong: mend it. Trying again as it is never helps.
    InvalidInput,
    /// The project file or a policy is wrong: mend it; the positions are given.
    InvalidConfig,
    /// What was named is not there: stop, or create it.
    NotFound,
    /// What was to be created is there: stop.
    AlreadyExists,
    /// Another writer was faster, or holds the lock, or an id is taken: read again, then retry.
    Conflict,
    /// This store cannot do it: choose another.
    Unsupported,
    /// The right is missing: get it.
    Denied,
    /// The store cannot be reached now (disk full, I/O, time-out): retry later.
    Unavailable,
    /// What is stored is not what was written: stop, and run `verify`.
    Corrupt,
    /// A bug in Piperoll: report it.
    Internal,
}

impl ErrorKind {
    /// Every kind, in the order of `docs/errors.md`.
    pub const ALL: [Self; 10] = [
        Self::InvalidInput,
        Self::InvalidConfig,
        Self::NotFound,
        Self::AlreadyExists,
        Self::Conflict,
        Self::Unsupported,
        Self::Denied,
        Self::Unavailable,
        Self::Corrupt,
        Self::Internal,
    ];
}

/// One of several faults of an input: where it is, what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: `bad.yaml:5:3`, `line 7: actor.name`, or a key.
    pub place: String,
    /// What is wrong, and how to mend it where that is known; no final period.
    pub message: String,
}

impl Problem {
    /// A problem at a place.
    pub fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.place, self.message)
        }
    }
}

/// The error of this library: a kind, a message, the cause, and what may help.
#[derive(Debug)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    problems: Vec<Problem>,
    hints: Vec<String>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $kind:ident;)*) => {
        $($(#[$doc])* pub fn $name(message: impl Into<String>) -> Self { Self::new(ErrorKind::$kind, message) })*
    };
}

impl Error {
    /// An error of `kind`. The message is a lower-case fragment that names its object in backticks.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                message: message.into(),
                problems: Vec::new(),
                hints: Vec::new(),
                source: None,
            }),
        }
    }

    constructors! {
        /// An error of kind [`ErrorKind::InvalidInput`].
        invalid_input => InvalidInput;
        /// An error of kind [`ErrorKind::InvalidConfig`].
        invalid_config => InvalidConfig;
        /// An error of kind [`ErrorKind::NotFound`].
        not_found => NotFound;
        /// An error of kind [`ErrorKind::AlreadyExists`].
        already_exists => AlreadyExists;
        /// An error of kind [`ErrorKind::Conflict`].
        conflict => Conflict;
        /// An error of kind [`ErrorKind::Unsupported`].
        unsupported => Unsupported;
        /// An error of kind [`ErrorKind::Denied`].
        denied => Denied;
        /// An error of kind [`ErrorKind::Unavailable`].
        unavailable => Unavailable;
        /// An error of kind [`ErrorKind::Corrupt`].
        corrupt => Corrupt;
        /// An error of kind [`ErrorKind::Internal`].
        internal => Internal;
    }

    /// The same error with its cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.inner.source = Some(Arc::from(source.into()));
        self
    }

    /// The same error with one more hint: the next step, as a sentence fragment.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.inner.hints.push(hint.into());
        self
    }

    /// The same error with the faults that it sums up.
    #[must_use]
    pub fn with_problems(mut self, problems: Vec<Problem>) -> Self {
        self.inner.problems = problems;
        self
    }

    /// The same error for one more of those whom it concerns.
    pub(crate) fn share(&self) -> Self {
        Self {
            inner: self.inner.clone(),
        }
    }

    /// What the caller should do.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The faults that this error sums up, in the order of the input.
    pub fn problems(&self) -> &[Problem] {
        &self.inner.problems
    }

    /// The message and its causes, in one line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = StdError::source(self);
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        text
    }

    /// What may help.
    pub fn hints(&self) -> &[String] {
        &self.inner.hints
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}

/// Whether a letter could change what a terminal shows, or in what order: controls (C0, DEL, C1) and marks of direction. Where a text from outside is shown, it
/// is escaped.
pub(crate) fn is_hostile(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
