//! From a change to its steps.

use super::{lay, metadata, statements};
use crate::error::{Error, Result};
use crate::target::contract::{Step, TableChange};
use crate::target::table::Table;

/// The steps of a change.
pub(super) fn of(change: &TableChange<'_>) -> Result<Vec<Step>> {
    match change.from {
        None => create(change.to),
        Some(_) => Err(Error::unsupported("changes follow")),
    }
}

fn create(to: &Table) -> Result<Vec<Step>> {
    let layout = lay::table(to).map_err(Error::invalid_input)?;
    let table = to.name.table();
    let rows = metadata::rows(to, &|_| None);
    let mut steps = vec![Step {
        what: format!(
            "create the table `{table}` with {} columns",
            to.columns.len()
        ),
        statements: vec![statements::create(table, &layout.sql())],
        guards: Vec::new(),
        destructive: false,
        rewrites: false,
        undo: Some(statements::drop_table(table)),
    }];
    let keep = metadata::changes((table, &[]), (table, &rows), false);
    if !keep.is_empty() {
        steps.push(Step {
            what: format!("keep what SQLite cannot of `{table}`"),
            statements: keep,
            guards: Vec::new(),
            destructive: false,
            rewrites: false,
            undo: Some(statements::forget_all(table)),
        });
    }
    Ok(steps)
}
