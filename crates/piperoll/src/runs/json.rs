//! A run as JSON. Numbers stand as they were given: unlike an entry's, these documents have no typed values, and other programs read them.

use super::{Run, python};
use crate::event::{DraftActor, Instant, Json, Members, Value, ValueType};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How JSON is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Spaces for each level of members on lines of their own; `None` for one line.
    pub indent: Option<usize>,
    /// Whether texts, numbers and what JSON has no form for are as Python's `json` module writes them: ASCII only, doubles as by `repr`, `NaN` as it is, and dates
    /// and bytes as text.
    pub python: bool,
    /// What stands between a name and its value.
    pub colon: &'static str,
    /// What stands between two items on one line.
    pub comma: &'static str,
}

impl Style {
    /// One line without spaces.
    pub const LINE: Self = Self {
        indent: None,
        python: false,
        colon: ":",
        comma: ",",
    };
    /// As Python's `json.dumps` lays it out.
    pub const PYTHON: Self = Self {
        indent: None,
        python: true,
        colon: ": ",
        comma: ", ",
    };
    /// As Python's `json.dumps` lays it out with an indent of 2.
    pub const PYTHON_LINES: Self = Self {
        indent: Some(2),
        ..Self::PYTHON
    };
}

impl Run {
    /// Its fields as JSON, the documented ones of ddeutil first, in their order. What is absent is left out, but `parent_run_id`, which is null.
    pub fn members(&self) -> Vec<(&'static str, Value)> {
        let fields = self.fields(false).into_iter();
        let value = |field| match field {
            Field::Value(value) => value,
            Field::Members(members) => Value::Object(members.tree().into_owned()),
            Field::Tree(members) => Value::Object(members.clone()),
        };
        fields.map(|(name, field)| (name, value(field))).collect()
    }

    /// Its fields as one line of JSON, all of them: what is absent is null. [`Run::parse`] reads it.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        write_fields(&mut out, &self.fields(true), Style::LINE);
        out
    }

    /// Its fields; `with_absent` tells whether one that is absent is among them, as null.
    fn fields(&self, with_absent: bool) -> Vec<(&'static str, Field<'_>)> {
        let parent = self.parent_run_id.as_deref().map_or(Value::Null, text);
        let mut fields = vec![
            ("name", Field::Value(text(&self.name))),
            ("release", Field::Value(text(&self.release.to_string()))),
            ("type", Field::Value(text(self.run_type.as_given()))),
            ("context", Field::Members(&self.context)),
            ("parent_run_id", Field::Value(parent)),
            ("run_id", Field::Value(text(&self.run_id))),
            ("runs_metadata", Field::Members(&self.runs_metadata)),
            ("status", Field::Value(text(self.status.as_str()))),
        ];
        let attempt = self.attempt.map(|attempt| Value::Int(attempt.into()));
        let at = |at: Option<Instant>| at.map(|at| text(&at.to_string()));
        let others = [
            ("attempt", attempt),
            ("started_at", at(self.started_at)),
            ("ended_at", at(self.ended_at)),
            ("actor", self.actor.as_ref().map(actor)),
        ];
        let others = others.into_iter().filter_map(|(name, value)| {
            let value = value.or(with_absent.then_some(Value::Null))?;
            Some((name, Field::Value(value)))
        });
        fields.extend(others);
        fields
    }
}

