//! What became of an apply that ended nobody knows how: it is read from the table, and recorded.

use super::Request;
use super::entries::common;
use super::lock::{Open, open};
use crate::error::{Error, Result};
use crate::event::{Action, Draft, Outcome, Payload, Value, stored_part as part};
use crate::tables::change_key::{self, ChangeCategory};
use crate::tables::snapshot::{snapshot, text};
use crate::target::{State, TableName, Target};
use crate::trail::Trail;
use std::collections::BTreeMap;

/// What was found out about an apply that was interrupted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled {
    /// Its table.
    pub table: TableName,
    /// Whether it was done.
    pub outcome: Outcome,
}

/// Records what became of applies of these tables that were interrupted, and whose lock is over.
///
/// # Errors
/// Those of target and trail.
pub fn reconcile(
    tables: &[TableName],
    target: &dyn Target,
    trail: &Trail,
    request: &Request,
) -> Result<Vec<Reconciled>> {
    let mut reconciled = Vec::new();
    for table in tables {
        let Some(open) = open(trail, table)? else {
            continue;
        };
        // Another target may have a table of this name; what became of that one is seen there.
        let here = open.entry.header.resource.system == target.name();
        if here && open.lease.is_over(&request.process, trail.now()) {
            reconciled.extend(record_outcome(&open, table, target, trail, request)?);
        }
    }
    Ok(reconciled)
}

/// Records the outcome of somebody else's intent, unless that was done meanwhile.
pub(super) fn record_outcome(
    open: &Open,
    table: &TableName,
    target: &dyn Target,
    trail: &Trail,
    request: &Request,
) -> Result<Option<Reconciled>> {
    let header = &open.entry.header;
    if header.resource.system != target.name() {
        let message = format!(
            "an apply of `{table}` on the target `{}` was interrupted, and nobody has recorded what became of it",
            header.resource.system
        );
        return Err(Error::conflict(message).hint("apply that one first"));
    }
    let bytes = open.entry.payload.as_deref().unwrap_or_default();
    let before = part(bytes, "before");
    let state = state_of(table, before.as_ref(), target)?;
    let outcome = found(
        state.as_ref(),
        before.as_ref(),
        open.payload.context("declared"),
    );
    let mut key = None;
    let receipt = trail.record_with(&mut || {
        let still = super::lock::open(trail, table)?;
        if still.is_none_or(|still| still.entry.header.id != header.id) {
            return Ok(Vec::new());
        }
        let category = match header.action {
            Action::Create => ChangeCategory::Create,
            _ => ChangeCategory::Update,
        };
        key = match outcome {
            Outcome::Success => change_key::next(trail, table, category, header.id)?,
            _ => None,
        };
        let key = key.map(|key| key.to_string());
        Ok(vec![draft(
            open,
            outcome,
            key.as_deref(),
            state.as_ref(),
            request,
        )?])
    });
    let receipt = receipt.map_err(Error::from)?;
    Ok(receipt.entries.first().map(|_| Reconciled {
        table: table.clone(),
        outcome,
    }))
}

/// The table as it is; when it is not there, as it is under the name that it had before.
fn state_of(
    table: &TableName,
    before: Option<&Value>,
    target: &dyn Target,
) -> Result<Option<State>> {
    let old = match before {
        Some(Value::Object(members)) => members.get("full_table_name"),
        _ => None,
    };
    let old = match old {
        Some(Value::Text(name)) => TableName::parse(name).ok(),
        _ => None,
    };
    let names: Vec<TableName> = std::iter::once(table.clone()).chain(old).collect();
    Ok(target.inspect(&names)?.into_iter().flatten().next())
}

