//! The text of a new project file.

use super::template::escape;
use crate::yaml::plain_text;

/// The file with exactly the keys that `init` writes.
pub(super) fn text(origin: &str, trail: &str, key: &str) -> String {
    let mut text = String::from("version: 1\n");
    for (name, value) in [("trail", trail), ("origin", origin), ("key", key)] {
        text.push_str(&format!("{name}: {}\n", quote(&escape(value))));
    }
    text.push_str("env: dev\nactor: {name: \"${env.USER:-unknown}\", kind: user}\n");
    text
}

/// `value` as a scalar of YAML that is read as this very text: as it is where that is safe.
pub(super) fn quote(value: &str) -> String {
    let starts = value.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/'));
    let safe = |c: char| c.is_ascii_alphanumeric() || "._-/:+@".contains(c);
    // Without this, `...` would end the document.
    let alphanumeric = value.contains(|c: char| c.is_ascii_alphanumeric());
    if starts
        && alphanumeric
        && value.chars().all(safe)
        && !value.ends_with(':')
        && plain_text(value)
    {
        return value.into();
    }
    let mut quoted = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            _ if c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric() => quoted.push(c),
            _ => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}
