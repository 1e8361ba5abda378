//! What Python's `json` module does otherwise than JSON: its form of doubles, and `NaN` and `Infinity`.

use crate::event::{Members, Value, ValueType};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A double as Python's `repr` writes it: with an exponent of two digits below 0.0001 and from 1e16 on.
pub(super) fn double(number: f64) -> String {
    let size = number.abs();
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        let sign = if number < 0.0 { "-" } else { "" };
        format!("{sign}Infinity")
    } else if size == 0.0 || (1e-4..1e16).contains(&size) {
        format!("{number:?}")
    } else {
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        format!("{digits}e{sign}{exponent:0>2}")
    }
}

/// The name under which a bare word of Python's reader stands while the document is read.
const BARE: &str = "$piperoll.bare";
/// Those words, none of which is JSON.
const WORDS: [&str; 3] = ["NaN", "Infinity", "-Infinity"];

/// Whether a text is one of the words that Python's writer and reader have for doubles that JSON lacks.
pub(super) fn is_word(text: &str) -> bool {
    WORDS.contains(&text)
}

/// The document with `NaN`, `Infinity` and `-Infinity` outside of texts as objects, which [`restore`] takes back. What is no JSON otherwise stays so.
pub(super) fn without_bare_words(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut changed: Vec<u8> = Vec::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        match byte {
            b'"' => at += text_length(rest),
            b'N' | b'I' | b'-' => {
                let mut words = WORDS.iter();
                match words.find(|word| rest.starts_with(word.as_bytes())) {
                    Some(word) => {
                        changed.extend_from_slice(bytes.get(kept..at).unwrap_or_default());
                        changed.extend_from_slice(format!("{{\"{BARE}\":\"{word}\"}}").as_bytes());
                        at += word.len();
                        kept = at;
                    }
                    None => at += 1,
                }
            }
            _ => at += 1,
        }
    }
    if changed.is_empty() {
        return Cow::Borrowed(bytes);
    }
    changed.extend_from_slice(bytes.get(kept..).unwrap_or_default());
    Cow::Owned(changed)
}

/// The length of the text at the start, quotes included.
fn text_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Makes doubles of what stands for bare words.
pub(super) fn restore(members: &mut Members) {
    if members.any_name(&mut |name| name == BARE) {
        restore_tree(members.tree_mut());
    }
}

fn restore_tree(members: &mut BTreeMap<String, Value>) {
    members.values_mut().for_each(restore_value);
}

fn restore_value(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(restore_value),
        Value::Object(members) => match (members.len(), members.get(BARE)) {
            (1, Some(Value::Text(word))) if is_word(word) => {
                *value = Value::Typed(ValueType::Real, word.clone());
            }
            _ => restore_tree(members),
        },
        _ => {}
    }
}

#[cfg(test)]
mod tests;
