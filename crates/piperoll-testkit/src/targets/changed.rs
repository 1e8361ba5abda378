//! A table, changed at random.

use super::Abilities;
use super::draw::Draw;
use super::names::COLUMNS;
use super::tables::{self, bare_table, text, whole};
use piperoll::target::{Column, DataType, Table, UniqueKey};

/// The same table, some of it drawn again, and which columns were renamed.
pub fn changed(
    draw: &mut Draw,
    from: &Table,
    abilities: Abilities,
) -> (Table, Vec<(String, String)>) {
    let mut renamed = Vec::new();
    let mut columns = Vec::new();
    for before in &from.columns {
        let mut column = before.clone();
        match draw.below(10) {
            0 if from.columns.len() > 1 => continue,
            // SQLite does not rename a column of this name.
            1 if before.name != "rowid" => {
                let new = format!("{} anew", before.name);
                renamed.push((before.name.clone(), new.clone()));
                column.name = new;
            }
            2 | 3 => {
                let other = tables::column(draw, &before.name, &[], abilities);
                one_attribute(draw, &mut column, &other);
            }
            _ => {}
        }
        columns.push(column);
    }
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let free = COLUMNS.iter().filter(|name| {
        let mut taken = names.iter().chain(from.columns.iter().map(|c| &c.name));
        !taken.any(|other| other.eq_ignore_ascii_case(name))
    });
    let free: Vec<&str> = free.copied().collect();
    for _ in 0..draw.below(3) {
        let new = *draw.pick(&free);
        if !columns.iter().any(|column| column.name == new) {
            columns.push(tables::column(draw, new, &[], abilities));
        }
    }
    if columns.is_empty() {
        columns.push(tables::column(draw, free[0], &[], abilities));
    }
    let mut table = bare_table(&from.name, columns);
    if draw.chance(30) {
        whole(draw, &mut table, abilities);
    } else {
        follow(from, &mut table, &renamed);
        table.comment = text(draw);
    }
    for column in &mut table.columns {
        follow_checks(column, from, &renamed);
    }
    if table
        .columns
        .iter()
        .all(|column| column.generated.is_some())
    {
        table.columns[0].generated = None;
    }
    (table, renamed)
}

/// Takes one attribute from another column.
fn one_attribute(draw: &mut Draw, column: &mut Column, other: &Column) {
    let is_plain = column.generated.is_none() && other.generated.is_none();
    match draw.below(9) {
        0 => column.nullable = other.nullable,
        1 if is_plain => column.default.clone_from(&other.default),
        2 => column.comment.clone_from(&other.comment),
        8 => column.variable_value.clone_from(&other.variable_value),
        3 => column.tags.clone_from(&other.tags),
        4 if is_plain => column.checks.clone_from(&other.checks),
        5 if is_plain => {
            column.allowed_values = tables::allowed(draw, &column.datatype);
        }
        6 if is_plain => {
            column.generated = Some("3 + length('a')".to_owned());
            column.default = None;
        }
        _ if is_plain => {
            column.datatype = other.datatype.clone();
            column.default = None;
            column.allowed_values.clear();
        }
        _ => {}
    }
}

/// Keeps what is the table's own, as far as its columns are there under their new names.
fn follow(from: &Table, to: &mut Table, renamed: &[(String, String)]) {
    let of = |name: &String| {
        let mut all = renamed.iter();
        let new = all.find(|(old, _)| old == name);
        let name = new.map_or(name, |(_, new)| new);
        to.columns
            .iter()
            .find(|column| column.name == *name && column.generated.is_none())
            .map(|column| column.name.clone())
    };
    let all = |names: &[String]| names.iter().map(of).collect::<Option<Vec<_>>>();
    let primary_key = all(&from.primary_key).unwrap_or_default();
    let unique_keys = from
        .unique_keys
        .iter()
        .filter_map(|key| {
            Some(UniqueKey {
                columns: all(&key.columns)?,
            })
        })
        .collect();
    let foreign_keys = from
        .foreign_keys
        .iter()
        .filter_map(|(name, key)| {
            let mut key = key.clone();
            key.columns = all(&key.columns)?;
            let column = to
                .columns
                .iter()
                .find(|column| column.name == key.columns[0])?;
            (column.datatype == DataType::Bigint).then(|| (name.clone(), key))
        })
        .collect();
    to.primary_key = primary_key;
    to.unique_keys = unique_keys;
    to.foreign_keys = foreign_keys;
    if renamed.is_empty() && from.columns.iter().all(|column| of(&column.name).is_some()) {
        to.checks.clone_from(&from.checks);
    }
    to.tags.clone_from(&from.tags);
    to.properties.clone_from(&from.properties);
    to.owner.clone_from(&from.owner);
    for column in &mut to.columns {
        if to.primary_key.contains(&column.name) {
            column.nullable = false;
        }
    }
}

/// A check of a renamed column names it by its new name.
fn follow_checks(column: &mut Column, from: &Table, renamed: &[(String, String)]) {
    let mut all = renamed.iter();
    let Some((old, new)) = all.find(|(_, new)| *new == column.name) else {
        return;
    };
    assert!(from.columns.iter().any(|column| column.name == *old));
    for check in column.checks.values_mut() {
        let old = format!("\"{}\"", old.replace('"', "\"\""));
        let new = format!("\"{}\"", new.replace('"', "\"\""));
        check.expression = check.expression.replacen(&old, &new, 1);
    }
}
