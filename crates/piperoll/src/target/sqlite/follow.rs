//! What SQLite writes anew in other tables when one is renamed, or a column of it.

use super::interpret;
use super::read;
use super::renames;
use super::scratch::{Scratch, is_of_sqlite};
use crate::error::Result;
use crate::target::contract::TableChange;
use crate::target::state::{Attribute, Native, Object, State};
use std::sync::Arc;

/// Another table after the renames of a change: they are done on the copy, and what the copy then shows is told.
pub(super) fn renames(state: &State, change: &TableChange<'_>) -> Result<State> {
    let (Some(from), Some(native)) = (change.from, &state.native) else {
        return Ok(state.clone());
    };
    let old = from.table.name.table();
    let scratch = Scratch::new(&native.objects, old)?;
    drop(renames::table(change, old, &scratch)?);
    drop(renames::columns(change, from, &mut [], &scratch)?);
    let mut objects = scratch.objects()?;
    // What SQLite makes by itself is in no copy.
    let own = native.objects.iter();
    objects.extend(
        own.filter(|each| is_of_sqlite(&each.name) && each.kind == "table")
            .cloned(),
    );
    let layout_of = |table: &str| {
        let mut tables = objects.iter().filter(|object| object.kind == "table");
        let object: &Object = tables.find(|object| object.name.eq_ignore_ascii_case(table))?;
        read::layout(object.sql.as_deref()?)
    };
    let name = &state.table.name;
    let is_readable = !state.unknown.contains(&Attribute::Checks);
    let (table, unknown) = match layout_of(name.table()).filter(|_| is_readable) {
        Some(layout) => {
            let key_of = |table: &str| Some(layout_of(table)?.primary_key());
            interpret::table(name, &layout, &native.metadata, &key_of)
        }
        None => (state.table.clone(), state.unknown.clone()),
    };
    Ok(State {
        table,
        unknown,
        native: Some(Native {
            objects: Arc::new(objects),
            ..native.clone()
        }),
    })
}
