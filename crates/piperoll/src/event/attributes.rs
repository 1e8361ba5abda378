mod derivation;
mod plain;
mod text;

pub use self::derivation::Derivation;
pub use self::text::{AttributePairs, attributes_text};

use super::canonical::in_order;
use super::kind::Kind;
use super::payload::Payload;
use super::value::Value;
use super::word::words;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use piperoll_sha256::Key;
use std::fmt;

words! {
    /// What entries are found by, beside the fields of their header.
    AttributeName {
        /// The keyed hash of the row's key.
        Key = "key",
        /// The release of a run.
        Release = "release",
        /// The status of a run.
        Status = "status",
        /// The change key of a table.
        ChangeKey = "change_key",
    }
}

/// A pair by which an entry is found. It is derived from the event, and goes when the payload goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attribute {
    /// The name.
    pub name: AttributeName,
    /// The value.
    pub value: String,
}

/// The secret of a trail under which keys are hashed: 32 random bytes, kept in the store.
#[derive(Clone)]
pub struct Secret {
    bytes: [u8; 32],
    /// The same, taken in by the hash.
    key: Key,
}

impl Secret {
    /// The secret of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self {
            bytes,
            key: Key::new(&bytes),
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// HMAC-SHA-256 of a text under it.
    fn hmac(&self, text: &[u8]) -> [u8; 32] {
        self.key.hmac(text)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The attributes of an event, sorted by name and value: `docs/format.md` section 4.
pub fn attributes_of(kind: Kind, payload: &Payload, secret: &Secret) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    if let Some(key) = payload.key() {
        attributes.push(Attribute {
            name: AttributeName::Key,
            value: key_attribute(key, secret),
        });
    }
    let from_context: &[(AttributeName, &str)] = match kind {
        Kind::Run => &[
            (AttributeName::Release, "release"),
            (AttributeName::Status, "status"),
        ],
        Kind::Schema => &[(AttributeName::ChangeKey, "change_key")],
        _ => &[],
    };
    for (name, member) in from_context {
        if let Some(Value::Text(text)) = payload.context(member) {
            attributes.push(Attribute {
                name: *name,
                value: text.clone(),
            });
        }
    }
    attributes.sort_by(|a, b| (a.name.as_str(), &a.value).cmp(&(b.name.as_str(), &b.value)));
    attributes
}

/// The value of the attribute `key` for a row's key: the same for 42 and "42", for a bare value and an array or object of it alone.
pub fn key_attribute(key: &Value, secret: &Secret) -> String {
    let texts = match key {
        Value::Array(items) => items.iter().map(as_text).collect(),
        Value::Object(members) => {
            let members = in_order(members.iter().map(|(name, value)| (name.as_str(), value)));
            members
                .into_iter()
                .map(|(_, value)| as_text(value))
                .collect()
        }
        bare => vec![as_text(bare)],
    };
    let hash = secret.hmac(Value::Array(texts).canonical().as_bytes());
    let (first, _) = hash.split_at(16);
    STANDARD.encode(first)
}

fn as_text(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Text(text) | Value::Typed(_, text) => Value::Text(text.clone()),
        Value::Int(number) => Value::Text(number.to_string()),
        Value::Real(_) | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Value::Text(value.canonical())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Json;

    fn hash(key: &str) -> String {
        let value = Value::from_json(Json::parse(key.as_bytes()).unwrap());
        key_attribute(&value, &Secret::new([1; 32]))
    }

    #[test]
    fn a_key_is_found_however_it_is_written() {
        assert_eq!(hash("42"), hash(r#""42""#));
        assert_eq!(hash("42"), hash(r#"{"id":42}"#));
        assert_eq!(hash("42"), hash(r#"["42"]"#));
        assert_eq!(hash("9007199254740993"), hash(r#""9007199254740993""#));
        assert_eq!(hash(r#"{"b":"x","a":1}"#), hash(r#"["1","x"]"#));
        assert_eq!(hash("true"), hash(r#""true""#));
    }

    #[test]
    fn c1_6_keys_that_hold_the_separator_differ() {
        assert_ne!(hash(r#"["a,b"]"#), hash(r#"["a","b"]"#));
        assert_ne!(hash(r#"["ab","c"]"#), hash(r#"["a","bc"]"#));
        assert_ne!(hash(r#"[null]"#), hash(r#"["null"]"#));
        assert_ne!(hash(r#"["a\",\"b"]"#), hash(r#"["a","b"]"#));
    }
}
