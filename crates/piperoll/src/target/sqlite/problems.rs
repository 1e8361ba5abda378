//! What of a declared table SQLite cannot have.

use super::expression::{self, Declared};
use super::layout::Layout;
use super::{lay, scratch, statements, trial};
use crate::error::Problem;
use crate::event::Value;
use crate::limits::SQLITE_COLUMNS_MAX;
use crate::target::data_type::DataType;
use crate::target::dialect::sqlite as dialect;
use crate::target::table::{Check, Column, DefaultValue, Table};
use std::collections::{BTreeMap, BTreeSet};

/// Digits that a double keeps.
const EXACT_DIGITS: u8 = 15;

/// All of it, each at its key.
pub(super) fn of(table: &Table) -> Vec<Problem> {
    let mut found = Found(Vec::new());
    names(table, &mut found);
    texts(table, &mut found);
    // SQLite is asked about expressions on a table of those names.
    let is_named = found.0.is_empty();
    unsupported(table, &mut found);
    for column in &table.columns {
        values(column, &mut found);
    }
    references(table, &mut found);
    if is_named {
        expressions(table, &mut found);
    }
    found.0
}

/// What SQLite keeps less exactly than it is declared.
pub(super) fn warnings(table: &Table) -> Vec<Problem> {
    let mut found = Found(Vec::new());
    for column in &table.columns {
        if let DataType::Decimal { precision, .. } = column.datatype
            && precision > EXACT_DIGITS
        {
            found.add(
                format!("columns.{}.datatype", column.name),
                format!(
                    "SQLite keeps {EXACT_DIGITS} digits of a number with a point, not {precision}"
                ),
            );
        }
    }
    found.0
}

struct Found(Vec<Problem>);

impl Found {
    fn add(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.0.push(Problem::new(place, message));
    }
}

fn names(table: &Table, found: &mut Found) {
    let name = &table.name;
    if !name.schema().eq_ignore_ascii_case("main") {
        let message = format!(
            "the schema `{}` is not there: SQLite has `main`",
            name.schema()
        );
        found.add("schema", message);
    }
    let is_ours = name
        .table()
        .eq_ignore_ascii_case(statements::SIDE_TABLE_NAME);
    if scratch::is_of_sqlite(name.table()) || is_ours {
        let message = format!("the name `{}` is kept for other uses", name.table());
        found.add("table", message);
    }
    if table.columns.is_empty() {
        found.add("columns", "a table needs a column");
    }
    if table.columns.len() > SQLITE_COLUMNS_MAX {
        let message = format!(
            "SQLite has at most {SQLITE_COLUMNS_MAX} columns in a table, not {}",
            table.columns.len()
        );
        found.add("columns", message);
    }
    let mut taken = BTreeSet::new();
    for column in &table.columns {
        if column.name.is_empty() || column.name.contains('\0') {
            found.add("columns", "a column needs a name, without U+0000");
        } else if !taken.insert(column.name.to_ascii_lowercase()) {
            let message = "SQLite takes two names that differ in case only for one";
            found.add(format!("columns.{}", column.name), message);
        }
    }
    if !table.columns.is_empty() && table.columns.iter().all(|each| each.generated.is_some()) {
        found.add("columns", "a table needs a column that is not computed");
    }
}

fn unsupported(table: &Table, found: &mut Found) {
    for key in table.row_filters.keys() {
        found.add(format!("row_filters.{key}"), "SQLite has no row filters");
    }
    for (key, columns) in [
        ("partitioned_by", &table.partitioned_by),
        ("cluster_by", &table.cluster_by),
    ] {
        if !columns.is_empty() {
            found.add(key, "SQLite has no partitions and no clusters");
        }
    }
    for column in &table.columns {
        if column.masking_rule.is_some() {
            let place = format!("columns.{}.column_masking_rule", column.name);
            found.add(place, "SQLite cannot mask a column");
        }
    }
}

/// Defaults, allowed values, and what a computed column cannot be.
fn values(column: &Column, found: &mut Found) {
    let name = &column.name;
    if let Some(DefaultValue::Value(value)) = &column.default
        && let Err(fault) = dialect::value(value)
    {
        found.add(format!("columns.{name}.default"), fault);
    }
    if let Err(fault) = lay::allowed_expression(name, &column.allowed_values) {
        found.add(format!("columns.{name}.allowed_values"), fault);
    }
    if column.generated.is_some() && column.default.is_some() {
        let message = "a computed column has no default";
        found.add(format!("columns.{name}.default"), message);
    }
}

