//! Each attribute of a table and of its columns, compared.

use super::pairs::{Live, pair};
use super::{Altered, Change};
use crate::event::Value;
use crate::tables::Spec;
use crate::tables::snapshot::{default_value, foreign_key, names, rule, text};
use crate::target::{Attribute, Check, Column, State, Table};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn changes(spec: &Spec, state: &State) -> Vec<Change> {
    let mut changes = Vec::new();
    if state.table.name != spec.table.name {
        let from = state.table.name.clone();
        changes.push(Change::RenameTable { from });
    }
    let pairs = pair(spec, state);
    let renamed: BTreeMap<&str, &str> = spec
        .table
        .columns
        .iter()
        .zip(&pairs.found)
        .filter_map(|(column, found)| {
            let (_, live) = (*found)?;
            (live.name != column.name).then_some((live.name.as_str(), column.name.as_str()))
        })
        .collect();
    let altered = table(&spec.table, &state.table, &renamed);
    changes.extend(known(altered, state).map(Change::Table));
    for (index, (column, found)) in spec.table.columns.iter().zip(&pairs.found).enumerate() {
        let position = index + 1;
        let Some((live_index, live)) = found else {
            let column = Box::new(column.clone());
            changes.push(Change::AddColumn { position, column });
            continue;
        };
        if live.name != column.name {
            changes.push(Change::RenameColumn {
                position,
                from: live.name.clone(),
                to: column.name.clone(),
            });
        }
        let altered = self::column(column, live);
        changes.extend(known(altered, state).map(|altered| Change::Column {
            position,
            live_position: live_index + 1,
            column: column.name.clone(),
            altered,
        }));
    }
    changes.extend(pairs.left.iter().map(|(index, column)| Change::DropColumn {
        live_position: index + 1,
        column: Box::new((*column).clone()),
    }));
    changes
}

/// What the engine cannot tell is neither equal nor different.
fn known(altered: Vec<Altered>, state: &State) -> impl Iterator<Item = Altered> {
    let known = |altered: &Altered| !state.unknown.contains(&altered.attribute);
    altered.into_iter().filter(known)
}

