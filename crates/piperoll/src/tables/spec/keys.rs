//! Every key of a specification, in one table: the JSON schema for editors is made of it, and tests hold the reader to it.

use crate::event::Value;
use crate::tables::snapshot::{object, text};
use std::collections::BTreeMap;

/// A key, what it holds, and what it is for.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) holds: Holds,
    required: bool,
    about: &'static str,
}

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Text,
    TextOrNull,
    Boolean,
    /// A single value of any type.
    Scalar,
    Scalars,
    /// A name, or a list of names.
    Names,
    NameLists,
    /// Names with single values.
    Values,
    /// Checks or filters under keys of the writer's choice.
    Rules,
    ForeignKeys,
    Columns,
    Matching,
    /// Where Layker had comment and properties first.
    Properties,
}

const fn key(name: &'static str, holds: Holds, about: &'static str) -> Key {
    Key {
        name,
        holds,
        required: false,
        about,
    }
}

const fn required(name: &'static str, holds: Holds, about: &'static str) -> Key {
    Key {
        name,
        holds,
        required: true,
        about,
    }
}

/// Those of a table.
pub(crate) const TABLE: &[Key] = &[
    required(
        "catalog",
        Holds::Text,
        "The catalog; one that ends in _ is followed by the environment",
    ),
    required(
        "schema",
        Holds::Text,
        "The schema; in SQLite main or an attached database",
    ),
    required("table", Holds::Text, "The name of the table"),
    key(
        "renamed_from",
        Holds::Text,
        "The name that the table has until it is renamed",
    ),
    key(
        "match",
        Holds::Matching,
        "How declared columns find those that are there: by name, or by position as Layker does",
    ),
    key("comment", Holds::Text, "What the table is for"),
    key("table_comment", Holds::Text, "What the table is for"),
    key(
        "owner",
        Holds::TextOrNull,
        "Who owns the table; nothing is said of the owner when it is left out",
    ),
    key(
        "tags",
        Holds::Values,
        "Tags of the table; values keep their type",
    ),
    key("table_properties", Holds::Values, "Properties of the table"),
    key(
        "properties",
        Holds::Properties,
        "Comment and properties, where Layker had them first",
    ),
    key(
        "primary_key",
        Holds::Names,
        "The columns of the primary key",
    ),
    key(
        "unique_keys",
        Holds::NameLists,
        "Lists of columns whose values are together unique",
    ),
    key(
        "foreign_keys",
        Holds::ForeignKeys,
        "References to other tables, by name",
    ),
    key(
        "table_check_constraints",
        Holds::Rules,
        "Rules that each row keeps",
    ),
    key("row_filters", Holds::Rules, "Which rows are seen"),
    key(
        "partitioned_by",
        Holds::Names,
        "The columns that the table is partitioned by",
    ),
    key(
        "cluster_by",
        Holds::Names,
        "The columns that the table is clustered by",
    ),
    required(
        "columns",
        Holds::Columns,
        "The columns: a list, or a mapping with the keys 1 to N",
    ),
];

/// Those of a column.
pub(crate) const COLUMN: &[Key] = &[
    required("name", Holds::Text, "The name of the column"),
    required(
        "datatype",
        Holds::Text,
        "The type, such as bigint, decimal(10,2), array<string>",
    ),
    key(
        "nullable",
        Holds::Boolean,
        "Whether it may be null; default: true",
    ),
    key(
        "active",
        Holds::Boolean,
        "false: the column is neither made, nor changed, nor dropped; default: true",
    ),
    key(
        "renamed_from",
        Holds::Text,
        "The name that the column has until it is renamed",
    ),
    key(
        "default_value",
        Holds::Scalar,
        "What it is where nothing is given",
    ),
    key(
        "default_expression",
        Holds::Text,
        "An expression of the engine for what it is where nothing is given",
    ),
    key(
        "generated",
        Holds::Text,
        "The expression that it is computed by",
    ),
    key(
        "variable_value",
        Holds::Scalar,
        "A value for other programs; no engine knows it",
    ),
    key("comment", Holds::Text, "What the column is for"),
    key(
        "tags",
        Holds::Values,
        "Tags of the column; values keep their type",
    ),
    key("column_masking_rule", Holds::Text, "The rule that masks it"),
    key(
        "allowed_values",
        Holds::Scalars,
        "The only values that it may have",
    ),
    key(
        "column_check_constraints",
        Holds::Rules,
        "Rules that each of its values keeps",
    ),
];

