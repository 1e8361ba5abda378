//! The faults of one file, gathered.

use super::redact;
use crate::error::{Error, Problem, Result, is_hostile};
use crate::limits::PROBLEMS_MAX;

/// Most characters of the file's own text that a message repeats.
const QUOTED_CHARS_MAX: usize = 60;

/// A place in a file: line, and column in characters, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// The first character of a file.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// The faults found in one file so far.
#[derive(Debug)]
pub struct Problems {
    file: String,
    found: Vec<(Position, String)>,
}

impl Problems {
    /// No faults yet of the file that is shown as `file`.
    pub fn new(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            found: Vec::new(),
        }
    }

    /// Adds a fault. The message is a fragment without final period; it must not hold a secret.
    pub fn add(&mut self, at: Position, message: impl Into<String>) {
        self.found.push((at, message.into()));
    }

    /// Whether none was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// A place of this file as it is shown: `bad.yaml:5:3`.
    pub fn place(&self, at: Position) -> String {
        format!("{}:{}:{}", self.file, at.line, at.column)
    }

    /// What was read, if nothing was wrong.
    ///
    /// # Errors
    /// `InvalidConfig` with the faults in the order of the file, at most [`PROBLEMS_MAX`] of them;
    /// `Internal` when nothing was read and nothing was wrong either.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T> {
        if self.found.is_empty() {
            return value.ok_or_else(|| {
                Error::internal(format!(
                    "`{}` gave neither a value nor a problem",
                    self.file
                ))
            });
        }
        // Stable: at one place, in the order in which they were found.
        self.found.sort_by_key(|(at, _)| *at);
        self.found.dedup();
        let count = self.found.len();
        let message = match count {
            1 => format!("`{}` has 1 problem", self.file),
            _ if count > PROBLEMS_MAX => {
                format!(
                    "`{}` has {count} problems; the first {PROBLEMS_MAX} are listed",
                    self.file
                )
            }
            _ => format!("`{}` has {count} problems", self.file),
        };
        let listed = self.found.iter().take(PROBLEMS_MAX);
        let problems = listed.map(|(at, message)| Problem::new(self.place(*at), message.as_str()));
        Err(Error::invalid_config(message).with_problems(problems.collect()))
    }
}

/// The file's own text for a message: in backticks, on one line, short, and without secrets.
pub(crate) fn quoted(text: &str) -> String {
    let redacted = redact(text);
    let mut chars = redacted.chars();
    let mut shown = String::new();
    for c in chars.by_ref().take(QUOTED_CHARS_MAX) {
        if is_hostile(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    let more = if chars.next().is_some() { "..." } else { "" };
    format!("`{shown}{more}`")
}