pub(super) fn goal(spec: &Spec, state: &State) -> Table {
    let pairs = pair(spec, state);
    let live = &state.table;
    let mut table = spec.table.clone();
    for (column, found) in table.columns.iter_mut().zip(&pairs.found) {
        if let Some((_, live)) = found {
            keep_unknown(column, live, &state.unknown);
        }
    }
    let inactive = pairs
        .inactive
        .iter()
        .map(|(_, column): &Live<'_>| (*column).clone());
    table.columns.extend(inactive);
    if table.owner.is_none() {
        table.owner.clone_from(&live.owner);
    }
    for attribute in &state.unknown {
        match attribute {
            Attribute::PrimaryKey => table.primary_key.clone_from(&live.primary_key),
            Attribute::UniqueKeys => table.unique_keys.clone_from(&live.unique_keys),
            Attribute::ForeignKeys => table.foreign_keys.clone_from(&live.foreign_keys),
            Attribute::Checks => table.checks.clone_from(&live.checks),
            Attribute::RowFilters => table.row_filters.clone_from(&live.row_filters),
            Attribute::Tags => table.tags.clone_from(&live.tags),
            Attribute::Owner => table.owner.clone_from(&live.owner),
            Attribute::Comment => table.comment.clone_from(&live.comment),
            Attribute::Properties => table.properties.clone_from(&live.properties),
            Attribute::PartitionedBy => table.partitioned_by.clone_from(&live.partitioned_by),
            Attribute::ClusterBy => table.cluster_by.clone_from(&live.cluster_by),
            _ => {}
        }
    }
    table
}

fn keep_unknown(column: &mut Column, live: &Column, unknown: &BTreeSet<Attribute>) {
    for attribute in unknown {
        match attribute {
            Attribute::Datatype => column.datatype.clone_from(&live.datatype),
            Attribute::Nullable => column.nullable = live.nullable,
            Attribute::Default => column.default.clone_from(&live.default),
            Attribute::VariableValue => column.variable_value.clone_from(&live.variable_value),
            Attribute::Generated => column.generated.clone_from(&live.generated),
            Attribute::ColumnComment => column.comment.clone_from(&live.comment),
            Attribute::ColumnTags => column.tags.clone_from(&live.tags),
            Attribute::MaskingRule => column.masking_rule.clone_from(&live.masking_rule),
            Attribute::ColumnChecks => column.checks.clone_from(&live.checks),
            Attribute::AllowedValues => column.allowed_values.clone_from(&live.allowed_values),
            _ => {}
        }
    }
}

/// `renamed` leads from old to new names of columns: a key does not differ because its column has a new name.
fn table(declared: &Table, live: &Table, renamed: &BTreeMap<&str, &str>) -> Vec<Altered> {
    let now = |columns: &[String]| -> Vec<String> {
        let names = columns.iter().map(|name| {
            let now = renamed.get(name.as_str()).copied();
            now.unwrap_or(name).to_owned()
        });
        names.collect()
    };
    let mut altered = Vec::new();
    for (attribute, declared, live) in [
        (
            Attribute::PrimaryKey,
            &declared.primary_key,
            &live.primary_key,
        ),
        (
            Attribute::PartitionedBy,
            &declared.partitioned_by,
            &live.partitioned_by,
        ),
        (Attribute::ClusterBy, &declared.cluster_by, &live.cluster_by),
    ] {
        let list = |columns: &Vec<String>| (!columns.is_empty()).then(|| names(columns));
        let (old, new) = (list(&now(live)), list(declared));
        altered.extend(single(attribute, old, new));
    }
    let unique = |columns: Vec<String>| names(&columns);
    let old: Vec<Value> = live
        .unique_keys
        .iter()
        .map(|key| unique(now(&key.columns)))
        .collect();
    let new: Vec<Value> = declared
        .unique_keys
        .iter()
        .map(|key| names(&key.columns))
        .collect();
    altered.extend(listed(Attribute::UniqueKeys, &old, &new));
    let old = live.foreign_keys.iter().map(|(name, key)| {
        let mut key = key.clone();
        key.columns = now(&key.columns);
        if key.reference_table == live.name {
            key.reference_table = declared.name.clone();
            key.reference_columns = now(&key.reference_columns);
        }
        (name.clone(), foreign_key(&key))
    });
    let new = declared.foreign_keys.iter();
    let new = new.map(|(name, key)| (name.clone(), foreign_key(key)));
    altered.extend(keyed(
        Attribute::ForeignKeys,
        &old.collect(),
        &new.collect(),
    ));
    altered.extend(rules(
        Attribute::Checks,
        rules_of(&live.checks),
        rules_of(&declared.checks),
    ));
    altered.extend(rules(
        Attribute::RowFilters,
        live.row_filters
            .iter()
            .map(|(key, filter)| Rule::new(key, &filter.name, &filter.expression)),
        declared
            .row_filters
            .iter()
            .map(|(key, filter)| Rule::new(key, &filter.name, &filter.expression)),
    ));
    altered.extend(keyed(Attribute::Tags, &live.tags, &declared.tags));
    altered.extend(keyed(
        Attribute::Properties,
        &live.properties,
        &declared.properties,
    ));
    let optional = |value: &Option<String>| value.as_deref().map(text);
    let comments = (optional(&live.comment), optional(&declared.comment));
    altered.extend(single(Attribute::Comment, comments.0, comments.1));
    // Nobody who leaves the owner out wants a table without one.
    if declared.owner.is_some() {
        let owners = (optional(&live.owner), optional(&declared.owner));
        altered.extend(single(Attribute::Owner, owners.0, owners.1));
    }
    altered
}

fn column(declared: &Column, live: &Column) -> Vec<Altered> {
    let optional = |value: &Option<String>| value.as_deref().map(text);
    let datatype = |column: &Column| Some(text(&column.datatype.to_string()));
    let default = |column: &Column| {
        let default = column.default.as_ref().map(default_value);
        default.map(|(key, value)| Value::Object([(key.to_owned(), value)].into()))
    };
    let mut altered = Vec::new();
    for (attribute, old, new) in [
        (Attribute::Datatype, datatype(live), datatype(declared)),
        (
            Attribute::Nullable,
            Some(Value::Bool(live.nullable)),
            Some(Value::Bool(declared.nullable)),
        ),
        (Attribute::Default, default(live), default(declared)),
        (
            Attribute::VariableValue,
            live.variable_value.clone(),
            declared.variable_value.clone(),
        ),
        (
            Attribute::Generated,
            optional(&live.generated),
            optional(&declared.generated),
        ),
        (
            Attribute::ColumnComment,
            optional(&live.comment),
            optional(&declared.comment),
        ),
        (
            Attribute::MaskingRule,
            optional(&live.masking_rule),
            optional(&declared.masking_rule),
        ),
    ] {
        altered.extend(single(attribute, old, new));
    }
    altered.extend(keyed(Attribute::ColumnTags, &live.tags, &declared.tags));
    altered.extend(rules(
        Attribute::ColumnChecks,
        rules_of(&live.checks),
        rules_of(&declared.checks),
    ));
    let values = |column: &Column| {
        let mut values = column.allowed_values.clone();
        // In whatever order: it is a set.
        values.sort_by_key(Value::canonical);
        values
    };
    if values(declared) != values(live) {
        let list = |column: &Column| {
            let values = &column.allowed_values;
            (!values.is_empty()).then(|| Value::Array(values.clone()))
        };
        altered.extend(single(Attribute::AllowedValues, list(live), list(declared)));
    }
    altered
}

fn single(attribute: Attribute, old: Option<Value>, new: Option<Value>) -> Option<Altered> {
    (old != new).then_some(Altered {
        attribute,
        key: None,
        old,
        new,
    })
}

/// Items of a list in whatever order.
fn listed(attribute: Attribute, old: &[Value], new: &[Value]) -> Vec<Altered> {
    let item = |old: Option<&Value>, new: Option<&Value>| Altered {
        attribute,
        key: None,
        old: old.cloned(),
        new: new.cloned(),
    };
    let added = new.iter().filter(|value| !old.contains(value));
    let removed = old.iter().filter(|value| !new.contains(value));
    added
        .map(|value| item(None, Some(value)))
        .chain(removed.map(|value| item(Some(value), None)))
        .collect()
}

fn keyed(
    attribute: Attribute,
    old: &BTreeMap<String, Value>,
    new: &BTreeMap<String, Value>,
) -> Vec<Altered> {
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    keys.into_iter()
        .filter(|key| old.get(*key) != new.get(*key))
        .map(|key| Altered {
            attribute,
            key: Some(key.clone()),
            old: old.get(key).cloned(),
            new: new.get(key).cloned(),
        })
        .collect()
}

struct Rule<'r> {
    key: &'r str,
    name: &'r str,
    expression: &'r str,
}

