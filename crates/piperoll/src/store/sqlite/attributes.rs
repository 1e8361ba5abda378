//! The attributes of an entry as they are stored beside it: a JSON object, so that `json_extract` reads it.

use crate::event::{Attribute, Json, Value};

/// The text of attributes that are sorted by name; none when there are none.
pub(super) fn to_text(attributes: &[Attribute]) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let members = attributes.iter().map(|attribute| {
        let value = Value::Text(attribute.value.clone());
        (attribute.name.as_str().to_owned(), value)
    });
    Some(Value::Object(members.collect()).canonical())
}

/// The names and values in a text; `None` when it is not exactly as it would be written.
pub(super) fn read(text: &str) -> Option<Vec<(String, String)>> {
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
        for other in [
            "",
            "{}",
            "[]",
            "7",
            r#"{"key":7}"#,
            r#"{"key":"a" }"#,
            r#"{"key":"\u0061"}"#,
            r#"{"b":"","a":""}"#,
            r#"{"a":"","a":""}"#,
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
