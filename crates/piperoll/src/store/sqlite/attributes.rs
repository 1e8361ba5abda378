//! The attributes of an entry as they are stored beside it: a JSON object, so that `json_extract` reads it.

use crate::event::{Attribute, Json, Value};

/// The text of attributes that are sorted by name; none when there are none.
pub(super) fn to_text(attributes: &[Attribute]) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    if let [one] = attributes
        && is_plain(&one.value)
    {
        return Some(format!(r#"{{"{}":"{}"}}"#, one.name.as_str(), one.value));
    }
    let members = attributes.iter().map(|attribute| {
        let value = Value::Text(attribute.value.clone());
        (attribute.name.as_str().to_owned(), value)
    });
    Some(Value::Object(members.collect()).canonical())
}

/// The names and values in a text; `None` when it is not exactly as it would be written.
pub(super) fn read(text: &str) -> Option<Vec<(String, String)>> {
    if let Some((name, value)) = plain_pair(text) {
        return Some(vec![(name.to_owned(), value.to_owned())]);
    }
    let Json::Object(members) = Json::parse(text.as_bytes()).ok()? else {
        return None;
    };
    let pair = |(name, value): (_, _)| match value {
        Json::Text(value) => Some((std::borrow::Cow::into_owned(name), value.into_owned())),
        _ => None,
    };
    let pairs: Vec<(String, String)> = members.into_iter().map(pair).collect::<Option<_>>()?;
    let members = pairs
        .iter()
        .map(|(name, value)| (name.clone(), Value::Text(value.clone())));
    let again = Value::Object(members.collect()).canonical();
    (again == text && !pairs.is_empty()).then_some(pairs)
}

/// The only pair of most texts: nothing in it is escaped, or would have to be.
fn plain_pair(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text
        .strip_prefix("{\"")?
        .strip_suffix("\"}")?
        .split_once("\":\"")?;
    // A name with `$` would make the object one that is written otherwise.
    (is_plain(name) && is_plain(value) && !name.starts_with('$')).then_some((name, value))
}

/// Whether JSON holds a text as it is.
fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::AttributeName;

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
        let text = to_text(&attributes).unwrap();
        assert_eq!(text, r#"{"release":"2026 \"x\"\u0007","status":""}"#);
        let pairs = [("release", "2026 \"x\"\u{7}"), ("status", "")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read(&text).unwrap(), pairs);
        assert_eq!(to_text(&[]), None);
        let one = [attribute(AttributeName::Key, "a/b=")];
        let text = to_text(&one).unwrap();
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
