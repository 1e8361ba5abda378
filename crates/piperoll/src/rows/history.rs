//! The versions of one row.

use super::names::Names;
use super::reading::statements;
use super::reading::{Stored, known, stored, without_eras};
use super::registry::{self, Era, Tracked};
use super::track;
use crate::error::{Error, Result};
use crate::event::{Instant, Value};
use crate::target::Reader;
use crate::yaml::quoted;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The values of some columns, in the order of the columns.
pub type Values = Vec<(String, Value)>;

/// A version of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Which of the row's versions: the first is 1.
    pub version: u64,
    /// Its number in the history of the table.
    pub seq: i64,
    /// When it was written.
    pub at: Instant,
    /// What was done: INSERT, UPDATE, DELETE, BASELINE.
    pub operation: String,
    /// Whether the row is no longer there, under this key.
    pub is_delete: bool,
    /// Who, as the application said.
    pub actor: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// In which session.
    pub session_id: Option<String>,
    /// From where.
    pub source: Option<String>,
    /// The row; of one that went, what is kept of it.
    pub row: Values,
    /// Which columns changed since the version before: what each was and is. Empty for the first, and where the row came or went.
    pub changed: Vec<(String, Value, Value)>,
    /// The key that the row has from now on, where the key was changed.
    pub moved_to: Option<Values>,
    /// The key that it had until now, where the key was changed.
    pub moved_from: Option<Values>,
}

