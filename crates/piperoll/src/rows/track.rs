//! What has to be done for a table to be tracked: nothing, where all is as it should be.

use super::form::{Form, Identity};
use super::names::{Names, TRIGGERS, replaced, trigger};
use super::registry::{self, Era, Tracked};
use super::settings::Settings;
use super::work::{Work, beside, on_table, shared};
use super::{evolve, statements};
use crate::error::{Error, Result};
use crate::event::Value;
use crate::target::{Reader, Shape, Step};
use crate::yaml::quoted;
use sha2::{Digest as _, Sha256};
use std::ops::ControlFlow;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// A table comes to be tracked.
    Track,
    /// A tracked table is tracked as it should be again, or otherwise.
    Repair,
    /// A table is tracked no longer.
    Untrack,
}

/// What is to be done with the history of one table.
#[derive(Debug, Clone, PartialEq)]
pub struct Tracking {
    /// The table, as the target calls it.
    pub table: String,
    /// Its history.
    pub history: String,
    /// How it is tracked.
    pub settings: Settings,
    /// What.
    pub verb: Verb,
    /// What leads there; empty where all is as it should be.
    pub steps: Vec<Step>,
}

/// How thoroughly is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// At what stands in the schema.
    Schema,
    /// At every row too: whether the history has it as it is.
    Rows,
}

/// Plans the tracking of a table. Without settings those that it has go on, else the default.
///
/// # Errors
/// `NotFound` when the table is not there; `InvalidInput` for settings that it cannot have, and when its history was begun with others; `AlreadyExists` when another
/// table has the history's name; `Unsupported` when its rows cannot be told apart; and those of the target.
pub fn track(
    reader: &mut dyn Reader,
    target: &str,
    table: &str,
    settings: Option<&Settings>,
    look: Look,
) -> Result<Tracking> {
    let shape = shape(reader, table)?;
    let mut known = registry::of(reader, &shape.table)?;
    let settings = match (settings, known.first()) {
        (Some(settings), _) => settings.clone(),
        (None, Some(known)) => known.settings.clone(),
        (None, None) => Settings::default(),
    };
    // One that is over may go on, whatever was written meanwhile.
    let history = Names::new(&shape.table, &settings).history;
    known.retain(|known| known.is_active || known.history.eq_ignore_ascii_case(&history));
    let known = known.into_iter().next();
    plan(reader, target, &shape, known, &settings, look)
}

/// As [`track`], of a table that has, or is about to have, a shape. What hangs on it is read from the target.
pub(super) fn plan(
    reader: &mut dyn Reader,
    target: &str,
    shape: &Shape,
    known: Option<Tracked>,
    settings: &Settings,
    look: Look,
) -> Result<Tracking> {
    refuse_a_history(reader, shape)?;
    if let Some(other) = hangs_elsewhere(reader, &shape.table)? {
        let (table, other) = (quoted(&shape.table), quoted(&other));
        return Err(Error::already_exists(format!(
            "the triggers that write the history of {table} hang on {other}: the table was renamed"
        ))
        .hint("give it its name again; or let the history go on with another table: `piperoll rows untrack`, then track"));
    }
    let form = Form::new(shape, settings)?;
    let history = &form.names.history;
    let there = one_shape(reader, history)?;
    let known = match known {
        None if there.is_some() => adopted(reader, target, &form)?,
        known => continued(known, settings, &form)?,
    };
    if known.is_none() && (there.is_some() || is_taken(reader, history)?) {
        return Err(Error::already_exists(format!(
            "something called {} is there already, and is not the history of {}",
            quoted(history),
            quoted(&shape.table)
        ))
        .hint("give it another name, or set another `prefix` under `rows`"));
    }
    let verb = match &known {
        Some(known) if known.is_active => Verb::Repair,
        _ => Verb::Track,
    };
    let tracking_id = match &known {
        Some(known) => known.tracking_id.clone(),
        None => tracking_id(target, &shape.table, history),
    };
    let eras = registry::eras(reader, history)?;
    let mut work = Work::default();
    shared(reader, &mut work)?;
    // Those of a history that somebody dropped say nothing of the one that comes.
    let eras = match &there {
        None if !eras.is_empty() => {
            work.statements.push(statements::forget_eras(history));
            Vec::new()
        }
        _ => eras,
    };
    let mut is_behind = there.is_none();
    evolve::history(&form, there.as_ref(), &tracking_id, &mut work.statements);
    is_behind |= beside(reader, &form, &mut work)?;
    is_behind |= on_table(&form, &mut work);
    let era = era(&form);
    let is_new_era = eras
        .last()
        .is_none_or(|last| last.columns != era.columns || last.identity != era.identity);
    let text = settings.to_value().canonical();
    let is_remembered = known.as_ref().is_some_and(|known| {
        known.is_active && known.settings == *settings && known.history == *history
    });
    if !is_remembered {
        let sql = statements::remember(&shape.table, history, &tracking_id, &text);
        work.statements.push(sql);
    }
    if is_new_era {
        let texts = (era.columns_text(), era.identity_text());
        let sql = statements::begin_era(&form, (&texts.0, &texts.1), eras.is_empty());
        work.statements.push(sql);
    }
    if look == Look::Rows && work.statements.is_empty() && settings.baseline {
        is_behind |= gaps(reader, &form)? != (0, 0);
    }
    is_behind |= is_new_era;
    let mut steps = Vec::new();
    if !work.statements.is_empty() {
        steps.push(step(work.what(&form, verb), work.statements));
    }
    // What was written while nobody looked, and at the beginning all that is there. What went stands before what came: a key may have been given again.
    if is_behind && settings.baseline {
        let what = format!(
            "record the rows of {} that its history has not",
            quoted(&shape.table)
        );
        steps.push(step(
            what,
            vec![statements::gone(&form), statements::found(&form)],
        ));
    }
    Ok(Tracking {
        table: shape.table.clone(),
        history: history.clone(),
        settings: settings.clone(),
        verb,
        steps,
    })
}

