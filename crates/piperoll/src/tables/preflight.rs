//! What a Delta table must say of itself before its columns are added, renamed or dropped.

use super::{Change, Differences};
use crate::error::Problem;
use crate::event::Value;
use crate::target::State;

/// The properties that are missing; empty when the differences may be applied. `state` is the table as it is: what is only declared comes too late.
pub fn preflight(differences: &Differences, state: Option<&State>) -> Vec<Problem> {
    let Some(state) = state else {
        return Vec::new();
    };
    let evolves = differences.changes.iter().any(|change| {
        matches!(
            change,
            Change::AddColumn { .. } | Change::RenameColumn { .. } | Change::DropColumn { .. }
        )
    });
    if !evolves {
        return Vec::new();
    }
    let property = |name: &str| state.table.properties.get(name);
    let mut problems = Vec::new();
    let mut missing = |name: &str, wanted: &str| {
        let found = match property(name) {
            Some(Value::Text(text)) => format!("is `{text}`"),
            Some(value) => format!("is `{}`", value.canonical()),
            None => "is not set".to_owned(),
        };
        let message = format!("{found}; to add, rename or drop columns it must be {wanted}");
        problems.push(Problem::new(name, message));
    };
    if !matches!(property(MODE), Some(Value::Text(mode)) if mode == "name") {
        missing(MODE, "`name`");
    }
    for (name, least) in [(READER, 2), (WRITER, 5)] {
        if version(property(name)).is_none_or(|version| version < least) {
            missing(name, &format!("{least} or more"));
        }
    }
    problems
}

const MODE: &str = "delta.columnMapping.mode";
const READER: &str = "delta.minReaderVersion";
const WRITER: &str = "delta.minWriterVersion";

fn version(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Int(version) => Some(*version),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}