/// Keys, and what they refer to.
fn references(table: &Table, found: &mut Found) {
    let column = |name: &str| {
        let mut columns = table.columns.iter();
        columns.find(|column| column.name.eq_ignore_ascii_case(name))
    };
    let there = |place: &str, columns: &[String], found: &mut Found| {
        if columns.is_empty() {
            found.add(place, "names no column");
        }
        for name in columns {
            if column(name).is_none() {
                found.add(place, format!("the column `{name}` is not there"));
            }
        }
    };
    if !table.primary_key.is_empty() {
        there("primary_key", &table.primary_key, found);
    }
    for (at, key) in table.unique_keys.iter().enumerate() {
        there(&format!("unique_keys[{at}]"), &key.columns, found);
    }
    for (name, key) in &table.foreign_keys {
        let place = format!("foreign_keys.{name}");
        there(&place, &key.columns, found);
        let parent = &key.reference_table;
        if parent.catalog() != table.name.catalog() || parent.schema() != table.name.schema() {
            let message = format!("SQLite cannot refer to `{parent}`: it is in another database");
            found.add(place.clone(), message);
        }
        if key.reference_columns.len() != key.columns.len() {
            found.add(place.clone(), "needs as many columns there as here");
        }
        if name.is_empty() || name.contains('\0') {
            found.add(place, "needs a name, without U+0000");
        }
    }
    for name in &table.primary_key {
        if column(name).is_some_and(|column| column.generated.is_some()) {
            found.add(
                "primary_key",
                format!("`{name}` is computed: SQLite has no such key"),
            );
        }
    }
}

/// What only the layout tells: whether a column of the key is the rowid, which is never NULL. Others made before may be NULL in SQLite, though they are a key.
pub(super) fn of_layout(table: &Table, layout: &Layout) -> Vec<Problem> {
    let mut found = Found(Vec::new());
    let mut columns = table.columns.iter();
    if let Some(alias) = layout.rowid_alias()
        && let Some(column) = columns.find(|column| column.name == alias)
        && column.nullable
    {
        let message =
            "an integer that is the whole key is never NULL in SQLite: write `nullable: false`";
        found.add(format!("columns.{alias}.nullable"), message);
    }
    found.0
}

/// What SQLite's SQL cannot hold.
fn texts(table: &Table, found: &mut Found) {
    let mut text = |place: &str, text: &str| {
        if text.contains('\0') {
            found.add(place, "holds U+0000, which SQLite's SQL cannot hold");
        }
    };
    text("comment", table.comment.as_deref().unwrap_or_default());
    text("owner", table.owner.as_deref().unwrap_or_default());
    for key in table.tags.keys() {
        text("tags", key);
    }
    for key in table.properties.keys() {
        text("properties", key);
    }
    for column in &table.columns {
        let place = format!("columns.{}.comment", column.name);
        text(&place, column.comment.as_deref().unwrap_or_default());
        for key in column.tags.keys() {
            text(&format!("columns.{}.tags", column.name), key);
        }
    }
    let not_a_number = |tags: &BTreeMap<String, Value>| {
        let mut values = tags.values();
        values.any(|value| matches!(value, Value::Real(number) if number.is_nan()))
    };
    let columns = table.columns.iter().map(|column| &column.tags);
    if columns
        .chain([&table.tags, &table.properties])
        .any(not_a_number)
    {
        found.add("tags", "NaN is equal to nothing, not even to itself");
    }
    let mut taken = BTreeSet::new();
    checks("checks", &table.checks, &mut taken, found);
    for column in &table.columns {
        let place = format!("columns.{}.checks", column.name);
        checks(&place, &column.checks, &mut taken, found);
    }
}

/// A name of a check is there once in the whole table: `taken` are those so far.
fn checks<'t>(
    place: &str,
    checks: &'t BTreeMap<String, Check>,
    taken: &mut BTreeSet<&'t String>,
    found: &mut Found,
) {
    for (key, check) in checks {
        let place = format!("{place}.{key}");
        if check.name.is_empty() || check.name.contains('\0') || key.contains('\0') {
            found.add(place, "needs a name, without U+0000");
        } else if !taken.insert(&check.name) {
            found.add(place, format!("the name `{}` is taken", check.name));
        }
    }
}

/// All are asked at once; when SQLite refuses, each alone.
fn expressions(table: &Table, found: &mut Found) {
    let declared = expression::declared(table);
    let mut sound: Vec<&Declared> = Vec::new();
    for each in &declared {
        match expression::fault(&each.expression) {
            Some(fault) => found.add(&each.place, fault),
            None => sound.push(each),
        }
    }
    if sound.is_empty() {
        return;
    }
    let Some(together) = expression::refusal(table, &sound) else {
        for each in sound {
            if let Some(fault) = trial::refusal(table, each) {
                found.add(
                    &each.place,
                    format!("SQLite would refuse every row: {fault}"),
                );
            }
        }
        return;
    };
    let before = found.0.len();
    for each in sound {
        if let Some(fault) = expression::refusal(table, &[each]) {
            found.add(&each.place, format!("SQLite refuses it: {fault}"));
        }
    }
    if found.0.len() == before {
        found.add("columns", format!("SQLite refuses the table: {together}"));
    }
}
