//! What readers of histories have in common.

pub(super) mod statements;

use super::registry::{self, Tracked};
use crate::error::{Error, Result};
use crate::event::{Instant, Value};
use crate::target::Reader;
use crate::yaml::quoted;

/// A version as it is stored; `values` are those of the columns that were asked for.
#[derive(Clone)]
pub(super) struct Stored {
    pub(super) seq: i64,
    pub(super) at: Instant,
    pub(super) is_delete: bool,
    pub(super) operation: String,
    pub(super) actor: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) session_id: Option<String>,
    pub(super) source: Option<String>,
    pub(super) values: Vec<Value>,
}

/// A row that [`statements::version_columns`] selects.
///
/// # Errors
/// `Corrupt` when it is none.
pub(super) fn stored(history: &str, row: &[Value]) -> Result<Stored> {
    let read = || {
        let [
            Value::Int(seq),
            at,
            is_delete,
            Value::Text(operation),
            actor,
            reason,
            session_id,
            source,
            values @ ..,
        ] = row
        else {
            return None;
        };
        Some(Stored {
            seq: *seq,
            at: instant(at)?,
            is_delete: matches!(is_delete, Value::Int(1)),
            operation: operation.clone(),
            actor: text(actor),
            reason: text(reason),
            session_id: text(session_id),
            source: text(source),
            values: values.to_vec(),
        })
    };
    read().ok_or_else(|| {
        Error::corrupt(format!(
            "the history {} has a version that Piperoll did not write",
            quoted(history)
        ))
    })
}

/// The time of a version, in either form.
pub(super) fn instant(at: &Value) -> Option<Instant> {
    match at {
        Value::Text(text) => Instant::parse(text).ok(),
        Value::Int(seconds) => Instant::from_micros(seconds.checked_mul(1_000_000)?),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "milliseconds of a time of this era"
        )]
        Value::Real(seconds) => {
            Instant::from_micros(((seconds * 1_000.0).round() as i64).checked_mul(1_000)?)
        }
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Text(text) => Some(text.clone()),
        other => Some(other.canonical()),
    }
}

/// The registry's row of a table that is tracked, or was.
///
/// # Errors
/// `NotFound` when it never was.
pub(super) fn known(reader: &mut dyn Reader, table: &str) -> Result<Tracked> {
    registry::one(reader, table)?.ok_or_else(|| {
        Error::not_found(format!("the table {} is not tracked", quoted(table)))
            .hint("`piperoll rows track` begins its history; `piperoll rows coverage` lists what is tracked")
    })
}

/// A registry that was damaged.
pub(super) fn without_eras(history: &str) -> Error {
    Error::corrupt(format!(
        "nothing tells which columns the history {} has",
        quoted(history)
    ))
    .hint("track the table again")
}
