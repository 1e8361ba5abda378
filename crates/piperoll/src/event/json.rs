//! JSON as it came: numbers keep their text, and equal keys are an error. (`serde_json` keeps the last of two equal keys, and a number's value only.)

use crate::limits::NESTING_MAX;
use json_event_parser::{JsonEvent, SliceJsonParser};
use std::collections::BTreeMap;

/// A JSON value whose numbers keep their text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(String),
    /// A text, unescaped.
    Text(String),
    /// An array.
    Array(Vec<Self>),
    /// An object.
    Object(BTreeMap<String, Self>),
}

/// What is wrong with a JSON text, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JsonError {
    /// The keys and array positions that lead there, such as `payload.after.tags[2]`; empty at the top and for errors of syntax.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl Json {
    /// Reads one JSON value, UTF-8, nested at most [`NESTING_MAX`] deep, without equal keys, lone surrogates or U+0000.
    ///
    /// # Errors
    /// The first fault: the rest cannot be told after it.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        Self::parse_to_depth(bytes, NESTING_MAX)
    }

    /// As [`Json::parse`], nested at most `depth` deep.
    pub(super) fn parse_to_depth(bytes: &[u8], depth: usize) -> Result<Self, JsonError> {
        Reader {
            parser: SliceJsonParser::new(bytes),
            path: Vec::new(),
            depth,
        }
        .document()
    }

    /// What the value is, for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

enum Step {
    Key(String),
    Item(usize),
}

struct Reader<'a> {
    parser: SliceJsonParser<'a>,
    path: Vec<Step>,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn document(mut self) -> Result<Json, JsonError> {
        let event = self.next()?;
        let value = self.value(event)?;
        match self.next()? {
            JsonEvent::Eof => Ok(value),
            _ => Err(self.error("has more than one JSON value")),
        }
    }

    fn next(&mut self) -> Result<JsonEvent<'a>, JsonError> {
        self.parser.parse_next().map_err(|error| {
            let column = error.location().start.column + 1;
            JsonError {
                path: String::new(),
                message: format!("is not JSON: {} (column {column})", error.message()),
            }
        })
    }

    fn value(&mut self, event: JsonEvent<'a>) -> Result<Json, JsonError> {
        Ok(match event {
            JsonEvent::Null => Json::Null,
            JsonEvent::Boolean(value) => Json::Bool(value),
            JsonEvent::Number(text) => Json::Number(text.into_owned()),
            JsonEvent::String(text) => Json::Text(self.text(text.into_owned())?),
            JsonEvent::StartArray => self.array()?,
            JsonEvent::StartObject => self.object()?,
            JsonEvent::EndArray
            | JsonEvent::EndObject
            | JsonEvent::ObjectKey(_)
            | JsonEvent::Eof => return Err(self.error("is not JSON: a value is missing")),
        })
    }

    fn array(&mut self) -> Result<Json, JsonError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                JsonEvent::EndArray => return Ok(Json::Array(items)),
                event => {
                    self.enter(Step::Item(items.len()))?;
                    items.push(self.value(event)?);
                    self.path.pop();
                }
            }
        }
    }

    fn object(&mut self) -> Result<Json, JsonError> {
        let mut members = BTreeMap::new();
        loop {
            match self.next()? {
                JsonEvent::EndObject => return Ok(Json::Object(members)),
                JsonEvent::ObjectKey(key) => {
                    let key = self.text(key.into_owned())?;
                    self.enter(Step::Key(key.clone()))?;
                    if members.contains_key(&key) {
                        return Err(self.error("stands twice in one object"));
                    }
                    let event = self.next()?;
                    let value = self.value(event)?;
                    members.insert(key, value);
                    self.path.pop();
                }
                _ => return Err(self.error("is not JSON: a key is missing")),
            }
        }
    }

    fn enter(&mut self, step: Step) -> Result<(), JsonError> {
        if self.path.len() >= self.depth {
            self.path.clear();
            return Err(self.error(&format!("is nested more than {} deep", self.depth)));
        }
        self.path.push(step);
        Ok(())
    }

    fn text(&self, text: String) -> Result<String, JsonError> {
        if text.contains('\0') {
            return Err(self.error("holds U+0000, which no store keeps in text"));
        }
        Ok(text)
    }

    fn error(&self, message: &str) -> JsonError {
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) if path.is_empty() => path.push_str(key),
                Step::Key(key) => {
                    path.push('.');
                    path.push_str(key);
                }
                Step::Item(index) => path.push_str(&format!("[{index}]")),
            }
        }
        JsonError {
            path,
            message: message.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(text: &[u8]) -> (String, String) {
        let error = Json::parse(text).unwrap_err();
        (error.path, error.message)
    }

    #[test]
    fn numbers_keep_their_text() {
        assert_eq!(
            Json::parse(b"[1.0, 9007199254740993, -0]").unwrap(),
            Json::Array(
                ["1.0", "9007199254740993", "-0"]
                    .map(|n| Json::Number(n.into()))
                    .into()
            )
        );
    }

    #[test]
    fn a_fault_is_named_with_its_path() {
        assert_eq!(
            fails(br#"{"a":{"b":[0,{"c":1,"c":2}]}}"#),
            ("a.b[1].c".into(), "stands twice in one object".into())
        );
        assert_eq!(fails(br#"{"a":"\u0000"}"#).0, "a");
        assert!(fails(br#"{"a":"\ud800"}"#).1.starts_with("is not JSON"));
        assert!(fails(b"{\"a\":\"\xff\"}").1.starts_with("is not JSON"));
        assert!(fails(b"{").1.starts_with("is not JSON"));
        assert!(fails(b"").1.starts_with("is not JSON"));
        assert!(fails(b"1 2").1.starts_with("is not JSON"));
        assert!(fails(b"NaN").1.starts_with("is not JSON"));
        assert!(fails(b"[01]").1.starts_with("is not JSON"));
    }

    #[test]
    fn c8_62_deep_nesting_ends_in_an_error() {
        let deep = "[".repeat(1_000_000);
        assert_eq!(fails(deep.as_bytes()).1, "is nested more than 128 deep");
        let allowed = format!("{}{}", "[".repeat(128), "]".repeat(128));
        assert!(Json::parse(allowed.as_bytes()).is_ok());
    }
}
