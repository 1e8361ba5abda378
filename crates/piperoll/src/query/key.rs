use crate::error::{Error, Result};
use crate::event::{Json, Value};
use std::collections::BTreeMap;

/// Reads the key of a row as a person writes it: a value (`42`), a composite key (`a=1,b=x`), or JSON (`{"a":1,"b":"x"}`, `[1,"x"]`, `"a=b"`).
///
/// # Errors
/// `InvalidInput` when it is empty, or begins like JSON and is none.
pub fn parse_key(text: &str) -> Result<Value> {
    if text.is_empty() {
        return Err(Error::invalid_input("the key is empty"));
    }
    if text.starts_with(['{', '[', '"']) {
        let json = Json::parse(text.as_bytes()).map_err(|problems| {
            Error::invalid_input(format!("the key `{text}` is no JSON"))
                .with_problems(problems)
                .hint("write a value, a=1,b=x, or a JSON object")
        })?;
        return Ok(Value::from_json(json));
    }
    if !text.contains('=') {
        return Ok(Value::Text(text.to_owned()));
    }
    let mut members = BTreeMap::new();
    for pair in text.split(',') {
        let named = pair.split_once('=').filter(|(name, _)| !name.is_empty());
        let (name, value) = named.ok_or_else(|| {
            Error::invalid_input(format!("`{pair}` in the key `{text}` is not NAME=VALUE"))
                .hint("write values that hold `,` or `=` as JSON: {\"a\":\"x=y\"}")
        })?;
        if members
            .insert(name.to_owned(), Value::Text(value.to_owned()))
            .is_some()
        {
            return Err(Error::invalid_input(format!(
                "`{name}` stands twice in the key `{text}`"
            )));
        }
    }
    Ok(Value::Object(members))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Secret, key_attribute};

    #[test]
    fn every_way_of_writing_a_key_finds_the_same() {
        let hash = |text: &str| key_attribute(&parse_key(text).unwrap(), &Secret::new([0; 32]));
        assert_eq!(hash("42"), hash("[42]"));
        assert_eq!(hash("a=1,b=x"), hash(r#"{"b":"x","a":1}"#));
        assert_eq!(hash(r#""a=b""#), hash(r#"["a=b"]"#));
        assert_ne!(hash("a=1,b=x"), hash("a=x,b=1"));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for (text, message) in [
            ("", "the key is empty"),
            ("{a", "the key `{a` is no JSON"),
            ("a=1,b", "`b` in the key `a=1,b` is not NAME=VALUE"),
            ("a=1,a=2", "`a` stands twice in the key `a=1,a=2`"),
            ("=1", "`=1` in the key `=1` is not NAME=VALUE"),
        ] {
            assert_eq!(parse_key(text).unwrap_err().to_string(), message);
        }
    }
}
