//! A table as the record keeps it: Layker's snapshot, with what Layker leaves out.

use crate::event::Value;
use crate::target::{
    Attribute, Check, Column, DefaultValue, ForeignKey, RowFilter, State, Table, UniqueKey,
};
use std::collections::{BTreeMap, BTreeSet};

/// The snapshot of what was found. What the engine could not tell is not there, and is named under `unknown`.
pub fn snapshot(state: &State) -> Value {
    let mut members = table_members(&state.table, &state.unknown);
    if !state.unknown.is_empty() {
        let names = state.unknown.iter().map(|attribute| text(key(*attribute)));
        members.insert("unknown".to_owned(), Value::Array(names.collect()));
    }
    Value::Object(members)
}

/// The snapshot of a declared table.
pub(super) fn declared(table: &Table) -> Value {
    Value::Object(table_members(table, &BTreeSet::new()))
}

fn table_members(table: &Table, unknown: &BTreeSet<Attribute>) -> BTreeMap<String, Value> {
    let name = &table.name;
    let columns = table.columns.iter().enumerate().map(|(index, column)| {
        let members = column_members(column, unknown);
        ((index + 1).to_string(), Value::Object(members))
    });
    let mut members = object([
        ("full_table_name", text(&name.to_string())),
        ("catalog", text(name.catalog())),
        ("schema", text(name.schema())),
        ("table", text(name.table())),
        ("columns", Value::Object(columns.collect())),
    ]);
    let attributes = [
        (Attribute::PrimaryKey, names(&table.primary_key)),
        (Attribute::ForeignKeys, foreign_keys(&table.foreign_keys)),
        (Attribute::UniqueKeys, unique_keys(&table.unique_keys)),
        (Attribute::PartitionedBy, names(&table.partitioned_by)),
        (Attribute::ClusterBy, names(&table.cluster_by)),
        (Attribute::Tags, Value::Object(table.tags.clone())),
        (Attribute::RowFilters, filters(&table.row_filters)),
        (Attribute::Checks, checks(&table.checks)),
        (
            Attribute::Properties,
            Value::Object(table.properties.clone()),
        ),
        (Attribute::Comment, text_or_empty(table.comment.as_deref())),
        (Attribute::Owner, text_or_empty(table.owner.as_deref())),
    ];
    for (attribute, value) in attributes {
        if !unknown.contains(&attribute) {
            members.insert(key(attribute).to_owned(), value);
        }
    }
    members
}

fn column_members(column: &Column, unknown: &BTreeSet<Attribute>) -> BTreeMap<String, Value> {
    let mut members = object([("name", text(&column.name)), ("active", Value::Bool(true))]);
    let mut put = |attribute: Attribute, name: &str, value: Value| {
        if !unknown.contains(&attribute) {
            members.insert(name.to_owned(), value);
        }
    };
    put(
        Attribute::Datatype,
        "datatype",
        text(&column.datatype.to_string()),
    );
    put(
        Attribute::Nullable,
        "nullable",
        Value::Bool(column.nullable),
    );
    put(
        Attribute::ColumnComment,
        "comment",
        text_or_empty(column.comment.as_deref()),
    );
    put(
        Attribute::ColumnTags,
        "tags",
        Value::Object(column.tags.clone()),
    );
    let mask = text_or_empty(column.masking_rule.as_deref());
    put(Attribute::MaskingRule, "column_masking_rule", mask);
    put(
        Attribute::ColumnChecks,
        "column_check_constraints",
        checks(&column.checks),
    );
    if let Some(default) = &column.default {
        let (name, value) = default_value(default);
        put(Attribute::Default, name, value);
    }
    if let Some(value) = &column.variable_value {
        put(Attribute::VariableValue, "variable_value", value.clone());
    }
    if let Some(expression) = &column.generated {
        put(Attribute::Generated, "generated", text(expression));
    }
    if !column.allowed_values.is_empty() {
        let values = Value::Array(column.allowed_values.clone());
        put(Attribute::AllowedValues, "allowed_values", values);
    }
    members
}

/// The key of a column under `add`: Layker has other names there than in a snapshot.
pub(super) fn added_column(column: &Column) -> Value {
    let mut members = column_members(column, &BTreeSet::new());
    members.remove("active");
    for (name, renamed) in [("comment", "column_comment"), ("tags", "column_tags")] {
        if let Some(value) = members.remove(name) {
            members.insert(renamed.to_owned(), value);
        }
    }
    Value::Object(members)
}

/// The name of an attribute in snapshots and differences.
pub(super) fn key(attribute: Attribute) -> &'static str {
    match attribute {
        Attribute::Datatype => "datatype",
        Attribute::Nullable => "nullable",
        Attribute::Default => "default_value",
        Attribute::VariableValue => "variable_value",
        Attribute::Generated => "generated",
        Attribute::ColumnComment => "column_comment",
        Attribute::ColumnTags => "column_tags",
        Attribute::MaskingRule => "column_masking_rule",
        Attribute::ColumnChecks => "column_check_constraints",
        Attribute::AllowedValues => "allowed_values",
        Attribute::PrimaryKey => "primary_key",
        Attribute::UniqueKeys => "unique_keys",
        Attribute::ForeignKeys => "foreign_keys",
        Attribute::Checks => "table_check_constraints",
        Attribute::RowFilters => "row_filters",
        Attribute::Tags => "table_tags",
        Attribute::Owner => "owner",
        Attribute::Comment => "table_comment",
        Attribute::Properties => "table_properties",
        Attribute::PartitionedBy => "partitioned_by",
        Attribute::ClusterBy => "cluster_by",
    }
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// Layker's way to say none.
pub(super) fn text_or_empty(text: Option<&str>) -> Value {
    Value::Text(text.unwrap_or_default().to_owned())
}

pub(super) fn names(names: &[String]) -> Value {
    Value::Array(names.iter().map(|name| text(name)).collect())
}

/// A default, under the key that declares it.
pub(super) fn default_value(default: &DefaultValue) -> (&'static str, Value) {
    match default {
        DefaultValue::Value(value) => ("default_value", value.clone()),
        DefaultValue::Expression(expression) => ("default_expression", text(expression)),
    }
}

fn unique_keys(keys: &[UniqueKey]) -> Value {
    Value::Array(keys.iter().map(|key| names(&key.columns)).collect())
}

fn foreign_keys(keys: &BTreeMap<String, ForeignKey>) -> Value {
    let keys = keys.iter();
    Value::Object(
        keys.map(|(name, key)| (name.clone(), foreign_key(key)))
            .collect(),
    )
}

pub(super) fn foreign_key(key: &ForeignKey) -> Value {
    Value::Object(object([
        ("columns", names(&key.columns)),
        ("reference_table", text(&key.reference_table.to_string())),
        ("reference_columns", names(&key.reference_columns)),
    ]))
}

fn checks(checks: &BTreeMap<String, Check>) -> Value {
    let checks = checks.iter();
    Value::Object(
        checks
            .map(|(key, check)| (key.clone(), rule(&check.name, &check.expression)))
            .collect(),
    )
}

fn filters(filters: &BTreeMap<String, RowFilter>) -> Value {
    let filters = filters.iter();
    Value::Object(
        filters
            .map(|(key, filter)| (key.clone(), rule(&filter.name, &filter.expression)))
            .collect(),
    )
}

pub(super) fn rule(name: &str, expression: &str) -> Value {
    Value::Object(object([
        ("name", text(name)),
        ("expression", text(expression)),
    ]))
}

pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> BTreeMap<String, Value> {
    let members = members.into_iter();
    members
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
