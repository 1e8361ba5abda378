//! The statements of row history in SQLite. What stays in the user's file by them works with SQLite 3.34 and holds no function of ours.

use super::form::{Form, Identity};
use super::settings::Stamp;
use super::triggers::{self, Version, kept};
use crate::target::Made;
use crate::target::dialect::sqlite::{name, names, text};

/// The histories of a table, as the registry has them: the one that is written first, then the one that was written last.
pub(super) const TRACKED_OF: &str = "\
SELECT table_name, history_name, tracking_id, settings, is_active FROM main.piperoll_tracked WHERE table_name = ?1
ORDER BY is_active DESC, rowid DESC";

/// All that were ever tracked.
pub(super) const TRACKED_ALL: &str = "\
SELECT table_name, history_name, tracking_id, settings, is_active FROM main.piperoll_tracked ORDER BY table_name, rowid";

/// The eras of a history.
pub(super) const ERAS_OF: &str = "\
SELECT from_seq, since, columns, identity FROM main.piperoll_eras WHERE history_name = ?1 ORDER BY from_seq";

/// What stands where a table of a name would be.
pub(super) const TAKEN: &str =
    "SELECT 1 FROM main.sqlite_master WHERE type <> 'trigger' AND name = ?1 COLLATE NOCASE";

/// The table of a trigger, when that is another one.
pub(super) const TRIGGER_ELSEWHERE: &str = "\
SELECT tbl_name FROM main.sqlite_master WHERE type = 'trigger' AND name = ?1 COLLATE NOCASE AND tbl_name <> ?2 COLLATE NOCASE";

/// How many contexts nobody cleared, by now.
pub(super) const CONTEXTS_LEFT: &str = "SELECT count(*) FROM main.piperoll_context";

/// The gates that nobody closed.
pub(super) const GATES_OPEN: &str =
    "SELECT history_name FROM main.piperoll_gate ORDER BY history_name";

/// Remembers that a table is tracked.
pub(super) fn remember(table: &str, history: &str, tracking_id: &str, settings: &str) -> String {
    format!(
        "INSERT OR REPLACE INTO piperoll_tracked (table_name, history_name, tracking_id, settings, is_active) VALUES ({}, {}, {}, {}, 1)",
        text(table),
        text(history),
        text(tracking_id),
        text(settings)
    )
}

/// Remembers that a table is tracked no longer.
pub(super) fn forget(table: &str) -> String {
    format!(
        "UPDATE piperoll_tracked SET is_active = 0 WHERE table_name = {}",
        text(table)
    )
}

/// Remembers that a tracked table has another name, and its history too.
pub(super) fn rename_tracked(to: &str, history: (&str, &str)) -> [String; 2] {
    [
        format!(
            "UPDATE OR REPLACE piperoll_tracked SET table_name = {}, history_name = {} WHERE history_name = {}",
            text(to),
            text(history.1),
            text(history.0)
        ),
        format!(
            "UPDATE OR REPLACE piperoll_eras SET history_name = {} WHERE history_name = {}",
            text(history.1),
            text(history.0)
        ),
    ]
}

/// Forgets what a history kept.
pub(super) fn forget_eras(history: &str) -> String {
    format!(
        "DELETE FROM piperoll_eras WHERE history_name = {}",
        text(history)
    )
}

/// Lets an era have other columns: those of the history were renamed.
pub(super) fn change_era(history: &str, from_seq: i64, columns: &str, identity: &str) -> String {
    format!(
        "UPDATE piperoll_eras SET columns = {}, identity = {} WHERE history_name = {} AND from_seq = {from_seq}",
        text(columns),
        text(identity),
        text(history)
    )
}

/// Begins an era with the next version; where none is known, with the first: those that there were are lost. One that began there and has no version yet is replaced.
pub(super) fn begin_era(
    form: &Form<'_>,
    (columns, identity): (&str, &str),
    is_first: bool,
) -> String {
    let history = &form.names.history;
    let from = match is_first {
        true => "1".to_owned(),
        false => format!(
            "(SELECT coalesce(max({}), 0) + 1 FROM {})",
            name(&form.names.seq),
            name(history)
        ),
    };
    format!(
        "INSERT OR REPLACE INTO piperoll_eras (history_name, from_seq, since, columns, identity) \
         VALUES ({}, {from}, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), {}, {})",
        text(history),
        text(columns),
        text(identity)
    )
}

