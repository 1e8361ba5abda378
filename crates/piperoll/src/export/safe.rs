use crate::error::is_hostile;
use std::borrow::Cow;
use std::fmt::Write as _;

/// A text as it can be shown to a person: what could deceive a terminal stands as `\u001b`.
pub fn shown(text: &str) -> Cow<'_, str> {
    escape(text, is_hostile)
}

/// A JSON text in which such letters stand as `\u009b`, too. JSON has escaped the ones below U+0020; the others can only stand in its texts, so it says the same.
pub fn escape_json(json: &str) -> Cow<'_, str> {
    escape(json, |letter| is_hostile(letter) && letter != '\n')
}

fn escape(text: &str, hostile: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hostile) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if hostile(letter) {
            // Writing to a text does not fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(letter));
        } else {
            escaped.push(letter);
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c8_61_what_could_deceive_a_terminal_is_escaped() {
        let hostile = "a\u{1b}[31mred\u{9b}0m\nb\u{202e}txt.exe\u{7f}\u{2028}\r\0";
        assert_eq!(
            shown(hostile),
            "a\\u001b[31mred\\u009b0m\\u000ab\\u202etxt.exe\\u007f\\u2028\\u000d\\u0000"
        );
        assert_eq!(
            shown("gr\u{fc}n \u{1f600} </script>"),
            "gr\u{fc}n \u{1f600} </script>"
        );
        let json = serde_json::to_string(hostile).unwrap();
        let escaped = escape_json(&json);
        assert!(escaped.is_ascii(), "{escaped}");
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), hostile);
    }
}
