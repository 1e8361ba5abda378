//! The forms in which Layker keeps a snapshot.

use crate::event::Value;

/// How a snapshot is recorded and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SnapshotFormat {
    /// JSON, shown with two spaces a level.
    #[default]
    JsonPretty,
    /// JSON without spaces.
    Json,
    /// Lists of `{"key": ..., "value": ...}` in place of objects, all the way down.
    Kv,
}

impl SnapshotFormat {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::JsonPretty, Self::Json, Self::Kv];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JsonPretty => "json_pretty",
            Self::Json => "json",
            Self::Kv => "kv",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }

    /// The value as it is recorded.
    #[must_use]
    pub fn shape(self, value: Value) -> Value {
        match self {
            Self::JsonPretty | Self::Json => value,
            Self::Kv => pairs(value),
        }
    }
}

fn pairs(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().map(|(key, value)| {
                let pair = [
                    ("key".to_owned(), Value::Text(key)),
                    ("value".to_owned(), pairs(value)),
                ];
                Value::Object(pair.into())
            });
            Value::Array(members.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(pairs).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Json;

    #[test]
    fn kv_is_laykers() {
        let value = Value::from_json(Json::parse(br#"{"a":null,"b":[1,{"z":2}]}"#).unwrap());
        assert_eq!(SnapshotFormat::Json.shape(value.clone()), value);
        assert_eq!(
            SnapshotFormat::Kv.shape(value).canonical(),
            r#"[{"key":"a","value":null},{"key":"b","value":[1,[{"key":"z","value":2}]]}]"#
        );
        for format in SnapshotFormat::ALL {
            assert_eq!(SnapshotFormat::parse(format.as_str()), Some(format));
        }
    }
}
