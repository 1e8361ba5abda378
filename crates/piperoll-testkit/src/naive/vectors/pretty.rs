//! JSON for readers: indented, in the given order, ASCII only.

use crate::naive::json::Json;

/// Longest array or object that stays on one line.
const WIDTH: usize = 100;

pub(crate) fn print(value: &Json) -> String {
    indented(value, 0)
}

fn indented(value: &Json, depth: usize) -> String {
    let inner = "  ".repeat(depth + 1);
    let outer = "  ".repeat(depth);
    let short = flat(value);
    if short.len() + outer.len() <= WIDTH {
        return short;
    }
    match value {
        Json::Array(elements) => {
            let elements: Vec<String> = elements
                .iter()
                .map(|element| format!("{inner}{}", indented(element, depth + 1)))
                .collect();
            format!("[\n{}\n{outer}]", elements.join(",\n"))
        }
        Json::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| {
                    format!("{inner}{}: {}", text(name), indented(value, depth + 1))
                })
                .collect();
            format!("{{\n{}\n{outer}}}", members.join(",\n"))
        }
        _ => short,
    }
}

fn flat(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) => number.clone(),
        Json::Text(value) => text(value),
        Json::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(flat).collect();
            format!("[{}]", elements.join(", "))
        }
        Json::Object(members) if members.is_empty() => "{}".to_owned(),
        Json::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{}: {}", text(name), flat(value)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
    }
}

fn text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            ' '..='~' => quoted.push(c),
            _ => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    quoted.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    quoted.push('"');
    quoted
}
