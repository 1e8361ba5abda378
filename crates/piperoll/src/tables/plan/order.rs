//! A table comes after those that it refers to, and after the one that has its name until then; otherwise the order of the files is kept.

use super::TablePlan;
use crate::tables::{Differences, Spec};
use crate::target::{State, TableName};
use std::collections::BTreeSet;

/// A table that is declared, as it is found, and what separates the two.
pub(super) type Compared<'s> = (&'s Spec, Option<State>, Differences);

pub(super) fn sort(tables: &mut Vec<TablePlan>) {
    let left = std::mem::take(tables);
    let names = |left: &[TablePlan]| {
        let new: BTreeSet<TableName> = left.iter().map(|plan| plan.name().clone()).collect();
        let old = left
            .iter()
            .filter_map(|plan| plan.differences.renamed_from());
        (new, old.cloned().collect::<BTreeSet<_>>())
    };
    *tables = in_order(left, names, |plan, (new, old)| {
        let name = plan.name();
        let mut referred = plan.goal.foreign_keys.values();
        let refers_to_none = referred.all(|key| {
            let other = &key.reference_table;
            other == name || !new.contains(other)
        });
        refers_to_none && !old.contains(name)
    });
}

/// Tables that rename something come first: others follow them. Of these, one comes after the table that has its name until then.
pub(super) fn renames_first(all: Vec<Compared<'_>>) -> Vec<Compared<'_>> {
    let renames = |(_, _, differences): &Compared<'_>| {
        differences.renamed_from().is_some() || !differences.renamed_columns().is_empty()
    };
    let (first, then): (Vec<_>, Vec<_>) = all.into_iter().partition(renames);
    let old = |left: &[Compared<'_>]| {
        let old = left
            .iter()
            .filter_map(|(_, _, differences)| differences.renamed_from());
        old.cloned().collect::<BTreeSet<_>>()
    };
    let mut ordered = in_order(first, old, |(spec, _, _), old| {
        !old.contains(&spec.table.name)
    });
    ordered.extend(then);
    ordered
}

/// Takes one after the other that is ready, by what is known of all that are left.
fn in_order<T, K>(
    mut left: Vec<T>,
    known: impl Fn(&[T]) -> K,
    is_ready: impl Fn(&T, &K) -> bool,
) -> Vec<T> {
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let known = known(&left);
        let ready = left.iter().position(|each| is_ready(each, &known));
        // In a circle no order is right; the first of the files is as good as any.
        ordered.push(left.remove(ready.unwrap_or(0)));
    }
    ordered
}
