//! Which declared column is which that is there.

use crate::tables::{Matching, Spec};
use crate::target::{Column, State};
use std::collections::{BTreeMap, BTreeSet};

/// A column that is there, with its position from 0.
pub(super) type Live<'s> = (usize, &'s Column);

pub(super) struct Pairs<'s> {
    /// For each declared column, the one that it is.
    pub(super) found: Vec<Option<Live<'s>>>,
    /// Columns that are there, and that the specification says are not active.
    pub(super) inactive: Vec<Live<'s>>,
    /// Columns that are there and not declared.
    pub(super) left: Vec<Live<'s>>,
}

pub(super) fn pair<'s>(spec: &Spec, state: &'s State) -> Pairs<'s> {
    let live = state.table.columns.iter().enumerate();
    let is_inactive = |name: &str| {
        let mut active = spec.table.columns.iter();
        let other = |inactive: &String| {
            let mut all = state.table.columns.iter();
            inactive.eq_ignore_ascii_case(name) && all.all(|column| column.name != *inactive)
        };
        spec.inactive.iter().any(|each| each == name)
            // Nobody means another column by the same letters.
            || spec.inactive.iter().any(other) && active.all(|column| column.name != name)
    };
    let (inactive, live): (Vec<Live<'s>>, Vec<Live<'s>>) =
        live.partition(|(_, column)| is_inactive(&column.name));
    let found = match spec.matching {
        Matching::Name => by_name(spec, &live),
        Matching::Position => {
            let columns = spec.table.columns.iter().enumerate();
            columns.map(|(index, _)| live.get(index).copied()).collect()
        }
    };
    let taken: BTreeSet<usize> = found.iter().flatten().map(|(index, _)| *index).collect();
    let left = live.into_iter().filter(|(index, _)| !taken.contains(index));
    Pairs {
        left: left.collect(),
        found,
        inactive,
    }
}

/// A renaming is to be done while the old name is there and the new one is not, or is about to be free by another one.
fn by_name<'s>(spec: &Spec, live: &[Live<'s>]) -> Vec<Option<Live<'s>>> {
    let mut by_name: BTreeMap<&str, Live<'s>> = live
        .iter()
        .map(|(index, column)| (column.name.as_str(), (*index, *column)))
        .collect();
    let mut renamed: BTreeMap<&str, Live<'s>> = BTreeMap::new();
    let mut waiting: Vec<&(String, String)> = spec.renamed_columns.iter().collect();
    loop {
        let before = waiting.len();
        waiting.retain(|(old, new)| {
            if by_name.contains_key(new.as_str()) {
                return true;
            }
            if let Some(column) = by_name.remove(old.as_str()) {
                renamed.insert(new, column);
            }
            false
        });
        if waiting.len() == before {
            break;
        }
    }
    let columns = spec.table.columns.iter();
    let mut found: Vec<Option<Live<'s>>> = columns
        .map(|column| {
            let name = column.name.as_str();
            renamed.get(name).copied().or_else(|| by_name.remove(name))
        })
        .collect();
    // Nobody means another column by the same letters.
    let columns = spec.table.columns.iter().zip(&mut found);
    for (column, found) in columns.filter(|(_, found)| found.is_none()) {
        let mut left = by_name.keys();
        let other_case = left.find(|name| name.eq_ignore_ascii_case(&column.name));
        *found = other_case.copied().and_then(|name| by_name.remove(name));
    }
    found
}
