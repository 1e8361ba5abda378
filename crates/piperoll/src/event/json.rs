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

/// Where the first of these bytes is that does not stand for itself. Both halves are looked at before either is asked, so that the processor has them both at once.
fn first_end(bytes: &[u8; WIDE]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGH: u64 = ONES << 7;
    // The highest bit of each byte that is below `limit`; above the first such byte there may be others that are not.
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGH;
    let is = |word: u64, byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let ends = |word: u64| below(word, b' ') | is(word, b'"') | is(word, b'\\');
    let [low, high] = halves(bytes).map(ends);
    if low | high == 0 {
        return None;
    }
    let (first, before) = if low == 0 { (high, 8) } else { (low, 0) };
    Some(before + (first.trailing_zeros() / 8) as usize)
}

/// The words of sixteen bytes, the first byte lowest.
fn halves(bytes: &[u8; WIDE]) -> [u64; 2] {
    let all = u128::from_le_bytes(*bytes);
    [all as u64, (all >> 64) as u64]
}

fn is_end(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | ..b' ')
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
