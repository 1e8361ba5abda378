//! The questions that readers ask of histories.

use crate::rows::names::Names;
use crate::target::dialect::sqlite::{name, names};

/// The columns of versions that readers ask for, in their order: those of the history, then those of the row.
pub(in crate::rows) fn version_columns(own: &Names, columns: &[String]) -> String {
    let first = [
        &own.seq,
        &own.at,
        &own.is_delete,
        &own.operation,
        &own.actor,
        &own.reason,
        &own.session_id,
        &own.source,
    ];
    let first = first.into_iter().map(String::as_str);
    let all: Vec<&str> = first.chain(columns.iter().map(String::as_str)).collect();
    names(&all)
}

/// The versions whose columns have the values that are bound, oldest first.
pub(in crate::rows) fn versions(
    history: &str,
    selected: &str,
    seq: &str,
    key: &[String],
) -> String {
    let key: Vec<String> = key
        .iter()
        .enumerate()
        .map(|(at, column)| format!("{} IS ?{}", name(column), at + 1))
        .collect();
    format!(
        "SELECT {selected} FROM {} WHERE {} ORDER BY {}",
        name(history),
        key.join(" AND "),
        name(seq)
    )
}

/// The versions of the rows that ever had these values, oldest first, by the engine's number of a row; then that number, and whether the version itself has the values.
pub(in crate::rows) fn versions_of_rows(
    history: &str,
    selected: &str,
    (seq, rowid): (&str, &str),
    key: &[String],
) -> String {
    let key: Vec<String> = key
        .iter()
        .enumerate()
        .map(|(at, column)| format!("{} IS ?{}", name(column), at + 1))
        .collect();
    let key = key.join(" AND ");
    format!(
        "SELECT {selected}, {rowid}, {key} FROM {history} WHERE {rowid} IN (SELECT {rowid} FROM {history} WHERE {key}) OR ({key}) ORDER BY {seq}",
        rowid = name(rowid),
        history = name(history),
        seq = name(seq)
    )
}

/// One version by its number.
pub(in crate::rows) fn version(history: &str, selected: &str, seq: &str) -> String {
    format!(
        "SELECT {selected} FROM {} WHERE {} = ?1",
        name(history),
        name(seq)
    )
}

/// The number of the newest version that is not later than the time that is bound.
pub(in crate::rows) fn last_at(history: &str, seq: &str, at: &str) -> String {
    format!(
        "SELECT {seq} FROM {} WHERE {} <= ?1 ORDER BY {seq} DESC LIMIT 1",
        name(history),
        name(at),
        seq = name(seq)
    )
}

/// The rows that are there after a version: the newest version of each up to it, unless it is of a deletion.
pub(in crate::rows) fn as_of(
    history: &str,
    own: &Names,
    identity: &[String],
    columns: &[String],
) -> String {
    let seq = name(&own.seq);
    let same: Vec<String> = identity
        .iter()
        .map(|column| format!("later.{0} = version.{0}", name(column)))
        .collect();
    // A version of a time when something else told rows apart may have nothing there; what was in the table later has a version of its own.
    let is_told: Vec<String> = identity
        .iter()
        .map(|column| format!("{} IS NOT NULL", name(column)))
        .collect();
    let is_told = is_told.join(" AND ");
    format!(
        "SELECT {} FROM {history} AS version WHERE {seq} <= ?1 AND NOT {} AND {is_told} AND NOT EXISTS \
         (SELECT 1 FROM {history} AS later WHERE {} AND later.{seq} > version.{seq} AND later.{seq} <= ?1) ORDER BY {}",
        names(columns),
        name(&own.is_delete),
        same.join(" AND "),
        names(identity),
        history = name(history),
    )
}
