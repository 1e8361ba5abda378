//! Which tables of a target are tracked: the target itself knows, declared or not.

use super::names::Names;
use super::settings::Settings;
use super::statements;
use crate::error::{Error, Result};
use crate::event::{Json, Value};
use crate::target::Reader;
use std::ops::ControlFlow;

/// A table that is tracked, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracked {
    /// The table.
    pub table: String,
    /// Its history.
    pub history: String,
    /// How.
    pub settings: Settings,
    /// Whether it is still tracked.
    pub is_active: bool,
    /// How the ids of its versions begin.
    pub(super) tracking_id: String,
}

/// What a history keeps from one of its versions on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Era {
    pub(super) from_seq: i64,
    /// When it began, as RFC 3339 in UTC with milliseconds.
    pub(super) since: String,
    /// Each column of the table: its name, and the name of the history's column.
    pub(super) columns: Vec<(String, String)>,
    /// The history's columns that tell rows apart.
    pub(super) identity: Vec<String>,
}

impl Tracked {
    pub(super) fn names(&self) -> Names {
        Names {
            history: self.history.clone(),
            ..Names::new(&self.table, &self.settings)
        }
    }
}

impl Era {
    pub(super) fn columns_text(&self) -> String {
        let text = |text: &String| Value::Text(text.clone());
        let pairs = self.columns.iter();
        let pairs = pairs.map(|(column, own)| Value::Array(vec![text(column), text(own)]));
        Value::Array(pairs.collect()).canonical()
    }

    pub(super) fn identity_text(&self) -> String {
        let names = self.identity.iter().cloned().map(Value::Text);
        Value::Array(names.collect()).canonical()
    }

    /// The history's columns of this era.
    pub(super) fn own_columns(&self) -> Vec<String> {
        self.columns.iter().map(|(_, own)| own.clone()).collect()
    }
}

/// The registry's rows; none where nothing was ever tracked.
///
/// # Errors
/// `Corrupt` when the registry does not hold what it should, and those of the target.
pub(super) fn all(reader: &mut dyn Reader) -> Result<Vec<Tracked>> {
    read(reader, statements::TRACKED_ALL, &[])
}

/// The registry's row of one table: of the history that is written, else of the one that was written last.
///
/// # Errors
/// As for [`all`].
pub(super) fn one(reader: &mut dyn Reader, table: &str) -> Result<Option<Tracked>> {
    Ok(of(reader, table)?.into_iter().next())
}

/// The registry's rows of one table; the same order.
///
/// # Errors
/// As for [`all`].
pub(super) fn of(reader: &mut dyn Reader, table: &str) -> Result<Vec<Tracked>> {
    let table = [Value::Text(table.to_owned())];
    read(reader, statements::TRACKED_OF, &table)
}

/// Whether the target has a registry.
pub(super) fn is_there(reader: &mut dyn Reader) -> Result<bool> {
    Ok(!reader.made(&["piperoll_tracked"])?.is_empty())
}

fn read(reader: &mut dyn Reader, statement: &str, values: &[Value]) -> Result<Vec<Tracked>> {
    if !is_there(reader)? {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    reader.query(statement, values, &mut |row| {
        found.push(tracked(row).ok_or_else(|| damaged("piperoll_tracked"))?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn tracked(row: &[Value]) -> Option<Tracked> {
    let [
        Value::Text(table),
        Value::Text(history),
        Value::Text(tracking_id),
        Value::Text(settings),
        Value::Int(is_active),
    ] = row
    else {
        return None;
    };
    Some(Tracked {
        table: table.clone(),
        history: history.clone(),
        settings: Settings::parse(settings)?,
        is_active: *is_active != 0,
        tracking_id: tracking_id.clone(),
    })
}

/// The eras of a history, in their order.
///
/// # Errors
/// As for [`all`].
pub(super) fn eras(reader: &mut dyn Reader, history: &str) -> Result<Vec<Era>> {
    if reader.made(&["piperoll_eras"])?.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let history = [Value::Text(history.to_owned())];
    reader.query(statements::ERAS_OF, &history, &mut |row| {
        found.push(era(row).ok_or_else(|| damaged("piperoll_eras"))?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn era(row: &[Value]) -> Option<Era> {
    let [
        Value::Int(from_seq),
        Value::Text(since),
        Value::Text(columns),
        Value::Text(identity),
    ] = row
    else {
        return None;
    };
    let pairs = list(columns)?.into_iter().map(|pair| match pair {
        Value::Array(pair) => match pair.as_slice() {
            [Value::Text(column), Value::Text(own)] => Some((column.clone(), own.clone())),
            _ => None,
        },
        _ => None,
    });
    let identity = list(identity)?.into_iter().map(|name| match name {
        Value::Text(name) => Some(name),
        _ => None,
    });
    Some(Era {
        from_seq: *from_seq,
        since: since.clone(),
        columns: pairs.collect::<Option<_>>()?,
        identity: identity.collect::<Option<_>>()?,
    })
}

fn list(text: &str) -> Option<Vec<Value>> {
    match Value::from_json(Json::parse_stored(text.as_bytes()).ok()?) {
        Value::Array(items) => Some(items),
        _ => None,
    }
}

fn damaged(table: &str) -> Error {
    Error::corrupt(format!("the table `{table}` is not as Piperoll wrote it"))
}
