//! JSON as it came: numbers keep their text, and equal names are an error. (`serde_json` keeps the last of two equal names, and a number's value only.)

mod reader;
mod rest;

use crate::error::Problem;
use crate::limits::NESTING_MAX;
use std::borrow::Cow;

pub(super) use rest::{DEPTH_MAX, Rest};

/// A JSON value whose numbers keep their text. What needs no unescaping is borrowed from the text that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(&'a str),
    /// A text, unescaped.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Self>),
    /// An object: its members in the order of their names' bytes; the names are distinct.
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Json<'a> {
    /// Reads one JSON value, UTF-8, nested at most [`NESTING_MAX`] deep, without equal names, lone surrogates or U+0000.
    ///
    /// # Errors
    /// What is no such JSON is one fault with an empty place. Equal names and U+0000 are faults that come together, at most
    /// [`crate::limits::PROBLEMS_MAX`]; the place of each is the names and positions that lead there, such as `payload.after.tags[2]`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Vec<Problem>> {
        Self::parse_to_depth(bytes, NESTING_MAX)
    }

    /// As [`Json::parse`], as deep as what is stored and printed may be: wrapping in `$obj` may have added a level to each of a line's.
    ///
    /// # Errors
    /// As [`Json::parse`].
    pub fn parse_stored(bytes: &'a [u8]) -> Result<Self, Vec<Problem>> {
        Self::parse_to_depth(bytes, 2 * NESTING_MAX + 1)
    }

    /// As [`Json::parse`], nested at most `depth` deep.
    pub(super) fn parse_to_depth(bytes: &'a [u8], depth: usize) -> Result<Self, Vec<Problem>> {
        reader::read(bytes, depth)
    }

    /// What the value is, for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// How many bytes at the start of `bytes` stand for themselves in a JSON text: all but `"`, `\\` and control characters.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    let (chunks, rest) = bytes.as_chunks();
    for (position, chunk) in chunks.iter().enumerate() {
        if let Some(found) = first_end(chunk) {
            return position * WIDE + found;
        }
    }
    let found = rest.iter().position(|byte| is_end(*byte));
    bytes.len() - rest.len() + found.unwrap_or(rest.len())
}

/// Bytes that are looked at together.
const WIDE: usize = 16;

/// Where the first of these bytes is that does not stand for itself.
fn first_end(bytes: &[u8; WIDE]) -> Option<usize> {
    let ends = bytes.map(|byte| if is_end(byte) { u8::MAX } else { 0 });
    let ends = u128::from_le_bytes(ends);
    (ends != 0).then(|| (ends.trailing_zeros() / 8) as usize)
}

fn is_end(byte: u8) -> bool {
    (byte < b' ') | (byte == b'"') | (byte == b'\\')
}

/// A text from outside in a message: its first letters.
pub(super) fn shorten(text: &str) -> String {
    const LETTERS_MAX: usize = 80;
    match text.char_indices().nth(LETTERS_MAX) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