/// Those of a check or a filter.
pub(crate) const RULE: &[Key] = &[
    required("name", Holds::Text, "The name that the engine knows it by"),
    required("expression", Holds::Text, "An expression of the engine"),
];

/// Those of a foreign key.
pub(crate) const FOREIGN_KEY: &[Key] = &[
    required("columns", Holds::Names, "The columns"),
    required(
        "reference_table",
        Holds::Text,
        "The table that they refer to; catalog and schema may be left out where they are its own",
    ),
    required(
        "reference_columns",
        Holds::Names,
        "The columns that they refer to",
    ),
];

/// Those below `properties`.
pub(crate) const PROPERTIES: &[Key] = &[
    key("comment", Holds::Text, "What the table is for"),
    key("table_properties", Holds::Values, "Properties of the table"),
];

/// The JSON schema of a specification, for editors. `docs/table.schema.json` is what this makes.
pub fn json_schema() -> Value {
    let mut schema = mapping(TABLE);
    schema.insert(
        "$schema".to_owned(),
        text("https://json-schema.org/draft/2020-12/schema"),
    );
    schema.insert("title".to_owned(), text("A table as Piperoll reads it"));
    Value::Object(schema)
}

fn mapping(keys: &[Key]) -> BTreeMap<String, Value> {
    let properties = keys.iter().map(|key| {
        let mut schema = holds(key.holds);
        schema.insert("description".to_owned(), text(key.about));
        (key.name.to_owned(), Value::Object(schema))
    });
    let required = keys
        .iter()
        .filter(|key| key.required)
        .map(|key| text(key.name));
    object([
        ("type", text("object")),
        ("properties", Value::Object(properties.collect())),
        ("required", Value::Array(required.collect())),
        ("additionalProperties", Value::Bool(false)),
    ])
}

fn holds(holds: Holds) -> BTreeMap<String, Value> {
    let list = |items: BTreeMap<String, Value>| {
        object([("type", text("array")), ("items", Value::Object(items))])
    };
    let by_key = |value: BTreeMap<String, Value>| {
        object([
            ("type", text("object")),
            ("additionalProperties", Value::Object(value)),
        ])
    };
    let one_of = |kinds: &[&str]| {
        let kinds = kinds.iter().map(|kind| text(kind));
        object([("type", Value::Array(kinds.collect()))])
    };
    let any_of = |schemas: Vec<BTreeMap<String, Value>>| {
        let schemas = schemas.into_iter().map(Value::Object);
        object([("anyOf", Value::Array(schemas.collect()))])
    };
    let plain = || object([("type", text("string"))]);
    let scalar = || one_of(&["string", "number", "boolean", "null"]);
    let names = || any_of(vec![plain(), list(plain())]);
    match holds {
        Holds::Text => plain(),
        Holds::TextOrNull => one_of(&["string", "null"]),
        Holds::Boolean => object([("type", text("boolean"))]),
        Holds::Scalar => scalar(),
        Holds::Scalars => list(scalar()),
        Holds::Names => names(),
        Holds::NameLists => list(names()),
        Holds::Values => by_key(scalar()),
        Holds::Rules => by_key(mapping(RULE)),
        Holds::ForeignKeys => by_key(mapping(FOREIGN_KEY)),
        Holds::Columns => any_of(vec![list(mapping(COLUMN)), by_key(mapping(COLUMN))]),
        Holds::Matching => {
            let words = ["name", "position"].map(text);
            object([("enum", Value::Array(words.into()))])
        }
        Holds::Properties => mapping(PROPERTIES),
    }
}

#[cfg(test)]
mod tests;
