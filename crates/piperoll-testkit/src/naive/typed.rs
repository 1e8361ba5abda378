//! Values of a payload: what a line gives, in the form that is kept.

use super::json::Json;
use super::number::{is_decimal, is_fraction, is_integer, is_safe_integer};
use super::{bytes, shape};

/// The kept form of a value from an input line.
pub fn kept(value: Json) -> Json {
    if let Some(name) = dollar(&value).map(str::to_owned) {
        let Json::Object(members) = value else {
            return value;
        };
        return kept_dollar(&name, members);
    }
    match value {
        Json::Number(text) => kept_number(text),
        Json::Array(elements) => Json::Array(elements.into_iter().map(kept).collect()),
        Json::Object(members) => Json::Object(kept_members(members)),
        other => other,
    }
}

/// The only key of an object, if it starts with `$`. In kept form, such an object is typed.
pub fn dollar(value: &Json) -> Option<&str> {
    match value {
        Json::Object(members) => match members.as_slice() {
            [(name, _)] if name.starts_with('$') => Some(name),
            _ => None,
        },
        _ => None,
    }
}

fn kept_members(members: Vec<(String, Json)>) -> Vec<(String, Json)> {
    members
        .into_iter()
        .map(|(name, value)| (name, kept(value)))
        .collect()
}

fn kept_number(text: String) -> Json {
    if is_safe_integer(&text) || is_fraction(&text) {
        Json::Number(text)
    } else if is_integer(&text) {
        Json::object([("$int", Json::Text(text))])
    } else {
        Json::object([("$dec", Json::Text(text))])
    }
}

fn kept_dollar(name: &str, members: Vec<(String, Json)>) -> Json {
    let own = match members.into_iter().next() {
        // The wrapper is there already: what it wraps is the caller's own object.
        Some((_, Json::Object(inner))) if name == "$obj" && is_dollar_members(&inner) => inner,
        Some((name, Json::Text(text))) if is_well_formed(&name, &text) => {
            return Json::Object(vec![(name, Json::Text(text))]);
        }
        member => member.into_iter().collect(),
    };
    Json::object([("$obj", Json::Object(kept_members(own)))])
}

fn is_dollar_members(members: &[(String, Json)]) -> bool {
    matches!(members, [(name, _)] if name.starts_with('$'))
}

fn is_well_formed(name: &str, text: &str) -> bool {
    match name {
        "$int" => is_integer(text),
        "$dec" => is_decimal(text),
        "$real" => is_decimal(text) || matches!(text, "NaN" | "Infinity" | "-Infinity"),
        "$bytes" => bytes::is_base64(text),
        "$date" => shape::is_date(text),
        "$time" => shape::is_time(text),
        "$ts" => shape::is_timestamp(text),
        "$tstz" => shape::is_zoned(text),
        "$json" => true,
        _ => false,
    }
}
