//! Whether what is to be tracked is: every trigger as it was made, every column in the history, every row as the history has it.

use super::form::Form;
use super::registry::{self, Tracked};
use super::settings::Settings;
use super::track::{self, Look};
use super::{schema, statements, triggers};
use crate::error::{ErrorKind, Result};
use crate::event::Value;
use crate::target::{Made, Reader, Shape};
use crate::yaml::quoted;
use std::ops::ControlFlow;

/// What a table has of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The table.
    pub table: String,
    /// Its history, where it is tracked.
    pub history: Option<String>,
    /// What is not as it should be.
    pub findings: Vec<String>,
    /// What one should know, and is no fault.
    pub notes: Vec<String>,
}

/// What is said of a table that the registry has lost.
const FORGOTTEN: &str =
    "has triggers that write a history, and nothing tells that it is tracked: track it again";

/// Looks at the tables of a target. `declared` are those that shall be tracked, and how; what else the target tracks is looked at, too. `others` are its tables: those
/// that are not tracked are listed.
///
/// # Errors
/// Those of the target.
pub fn coverage(
    reader: &mut dyn Reader,
    target: &str,
    declared: &[(String, Settings)],
    others: &[String],
) -> Result<Vec<Coverage>> {
    let tracked = registry::all(reader)?;
    let active: Vec<&Tracked> = tracked.iter().filter(|each| each.is_active).collect();
    let is_declared = |table: &str| {
        let mut declared = declared.iter();
        declared.any(|(name, _)| name.eq_ignore_ascii_case(table))
    };
    let mut found = Vec::new();
    for (table, settings) in declared {
        let known = active
            .iter()
            .find(|each| each.table.eq_ignore_ascii_case(table));
        found.push(match known {
            Some(known) => tracked_table(reader, target, known, Some(settings))?,
            None => Coverage {
                table: table.clone(),
                history: None,
                findings: vec!["is declared to be tracked, and is not".to_owned()],
                notes: Vec::new(),
            },
        });
    }
    for known in active.iter().filter(|each| !is_declared(&each.table)) {
        found.push(tracked_table(reader, target, known, None)?);
    }
    let is_history = |table: &str| {
        let mut all = tracked.iter();
        all.any(|each| each.history.eq_ignore_ascii_case(table))
    };
    let is_found = |found: &[Coverage], table: &str| {
        let mut found = found.iter();
        found.any(|each| each.table.eq_ignore_ascii_case(table))
    };
    for table in others {
        if !is_history(table) && !is_found(&found, table) {
            let own = track::own_triggers(table);
            let own: Vec<&str> = own.iter().map(String::as_str).collect();
            let (findings, notes) = match reader.made(&own)?.is_empty() {
                true => (Vec::new(), vec!["is not tracked".to_owned()]),
                false => (vec![FORGOTTEN.to_owned()], Vec::new()),
            };
            found.push(Coverage {
                table: table.clone(),
                history: None,
                findings,
                notes,
            });
        }
    }
    found.sort_by(|one, other| one.table.cmp(&other.table));
    found.extend(left_behind(reader)?);
    Ok(found)
}

fn tracked_table(
    reader: &mut dyn Reader,
    target: &str,
    known: &Tracked,
    declared: Option<&Settings>,
) -> Result<Coverage> {
    let mut coverage = Coverage {
        table: known.table.clone(),
        history: Some(known.history.clone()),
        findings: Vec::new(),
        notes: Vec::new(),
    };
    let findings = &mut coverage.findings;
    let Some(shape) = track::one_shape(reader, &known.table)? else {
        findings.push(match track::hangs_elsewhere(reader, &known.table)? {
            Some(other) => format!(
                "the table is not there; the triggers of its history hang on {}: it was renamed",
                quoted(&other)
            ),
            None => "the table is not there".to_owned(),
        });
        return Ok(coverage);
    };
    if declared.is_some_and(|settings| *settings != known.settings) {
        findings.push("is tracked otherwise than it is declared".to_owned());
    }
    let form = match Form::new(&shape, &known.settings) {
        Ok(form) => form,
        Err(error) if error.kind() == ErrorKind::InvalidInput => {
            findings.extend(error.problems().iter().map(ToString::to_string));
            return Ok(coverage);
        }
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            findings.push(error.to_string());
            return Ok(coverage);
        }
        Err(error) => return Err(error),
    };
    let history = quoted(&known.history);
    let there = track::one_shape(reader, &known.history)?;
    match &there {
        None => findings.push(format!(
            "the history {history} is not there: every write to the table fails"
        )),
        Some(there) => {
            columns(&form, there, findings);
            on_history(&form, there, findings, &mut coverage.notes);
        }
    }
    objects(reader, &form, findings)?;
    order(&form, findings);
    if findings.is_empty() {
        let again = track::track(reader, target, &known.table, None, Look::Schema)?;
        if !again.steps.is_empty() {
            findings.push("is not tracked as it should be: track it again".to_owned());
        }
    }
    // The history can only be compared where it has what the table has.
    if there.is_some() && findings.is_empty() && known.settings.baseline {
        rows(track::gaps(reader, &form)?, findings);
    }
    if form.is_unstable() {
        coverage.notes.push(
            "its rows have no key that holds, and are told apart by their rowid: VACUUM may change it, and mix histories up"
                .to_owned(),
        );
    }
    Ok(coverage)
}

