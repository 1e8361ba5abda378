//! What differs between two tables, in words.

use crate::target::table::{Column, Table};
use crate::yaml::quoted;

/// Most that is told one by one.
const TOLD_MAX: usize = 5;

/// The comments, tags, owner and properties that differ.
pub(super) fn changes(from: &Table, to: &Table) -> Vec<String> {
    let mut found = Vec::new();
    let mut note = |differs: bool, what: String| {
        if differs {
            found.push(what);
        }
    };
    note(from.comment != to.comment, "comment".to_owned());
    note(from.owner != to.owner, "owner".to_owned());
    note(from.tags != to.tags, "tags".to_owned());
    note(from.properties != to.properties, "properties".to_owned());
    for column in &to.columns {
        let mut before = from.columns.iter();
        let same = |each: &&Column| each.name.eq_ignore_ascii_case(&column.name);
        let Some(before) = before.find(same) else {
            continue;
        };
        let shown = quoted(&column.name);
        note(
            before.comment != column.comment,
            format!("comment of {shown}"),
        );
        note(before.tags != column.tags, format!("tags of {shown}"));
        note(
            before.variable_value != column.variable_value,
            format!("variable value of {shown}"),
        );
    }
    if found.len() > TOLD_MAX {
        let more = found.len() - TOLD_MAX;
        found.truncate(TOLD_MAX);
        found.push(format!("and {more} more"));
    }
    found
}

/// Whether two tables are the same. The order of columns and of unique keys means nothing.
pub(super) fn is_same(one: &Table, other: &Table) -> bool {
    sorted(one) == sorted(other)
}

/// The first difference between two tables.
pub(super) fn difference(found: &Table, wanted: &Table) -> String {
    let (mut found, mut wanted) = (sorted(found), sorted(wanted));
    let mut columns = found.columns.iter().zip(&wanted.columns);
    if let Some((found, wanted)) = columns.find(|(found, wanted)| found != wanted) {
        return format!("{found:?} is not {wanted:?}");
    }
    found.columns.clear();
    wanted.columns.clear();
    format!("{found:?} is not {wanted:?}")
}

fn sorted(table: &Table) -> Table {
    let mut table = table.clone();
    table.columns.sort_by(|a, b| a.name.cmp(&b.name));
    table.unique_keys.sort_by(|a, b| a.columns.cmp(&b.columns));
    table
}
