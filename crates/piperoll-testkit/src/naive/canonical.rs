//! RFC 8785.

use super::json::{self, Json};
use super::number;

/// Reads JSON and prints its canonical form.
///
/// # Errors
///
/// What is no JSON, equal names in one object, a lone surrogate, and a number that canonical JSON
/// does not see: a double without fraction beyond 2^53 - 1.
pub fn canonicalize(text: &str) -> Result<String, String> {
    let value = json::read(text)?;
    if let Some(fault) = json::equal_names(&value, "").first() {
        return Err(fault.to_string());
    }
    check_numbers(&value)?;
    Ok(canonical(&value))
}

/// The canonical form of a value whose names are distinct.
pub fn canonical(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(text) => match text.parse() {
            Ok(double) if !number::is_safe_integer(text) => number::ecmascript(double),
            _ => text.clone(),
        },
        Json::Text(text) => quoted(text),
        Json::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(canonical).collect();
            format!("[{}]", elements.join(","))
        }
        Json::Object(members) => {
            let members: Vec<String> = sorted(members)
                .into_iter()
                .map(|(name, value)| format!("{}:{}", quoted(name), canonical(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
    }
}

/// The members by the UTF-16 code units of their names.
pub fn sorted(members: &[(String, Json)]) -> Vec<&(String, Json)> {
    let mut members: Vec<_> = members.iter().collect();
    members.sort_by_key(|(name, _)| name.encode_utf16().collect::<Vec<u16>>());
    members
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{8}' => quoted.push_str("\\b"),
            '\t' => quoted.push_str("\\t"),
            '\n' => quoted.push_str("\\n"),
            '\u{c}' => quoted.push_str("\\f"),
            '\r' => quoted.push_str("\\r"),
            c if c < ' ' => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn check_numbers(value: &Json) -> Result<(), String> {
    match value {
        Json::Number(text) => match text.parse::<f64>() {
            Ok(double) if double.is_finite() && double.fract() != 0.0 => Ok(()),
            Ok(double) if double.abs() <= number::SAFE_MAX => Ok(()),
            _ => Err(format!("`{text}` is beyond 2^53 - 1")),
        },
        Json::Array(elements) => elements.iter().try_for_each(check_numbers),
        Json::Object(members) => members
            .iter()
            .try_for_each(|(_, value)| check_numbers(value)),
        _ => Ok(()),
    }
}