/// A target's transaction is done or not: the table is as it was, or as it was declared. If it is neither, somebody else has changed it since.
fn found(state: Option<&State>, before: Option<&Value>, declared: Option<&Value>) -> Outcome {
    let now = state.map(snapshot);
    let same = |a: Option<&Value>, b: Option<&Value>| match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => comparable(a) == comparable(b),
        _ => false,
    };
    if same(now.as_ref(), before) {
        Outcome::Failure
    } else if declared.is_some() && same(now.as_ref(), declared) {
        Outcome::Success
    } else {
        Outcome::Unknown
    }
}

/// A snapshot in which neither the order of columns nor the keys of checks count.
fn comparable(snapshot: &Value) -> BTreeMap<String, Value> {
    let Value::Object(members) = snapshot else {
        return BTreeMap::new();
    };
    let mut members = members.clone();
    for name in ["table_check_constraints", "row_filters"] {
        if let Some(rules) = members.get_mut(name) {
            *rules = by_name(rules);
        }
    }
    if let Some(Value::Object(columns)) = members.get_mut("columns") {
        for column in columns.values_mut() {
            if let Value::Object(column) = column
                && let Some(rules) = column.get_mut("column_check_constraints")
            {
                *rules = by_name(rules);
            }
        }
        let columns = Value::Object(std::mem::take(columns));
        members.insert("columns".to_owned(), by_name(&columns));
    }
    members
}

/// What stands under keys, under the names in it.
fn by_name(keyed: &Value) -> Value {
    let Value::Object(keyed) = keyed else {
        return keyed.clone();
    };
    let named = keyed.iter().map(|(key, value)| {
        let name = match value {
            Value::Object(members) => members.get("name"),
            _ => None,
        };
        let name = match name {
            Some(Value::Text(name)) => name.clone(),
            _ => key.clone(),
        };
        (name, value.clone())
    });
    Value::Object(named.collect())
}

/// The outcome as the interrupted apply would have recorded it, and who found it out.
fn draft(
    open: &Open,
    outcome: Outcome,
    key: Option<&str>,
    state: Option<&State>,
    request: &Request,
) -> Result<Draft> {
    let header = &open.entry.header;
    let mut context = common(request);
    for name in [
        "env",
        "run_id",
        "notes",
        "snapshot_format",
        "yaml_path",
        "change_category",
        "digest",
    ] {
        match open.payload.context(name) {
            Some(value) => drop(context.insert(name.to_owned(), value.clone())),
            None => drop(context.remove(name)),
        }
    }
    context.insert("reconciled".to_owned(), Value::Bool(true));
    context.insert("interrupted_actor".to_owned(), text(&header.actor.name));
    if let Some(key) = key {
        context.insert("change_key".to_owned(), text(key));
    }
    let statements = open.payload.context("statements").cloned();
    let statements = statements.unwrap_or_else(|| Value::Array(Vec::new()));
    match outcome {
        Outcome::Success => drop(context.insert("statements_done".to_owned(), statements)),
        Outcome::Failure => {
            context.insert("statements_not_done".to_owned(), statements);
            context.insert(
                "error".to_owned(),
                text("the apply was interrupted; nothing of it was done"),
            );
        }
        _ => {
            let error = "the apply was interrupted, and the table is neither as it was nor as it was declared";
            context.insert("error".to_owned(), text(error));
        }
    }
    let format = match open.payload.context("snapshot_format") {
        Some(Value::Text(format)) => super::SnapshotFormat::parse(format).unwrap_or_default(),
        _ => super::SnapshotFormat::default(),
    };
    let bytes = open.entry.payload.as_deref().unwrap_or_default();
    let payload = Payload::new(
        None,
        part(bytes, "before").map(|before| format.shape(before)),
        part(bytes, "differences"),
        state.map(|state| format.shape(snapshot(state))),
        Some(Value::Object(context)),
    );
    // What was done is the interrupted actor's; what is recorded here is found out by another.
    let mut draft = Draft::outcome_of(header, request.actor.clone(), outcome);
    draft.payload = Some(payload.map_err(|problems| {
        Error::invalid_input("the interrupted change cannot be recorded").with_problems(problems)
    })?);
    Ok(draft)
}
