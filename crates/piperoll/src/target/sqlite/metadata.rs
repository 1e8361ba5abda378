//! What SQLite cannot keep itself, as rows of the side table. A row stands only where the table's own statement does not say the same.

use super::interpret::live_default;
use super::layout::Layout;
use super::statements;
use crate::event::Value;
use crate::target::dialect::sqlite as dialect;
use crate::target::state::Metadata;
use crate::target::table::{Check, DefaultValue, Table};
use std::collections::{BTreeMap, BTreeSet};

/// A comment, of the table or of a column.
pub(super) const COMMENT: &str = "comment";
/// A tag: its name is the key, its value is JSON.
pub(super) const TAG: &str = "tag";
/// The owner.
pub(super) const OWNER: &str = "owner";
/// A property: its name is the key, its value is JSON.
pub(super) const PROPERTY: &str = "property";
/// The declared type.
pub(super) const DATATYPE: &str = "datatype";
/// The declared default, as JSON.
pub(super) const DEFAULT: &str = "default";
/// The allowed values, as a JSON array.
pub(super) const ALLOWED_VALUES: &str = "allowed_values";
/// The value for other programs, as JSON.
pub(super) const VARIABLE_VALUE: &str = "variable_value";
/// A check whose key is not its name: the value is the name.
pub(super) const CHECK: &str = "check";

/// The rows of a table that is laid out so, in their order.
pub(super) fn rows(table: &Table, layout: &Layout) -> Vec<Metadata> {
    let sql_types: BTreeMap<String, &str> = layout
        .columns
        .iter()
        .map(|column| (column.name.to_ascii_lowercase(), column.sql_type.as_str()))
        .collect();
    let mut rows = Vec::new();
    let mut add = |column: Option<&str>, attribute: &str, key: &str, value: String| {
        rows.push(Metadata {
            column: column.map(str::to_owned),
            attribute: attribute.to_owned(),
            key: key.to_owned(),
            value,
        });
    };
    if let Some(comment) = &table.comment {
        add(None, COMMENT, "", comment.clone());
    }
    if let Some(owner) = &table.owner {
        add(None, OWNER, "", owner.clone());
    }
    for (key, value) in &table.tags {
        add(None, TAG, key, value.canonical());
    }
    for (key, value) in &table.properties {
        add(None, PROPERTY, key, value.canonical());
    }
    for (key, name) in keyed(&table.checks) {
        add(None, CHECK, key, name.to_owned());
    }
    for column in &table.columns {
        let name = Some(column.name.as_str());
        let sql_type = sql_types.get(&column.name.to_ascii_lowercase());
        if sql_type.is_some_and(|sql| dialect::live_type(sql) != column.datatype) {
            add(name, DATATYPE, "", column.datatype.to_string());
        }
        if let Some(DefaultValue::Value(value)) = &column.default {
            let told = dialect::value(value).map(|sql| live_default(&sql, &column.datatype));
            if told != Ok(Some(DefaultValue::Value(value.clone()))) {
                add(name, DEFAULT, "", value.canonical());
            }
        }
        if let Some(value) = &column.variable_value {
            add(name, VARIABLE_VALUE, "", value.canonical());
        }
        if let Some(comment) = &column.comment {
            add(name, COMMENT, "", comment.clone());
        }
        for (key, value) in &column.tags {
            add(name, TAG, key, value.canonical());
        }
        for (key, constraint) in keyed(&column.checks) {
            add(name, CHECK, key, constraint.to_owned());
        }
        if !column.allowed_values.is_empty() {
            let values = Value::Array(column.allowed_values.clone());
            add(name, ALLOWED_VALUES, "", values.canonical());
        }
    }
    rows.sort();
    rows
}

/// The checks whose key is not the name of their constraint.
fn keyed(checks: &BTreeMap<String, Check>) -> impl Iterator<Item = (&str, &str)> {
    checks
        .iter()
        .filter(|(key, check)| **key != check.name)
        .map(|(key, check)| (key.as_str(), check.name.as_str()))
}

/// The rows of a table whose statement cannot be read: what describes it, beside what else is there.
pub(super) fn rows_beside(table: &Table, there: &[Metadata]) -> Vec<Metadata> {
    let describes = |row: &Metadata| {
        [COMMENT, TAG, OWNER, PROPERTY, VARIABLE_VALUE].contains(&row.attribute.as_str())
    };
    let mut found = rows(table, &Layout::default());
    found.retain(describes);
    found.extend(there.iter().filter(|row| !describes(row)).cloned());
    found.sort();
    found
}

/// The statements that turn the rows of one table into those of another, or of itself.
pub(super) fn changes(old: (&str, &[Metadata]), new: (&str, &[Metadata])) -> Vec<String> {
    let same_table = old.0.eq_ignore_ascii_case(new.0);
    let at = |row: &Metadata| {
        let column = row.column.as_ref().map(|name| name.to_ascii_lowercase());
        (column, row.attribute.clone(), row.key.clone())
    };
    let kept: BTreeSet<_> = new.1.iter().map(at).collect();
    let gone: Vec<&Metadata> = old
        .1
        .iter()
        .filter(|row| !same_table || !kept.contains(&at(row)))
        .collect();
    let there: BTreeSet<&Metadata> = old.1.iter().collect();
    let added: Vec<&Metadata> = new
        .1
        .iter()
        .filter(|row| !same_table || !there.contains(row))
        .collect();
    let mut statements = Vec::new();
    if !gone.is_empty() {
        statements.push(statements::forget(old.0, &gone));
    }
    if !added.is_empty() {
        statements.push(statements::remember(new.0, &added));
    }
    statements
}
