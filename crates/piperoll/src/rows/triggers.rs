//! The triggers that write a history in SQLite. They work with SQLite 3.34, and with functions that every SQLite has.
//!
//! SQLite runs the trigger that was made last first, so those of a history that run after a write are made after all others of their table. Where one of somebody else's
//! runs before all the same, and writes to the row, that write has its version already when the outer one comes: then the row is not what the outer one says any more, and
//! it writes none (`is_live`). Those that run before a write are made before all others: what others write then is done when they look.
//!
//! Without `recursive_triggers` no delete trigger runs for a row that `REPLACE` removes. So what could be replaced waits in a table of its own from the BEFORE
//! trigger on, and the AFTER trigger looks which of it is gone. With `recursive_triggers` the delete trigger takes the row out of that table, so that none is recorded
//! twice. Between the two, actions of foreign keys and what hangs on them may write to the table: whoever comes then records what is gone by now, marks it, and leaves the
//! rest waiting. What a statement leaves waiting, because it ignored a row or failed, is as the table has it until the next that could add to it clears it.

mod conditions;
mod waiting;

pub(super) use self::conditions::all;
use self::conditions::{
    changes, conflicts, exists, identity, is_at, is_identified, is_live, is_same, keys_change,
};
pub(in crate::rows) use self::waiting::waiting_table;
use self::waiting::{
    is_waiting, is_waiting_at, let_wait, let_wait_for_update, outlive, overtake, replace,
    replace_by_update,
};
use super::form::{Form, Identity};
use super::names::{replaced, trigger};
use super::settings::{DeleteImage, Stamp};
use crate::event::REDACTED;
use crate::limits::CONTEXT_SECONDS_MAX;
use crate::target::dialect::sqlite::{name, text};
use crate::target::{Made, StoredColumn};

/// What a version is of.
#[derive(Clone, Copy)]
pub(super) struct Version<'v> {
    /// Where the row's values are: `NEW`, `OLD`, the alias of a table.
    pub(super) row: &'v str,
    pub(super) operation: &'v str,
    pub(super) is_delete: bool,
    /// By what name `row` has the engine's number of the row.
    pub(super) rowid: &'v str,
    /// Whether `row` holds redacted values already.
    pub(super) is_kept: bool,
    /// What is said of the source where no context says it.
    pub(super) source: Option<&'v str>,
    /// Whether anybody says who writes: where it is known that nobody does, nothing is asked.
    pub(super) is_said: bool,
}

/// The triggers of a tracked table, in the order in which they are to be made.
pub(super) fn on_table(form: &Form<'_>) -> Vec<Made> {
    let table = &form.shape.table;
    let made = |on: &str, event: &str, when: Option<String>, body: Vec<String>| {
        let own = trigger(on, table);
        let when = when
            .map(|when| format!("\nWHEN {when}"))
            .unwrap_or_default();
        let body: String = body.iter().map(|each| format!("\n  {each};")).collect();
        Made {
            sql: format!(
                "CREATE TRIGGER {} {event} ON {}{when}\nBEGIN{body}\nEND",
                name(&own),
                name(table)
            ),
            name: own,
        }
    };
    let rowid = form.shape.rowid.as_deref().unwrap_or_default();
    let new = Version {
        row: "NEW",
        operation: "INSERT",
        is_delete: false,
        rowid,
        is_kept: false,
        source: None,
        is_said: true,
    };
    let updated = Version {
        operation: "UPDATE",
        ..new
    };
    let old = Version {
        row: "OLD",
        operation: "DELETE",
        is_delete: true,
        ..new
    };
    let moved = Version {
        operation: "UPDATE",
        ..old
    };
    let is_same_row = all(identity(form).map(|column| is_same(&column, &column)));
    let gone = format!("NOT {}", exists(table, &is_at(form, "live", "OLD")));
    let live = is_live(form);
    let update = format!("{is_same_row} AND ({}) AND {live}", changes(form));
    let delete = format!(
        "{gone} AND NOT EXISTS (SELECT 1 FROM {} AS waiting WHERE {} AND waiting.{})",
        name(&replaced(table)),
        is_waiting_at(form, "waiting", "OLD"),
        name(&form.names.is_delete)
    );
    // Asking four times for what nobody says costs a sixth of a version: where the context is empty, another trigger writes it.
    let written = |on: &str, event: &str, when: String, version: Version<'_>, is_said: bool| {
        let not = if is_said { "" } else { "NOT " };
        let when = format!("{not}EXISTS (SELECT 1 FROM piperoll_context) AND {when}");
        let version = Version { is_said, ..version };
        made(on, event, Some(when), vec![values(form, version)])
    };
    vec![
        made(
            "before_insert",
            "BEFORE INSERT",
            Some(format!(
                "{} OR {}",
                conflicts(form, None),
                is_waiting(table)
            )),
            let_wait(form),
        ),
        made(
            "before_update",
            "BEFORE UPDATE",
            Some(format!(
                "{} OR (({}) AND ({}))",
                is_waiting(table),
                keys_change(form),
                conflicts(form, Some("OLD")),
            )),
            let_wait_for_update(form),
        ),
        written("insert", "AFTER INSERT", live.clone(), new, false),
        written("insert_said", "AFTER INSERT", live.clone(), new, true),
        written("update", "AFTER UPDATE", update.clone(), updated, false),
        written("update_said", "AFTER UPDATE", update, updated, true),
        made(
            "move",
            "AFTER UPDATE",
            Some(format!("NOT ({is_same_row})")),
            vec![
                select(
                    form,
                    moved,
                    &format!("WHERE NOT {}", exists(table, &is_identified(form, "OLD"))),
                ),
                select(form, updated, &format!("WHERE {live}")),
            ],
        ),
        written("delete", "AFTER DELETE", delete.clone(), old, false),
        written("delete_said", "AFTER DELETE", delete, old, true),
        made(
            "replacing_delete",
            "AFTER DELETE",
            Some(is_waiting(table)),
            outlive(form),
        ),
        made(
            "replacing_insert",
            "AFTER INSERT",
            Some(is_waiting(table)),
            replace(form),
        ),
        made(
            "replacing_update",
            "AFTER UPDATE",
            Some(format!(
                "{} AND ({} OR EXISTS (SELECT 1 FROM {} AS waiting WHERE {}))",
                is_waiting(table),
                keys_change(form),
                name(&replaced(table)),
                is_waiting_at(form, "waiting", "OLD")
            )),
            [overtake(form), replace_by_update(form)].concat(),
        ),
    ]
}

