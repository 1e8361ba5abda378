//! Checks and foreign keys that stand, under the names that they are told by. SQLite lets them have none, or one that another has.

use super::interpret::{Rows, allowed_values};
use super::layout::{Constraint, Layout, Part};
use super::metadata;
use super::tokens::same;
use crate::target::table::Check;
use std::collections::{BTreeMap, BTreeSet};

/// Every foreign key under the name that it is told by, with its columns.
pub(super) fn laid_foreign_keys(layout: &Layout) -> Vec<(String, Vec<String>, &Constraint)> {
    let of_columns = layout.columns.iter().flat_map(|column| {
        let each = column.constraints.iter();
        each.map(|constraint| (vec![column.name.clone()], constraint))
    });
    let of_table = layout.constraints.iter().map(|each| match &each.part {
        Part::ForeignKey { columns, .. } => (columns.clone(), each),
        _ => (Vec::new(), each),
    });
    let mut names = BTreeSet::new();
    of_columns
        .chain(of_table)
        .filter(|(_, each)| matches!(each.part, Part::ForeignKey { .. }))
        .enumerate()
        .map(|(position, (columns, each))| {
            let name = key_for(each.name.as_deref(), "foreign_key", position, &mut names);
            (name, columns, each)
        })
        .collect()
}

/// A key for a constraint: its name, else its place.
fn key_for(
    name: Option<&str>,
    kind: &str,
    position: usize,
    taken: &mut BTreeSet<String>,
) -> String {
    let wanted = match name {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => format!("{kind}_{}", position + 1),
    };
    let mut key = wanted.clone();
    let mut count = 1;
    while !taken.insert(key.clone()) {
        count += 1;
        key = format!("{wanted}_{count}");
    }
    key
}

/// A check, and where it stands: under which column, and there, or among the constraints of the table, at which place.
pub(super) struct LaidCheck {
    pub(super) column: Option<String>,
    pub(super) at: usize,
    pub(super) key: String,
    pub(super) check: Check,
}

/// Every check of the table and of its columns, but those that stand for allowed values. A name is there once in the whole table: a check without one, and one whose
/// name another has, is told by its place.
pub(super) fn laid_checks(layout: &Layout, rows: &Rows<'_>) -> Vec<LaidCheck> {
    let of_columns = layout.columns.iter().flat_map(|column| {
        let mut allowed = allowed_values(column, rows).map(|(_, sql)| sql);
        let constraints = column.constraints.iter().enumerate();
        constraints.filter_map(move |(at, constraint)| {
            let expression = check_of(constraint)?;
            if allowed.as_ref().is_some_and(|sql| same(sql, expression)) {
                allowed = None;
                return None;
            }
            Some((Some(column.name.as_str()), at, constraint, expression))
        })
    });
    let of_table = layout.constraints.iter().enumerate();
    let of_table = of_table.filter_map(|(at, each)| Some((None, at, each, check_of(each)?)));
    let found: Vec<_> = of_columns.chain(of_table).collect();
    let mut names = BTreeSet::new();
    // Those that have a name keep it, wherever they stand.
    let own: Vec<Option<String>> = found
        .iter()
        .map(|(_, _, constraint, _)| {
            let name = constraint.name.clone().filter(|name| !name.is_empty());
            name.filter(|name| names.insert(name.clone()))
        })
        .collect();
    let mut keys: BTreeMap<Option<&str>, BTreeSet<String>> = BTreeMap::new();
    let mut laid = Vec::new();
    for (position, ((column, at, constraint, expression), own)) in
        found.into_iter().zip(own).enumerate()
    {
        let taken = keys.entry(column).or_insert_with(|| {
            let declared = rows.of(column, metadata::CHECK);
            declared.map(|row| row.key.clone()).collect()
        });
        let declared = own.as_ref().and_then(|name| {
            let mut declared = rows.of(column, metadata::CHECK);
            declared.find(|row| row.value == *name)
        });
        let name = match own {
            Some(name) => name,
            None => key_for(constraint.name.as_deref(), "check", position, &mut names),
        };
        let key = match declared {
            Some(row) => row.key.clone(),
            None => key_for(Some(&name), "check", position, taken),
        };
        laid.push(LaidCheck {
            column: column.map(str::to_owned),
            at,
            key,
            check: Check {
                name,
                expression: expression.to_owned(),
            },
        });
    }
    laid
}

fn check_of(constraint: &Constraint) -> Option<&str> {
    match &constraint.part {
        Part::Check { expression } => Some(expression),
        _ => None,
    }
}

/// The layout in which each check and each foreign key has the name that it is told by: where others come or go, it keeps that.
pub(super) fn named(layout: &Layout, rows: &Rows<'_>) -> Layout {
    let mut named = layout.clone();
    for laid in laid_checks(layout, rows) {
        let constraints = match &laid.column {
            None => Some(&mut named.constraints),
            Some(column) => named.column_mut(column).map(|laid| &mut laid.constraints),
        };
        if let Some(constraint) = constraints.and_then(|all| all.get_mut(laid.at)) {
            constraint.name = Some(laid.check.name);
        }
    }
    let names = laid_foreign_keys(layout)
        .into_iter()
        .map(|(name, _, _)| name);
    let of_columns = named
        .columns
        .iter_mut()
        .flat_map(|c| c.constraints.iter_mut());
    let constraints = of_columns.chain(named.constraints.iter_mut());
    let keys = constraints.filter(|each| matches!(each.part, Part::ForeignKey { .. }));
    for (key, name) in keys.zip(names) {
        key.name = Some(name);
    }
    named
}