/// The history: the columns of the table with their types, and no constraint that could refuse a row.
pub(super) fn history(
    form: &Form<'_>,
    named: &str,
    tracking_id: &str,
    columns: &[(String, String)],
) -> String {
    let own = &form.names;
    let at = match form.settings.timestamp {
        Stamp::Utc => "TEXT",
        Stamp::Epoch => "REAL",
    };
    let mut lines = vec![
        // The trigger that refuses a number cannot tell -1 from one that is yet to be given.
        format!("{0} INTEGER PRIMARY KEY CHECK ({0} > 0)", name(&own.seq)),
        // SQLite works it out for the trigger before an insert, too, where no number is given yet: that is a twentieth of a version.
        format!(
            "{} TEXT GENERATED ALWAYS AS (CASE WHEN {seq} > 0 THEN printf({}, {seq}) END) VIRTUAL",
            name(&own.id),
            text(&format!("{tracking_id}%012x")),
            seq = name(&own.seq)
        ),
        format!("{} {at}", name(&own.at)),
        format!("{} BOOLEAN", name(&own.is_delete)),
    ];
    let texts = [
        &own.operation,
        &own.user,
        &own.actor,
        &own.reason,
        &own.session_id,
        &own.source,
    ];
    lines.extend(texts.map(|column| format!("{} TEXT", name(column))));
    lines.push(format!("{} INTEGER", name(&own.txid)));
    if form.identity == Identity::Rowid {
        lines.push(format!("{} INTEGER", name(&own.rowid)));
    }
    lines.extend(
        columns
            .iter()
            .map(|(column, sql_type)| typed(column, sql_type)),
    );
    format!(
        "CREATE TABLE {} (\n  {}\n)",
        name(named),
        lines.join(",\n  ")
    )
}

fn typed(column: &str, sql_type: &str) -> String {
    format!("{} {sql_type}", name(column)).trim_end().to_owned()
}

/// The index by which the versions of one row are found.
pub(super) fn index(form: &Form<'_>) -> Made {
    let own = index_name(&form.names.history);
    let columns: Vec<&str> = form.identity().iter().map(|(_, column)| *column).collect();
    Made {
        sql: format!(
            "CREATE INDEX {} ON {} ({})",
            name(&own),
            name(&form.names.history),
            names(&columns)
        ),
        name: own,
    }
}

/// The name of that index.
pub(super) fn index_name(history: &str) -> String {
    format!("piperoll_rows_of_{history}")
}

/// What lets SQLite look at all triggers of a table at once: it looks at one when it is needed, and then a fault would fail whoever writes.
pub(super) fn probes(form: &Form<'_>) -> Vec<String> {
    let table = name(&form.shape.table);
    let mut columns = form.shape.columns.iter();
    let written = columns.find(|column| !column.is_generated);
    let update = written.map(|column| {
        let column = name(&column.name);
        format!("EXPLAIN UPDATE {table} SET {column} = {column}")
    });
    let insert = format!("EXPLAIN INSERT INTO {table} DEFAULT VALUES");
    let delete = format!("EXPLAIN DELETE FROM {table}");
    [insert, delete].into_iter().chain(update).collect()
}

pub(super) fn drop_index(index: &str) -> String {
    format!("DROP INDEX {}", name(index))
}

pub(super) fn drop_trigger(trigger: &str) -> String {
    format!("DROP TRIGGER {}", name(trigger))
}

/// Lets no row wait to be replaced: what waits from before may be another by now, or gone and recorded.
pub(super) fn clear(waiting: &str) -> String {
    format!("DELETE FROM {}", name(waiting))
}

pub(super) fn drop_table(table: &str) -> String {
    format!("DROP TABLE {}", name(table))
}

pub(super) fn rename_table(from: &str, to: &str) -> String {
    format!("ALTER TABLE {} RENAME TO {}", name(from), name(to))
}

