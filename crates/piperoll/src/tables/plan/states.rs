//! Which table that is there is which declared one, and what becomes of it by the changes before its own.

use super::TablePlan;
use super::order::Compared;
use crate::error::{Error, Result};
use crate::tables::{Spec, differences};
use crate::target::{State, TableChange, TableName, Target};
use std::collections::BTreeMap;

/// The state of each table: under its name, else under its old one.
pub(super) fn inspect(target: &dyn Target, specs: &[Spec]) -> Result<Vec<Option<State>>> {
    choose(specs, |names| target.inspect(names))
}

/// As [`inspect`], by whoever can look at tables. A renaming is to be done while the old name is there and the new one is not, or is about to be free by another one.
pub(in crate::tables) fn choose(
    specs: &[Spec],
    inspect: impl FnOnce(&[TableName]) -> Result<Vec<Option<State>>>,
) -> Result<Vec<Option<State>>> {
    let own = specs.iter().map(|spec| spec.table.name.clone());
    let old = specs.iter().filter_map(|spec| spec.renamed_from.clone());
    let names: Vec<TableName> = own.chain(old).collect();
    let states = inspect(&names)?;
    if states.len() != names.len() {
        return Err(Error::internal("a target did not answer for each table"));
    }
    let there = names.into_iter().zip(states);
    let mut there: BTreeMap<TableName, State> = there
        .filter_map(|(name, state)| Some((name, state?)))
        .collect();
    let mut renamed: BTreeMap<&TableName, State> = BTreeMap::new();
    let mut waiting: Vec<(&TableName, &TableName)> = specs
        .iter()
        .filter_map(|spec| Some((spec.renamed_from.as_ref()?, &spec.table.name)))
        .collect();
    loop {
        let before = waiting.len();
        waiting.retain(|(old, new)| {
            if there.contains_key(*new) {
                return true;
            }
            if let Some(state) = there.remove(*old) {
                renamed.insert(*new, state);
            }
            false
        });
        if waiting.len() == before {
            break;
        }
    }
    let chosen = specs.iter().map(|spec| {
        let name = &spec.table.name;
        renamed.remove(name).or_else(|| there.remove(name))
    });
    Ok(chosen.collect())
}

/// What other tables are by the time that this one is changed: what refers to it may follow its renames, and its old name may be free for another.
pub(super) fn follow(
    target: &dyn Target,
    table: &TablePlan,
    others: &mut [Compared<'_>],
) -> Result<()> {
    let Some(before) = &table.before else {
        return Ok(());
    };
    let renamed_columns = table.differences.renamed_columns();
    let renamed_from = table.differences.renamed_from();
    if renamed_from.is_none() && renamed_columns.is_empty() {
        return Ok(());
    }
    let old = &before.table.name;
    let change = TableChange {
        from: Some(before),
        to: &table.goal,
        renamed_columns: &renamed_columns,
        renamed_from,
        set_aside: &[],
    };
    for (spec, state, separate) in others {
        let Some(there) = state else { continue };
        let mut keys = there.table.foreign_keys.values();
        let refers = keys.any(|key| {
            let name = &key.reference_table;
            name.table().eq_ignore_ascii_case(old.table()) && name.schema() == old.schema()
        });
        if refers || spec.table.name == *old {
            *there = target.after_renames(there, &change)?;
            *separate = differences(spec, Some(there));
        }
    }
    Ok(())
}