/// The triggers that let nobody change a history. `REPLACE` runs no delete trigger, and needs a number: a version that brings one is refused, so that none is put before
/// others or beyond the last that there can be.
pub(super) fn on_history(history: &str, seq: &str) -> Vec<Made> {
    let table = name(history);
    let closed = format!(
        "NOT EXISTS (SELECT 1 FROM piperoll_gate WHERE history_name = {} COLLATE NOCASE)",
        text(history)
    );
    let refused = text(&format!(
        "the history {history} takes no UPDATE, no DELETE and no REPLACE, and gives each version its number: correct the row in its table, which is recorded; retention and erasure open piperoll_gate"
    ));
    let seq = name(seq);
    let guard = |what: &str, event: &str, when: &str, raise: &str| {
        let own = trigger(what, history);
        Made {
            sql: format!(
                "CREATE TRIGGER {} BEFORE {event} ON {table}\nWHEN {when}\nBEGIN\n  SELECT RAISE({raise}, {refused});\nEND",
                name(&own)
            ),
            name: own,
        }
    };
    vec![
        guard("no_update", "UPDATE", &closed, "ABORT"),
        guard("no_delete", "DELETE", &closed, "ABORT"),
        guard(
            "no_replace",
            "INSERT",
            // A number that is yet to be given is -1 here.
            &format!("NEW.{seq} <> -1 AND {closed}"),
            // Every write of a version has this trigger in it. Were it one that takes a statement back, SQLite would keep a journal of each, and copy pages for that.
            "FAIL",
        ),
    ]
}

/// A version as a row of the history: `INSERT INTO ... VALUES`.
fn values(form: &Form<'_>, version: Version<'_>) -> String {
    let (columns, values) = version_of(form, version);
    format!(
        "INSERT INTO {} ({columns}) VALUES ({values})",
        name(&form.names.history)
    )
}

/// Versions of rows that a question finds; `from` is what follows the values.
pub(super) fn select(form: &Form<'_>, version: Version<'_>, from: &str) -> String {
    let (columns, values) = version_of(form, version);
    format!(
        "INSERT INTO {} ({columns}) SELECT {values} {from}",
        name(&form.names.history)
    )
}

fn version_of(form: &Form<'_>, version: Version<'_>) -> (String, String) {
    let names = &form.names;
    let row = version.row;
    let context = |column: &str| match version.is_said {
        true => context(column),
        false => "NULL".to_owned(),
    };
    let source = match version.source {
        Some(source) => format!("coalesce({}, {})", context("source"), text(source)),
        None => context("source"),
    };
    let mut pairs = vec![
        (name(&names.at), now(form.settings.timestamp)),
        (
            name(&names.is_delete),
            u8::from(version.is_delete).to_string(),
        ),
        (name(&names.operation), text(version.operation)),
        (name(&names.actor), context("actor")),
        (name(&names.reason), context("reason")),
        (name(&names.session_id), context("session_id")),
        (name(&names.source), source),
    ];
    if form.identity == Identity::Rowid {
        pairs.push((name(&names.rowid), format!("{row}.{}", name(version.rowid))));
    }
    let keys_only = version.is_delete && form.settings.delete_image == DeleteImage::Keys;
    for column in &form.columns {
        if keys_only && !form.shape.key.contains(&column.name) {
            continue;
        }
        let value = if version.is_kept {
            format!("{row}.{}", name(&column.name))
        } else {
            kept(form, column, row)
        };
        pairs.push((name(&column.name), value));
    }
    let (columns, values): (Vec<String>, Vec<String>) = pairs.into_iter().unzip();
    (columns.join(", "), values.join(", "))
}

/// What is kept of a value.
pub(super) fn kept(form: &Form<'_>, column: &StoredColumn, row: &str) -> String {
    let value = format!("{row}.{}", name(&column.name));
    if form.is_redacted(&column.name) {
        return format!("CASE WHEN {value} IS NOT NULL THEN {} END", text(REDACTED));
    }
    value
}

/// The present, as the history writes it.
fn now(stamp: Stamp) -> String {
    match stamp {
        Stamp::Utc => "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')".to_owned(),
        // `unixepoch` is younger than 3.34.
        Stamp::Epoch => "round((julianday('now') - 2440587.5) * 86400.0, 3)".to_owned(),
    }
}

/// What the application says. Whoever forgot to clear it is not believed for long. The column in the span of time keeps SQLite from working it out for every row
/// where nobody says anything.
fn context(column: &str) -> String {
    let bound = |sign: &str| {
        format!(
            "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', (only * {sign}{CONTEXT_SECONDS_MAX}) || ' seconds')"
        )
    };
    format!(
        "(SELECT {column} FROM piperoll_context WHERE set_at BETWEEN {} AND {})",
        bound("-"),
        bound("")
    )
}
