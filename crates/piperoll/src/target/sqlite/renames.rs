//! Renaming is SQLite's own: it rewrites the name wherever it stands, in indexes, triggers, views and other tables.

use super::scratch::Scratch;
use super::statements;
use crate::error::{Error, Result};
use crate::target::contract::{Step, TableChange};
use crate::target::state::{Metadata, State};
use crate::yaml::quoted;

/// The step that renames the table.
pub(super) fn table(
    change: &TableChange<'_>,
    old: &str,
    scratch: &Scratch,
) -> Result<Option<Step>> {
    let new = change.to.name.table();
    if old == new {
        return Ok(None);
    }
    if change.renamed_from.is_none() && !old.eq_ignore_ascii_case(new) {
        return Err(Error::internal(format!(
            "the change of {} starts from another table",
            quoted(new)
        )));
    }
    let sql = statements::rename_table(old, new);
    run(scratch, &sql, new)?;
    Ok(Some(Step {
        what: format!("rename the table {} to {}", quoted(old), quoted(new)),
        statements: vec![sql],
        guards: Vec::new(),
        destructive: false,
        rewrites: false,
        undo: Some(statements::rename_table(new, old)),
    }))
}

/// The steps that rename columns, those whose name differs in case alone among them. The side table's rows follow.
pub(super) fn columns(
    change: &TableChange<'_>,
    from: &State,
    rows: &mut [Metadata],
    scratch: &Scratch,
) -> Result<Vec<Step>> {
    let table = change.to.name.table();
    let mut left: Vec<(String, String)> = change.renamed_columns.to_vec();
    for column in &change.to.columns {
        let other_case =
            |name: &String| *name != column.name && name.eq_ignore_ascii_case(&column.name);
        let mut before = from.table.columns.iter().map(|each| &each.name);
        if let Some(name) = before.find(|name| other_case(name))
            && !left.iter().any(|(old, _)| old == name)
        {
            left.push((name.clone(), column.name.clone()));
        }
    }
    for row in rows.iter_mut() {
        if let Some(column) = &mut row.column
            && let Some((_, new)) = left
                .iter()
                .find(|(old, _)| old.eq_ignore_ascii_case(column))
        {
            column.clone_from(new);
        }
    }
    let mut taken: Vec<String> = from
        .table
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    let mut steps = Vec::new();
    while !left.is_empty() {
        let is_free = |(old, new): &(String, String)| {
            new.eq_ignore_ascii_case(old)
                || !taken.iter().any(|name| name.eq_ignore_ascii_case(new))
        };
        let (old, new) = match left.iter().position(is_free) {
            Some(at) => left.remove(at),
            None => {
                // Names that take each other's place: one steps aside.
                let Some((old, _)) = left.first_mut() else {
                    break;
                };
                let mut aside = format!("piperoll_aside_{}", steps.len());
                while taken.iter().any(|name| name.eq_ignore_ascii_case(&aside)) {
                    aside.push('_');
                }
                let was = std::mem::replace(old, aside.clone());
                (was, aside)
            }
        };
        for name in &mut taken {
            if name.eq_ignore_ascii_case(&old) {
                name.clone_from(&new);
            }
        }
        let sql = statements::rename_column(table, &old, &new);
        run(scratch, &sql, table)?;
        steps.push(Step {
            what: format!("rename the column {} to {}", quoted(&old), quoted(&new)),
            statements: vec![sql],
            guards: Vec::new(),
            destructive: false,
            rewrites: false,
            undo: Some(statements::rename_column(table, &new, &old)),
        });
    }
    Ok(steps)
}

fn run(scratch: &Scratch, sql: &str, table: &str) -> Result<()> {
    scratch.run(sql).map_err(|fault| {
        Error::invalid_input(format!(
            "SQLite refuses a rename in {}: {fault}",
            quoted(table)
        ))
    })
}