fn columns(form: &Form<'_>, history: &Shape, findings: &mut Vec<String>) {
    let is_kept = |name: &str| {
        let mut columns = history.columns.iter();
        columns.any(|column| column.name.eq_ignore_ascii_case(name))
    };
    let missing = form.columns.iter().filter(|column| !is_kept(&column.name));
    findings.extend(missing.map(|column| {
        let shown = quoted(&column.name);
        format!("the column {shown} is not in the history: what is written to it is not kept")
    }));
}

/// Triggers of somebody else on a history: those that run before a version is written may keep it out, and nobody would be told.
fn on_history(
    form: &Form<'_>,
    history: &Shape,
    findings: &mut Vec<String>,
    notes: &mut Vec<String>,
) {
    let guards = triggers::on_history(&form.names.history, &form.names.seq);
    let is_guard = |made: &&Made| {
        let mut guards = guards.iter();
        guards.any(|guard| guard.name.eq_ignore_ascii_case(&made.name))
    };
    let named = quoted(&form.names.history);
    for made in history.triggers.iter().filter(|made| !is_guard(made)) {
        let shown = quoted(&made.name);
        if history.before.contains(&made.name) {
            findings.push(format!(
                "the trigger {shown} runs before a version is written to the history {named}, and may keep it out: drop it"
            ));
        } else {
            notes.push(format!("the trigger {shown} hangs on its history {named}"));
        }
    }
}

fn objects(reader: &mut dyn Reader, form: &Form<'_>, findings: &mut Vec<String>) -> Result<()> {
    let mut wanted: Vec<(&str, Made)> = schema::shared()
        .into_iter()
        .map(|made| ("table", made))
        .collect();
    wanted.push(("table", triggers::waiting_table(form)));
    wanted.push(("index", statements::index(form)));
    let guards = triggers::on_history(&form.names.history, &form.names.seq);
    wanted.extend(guards.into_iter().map(|made| ("trigger", made)));
    wanted.extend(
        triggers::on_table(form)
            .into_iter()
            .map(|made| ("trigger", made)),
    );
    for (kind, made) in wanted {
        let there = reader.made(&[&made.name])?.into_iter().next();
        let shown = quoted(&made.name);
        match there {
            None => findings.push(format!("the {kind} {shown} is missing")),
            Some(there) if there.sql != made.sql => {
                findings.push(format!("the {kind} {shown} is out of date, or was changed"));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// SQLite runs the trigger first that was made last: of those that run after a write the history's come last, of those that run before it they come first.
fn order(form: &Form<'_>, findings: &mut Vec<String>) {
    let own = track::own_triggers(&form.shape.table);
    let is_own = |made: &Made| own.iter().any(|own| own.eq_ignore_ascii_case(&made.name));
    let runs_before = |made: &&Made| form.shape.before.contains(&made.name);
    let all = &form.shape.triggers;
    let later = all.iter().filter(|made| !runs_before(made));
    let later = later.skip_while(|made| !is_own(made));
    findings.extend(later.filter(|made| !is_own(made)).map(|made| {
        let shown = quoted(&made.name);
        format!(
            "the trigger {shown} was made later than those of the history, and runs before them"
        )
    }));
    let before: Vec<&Made> = all.iter().filter(runs_before).collect();
    let own_last = before.iter().rposition(|made| is_own(made)).unwrap_or(0);
    let earlier = before.iter().take(own_last);
    findings.extend(earlier.filter(|made| !is_own(made)).map(|made| {
        let shown = quoted(&made.name);
        format!(
            "the trigger {shown} was made earlier than those of the history, and runs between them and the write")
    }));
}

fn rows((behind, gone): (i64, i64), findings: &mut Vec<String>) {
    if behind > 0 {
        findings.push(format!(
            "{} not in the history as they are",
            counted(behind)
        ));
    }
    if gone > 0 {
        findings.push(format!(
            "{} of the history gone from the table",
            counted(gone)
        ));
    }
}

fn counted(rows: i64) -> String {
    match rows {
        1 => "1 row is".to_owned(),
        rows => format!("{rows} rows are"),
    }
}

/// What should be gone when a transaction ends.
fn left_behind(reader: &mut dyn Reader) -> Result<Vec<Coverage>> {
    let mut found = Vec::new();
    let mut left = |table: &str, finding: String| {
        found.push(Coverage {
            table: table.to_owned(),
            history: None,
            findings: vec![finding],
            notes: Vec::new(),
        });
    };
    if !reader.made(&["piperoll_context"])?.is_empty() {
        let mut count = 0;
        reader.query(statements::CONTEXTS_LEFT, &[], &mut |row| {
            if let Some(Value::Int(rows)) = row.first() {
                count = *rows;
            }
            Ok(ControlFlow::Break(()))
        })?;
        if count > 0 {
            left(
                "piperoll_context",
                "somebody did not clear it: versions of the next minute may have got a wrong actor"
                    .to_owned(),
            );
        }
    }
    if !reader.made(&["piperoll_gate"])?.is_empty() {
        let mut open = Vec::new();
        reader.query(statements::GATES_OPEN, &[], &mut |row| {
            if let Some(Value::Text(history)) = row.first() {
                open.push(quoted(history));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if !open.is_empty() {
            left(
                "piperoll_gate",
                format!("histories can be changed by anybody: {}", open.join(", ")),
            );
        }
    }
    Ok(found)
}

/// The tables that a target tracks or has tracked.
///
/// # Errors
/// Those of the target.
pub fn tracked(reader: &mut dyn Reader) -> Result<Vec<Tracked>> {
    registry::all(reader)
}