pub(super) fn add_column(table: &str, column: &str, sql_type: &str) -> String {
    format!(
        "ALTER TABLE {} ADD COLUMN {}",
        name(table),
        typed(column, sql_type)
    )
}

pub(super) fn rename_column(table: &str, from: &str, to: &str) -> String {
    format!(
        "ALTER TABLE {} RENAME COLUMN {} TO {}",
        name(table),
        name(from),
        name(to)
    )
}

/// Views and triggers that name a history find it under its name again.
pub(super) const LEGACY_RENAME_ON: &str = "PRAGMA legacy_alter_table = ON";

pub(super) const LEGACY_RENAME_OFF: &str = "PRAGMA legacy_alter_table = OFF";

/// Copies a history, with its numbers.
pub(super) fn copy(from: &str, to: &str, columns: &[String]) -> String {
    let columns = names(columns);
    format!(
        "INSERT INTO {} ({columns}) SELECT {columns} FROM {}",
        name(to),
        name(from)
    )
}

/// Records what the table has and the history has not: rows that came or changed while nobody looked, and all of them at the beginning.
pub(super) fn found(form: &Form<'_>) -> String {
    let version = Version {
        row: "live",
        operation: "BASELINE",
        is_delete: false,
        rowid: form.shape.rowid.as_deref().unwrap_or_default(),
        is_kept: false,
        source: Some("piperoll"),
        is_said: true,
    };
    triggers::select(form, version, &not_in_history(form))
}

/// Records what the history has and the table has no longer.
pub(super) fn gone(form: &Form<'_>) -> String {
    let version = Version {
        row: "version",
        operation: "DELETE",
        is_delete: true,
        rowid: &form.names.rowid,
        is_kept: true,
        source: Some("piperoll"),
        is_said: true,
    };
    triggers::select(form, version, &not_in_table(form))
}

/// How many rows of the table the history does not have as they are, and how many it has that are gone.
pub(super) fn gaps(form: &Form<'_>) -> String {
    format!(
        "SELECT (SELECT count(*) {}), (SELECT count(*) {})",
        not_in_history(form),
        not_in_table(form)
    )
}

fn not_in_history(form: &Form<'_>) -> String {
    let own = &form.names;
    let same = triggers::all(form.columns.iter().map(|column| {
        let there = name(&column.name);
        let now = kept(form, column, "live");
        let mut same = format!("version.{there} IS {now} COLLATE BINARY");
        if column.keeps_types {
            same.push_str(&format!(" AND typeof(version.{there}) = typeof({now})"));
        }
        same
    }));
    format!(
        "FROM {table} AS live WHERE NOT EXISTS (SELECT 1 FROM {history} AS version WHERE version.{seq} = \
         (SELECT max(last.{seq}) FROM {history} AS last WHERE {identity}) AND NOT version.{is_delete} AND {})",
        same,
        table = name(&form.shape.table),
        history = name(&own.history),
        seq = name(&own.seq),
        is_delete = name(&own.is_delete),
        identity = is_of(form, "last", "live"),
    )
}

fn not_in_table(form: &Form<'_>) -> String {
    let own = &form.names;
    format!(
        "FROM {history} AS version WHERE NOT version.{is_delete} AND version.{seq} = \
         (SELECT max(last.{seq}) FROM {history} AS last WHERE {same}) \
         AND NOT EXISTS (SELECT 1 FROM {table} AS live WHERE {identity})",
        table = name(&form.shape.table),
        history = name(&own.history),
        seq = name(&own.seq),
        is_delete = name(&own.is_delete),
        same = form
            .identity()
            .iter()
            .map(|(_, column)| format!("last.{0} = version.{0}", name(column)))
            .collect::<Vec<_>>()
            .join(" AND "),
        identity = is_of(form, "version", "live"),
    )
}

/// Whether a version is of a row of the table; the history's index finds it.
fn is_of(form: &Form<'_>, version: &str, live: &str) -> String {
    let columns = form.identity().into_iter();
    columns
        .map(|(column, own)| {
            format!(
                "{version}.{} = {live}.{} COLLATE BINARY",
                name(own),
                name(column)
            )
        })
        .collect::<Vec<_>>()
        .join(" AND ")
}
