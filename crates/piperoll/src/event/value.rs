//! Values that keep their type. `docs/format.md` section 4 has the form of each.

mod form;
mod json;

pub(super) use self::json::{write_kept, write_plain_members};

use self::form::{is_date, is_decimal, is_integer, is_time, is_timestamp, is_timestamp_zone};
use super::canonical::{write_array, write_double, write_object, write_text};
use crate::limits::SAFE_INTEGER_MAX;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;

/// A value of a payload. Its canonical JSON keeps every type apart: 1 and 1.0, NULL and missing and "", bytes and text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer; beyond 2^53 - 1 in magnitude it is written as `$int`.
    Int(i64),
    /// A double; one without a fraction is written as `$real`.
    Real(f64),
    /// Text.
    Text(String),
    /// A list.
    Array(Vec<Self>),
    /// An object of the caller's own.
    Object(BTreeMap<String, Self>),
    /// A value of another type, as text.
    Typed(ValueType, String),
}

/// The types that JSON lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// `$int`: an integer of any size.
    Int,
    /// `$real`: a double without a fraction, or not finite.
    Real,
    /// `$dec`: a decimal; its scale is kept.
    Decimal,
    /// `$bytes`: base64.
    Bytes,
    /// `$date`: `2026-11-01`.
    Date,
    /// `$time`: `08:00:00.5`.
    Time,
    /// `$ts`: a timestamp without a zone.
    Timestamp,
    /// `$tstz`: a timestamp with its offset.
    TimestampZone,
    /// `$json`: JSON kept as the text that it was.
    Json,
}

impl ValueType {
    const ALL: [Self; 9] = [
        Self::Int,
        Self::Real,
        Self::Decimal,
        Self::Bytes,
        Self::Date,
        Self::Time,
        Self::Timestamp,
        Self::TimestampZone,
        Self::Json,
    ];

    /// The type that a key marks.
    fn tagged(tag: &str) -> Option<Self> {
        if !tag.starts_with('$') {
            return None;
        }
        Self::ALL.into_iter().find(|ty| ty.tag() == tag)
    }

    /// The key that marks the type.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Int => "$int",
            Self::Real => "$real",
            Self::Decimal => "$dec",
            Self::Bytes => "$bytes",
            Self::Date => "$date",
            Self::Time => "$time",
            Self::Timestamp => "$ts",
            Self::TimestampZone => "$tstz",
            Self::Json => "$json",
        }
    }

    /// Whether `text` is a value of this type by `docs/format.md` section 4.
    pub fn is_well_formed(self, text: &str) -> bool {
        match self {
            Self::Int => is_integer(text),
            Self::Real => matches!(text, "NaN" | "Infinity" | "-Infinity") || is_decimal(text),
            Self::Decimal => is_decimal(text),
            Self::Bytes => STANDARD.decode(text).is_ok(),
            Self::Date => is_date(text),
            Self::Time => is_time(text),
            Self::Timestamp => is_timestamp(text),
            Self::TimestampZone => is_timestamp_zone(text),
            Self::Json => true,
        }
    }
}

impl Value {
    /// A value of bytes.
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::Typed(ValueType::Bytes, STANDARD.encode(bytes))
    }

    /// The canonical JSON (RFC 8785).
    pub fn canonical(&self) -> String {
        let mut out = Vec::new();
        self.write(&mut out);
        String::from_utf8(out).unwrap_or_default()
    }

    /// Writes the canonical JSON.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend(b"null"),
            Self::Bool(true) => out.extend(b"true"),
            Self::Bool(false) => out.extend(b"false"),
            Self::Int(number) if is_safe(*number) => {
                out.extend_from_slice(number.to_string().as_bytes());
            }
            Self::Int(number) => write_typed(out, ValueType::Int, &number.to_string()),
            Self::Real(number) if has_fraction(*number) => write_double(out, *number),
            Self::Real(number) => write_typed(out, ValueType::Real, &real_text(*number)),
            Self::Text(text) => write_text(out, text),
            Self::Array(items) => write_array(out, items, |out, item| item.write(out)),
            Self::Object(members) => write_own(out, members),
            Self::Typed(ty, text) => write_typed(out, *ty, text),
        }
    }

    /// Whether arrays and objects are nested more than `levels` deep.
    pub(super) fn is_deeper_than(&self, levels: usize) -> bool {
        match (self, levels.checked_sub(1)) {
            (Self::Array(_) | Self::Object(_), None) => true,
            (Self::Array(items), Some(levels)) => {
                items.iter().any(|item| item.is_deeper_than(levels))
            }
            (Self::Object(members), Some(levels)) => {
                members.values().any(|value| value.is_deeper_than(levels))
            }
            _ => false,
        }
    }
}

/// Writes the canonical JSON of an object of the caller's own.
pub(super) fn write_own(out: &mut Vec<u8>, members: &BTreeMap<String, Value>) {
    match only_dollar_name(members.keys()) {
        true => write_wrapped(out, |out| write_members(out, members)),
        false => write_members(out, members),
    }
}

fn write_members(out: &mut Vec<u8>, members: &BTreeMap<String, Value>) {
    let members = members.iter().map(|(name, value)| (name.as_str(), value));
    write_object(out, members, |out, value| value.write(out));
}

fn write_typed(out: &mut Vec<u8>, ty: ValueType, text: &str) {
    out.extend(b"{\"");
    out.extend_from_slice(ty.tag().as_bytes());
    out.extend(b"\":");
    write_text(out, text);
    out.push(b'}');
}

/// Writes an object of the caller's own that looks like a typed value.
fn write_wrapped(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.extend(b"{\"$obj\":");
    write(out);
    out.push(b'}');
}

/// Whether these are the names of an object whose only one starts with `$`.
fn only_dollar_name<T: AsRef<str>>(mut names: impl Iterator<Item = T>) -> bool {
    names
        .next()
        .is_some_and(|name| name.as_ref().starts_with('$'))
        && names.next().is_none()
}

/// Whether JCS keeps the integer: at most 2^53 - 1 in magnitude.
fn is_safe(number: i64) -> bool {
    number.unsigned_abs() <= SAFE_INTEGER_MAX.unsigned_abs()
}

fn has_fraction(number: f64) -> bool {
    number.is_finite() && number.fract() != 0.0
}

fn real_text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned()
    } else {
        format!("{number:?}")
    }
}

#[cfg(test)]
mod tests;
