//! Attributes as text, for what keeps them beside an entry: a canonical JSON object of names and values.

use super::Attribute;
use crate::event::canonical::write_text;
use crate::event::json::plain_length;
use crate::event::{Json, Value};

/// Pairs of a text that is read without a tree: no entry of ours has more.
const PLAIN_MAX: usize = 4;

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
    /// The pairs of most texts.
    plain: [Option<(&'t str, &'t str)>; PLAIN_MAX],
    /// All pairs of the others.
    more: Vec<(String, String)>,
}

impl<'t> AttributePairs<'t> {
    /// Reads a text; `None` when it is not exactly as [`attributes_text`] would write it.
    pub fn read(text: &'t str) -> Option<Self> {
        if let Some(plain) = plain_pairs(text) {
            return Some(Self {
                plain,
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
        let plain = [None; PLAIN_MAX];
        (again == text && !more.is_empty()).then_some(Self { plain, more })
    }

    /// The pairs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let more = self.more.iter();
        let more = more.map(|(name, value)| (name.as_str(), value.as_str()));
        self.plain.iter().flatten().copied().chain(more)
    }
}

/// The pairs of most texts, which are few: nothing in them is escaped, or would have to be.
fn plain_pairs(text: &str) -> Option<[Option<(&str, &str)>; PLAIN_MAX]> {
    let mut pairs = [None; PLAIN_MAX];
    let mut before = "";
    let mut rest = text.strip_prefix('{')?;
    for (position, pair) in pairs.iter_mut().enumerate() {
        let (name, left) = plain_text(rest)?;
        let (value, left) = plain_text(left.strip_prefix(':')?)?;
        // Below U+E000 the order of bytes is the canonical one.
        if (position > 0 && name <= before) || name.bytes().any(|byte| byte >= 0xee) {
            return None;
        }
        before = name;
        *pair = Some((name, value));
        if left == "}" {
            // A name with `$` that is the only one would make the object one that is written otherwise.
            return (position > 0 || !name.starts_with('$')).then_some(pairs);
        }
        rest = left.strip_prefix(',')?;
    }
    None
}

/// A text that stands for itself, and what follows it.
fn plain_text(json: &str) -> Option<(&str, &str)> {
    let rest = json.strip_prefix('"')?;
    let (text, rest) = rest.split_at_checked(plain_length(rest.as_bytes()))?;
    Some((text, rest.strip_prefix('"')?))
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
        for text in [
            "{\"a\":\"x\",\"b\":\"\",\"release\":\"2026\",\"status\":\"\u{e4}\"}",
            r#"{"$a":"x","b":""}"#,
            r#"{"a":"1","b":"2","c":"3","d":"4","e":"5"}"#,
            "{\"\u{1f600}\":\"1\",\"\u{fb33}\":\"2\"}",
        ] {
            let members = read(text).unwrap().into_iter();
            let members = members.map(|(name, value)| (name, Value::Text(value)));
            assert_eq!(Value::Object(members.collect()).canonical(), text);
        }
        for other in [
            "",
            "{}",
            r#"{"a":"x","b":""},"#,
            r#"{"a":"x","b":"",}"#,
            r#"{"a":"x","b":7}"#,
            "{\"\u{fb33}\":\"2\",\"\u{1f600}\":\"1\"}",
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
