//! Values that keep their type. `docs/format.md` section 4 has the form of each.

use super::canonical::{in_order, write_double, write_object, write_text};
use super::json::Json;
use crate::limits::SAFE_INTEGER_MAX;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;
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

    /// The value that JSON from outside stands for: numbers that would not survive keep their text, typed forms are taken as such, and what only
    /// looks like one is the caller's own object.
    pub fn from_json(json: Json<'_>) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(text) => Self::from_number(text),
            Json::Text(text) => Self::Text(text.into_owned()),
            Json::Array(items) => Self::Array(items.into_iter().map(Self::from_json).collect()),
            Json::Object(members) => Self::from_object(members),
        }
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
            Self::Array(items) => {
                out.push(b'[');
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        out.push(b',');
                    }
                    item.write(out);
                }
                out.push(b']');
            }
            Self::Object(members) if only_dollar_name(members.keys()) => {
                out.extend(b"{\"$obj\":");
                write_members(out, members);
                out.push(b'}');
            }
            Self::Object(members) => write_members(out, members),
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

    fn from_number(text: &str) -> Self {
        if is_integer(text) {
            return match text.parse::<i64>() {
                Ok(number) if is_safe(number) && text != "-0" => Self::Int(number),
                _ => Self::Typed(ValueType::Int, text.to_owned()),
            };
        }
        match text.parse::<f64>() {
            Ok(number) if has_fraction(number) && is_double(text, number) => Self::Real(number),
            _ => Self::Typed(ValueType::Decimal, text.to_owned()),
        }
    }

    fn from_object(mut members: Vec<(Cow<'_, str>, Json<'_>)>) -> Self {
        if only_dollar_name(members.iter().map(|(name, _)| name))
            && let Some((name, value)) = members.pop()
        {
            return match (ValueType::tagged(&name), value) {
                (Some(ty), Json::Text(text)) if ty.is_well_formed(&text) => {
                    Self::Typed(ty, text.into_owned())
                }
                (None, Json::Object(inner))
                    if name == "$obj" && only_dollar_name(inner.iter().map(|(name, _)| name)) =>
                {
                    Self::own(inner)
                }
                (_, value) => Self::own(vec![(name, value)]),
            };
        }
        Self::own(members)
    }

    fn own(members: Vec<(Cow<'_, str>, Json<'_>)>) -> Self {
        let members = members.into_iter();
        Self::Object(
            members
                .map(|(name, value)| (name.into_owned(), Self::from_json(value)))
                .collect(),
        )
    }
}

/// Writes an object as it is, without the wrapping that [`Value::Object`] may need.
fn write_members(out: &mut Vec<u8>, members: &BTreeMap<String, Value>) {
    write_object(out, in_order(members), |out, value| value.write(out));
}

fn write_typed(out: &mut Vec<u8>, ty: ValueType, text: &str) {
    write_object(out, [(ty.tag(), text)], |out, text| write_text(out, text));
}

fn only_dollar_name<T: AsRef<str>>(mut names: impl Iterator<Item = T>) -> bool {
    names
        .next()
        .is_some_and(|name| name.as_ref().starts_with('$'))
        && names.next().is_none()
}

/// Whether the text is letter by letter the ECMAScript form of the double.
fn is_double(text: &str, number: f64) -> bool {
    ryu_js::Buffer::new().format_finite(number) == text
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

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `-?(0|[1-9][0-9]*)`
fn is_integer(text: &str) -> bool {
    let number = text.strip_prefix('-').unwrap_or(text);
    digits(number) && (number == "0" || !number.starts_with('0'))
}

/// `-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?`
fn is_decimal(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let mantissa = match mantissa.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(mantissa),
    };
    let exponent = exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)));
    mantissa && exponent
}

/// Two digits from `low` to `high`.
fn two(text: &str, low: u8, high: u8) -> bool {
    text.len() == 2 && digits(text) && text.parse().is_ok_and(|n: u8| (low..=high).contains(&n))
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let year = parts
        .next()
        .is_some_and(|year| year.len() == 4 && digits(year));
    let month = parts.next().is_some_and(|month| two(month, 1, 12));
    let day = parts.next().is_some_and(|day| two(day, 1, 31));
    year && month && day && parts.next().is_none()
}

fn is_time(text: &str) -> bool {
    let (clock, fraction) = match text.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (text, None),
    };
    let mut parts = clock.split(':');
    let mut part = |high| parts.next().is_some_and(|part| two(part, 0, high));
    let clock = part(23) && part(59) && part(60) && parts.next().is_none();
    clock && fraction.is_none_or(|fraction| digits(fraction) && fraction.len() <= 9)
}

fn is_timestamp(text: &str) -> bool {
    text.split_once('T')
        .is_some_and(|(date, time)| is_date(date) && is_time(time))
}

fn is_timestamp_zone(text: &str) -> bool {
    if let Some(timestamp) = text.strip_suffix('Z') {
        return is_timestamp(timestamp);
    }
    let Some(at) = text.len().checked_sub(6) else {
        return false;
    };
    let Some((timestamp, offset)) = text.split_at_checked(at) else {
        return false;
    };
    let offset = offset
        .strip_prefix(['+', '-'])
        .and_then(|offset| offset.split_once(':'));
    offset.is_some_and(|(hours, minutes)| two(hours, 0, 23) && two(minutes, 0, 59))
        && is_timestamp(timestamp)
}

#[cfg(test)]
mod tests;