/// Plans that a table is tracked no longer. Its history stays, and takes no change.
///
/// # Errors
/// `NotFound` when it is not tracked, and those of the target.
pub fn untrack(reader: &mut dyn Reader, table: &str) -> Result<Tracking> {
    let known = registry::one(reader, table)?.filter(|known| known.is_active);
    let known = known
        .ok_or_else(|| Error::not_found(format!("the table {} is not tracked", quoted(table))))?;
    let names = own_triggers(&known.table);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut sql: Vec<String> = reader
        .made(&names)?
        .iter()
        .map(|made| statements::drop_trigger(&made.name))
        .collect();
    let waiting = replaced(&known.table);
    if !reader.made(&[&waiting])?.is_empty() {
        sql.push(statements::drop_table(&waiting));
    }
    sql.push(statements::forget(&known.table));
    let what = format!(
        "write the history of {} no longer; it stays in {}",
        quoted(&known.table),
        quoted(&known.history)
    );
    Ok(Tracking {
        table: known.table,
        history: known.history,
        settings: known.settings,
        verb: Verb::Untrack,
        steps: vec![step(what, sql)],
    })
}

/// The shape of a table that must be there.
pub(super) fn shape(reader: &mut dyn Reader, table: &str) -> Result<Shape> {
    one_shape(reader, table)?.ok_or_else(|| {
        Error::not_found(format!("there is no table {}", quoted(table)))
            .hint("a view or a virtual table has no rows of its own that could be tracked")
    })
}

pub(super) fn one_shape(reader: &mut dyn Reader, table: &str) -> Result<Option<Shape>> {
    Ok(reader.shapes(&[table])?.into_iter().next().flatten())
}

/// Whether a table cannot have a name. Triggers have names of their own.
pub(super) fn is_taken(reader: &mut dyn Reader, name: &str) -> Result<bool> {
    let mut is_taken = false;
    let name = [Value::Text(name.to_owned())];
    reader.query(statements::TAKEN, &name, &mut |_| {
        is_taken = true;
        Ok(ControlFlow::Break(()))
    })?;
    Ok(is_taken)
}

/// The table that the triggers of another one hang on: SQLite lets them go with a table that is renamed.
pub(super) fn hangs_elsewhere(reader: &mut dyn Reader, table: &str) -> Result<Option<String>> {
    let own = own_triggers(table);
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let mut found = None;
    for made in reader.made(&own)? {
        let values = [made.name.as_str(), table].map(|text| Value::Text(text.to_owned()));
        reader.query(statements::TRIGGER_ELSEWHERE, &values, &mut |row| {
            if let Some(Value::Text(other)) = row.first() {
                found = Some(other.clone());
            }
            Ok(ControlFlow::Break(()))
        })?;
        if found.is_some() {
            break;
        }
    }
    Ok(found)
}

