//! The format of `docs/format.md` a second time, written from that page alone.
//!
//! Nothing here comes from `piperoll`, and the method differs on purpose: a JSON tree that keeps
//! each number's text, calendar arithmetic by counting, the Merkle tree by its recursive
//! definition, HMAC and HKDF from the hash. It is slow; that the two agree is the point.

pub mod attributes;
pub mod bytes;
pub mod canonical;
pub mod fields;
pub mod instant;
pub mod json;
pub mod key;
pub mod line;
pub mod note;
pub mod number;
pub mod record;
pub mod shape;
pub mod tree;
pub mod typed;
pub mod vectors;

#[cfg(test)]
mod tests;

use std::fmt;

/// What is wrong with a line, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A path such as `actor.name` or `payload.after[0].a`; `line` is the line as a whole,
    /// `header` the header it would make.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

impl Fault {
    pub(crate) fn new(place: &str, what: impl Into<String>) -> Self {
        Self {
            place: place.to_owned(),
            what: what.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.place, self.what)
    }
}