/// A field of a document.
pub(super) enum Field<'r> {
    Value(Value),
    Members(&'r Members),
    Tree(&'r BTreeMap<String, Value>),
}

/// One line of JSON in which numbers stand as they were given.
pub fn to_json(value: &Value) -> String {
    let mut out = String::new();
    Writer {
        out: &mut out,
        style: Style::LINE,
    }
    .value(value, 0);
    out
}

/// Writes an object whose members keep their order.
pub(super) fn write_fields(out: &mut String, fields: &[(&'static str, Field<'_>)], style: Style) {
    let fields = fields.iter();
    Writer { out, style }.list(['{', '}'], 0, fields, |writer, (name, field)| {
        writer.name(name);
        match field {
            Field::Value(value) => writer.value(value, 1),
            Field::Members(members) => writer.members(members, 1),
            Field::Tree(members) => writer.tree(members, 1),
        }
    });
}

/// Writes a value.
pub(super) fn write_value(out: &mut String, value: &Value, style: Style) {
    Writer { out, style }.value(value, 0);
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn actor(actor: &DraftActor) -> Value {
    let kind = actor.kind.map(|kind| kind.as_str());
    let strength = actor.strength.map(|strength| strength.as_str());
    let members = [
        ("name", Some(actor.name.as_str())),
        ("kind", kind),
        ("via", actor.via.as_deref()),
        ("strength", strength),
    ];
    let there = members.into_iter();
    let there = there.filter_map(|(name, value)| Some((name.to_owned(), text(value?))));
    Value::Object(there.collect())
}

/// The value of JSON that knows no typed values: an object is always the caller's own.
pub(super) fn plain(json: Json<'_>) -> Value {
    match json {
        Json::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
        Json::Object(members) => Value::Object(plain_members(members)),
        other => Value::from_json(other),
    }
}

/// As [`plain`], of an object.
pub(super) fn plain_members(members: Vec<(Cow<'_, str>, Json<'_>)>) -> BTreeMap<String, Value> {
    let members = members.into_iter();
    members
        .map(|(name, value)| (name.into_owned(), plain(value)))
        .collect()
}

struct Writer<'o> {
    out: &'o mut String,
    style: Style,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Text(text) => self.text(text),
            Value::Array(items) => {
                let items = items.iter();
                self.list(['[', ']'], depth, items, |writer, item| {
                    writer.value(item, depth + 1);
                });
            }
            Value::Object(members) => self.tree(members, depth),
            Value::Int(number) => self.out.push_str(&number.to_string()),
            Value::Real(number) if self.style.python => self.out.push_str(&python::double(*number)),
            Value::Real(number) if number.is_finite() => {
                self.out
                    .push_str(ryu_js::Buffer::new().format_finite(*number));
                if number.fract() == 0.0 && number.abs() < 1e21 {
                    self.out.push_str(".0");
                }
            }
            Value::Typed(ValueType::Int | ValueType::Decimal | ValueType::Real, number)
                if matches!(Json::parse(number.as_bytes()), Ok(Json::Number(_))) =>
            {
                self.out.push_str(number);
            }
            Value::Typed(ValueType::Real, word) if self.style.python && python::is_word(word) => {
                self.out.push_str(word);
            }
            Value::Typed(_, text) if self.style.python => self.text(text),
            // What JSON has no form for keeps the one that it has in an entry.
            other => self.out.push_str(&other.canonical()),
        }
    }

    fn members(&mut self, members: &Members, depth: usize) {
        match members
            .as_plain_json()
            .filter(|_| self.style == Style::LINE)
        {
            Some(text) => self.out.push_str(text),
            None => self.tree(&members.tree(), depth),
        }
    }

    fn tree(&mut self, members: &BTreeMap<String, Value>, depth: usize) {
        let members = members.iter();
        self.list(['{', '}'], depth, members, |writer, (name, value)| {
            writer.name(name);
            writer.value(value, depth + 1);
        });
    }

    fn name(&mut self, name: &str) {
        self.text(name);
        self.out.push_str(self.style.colon);
    }

    fn list<T>(
        &mut self,
        [open, close]: [char; 2],
        depth: usize,
        items: impl Iterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.out.push(open);
        let mut is_first = true;
        for item in items {
            match (self.style.indent, is_first) {
                (Some(_), false) => self.out.push(','),
                (None, false) => self.out.push_str(self.style.comma),
                (_, true) => {}
            }
            self.line(depth + 1);
            is_first = false;
            write(self, item);
        }
        if !is_first {
            self.line(depth);
        }
        self.out.push(close);
    }

    fn line(&mut self, depth: usize) {
        if let Some(spaces) = self.style.indent {
            self.out.push('\n');
            let spaces = std::iter::repeat_n(' ', spaces * depth);
            self.out.extend(spaces);
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        for letter in text.chars() {
            match letter {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                '\0'..='\u{1f}' => self.escape(letter),
                '\u{7f}'.. if self.style.python => self.escape(letter),
                other => self.out.push(other),
            }
        }
        self.out.push('"');
    }

    fn escape(&mut self, letter: char) {
        for unit in letter.encode_utf16(&mut [0; 2]) {
            self.out.push_str(&format!("\\u{unit:04x}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_objects_come_out_as_they_went_in() {
        let document = r#"{"a":1.0,"b":2e-05,"c":12345678901234567890,"d":0.007035,"e":{"$dec":"1"},"f":[null,true,-0],"g":"\u00fc\n","h":{}}"#;
        let value = plain(Json::parse(document.as_bytes()).unwrap());
        let written = |style| {
            let mut out = String::new();
            Writer {
                out: &mut out,
                style,
            }
            .value(&value, 0);
            out
        };
        assert_eq!(written(Style::LINE), document.replace("\\u00fc", "\u{fc}"));
        let spaced = document.replace("\":", "\": ").replace(",\"", ", \"");
        let spaced = spaced.replace("[null,true,-0]", "[null, true, -0]");
        assert_eq!(written(Style::PYTHON), spaced);
        assert!(written(Style::PYTHON_LINES).ends_with(
            "  \"f\": [\n    null,\n    true,\n    -0\n  ],\n  \"g\": \"\\u00fc\\n\",\n  \"h\": {}\n}"
        ));
    }
}
