//! YAML as a small tree with places, over the events of `saphyr-parser`, so that all faults of a
//! file are found at once.
//!
//! Narrower than YAML 1.2: one document; keys are scalars, and unique; no merge keys; no tags but
//! those of the core schema. Aliases are expanded, within limits.

mod build;
mod events;
mod fields;
mod problems;
mod redact;
mod schema;

pub use fields::{Field, Fields};
pub use problems::{Position, Problems};
pub(crate) use redact::{PRIVATE_KEY, redact};

pub(crate) use problems::quoted;
use schema::Kind;

use crate::limits::{YAML_BYTES_MAX, YAML_NODES_MAX};
use std::fmt;

/// A value and where it stands. An aliased value stands where its alias does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where the value starts, its anchor and tag included; of a block (`|`, `>`), where its text does.
    pub at: Position,
    /// The value.
    pub value: Value,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, or what a plain text stands for.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys with their values, in the order of the file; no key is there twice.
    Mapping(Vec<Entry>),
}

/// A scalar as written; what it stands for is told by the typed reads of [`Node`].
#[derive(Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text, without quotes and with its escapes read. It holds no U+0000.
    pub text: String,
    /// Whether it is neither quoted nor a block: only then `true` or `1` is no text.
    pub plain: bool,
    /// The tag that stands before it.
    pub tag: Option<Tag>,
}

/// Redacted: the text may be a private key or hold a password.
impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scalar")
            .field("text", &redact(&self.text))
            .field("plain", &self.plain)
            .field("tag", &self.tag)
            .finish()
    }
}

/// The tags of the YAML 1.2 core schema that a scalar may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// `!!null`
    Null,
    /// `!!bool`
    Bool,
    /// `!!int`
    Integer,
    /// `!!float`
    Float,
    /// `!!str`
    Text,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where the key stands.
    pub at: Position,
    /// The text of the key, whatever it would stand for as a value.
    pub key: String,
    /// The value.
    pub value: Node,
}

/// Reads the one document of `text`; an empty file is a null at 1:1.
///
/// Faults are added to `problems`. After one that leaves no tree (bad syntax, a limit) the answer is
/// `None`; after another, the tree is without what was wrong, so that its reader finds more.
pub fn parse(text: &str, problems: &mut Problems) -> Option<Node> {
    parse_within(text, Bounds::PROJECT, problems)
}

/// As [`parse`], within other bounds.
pub fn parse_within(text: &str, bounds: Bounds, problems: &mut Problems) -> Option<Node> {
    let events = events::collect(text, bounds, problems)?;
    build::tree(&events, bounds, problems)
}

/// How large a file may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of the file, and of what its aliases stand for.
    pub bytes: usize,
    /// Nodes after its aliases are expanded.
    pub nodes: usize,
}

impl Bounds {
    /// Those of a project file.
    pub const PROJECT: Self = Self {
        bytes: YAML_BYTES_MAX,
        nodes: YAML_NODES_MAX,
    };
}

/// Whether `text`, neither quoted nor tagged, stands for itself and not for null, a boolean, a number.
pub(crate) fn plain_text(text: &str) -> bool {
    schema::plain_kind(text) == Kind::Text
}

impl Node {
    /// The scalar, whatever it stands for.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// The text; `None` where the scalar stands for null, a boolean or a number.
    pub fn as_text(&self) -> Option<&str> {
        let scalar = self.as_scalar()?;
        (scalar.kind() == Kind::Text).then_some(scalar.text.as_str())
    }

    /// The boolean: `true`, `True`, `TRUE` and the same of `false`; never `yes` or `on`.
    pub fn as_bool(&self) -> Option<bool> {
        let scalar = self.as_scalar()?;
        (scalar.kind() == Kind::Bool).then(|| scalar.text.eq_ignore_ascii_case("true"))
    }

    /// The integer (decimal, `0o` or `0x`), where it fits in 64 bits.
    pub fn as_integer(&self) -> Option<i64> {
        let scalar = self.as_scalar()?;
        if scalar.kind() == Kind::Integer {
            schema::integer(&scalar.text)
        } else {
            None
        }
    }

    /// Whether it is null: nothing, `~` or `null`.
    pub fn is_null(&self) -> bool {
        self.as_scalar()
            .is_some_and(|scalar| scalar.kind() == Kind::Null)
    }

    /// The items of a list.
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
            Value::Scalar(_) | Value::Mapping(_) => None,
        }
    }

    /// The entries of a mapping.
    pub fn as_mapping(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Mapping(entries) => Some(entries),
            Value::Scalar(_) | Value::Sequence(_) => None,
        }
    }

    /// What it is, for a message: `text`, `an integer`, `a list`.
    pub fn what(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) => scalar.kind().what(),
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }
}

#[cfg(test)]
mod tests;
