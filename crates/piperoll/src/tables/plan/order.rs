//! A table comes after those that it refers to; otherwise the order of the files is kept.

use super::TablePlan;
use std::collections::BTreeSet;

pub(super) fn sort(tables: &mut Vec<TablePlan>) {
    let mut left: Vec<TablePlan> = std::mem::take(tables);
    while !left.is_empty() {
        let waiting: BTreeSet<String> = left.iter().map(|plan| plan.name().to_string()).collect();
        let ready = left.iter().position(|plan| {
            let mut referred = plan.goal.foreign_keys.values();
            referred.all(|key| {
                let other = &key.reference_table;
                other == plan.name() || !waiting.contains(&other.to_string())
            })
        });
        // In a circle of references no order is right; the first of the files is as good as any.
        tables.push(left.remove(ready.unwrap_or(0)));
    }
}
