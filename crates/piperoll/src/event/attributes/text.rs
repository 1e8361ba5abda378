//! Attributes as text, for what keeps them beside an entry: a canonical JSON object of names and values.

use super::Attribute;
use crate::event::canonical::write_text;
use crate::event::json::plain_length;
use crate::event::{Json, Value};

/// The text of attributes with different names; none when there are none.
pub fn attributes_text(attributes: &[Attribute]) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    if let [one] = attributes {
        let mut text = String::new();
        let pair = (one.name.as_str(), one.value.as_str());
        write_pairs(&mut text, [pair].into_iter());
        return Some(text);
    }
    let members = attributes.iter().map(|attribute| {
        let value = Value::Text(attribute.value.clone());
        (attribute.name.as_str().to_owned(), value)
    });
    Some(Value::Object(members.collect()).canonical())
}

/// Writes pairs that are sorted by their names, which are distinct and have nothing to escape.
pub(super) fn write_pairs<'a>(text: &mut String, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
    text.push('{');
    for (position, (name, value)) in pairs.enumerate() {
        if position > 0 {
            text.push(',');
        }
        text.push('"');
        text.push_str(name);
        text.push_str("\":");
        if is_plain(value) {
            text.push('"');
            text.push_str(value);
            text.push('"');
        } else {
            let mut escaped = Vec::new();
            write_text(&mut escaped, value);
            text.push_str(&String::from_utf8_lossy(&escaped));
        }
    }
    text.push('}');
}

/// The names and values in a text of attributes, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AttributePairs<'t> {
    /// The only pair of most texts.
    one: Option<(&'t str, &'t str)>,
    /// All pairs of the others.
    more: Vec<(String, String)>,
}

impl<'t> AttributePairs<'t> {
    /// Reads a text; `None` when it is not exactly as [`attributes_text`] would write it.
    pub fn read(text: &'t str) -> Option<Self> {
        if let Some(pair) = plain_pair(text) {
            return Some(Self {
                one: Some(pair),
                more: Vec::new(),
            });
        }
        let Json::Object(members) = Json::parse(text.as_bytes()).ok()? else {
            return None;
        };
        let pair = |(name, value): (_, _)| match value {
            Json::Text(value) => Some((std::borrow::Cow::into_owned(name), value.into_owned())),
            _ => None,
        };
        let more: Vec<(String, String)> = members.into_iter().map(pair).collect::<Option<_>>()?;
        let members = more
            .iter()
            .map(|(name, value)| (name.clone(), Value::Text(value.clone())));
        let again = Value::Object(members.collect()).canonical();
        (again == text && !more.is_empty()).then_some(Self { one: None, more })
    }

    /// The pairs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let more = self.more.iter();
        let more = more.map(|(name, value)| (name.as_str(), value.as_str()));
        self.one.into_iter().chain(more)
    }
}

/// The only pair of most texts: nothing in it is escaped, or would have to be.
fn plain_pair(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("{\"")?;
    let (name, rest) = rest.split_at_checked(plain_length(rest.as_bytes()))?;
    let rest = rest.strip_prefix("\":\"")?;
    let (value, rest) = rest.split_at_checked(plain_length(rest.as_bytes()))?;
    // A name with `$` would make the object one that is written otherwise.
    (rest == "\"}" && !name.starts_with('$')).then_some((name, value))
}

/// Whether JSON holds a text as it is.
fn is_plain(text: &str) -> bool {
    plain_length(text.as_bytes()) == text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::AttributeName;

    fn read(text: &str) -> Option<Vec<(String, String)>> {
        let pairs = AttributePairs::read(text)?;
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Some(pairs.iter().map(owned).collect())
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let attribute = |name, value: &str| Attribute {
            name,
            value: value.to_owned(),
        };
        let attributes = [
            attribute(AttributeName::Release, "2026 \"x\"\u{7}"),
            attribute(AttributeName::Status, ""),
        ];
        let text = attributes_text(&attributes).unwrap();
        assert_eq!(text, r#"{"release":"2026 \"x\"\u0007","status":""}"#);
        let pairs = [("release", "2026 \"x\"\u{7}"), ("status", "")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read(&text).unwrap(), pairs);
        assert_eq!(attributes_text(&[]), None);
        let one = [attribute(AttributeName::Key, "a/b=")];
        let text = attributes_text(&one).unwrap();
        let pair = ("key".to_owned(), "a/b=".to_owned());
        assert_eq!(
            (text.as_str(), read(&text).unwrap()),
            (r#"{"key":"a/b="}"#, vec![pair])
        );
        for other in [
            "",
            "{}",
            "[]",
            "7",
            r#"{"key":7}"#,
            r#"{"key":"a" }"#,
            r#"{"$int":"7"}"#,
            "{\"key\":\"\u{7}\"}",
            r#"{"key":"\u0061"}"#,
            r#"{"b":"","a":""}"#,
            r#"{"a":"","a":""}"#,
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