impl<'r> Rule<'r> {
    fn new(key: &'r str, name: &'r str, expression: &'r str) -> Self {
        Self {
            key,
            name,
            expression: expression.trim(),
        }
    }

    fn value(&self) -> Value {
        rule(self.name, self.expression)
    }
}

fn rules_of(checks: &BTreeMap<String, Check>) -> impl Iterator<Item = Rule<'_>> {
    let checks = checks.iter();
    checks.map(|(key, check)| Rule::new(key, &check.name, &check.expression))
}

/// The engine knows a check by its name; the key is a label of the specification.
fn rules<'r>(
    attribute: Attribute,
    old: impl Iterator<Item = Rule<'r>>,
    new: impl Iterator<Item = Rule<'r>>,
) -> Vec<Altered> {
    let mut old: BTreeMap<&str, Rule<'_>> = old.map(|rule| (rule.name, rule)).collect();
    let mut altered = Vec::new();
    for rule in new {
        let before = old.remove(rule.name);
        if before
            .as_ref()
            .is_some_and(|before| before.expression == rule.expression)
        {
            continue;
        }
        altered.push(Altered {
            attribute,
            key: Some(rule.key.to_owned()),
            old: before.map(|before| before.value()),
            new: Some(rule.value()),
        });
    }
    altered.extend(old.into_values().map(|rule| Altered {
        attribute,
        key: Some(rule.key.to_owned()),
        old: Some(rule.value()),
        new: None,
    }));
    altered
}