/// Visits the versions of the row with a key, oldest first. The key is a value, the values in their order, or an object; what is text is understood as the type of
/// its column understands it.
///
/// # Errors
/// `NotFound` when the table was never tracked; `InvalidInput` when the key has not the columns that it must have; and those of the target and the visitor.
pub fn history(
    reader: &mut dyn Reader,
    table: &str,
    key: &Value,
    visit: &mut dyn FnMut(Version) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let tracked = known(reader, table)?;
    let eras = registry::eras(reader, &tracked.history)?;
    let names = tracked.names();
    let columns = key_columns(reader, &tracked, &names, &eras)?;
    let values = key_values(&tracked, &columns, key)?;
    let by_rowid = eras
        .last()
        .is_some_and(|era| era.identity == [names.rowid.clone()]);
    let mut reading = Reading {
        columns: all_columns(&eras),
        is_told_by_rowid: by_rowid && columns != [names.rowid.clone()],
        key: columns,
        names,
        eras,
        before: None,
        count: 0,
    };
    let mut found = reading.find(reader, &values)?;
    // A column without a type keeps 42 and '42' apart; what is written on a command line is text.
    if found.is_empty()
        && let Some(numbers) = as_numbers(&values)
    {
        found = reading.find(reader, &numbers)?;
    }
    if reading.is_told_by_rowid {
        found = with_ends(found);
    }
    for found in found {
        let mut version = reading.version(reader, found.stored)?;
        let key = |row: Values| -> Values {
            let named = row.into_iter();
            let is_key =
                |name: &String| reading.key.iter().any(|key| key.eq_ignore_ascii_case(name));
            named.filter(|(name, _)| is_key(name)).collect()
        };
        if let Some(stored) = found.moved_to {
            version.moved_to = Some(key(reading.row(&stored)));
        }
        if let Some(stored) = found.moved_from {
            version.moved_from = Some(key(reading.row(&stored)));
        }
        if visit(version)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// A version as it was found, and where its row comes from or goes to, where the key was changed.
struct Found {
    stored: Stored,
    /// The engine's number of the row, and whether the version has the key that is asked for; where rows are told apart by that number.
    of_row: Option<(Value, bool)>,
    moved_from: Option<Stored>,
    moved_to: Option<Stored>,
}

/// Of the versions of rows that had a key at some time those with that key; and where the key went to another, the end.
fn with_ends(found: Vec<Found>) -> Vec<Found> {
    let mut before: Vec<(Value, Stored, bool)> = Vec::new();
    let mut kept = Vec::new();
    for mut each in found {
        let Some((row, has_key)) = each.of_row.take() else {
            continue;
        };
        let at = before.iter().position(|(known, ..)| *known == row);
        let last = at.map(|at| before.swap_remove(at));
        let last = last.filter(|(_, stored, _)| row != Value::Null && !stored.is_delete);
        before.push((row, each.stored.clone(), has_key));
        match (last, has_key) {
            (Some((_, old, true)), false) => {
                let (new, mut end) = (each.stored.clone(), each.stored);
                (end.is_delete, end.values) = (true, old.values);
                kept.push(Found {
                    stored: end,
                    of_row: None,
                    moved_from: None,
                    moved_to: Some(new),
                });
            }
            (Some((_, old, false)), true) => {
                each.moved_from = Some(old);
                kept.push(each);
            }
            (_, true) => kept.push(each),
            (_, false) => {}
        }
    }
    kept
}

struct Reading {
    /// Whether the table has a key, and rows are told apart by the engine's number all the same.
    is_told_by_rowid: bool,
    /// All columns of the row that the history ever had.
    columns: Vec<String>,
    key: Vec<String>,
    names: Names,
    eras: Vec<Era>,
    before: Option<(Values, bool)>,
    count: u64,
}

impl Reading {
    fn find(&self, reader: &mut dyn Reader, values: &[Value]) -> Result<Vec<Found>> {
        let names = &self.names;
        let selected = statements::version_columns(names, &self.columns);
        let sql = if self.is_told_by_rowid {
            let numbers = (names.seq.as_str(), names.rowid.as_str());
            statements::versions_of_rows(&names.history, &selected, numbers, &self.key)
        } else {
            statements::versions(&names.history, &selected, &names.seq, &self.key)
        };
        let mut found = Vec::new();
        reader.query(&sql, values, &mut |row| {
            let mut stored = stored(&names.history, row)?;
            let of_row = if self.is_told_by_rowid {
                let has_key = stored.values.pop() == Some(Value::Int(1));
                Some((stored.values.pop().unwrap_or(Value::Null), has_key))
            } else {
                None
            };
            found.push(Found {
                stored,
                of_row,
                moved_from: None,
                moved_to: None,
            });
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    fn version(&mut self, reader: &mut dyn Reader, stored: Stored) -> Result<Version> {
        self.count += 1;
        let row = self.row(&stored);
        let changed = match &self.before {
            Some((before, false)) if !stored.is_delete => changed(before, &row),
            _ => Vec::new(),
        };
        let is_update = stored.operation == "UPDATE";
        let starts = self.before.as_ref().is_none_or(|(_, gone)| *gone);
        let moved_to = if is_update && stored.is_delete {
            self.key_of(reader, stored.seq + 1, false)?
        } else {
            None
        };
        let moved_from = if is_update && !stored.is_delete && starts {
            self.key_of(reader, stored.seq - 1, true)?
        } else {
            None
        };
        self.before = Some((row.clone(), stored.is_delete));
        Ok(Version {
            version: self.count,
            seq: stored.seq,
            at: stored.at,
            operation: stored.operation,
            is_delete: stored.is_delete,
            actor: stored.actor,
            reason: stored.reason,
            session_id: stored.session_id,
            source: stored.source,
            row,
            changed,
            moved_to,
            moved_from,
        })
    }

    /// The row as the table had it then: with the columns of that time.
    fn row(&self, stored: &Stored) -> Values {
        let mut eras = self.eras.iter().rev();
        let Some(era) = eras.find(|era| era.from_seq <= stored.seq) else {
            return Vec::new();
        };
        let value = |own: &String| {
            let at = self.columns.iter().position(|column| column == own)?;
            stored.values.get(at).cloned()
        };
        let columns = era.columns.iter();
        columns
            .map(|(name, own)| (name.clone(), value(own).unwrap_or(Value::Null)))
            .collect()
    }

    /// The key of the other half of a change of key.
    fn key_of(&self, reader: &mut dyn Reader, seq: i64, is_delete: bool) -> Result<Option<Values>> {
        let selected = statements::version_columns(&self.names, &self.key);
        let sql = statements::version(&self.names.history, &selected, &self.names.seq);
        let mut found = None;
        reader.query(&sql, &[Value::Int(seq)], &mut |row| {
            let stored = stored(&self.names.history, row)?;
            if stored.is_delete == is_delete && stored.operation == "UPDATE" {
                found = Some(self.key.iter().cloned().zip(stored.values).collect());
            }
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }
}

/// The columns that differ between two versions: a column that only one of them has was added or dropped meanwhile, and did not change.
fn changed(before: &Values, after: &Values) -> Vec<(String, Value, Value)> {
    let before: BTreeMap<&str, &Value> = before
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    let columns = after.iter().filter_map(|(name, now)| {
        let was = *before.get(name.as_str())?;
        (was != now).then(|| (name.clone(), was.clone(), now.clone()))
    });
    columns.collect()
}

fn all_columns(eras: &[Era]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for own in eras.iter().flat_map(Era::own_columns) {
        if !columns.contains(&own) {
            columns.push(own);
        }
    }
    columns
}

/// The columns that a key is given by: those of the table's key, though NULL may be in it; else the engine's number.
fn key_columns(
    reader: &mut dyn Reader,
    tracked: &Tracked,
    names: &Names,
    eras: &[Era],
) -> Result<Vec<String>> {
    let Some(era) = eras.last() else {
        return Err(without_eras(&tracked.history));
    };
    if era.identity != [names.rowid.clone()] {
        return Ok(era.identity.clone());
    }
    let shape = track::one_shape(reader, &tracked.table)?;
    let key = shape.map(|shape| shape.key).unwrap_or_default();
    Ok(if key.is_empty() {
        era.identity.clone()
    } else {
        key
    })
}

fn key_values(tracked: &Tracked, columns: &[String], key: &Value) -> Result<Vec<Value>> {
    let refused = || {
        let names: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
        let (table, names) = (quoted(&tracked.table), names.join(", "));
        Error::invalid_input(format!("the key of {table} is {names}"))
            .hint("write a value, a=1,b=x, or a JSON object with the names of the columns")
    };
    match key {
        Value::Object(members) => {
            if members.len() != columns.len() {
                return Err(refused());
            }
            let mut values = Vec::new();
            for column in columns {
                let mut members = members.iter();
                let found = members.find(|(name, _)| name.eq_ignore_ascii_case(column));
                values.push(found.ok_or_else(refused)?.1.clone());
            }
            Ok(values)
        }
        Value::Array(items) if items.len() == columns.len() => Ok(items.clone()),
        Value::Array(_) => Err(refused()),
        value if columns.len() == 1 => Ok(vec![value.clone()]),
        _ => Err(refused()),
    }
}

fn as_numbers(values: &[Value]) -> Option<Vec<Value>> {
    let number = |text: &String| {
        let is_number = text.starts_with(|first: char| first.is_ascii_digit() || first == '-');
        match (text.parse().map(Value::Int), text.parse().map(Value::Real)) {
            (Ok(number), _) => Some(number),
            (_, Ok(number)) if is_number => Some(number),
            _ => None,
        }
    };
    let numbers = values.iter().map(|value| match value {
        Value::Text(text) => number(text).unwrap_or_else(|| value.clone()),
        value => value.clone(),
    });
    let numbers: Vec<Value> = numbers.collect();
    (numbers != values).then_some(numbers)
}
