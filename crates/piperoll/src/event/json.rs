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
    // Most texts are short. Of a long one many bytes are looked at together.
    let Some((start, long)) = bytes.split_at_checked(WIDE) else {
        return plain_words(bytes);
    };
    let length = plain_words(start);
    if length < WIDE {
        return length;
    }
    let (chunks, _) = long.as_chunks::<WIDE>();
    let is_plain = |byte: &u8| *byte >= b' ' && *byte != b'"' && *byte != b'\\';
    let ends = |chunk: &[u8; WIDE]| !chunk.iter().fold(true, |all, byte| all & is_plain(byte));
    let plain = chunks.iter().position(ends).unwrap_or(chunks.len());
    let (_, rest) = long.split_at_checked(plain * WIDE).unwrap_or_default();
    bytes.len() - rest.len() + plain_words(rest)
}

const WIDE: usize = 32;

/// As [`plain_length`], eight bytes at a time.
fn plain_words(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGH: u64 = ONES << 7;
    // The highest bit of each byte that is below `limit`; above the first such byte there may be others that are not.
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGH;
    let is = |word: u64, byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let (words, rest) = bytes.as_chunks();
    for (position, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = below(word, b' ') | is(word, b'"') | is(word, b'\\');
        if found != 0 {
            return position * 8 + (found.trailing_zeros() / 8) as usize;
        }
    }
    let found = rest.iter().position(|b| matches!(b, b'"' | b'\\' | ..b' '));
    bytes.len() - rest.len() + found.unwrap_or(rest.len())
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
