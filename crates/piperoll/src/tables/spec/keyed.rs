//! What stands under keys of the writer's choice: checks, row filters, foreign keys.

use super::read::{Named, names};
use crate::target::{Check, ForeignKey, RowFilter, TableName};
use crate::yaml::{Entry, Field, Fields, Position, Problems, quoted};
use std::collections::BTreeMap;

/// A check or a filter, and where its name stands.
pub(super) struct Rule {
    pub(super) key: String,
    pub(super) at: Position,
    pub(super) name: String,
    pub(super) expression: String,
}

/// A foreign key, and where its parts stand.
pub(super) struct Reference {
    pub(super) name: String,
    pub(super) columns: Vec<Named>,
    pub(super) key: ForeignKey,
}

pub(super) fn rules(field: Field<'_>, problems: &mut Problems) -> Vec<Rule> {
    let entries = entries(field, problems);
    entries
        .iter()
        .filter_map(|entry| {
            let mut fields = Fields::new(&entry.value, problems)?;
            let name = fields.required("name");
            let at = name.map_or(entry.value.at, |name| name.node.at);
            let name = name.and_then(|field| filled(field, fields.problems()));
            let expression = fields.required("expression");
            let expression = expression.and_then(|field| filled(field, fields.problems()));
            fields.finish();
            Some(Rule {
                key: entry.key.clone(),
                at,
                name: name?,
                expression: expression?,
            })
        })
        .collect()
}

/// The rules by their keys; two that have one name are a fault, for the engine knows them by it.
pub(super) fn checks(
    rules: Vec<Rule>,
    seen: &mut BTreeMap<String, Position>,
    problems: &mut Problems,
) -> BTreeMap<String, Check> {
    let mut checks = BTreeMap::new();
    for Rule {
        key,
        at,
        name,
        expression,
    } in rules
    {
        once(&name, at, "check", seen, problems);
        checks.insert(key, Check { name, expression });
    }
    checks
}

pub(super) fn filters(rules: Vec<Rule>, problems: &mut Problems) -> BTreeMap<String, RowFilter> {
    let mut seen = BTreeMap::new();
    let mut filters = BTreeMap::new();
    for Rule {
        key,
        at,
        name,
        expression,
    } in rules
    {
        once(&name, at, "row filter", &mut seen, problems);
        filters.insert(key, RowFilter { name, expression });
    }
    filters
}

fn once(
    name: &str,
    at: Position,
    what: &str,
    seen: &mut BTreeMap<String, Position>,
    problems: &mut Problems,
) {
    if let Some(first) = seen.get(name) {
        let first = problems.place(*first);
        let message = format!("a {what} called {} stands at {first} already", quoted(name));
        problems.add(at, message);
    } else {
        seen.insert(name.to_owned(), at);
    }
}

/// The foreign keys. A table's name that has fewer than three parts is completed from `own`.
pub(super) fn foreign_keys(
    field: Field<'_>,
    own: Option<&TableName>,
    env: Option<&str>,
    problems: &mut Problems,
) -> Vec<Reference> {
    let entries = entries(field, problems);
    entries
        .iter()
        .filter_map(|entry| {
            let mut fields = Fields::new(&entry.value, problems)?;
            let columns = fields.required("columns");
            let columns = columns.map(|field| names(field, fields.problems()));
            let table = fields.required("reference_table");
            let table = table.and_then(|field| table_name(field, own?, env, fields.problems()));
            let referred = fields.required("reference_columns");
            let referred_at = referred.map(|field| field.node.at);
            let referred = referred.map(|field| names(field, fields.problems()));
            fields.finish();
            let (columns, referred) = (columns?, referred?);
            if columns.len() != referred.len() {
                let message = format!(
                    "{} has {} `columns` and {} `reference_columns`; each column refers to one",
                    quoted(&entry.key),
                    columns.len(),
                    referred.len()
                );
                problems.add(referred_at.unwrap_or(entry.at), message);
            }
            let key = ForeignKey {
                columns: columns.iter().map(|named| named.name.clone()).collect(),
                reference_table: table?,
                reference_columns: referred.into_iter().map(|named| named.name).collect(),
            };
            Some(Reference {
                name: entry.key.clone(),
                columns,
                key,
            })
        })
        .collect()
}

fn table_name(
    field: Field<'_>,
    own: &TableName,
    env: Option<&str>,
    problems: &mut Problems,
) -> Option<TableName> {
    let text = field.text(problems)?;
    let parts: Vec<&str> = text.split('.').collect();
    let name = match parts.as_slice() {
        [table] => TableName::new(own.catalog(), own.schema(), table),
        [schema, table] => TableName::new(own.catalog(), schema, table),
        [catalog, schema, table] => {
            TableName::new(&super::read::with_env(catalog, env), schema, table)
        }
        _ => TableName::parse(text),
    };
    match name {
        Ok(name) => Some(name),
        Err(error) => {
            problems.add(field.node.at, format!("`{}`: {error}", field.name));
            None
        }
    }
}

/// A text that says something.
pub(super) fn filled(field: Field<'_>, problems: &mut Problems) -> Option<String> {
    let text = field.text(problems)?;
    if text.trim().is_empty() {
        problems.add(field.node.at, format!("`{}` is blank", field.name));
        return None;
    }
    Some(text.to_owned())
}

fn entries<'a>(field: Field<'a>, problems: &mut Problems) -> &'a [Entry] {
    match field.node.as_mapping() {
        Some(entries) => entries,
        None => {
            // This says what it must be.
            drop(field.mapping(problems));
            &[]
        }
    }
}
