//! The changes of a table, as Layker's audit table has them.

use super::SnapshotFormat;
use super::recorded::Applies;
use crate::error::{Error, Result};
use crate::event::{EventId, Instant, Kind, Payload, Value, stored_part as part};
use crate::query::stream;
use crate::store::{Filter, Glob, Order};
use crate::target::TableName;
use crate::trail::{Entry, Trail};
use std::ops::ControlFlow;

/// One change, with the 15 columns of Layker's audit table. What is never set in an append-only record (`updated_at`, `updated_by`) has no field.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The id of the entry.
    pub change_id: EventId,
    /// The run that it was part of.
    pub run_id: Option<String>,
    /// The environment.
    pub env: Option<String>,
    /// The specification's file.
    pub yaml_path: Option<String>,
    /// `catalog.schema.table`.
    pub fqn: String,
    /// `create` or `update`.
    pub change_category: Option<String>,
    /// `create-1`, `create-1~update-1`, ...
    pub change_key: String,
    /// The table before.
    pub before_value: Option<Value>,
    /// What was changed.
    pub differences: Option<Value>,
    /// The table after.
    pub after_value: Option<Value>,
    /// Free text.
    pub notes: Option<String>,
    /// When.
    pub created_at: Instant,
    /// Who.
    pub created_by: String,
    /// The form that the snapshots are to be shown in.
    pub snapshot_format: SnapshotFormat,
}

/// The names of Layker's 15 columns, in their order.
pub const CHANGE_COLUMNS: [&str; 15] = [
    "change_id",
    "run_id",
    "env",
    "yaml_path",
    "fqn",
    "change_category",
    "change_key",
    "before_value",
    "differences",
    "after_value",
    "notes",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
];

/// Visits the changes of a table by applies, oldest first. Failed and denied ones have no number and are not among them; what somebody else recorded of the table
/// is not, either.
///
/// # Errors
/// `Corrupt` when one cannot be read, and those of visitor and trail.
pub fn history(
    trail: &Trail,
    table: &TableName,
    visit: &mut dyn FnMut(Changed) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let filter = Filter {
        kind: Some(Kind::Schema),
        resource: Some(Glob::parse(&table.to_string())?),
        ..Filter::default()
    };
    let mut applies = Applies::default();
    stream(
        trail,
        &filter,
        Order::OldestFirst,
        None,
        None,
        &mut |entry| {
            if !applies.is_change(&entry.header) {
                return Ok(ControlFlow::Continue(()));
            }
            match changed(&entry)? {
                Some(changed) => visit(changed),
                None => Ok(ControlFlow::Continue(())),
            }
        },
    )
}

fn changed(entry: &Entry) -> Result<Option<Changed>> {
    let Some(bytes) = entry.payload.as_deref() else {
        return Ok(None);
    };
    let payload = Payload::from_bytes(bytes).map_err(|problems| {
        let message = format!("the payload of entry {} cannot be read", entry.index);
        Error::corrupt(message).with_problems(problems)
    })?;
    let text = |name: &str| match payload.context(name) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let Some(change_key) = text("change_key") else {
        return Ok(None);
    };
    let format = text("snapshot_format");
    let header = &entry.header;
    Ok(Some(Changed {
        change_id: header.id,
        run_id: text("run_id"),
        env: text("env"),
        yaml_path: text("yaml_path"),
        fqn: header.resource.name.clone(),
        change_category: text("change_category"),
        change_key,
        before_value: part(bytes, "before"),
        differences: part(bytes, "differences"),
        after_value: part(bytes, "after"),
        notes: text("notes"),
        created_at: header.at,
        created_by: header.actor.name.clone(),
        snapshot_format: format
            .and_then(|format| SnapshotFormat::parse(&format))
            .unwrap_or_default(),
    }))
}