/// A history has no history, and Piperoll's own tables neither.
fn refuse_a_history(reader: &mut dyn Reader, shape: &Shape) -> Result<()> {
    let table = &shape.table;
    let start = table.get(..9).unwrap_or_default();
    let mut all = registry::all(reader)?.into_iter();
    if start.eq_ignore_ascii_case("piperoll_")
        || all.any(|known| known.history.eq_ignore_ascii_case(table))
    {
        return Err(Error::invalid_input(format!(
            "the table {} is Piperoll's own",
            quoted(table)
        )));
    }
    Ok(())
}

/// The history of a table of which the registry was lost: it is told by the ids of its versions, which nothing else has.
fn adopted(reader: &mut dyn Reader, target: &str, form: &Form<'_>) -> Result<Option<Tracked>> {
    let (table, history) = (&form.shape.table, &form.names.history);
    let tracking_id = tracking_id(target, table, history);
    let made = reader.made(&[history])?;
    let own = statements::history(form, history, &tracking_id, &[]);
    // Its own columns stand before those of the table, and are the same whatever these were.
    let own = own.trim_end_matches(")").trim_end();
    let is_own = made.iter().any(|made| made.sql.starts_with(own));
    Ok(is_own.then(|| Tracked {
        table: table.clone(),
        history: history.clone(),
        settings: form.settings.clone(),
        is_active: false,
        tracking_id,
    }))
}

/// The history that goes on. One that is over may be followed by another, if that has another name.
fn continued(
    known: Option<Tracked>,
    settings: &Settings,
    form: &Form<'_>,
) -> Result<Option<Tracked>> {
    let Some(known) = known else {
        return Ok(None);
    };
    let is_same = settings.continues(&known.settings) && known.history == form.names.history;
    match (is_same, known.is_active || known.history == form.names.history) {
        (true, _) => Ok(Some(known)),
        (false, false) => Ok(None),
        (false, true) => Err(Error::invalid_input(format!(
            "the history {} of {} was begun with another profile, prefix or timestamp",
            quoted(&known.history),
            quoted(&known.table)
        ))
        .hint("keep those, or untrack the table and choose a prefix by which the new history has a name of its own")),
    }
}

fn era(form: &Form<'_>) -> Era {
    let columns = form.columns.iter();
    Era {
        from_seq: 0,
        since: String::new(),
        columns: columns
            .map(|column| (column.name.clone(), column.name.clone()))
            .collect(),
        identity: form
            .identity()
            .into_iter()
            .map(|(_, own)| own.to_owned())
            .collect(),
    }
}

/// How many rows the history does not have as they are, and how many it has that are gone.
pub(super) fn gaps(reader: &mut dyn Reader, form: &Form<'_>) -> Result<(i64, i64)> {
    let mut found = (0, 0);
    reader.query(&statements::gaps(form), &[], &mut |row| {
        if let [Value::Int(behind), Value::Int(gone)] = row {
            found = (*behind, *gone);
        }
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

/// The names of the triggers on a tracked table.
pub(super) fn own_triggers(table: &str) -> Vec<String> {
    TRIGGERS.iter().map(|on| trigger(on, table)).collect()
}

/// How the ids of a history begin: the same for the same table of the same target, so that a history that is collected twice, or was restored, is seen to be that.
fn tracking_id(target: &str, table: &str, history: &str) -> String {
    let named = Value::Array(
        [target, table, history]
            .map(|name| Value::Text(name.to_owned()))
            .to_vec(),
    );
    let hash = Sha256::digest(format!("piperoll rows {}", named.canonical()));
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    // Version 8 and the variant of RFC 9562; the number of the version of the row follows.
    format!(
        "{}-{}-8{}-9{}-",
        part(0, 8),
        part(8, 12),
        part(12, 15),
        part(15, 18)
    )
}

pub(super) fn step(what: String, statements: Vec<String>) -> Step {
    Step {
        what,
        statements,
        guards: Vec::new(),
        destructive: false,
        rewrites: false,
        undo: None,
    }
}

impl Form<'_> {
    /// Whether rows are told apart by a number that the engine may change.
    pub(super) fn is_unstable(&self) -> bool {
        self.identity == Identity::Rowid
    }
}
