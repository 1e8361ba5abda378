//! What JSON from outside stands for, by `docs/format.md` section 4, "From an input line": as a value, and as the bytes that are kept.

use super::form::is_integer;
use super::{
    Value, ValueType, has_fraction, is_safe, only_dollar_name, write_typed, write_wrapped,
};
use crate::event::canonical::{write_array, write_object, write_text};
use crate::event::json::Json;
use std::borrow::Cow;

type Members<'a> = [(Cow<'a, str>, Json<'a>)];

impl Value {
    /// The value that JSON from outside stands for: numbers that would not survive keep their text, typed forms are taken as such, and what only
    /// looks like one is the caller's own object.
    pub fn from_json(json: Json<'_>) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(text) => match Number::of(text) {
                Number::Int(number) => Self::Int(number),
                Number::Real(number) => Self::Real(number),
                Number::Typed(ty) => Self::Typed(ty, text.to_owned()),
            },
            Json::Text(text) => Self::Text(text.into_owned()),
            Json::Array(items) => Self::Array(items.into_iter().map(Self::from_json).collect()),
            Json::Object(mut members) => match (Object::of(&members), members.pop()) {
                (Object::Typed(ty), Some((_, Json::Text(text)))) => {
                    Self::Typed(ty, text.into_owned())
                }
                (Object::Wrapper, Some((_, Json::Object(own)))) => Self::own(own),
                (_, last) => {
                    members.extend(last);
                    Self::own(members)
                }
            },
        }
    }

    /// The value of a number in any usual spelling, such as `+1.`, `.5`, `0007.5`; none when the text is no number.
    pub(crate) fn number(text: &str) -> Option<Self> {
        let (minus, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match digits.find(['e', 'E']) {
            Some(at) => digits.split_at(at),
            None => (digits, ""),
        };
        let mantissa = mantissa.strip_suffix('.').unwrap_or(mantissa);
        let mantissa = mantissa.trim_start_matches('0');
        let zero = if mantissa.starts_with(|digit: char| digit.is_ascii_digit()) {
            ""
        } else {
            "0"
        };
        let plain = format!("{minus}{zero}{mantissa}{exponent}");
        let json = Json::parse(plain.as_bytes()).ok()?;
        matches!(json, Json::Number(_)).then(|| Self::from_json(json))
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

/// Writes the canonical JSON of an object of JSON that knows no typed values, without making a value of it: what looks like one is the caller's own.
pub(in crate::event) fn write_plain_members(out: &mut Vec<u8>, members: &Members<'_>) {
    let write = |out: &mut Vec<u8>| {
        let members = members.iter().map(|(name, value)| (name.as_ref(), value));
        write_object(out, members, write_plain);
    };
    match is_dollar(members) {
        true => write_wrapped(out, write),
        false => write(out),
    }
}

fn write_plain(out: &mut Vec<u8>, json: &Json<'_>) {
    match json {
        Json::Array(items) => write_array(out, items, write_plain),
        Json::Object(members) => write_plain_members(out, members),
        scalar => write_kept(out, scalar),
    }
}

/// Writes the canonical JSON of the value that JSON from outside stands for, without making that value.
pub(in crate::event) fn write_kept(out: &mut Vec<u8>, json: &Json<'_>) {
    match json {
        Json::Null => out.extend(b"null"),
        Json::Bool(true) => out.extend(b"true"),
        Json::Bool(false) => out.extend(b"false"),
        Json::Number(text) => match Number::of(text) {
            // Such a number is one by being canonical.
            Number::Int(_) | Number::Real(_) => out.extend_from_slice(text.as_bytes()),
            Number::Typed(ty) => write_typed(out, ty, text),
        },
        Json::Text(text) => write_text(out, text),
        Json::Array(items) => write_array(out, items, write_kept),
        Json::Object(members) => match (Object::of(members), members.as_slice()) {
            (Object::Typed(ty), [(_, Json::Text(text))]) => write_typed(out, ty, text),
            (Object::Wrapper, [(_, Json::Object(own))]) => {
                write_wrapped(out, |out| write_members(out, own));
            }
            _ if is_dollar(members) => write_wrapped(out, |out| write_members(out, members)),
            _ => write_members(out, members),
        },
    }
}

fn write_members(out: &mut Vec<u8>, members: &Members<'_>) {
    let members = members.iter().map(|(name, value)| (name.as_ref(), value));
    write_object(out, members, write_kept);
}

fn is_dollar(members: &Members<'_>) -> bool {
    only_dollar_name(members.iter().map(|(name, _)| name))
}

/// What a number's text stands for.
enum Number {
    Int(i64),
    Real(f64),
    Typed(ValueType),
}

impl Number {
    fn of(text: &str) -> Self {
        if is_integer(text) {
            return match text.parse::<i64>() {
                Ok(number) if is_safe(number) && text != "-0" => Self::Int(number),
                _ => Self::Typed(ValueType::Int),
            };
        }
        match text.parse::<f64>() {
            Ok(number) if has_fraction(number) && is_double(text, number) => Self::Real(number),
            _ => Self::Typed(ValueType::Decimal),
        }
    }
}

/// Whether the text is letter by letter the ECMAScript form of the double.
fn is_double(text: &str, number: f64) -> bool {
    ryu_js::Buffer::new().format_finite(number) == text
}

/// What an object stands for.
enum Object {
    /// A typed value: its only member is a text.
    Typed(ValueType),
    /// The object in its only member.
    Wrapper,
    /// Itself.
    Own,
}

impl Object {
    fn of(members: &Members<'_>) -> Self {
        let [(name, value)] = members else {
            return Self::Own;
        };
        match (ValueType::tagged(name), value) {
            (Some(ty), Json::Text(text)) if ty.is_well_formed(text) => Self::Typed(ty),
            (None, Json::Object(own)) if name == "$obj" && is_dollar(own) => Self::Wrapper,
            _ => Self::Own,
        }
    }
}
