use super::value::Value;

/// What stands where a value was redacted.
pub const REDACTED: &str = "[redacted]";

/// Replaces the value of every key whose name contains one of `words`, in any case and at any depth. Returns how many were replaced.
pub fn redact(value: &mut Value, words: &[String]) -> usize {
    let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    redact_lower(value, &words)
}

fn redact_lower(value: &mut Value, words: &[String]) -> usize {
    match value {
        Value::Array(items) => items.iter_mut().map(|item| redact_lower(item, words)).sum(),
        Value::Object(members) => members
            .iter_mut()
            .map(|(name, value)| {
                let name = name.to_lowercase();
                if words.iter().any(|word| name.contains(word.as_str())) {
                    *value = Value::Text(REDACTED.to_owned());
                    1
                } else {
                    redact_lower(value, words)
                }
            })
            .sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Json;

    #[test]
    fn names_that_contain_a_word_lose_their_value_at_any_depth() {
        let line = r#"{"DB_Password":"p1","a":[{"apiToken":{"x":"p2"},"b":1}],"TOKENS":["p3"],"note":"token"}"#;
        let mut value = Value::from_json(Json::parse(line.as_bytes()).unwrap());
        assert_eq!(redact(&mut value, &["password".into(), "Token".into()]), 3);
        assert_eq!(
            value.canonical(),
            r#"{"DB_Password":"[redacted]","TOKENS":"[redacted]","a":[{"apiToken":"[redacted]","b":1}],"note":"token"}"#
        );
    }
}
