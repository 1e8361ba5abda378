//! The triggers that write a history in SQLite. They work with SQLite 3.34, and with functions that every SQLite has.
//!
//! SQLite runs the trigger that was made last first, so those of a history are made after all others of their table. Where one of somebody else's runs before
//! all the same, and writes to the row, that write has its version already when the outer one comes: then the row is not what the outer one says any more, and
//! it writes none (`is_live`).
//!
//! Without `recursive_triggers` no delete trigger runs for a row that `REPLACE` removes. So what could be replaced waits in a table of its own from the BEFORE
//! trigger on, and the AFTER trigger looks which of it is gone. With `recursive_triggers` the delete trigger takes the row out of that table, so that none is recorded
//! twice. What waits is never there for longer than a statement: the next BEFORE trigger that could add to it clears it first.

use super::form::{Form, Identity, Place};
use super::names::{replaced, trigger};
use super::settings::{DeleteImage, Stamp};
use crate::event::REDACTED;
use crate::limits::CONTEXT_SECONDS_MAX;
use crate::target::dialect::sqlite::{name, text};
use crate::target::{Made, StoredColumn};

/// The mark of a waiting row that is recorded already.
const RECORDED: u8 = 1;
/// The mark of a waiting row that is written where it is.
const WRITTEN: u8 = 2;

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
    vec![
        made(
            "before_insert",
            "BEFORE INSERT",
            Some(format!(
                "{} OR {}",
                conflicts(form, None),
                is_waiting(table)
            )),
            let_wait(form, None),
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
            [stay(form), let_wait(form, Some("OLD"))].concat(),
        ),
        made(
            "insert",
            "AFTER INSERT",
            Some(live.clone()),
            vec![values(form, new)],
        ),
        made(
            "update",
            "AFTER UPDATE",
            Some(format!("{is_same_row} AND ({}) AND {live}", changes(form))),
            vec![values(form, updated)],
        ),
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
        made(
            "delete",
            "AFTER DELETE",
            Some(format!(
                "{gone} AND NOT EXISTS (SELECT 1 FROM {} AS waiting WHERE {} AND waiting.{})",
                name(&replaced(table)),
                is_waiting_at(form, "waiting", "OLD"),
                name(&form.names.is_delete)
            )),
            vec![values(form, old)],
        ),
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
            replace(form, None),
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
            [overtake(form), replace(form, Some(&keys_change(form)))].concat(),
        ),
    ]
}

/// The triggers that let nobody change a history: `REPLACE` runs no delete trigger, and so has one of its own.
pub(super) fn on_history(history: &str, seq: &str) -> Vec<Made> {
    let table = name(history);
    let closed = format!(
        "NOT EXISTS (SELECT 1 FROM piperoll_gate WHERE history_name = {} COLLATE NOCASE)",
        text(history)
    );
    let refused = text(&format!(
        "the history {history} takes no UPDATE, no DELETE and no REPLACE: correct the row in its table, which is recorded; retention and erasure open piperoll_gate"
    ));
    let seq = name(seq);
    let guard = |what: &str, event: &str, when: &str| {
        let own = trigger(what, history);
        Made {
            sql: format!(
                "CREATE TRIGGER {} BEFORE {event} ON {table}\nWHEN {when}\nBEGIN\n  SELECT RAISE(ABORT, {refused});\nEND",
                name(&own)
            ),
            name: own,
        }
    };
    vec![
        guard("no_update", "UPDATE", &closed),
        guard("no_delete", "DELETE", &closed),
        guard(
            "no_replace",
            "INSERT",
            &format!("NEW.{seq} > 0 AND EXISTS (SELECT 1 FROM {table} WHERE {seq} = NEW.{seq})"),
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

/// Whether some column that is kept changes.
fn changes(form: &Form<'_>) -> String {
    // A computed column changes with others, except with those that are not kept.
    let computed = !form.settings.exclude.is_empty();
    let columns = form.columns.iter();
    let columns = columns.filter(|column| computed || !column.is_generated);
    any(columns.map(|column| differs(column)))
}

/// Whether a column that rows are unique by changes.
fn keys_change(form: &Form<'_>) -> String {
    let shape = form.shape;
    let unique = &shape.unique;
    let is_plain = |column: &str| {
        let mut all = shape.columns.iter();
        !all.any(|each| each.name == column && each.is_generated)
    };
    let terms = || unique.iter().flat_map(|unique| &unique.terms);
    let is_told_by_columns = unique.iter().all(|unique| unique.condition.is_none())
        && terms().all(|term| term.column.as_deref().is_some_and(is_plain));
    if !is_told_by_columns {
        let columns = shape.columns.iter().filter(|column| !column.is_generated);
        let rowid = shape.rowid.iter().map(|rowid| {
            let rowid = name(rowid);
            format!("OLD.{rowid} IS NOT NEW.{rowid}")
        });
        return any(columns.map(differs).chain(rowid));
    }
    let mut names: Vec<&String> = terms().filter_map(|term| term.column.as_ref()).collect();
    names.sort_unstable();
    names.dedup();
    any(names.into_iter().map(|column| {
        let column = name(column);
        format!("OLD.{column} IS NOT NEW.{column} COLLATE BINARY")
    }))
}

fn differs(column: &StoredColumn) -> String {
    let own = name(&column.name);
    let values = format!("OLD.{own} IS NOT NEW.{own} COLLATE BINARY");
    if column.keeps_types {
        return format!("{values} OR typeof(OLD.{own}) <> typeof(NEW.{own})");
    }
    values
}

/// Whether the row is still as this write says.
fn is_live(form: &Form<'_>) -> String {
    let columns = form.columns.iter().filter(|column| !column.is_generated);
    let as_said = columns.map(|column| {
        let own = name(&column.name);
        let values = format!("live.{own} IS NEW.{own} COLLATE BINARY");
        if column.keeps_types {
            return format!("{values} AND typeof(live.{own}) = typeof(NEW.{own})");
        }
        values
    });
    let place = is_at(form, "live", "NEW");
    exists(
        &form.shape.table,
        &all(std::iter::once(place).chain(as_said)),
    )
}

/// Whether a row that is there could be in the way of the one that comes.
fn conflicts(form: &Form<'_>, except: Option<&str>) -> String {
    let not_itself = except.map(|row| format!(" AND NOT ({})", is_at(form, "live", row)));
    let not_itself = not_itself.unwrap_or_default();
    any(conflict_of_each(form)
        .into_iter()
        .map(|condition| exists(&form.shape.table, &format!("{condition}{not_itself}"))))
}

fn conflict_of_each(form: &Form<'_>) -> Vec<String> {
    let unique = form.shape.unique.iter();
    unique
        .map(|unique| {
            let terms = unique.terms.iter().map(|term| {
                let collation = term.collation.as_ref();
                let collation = collation.map(|each| format!(" COLLATE {}", name(each)));
                let present = match term.column {
                    Some(_) => format!("live.{}", term.present),
                    None => term.present.clone(),
                };
                format!(
                    "{present} = {}{}",
                    term.coming,
                    collation.unwrap_or_default()
                )
            });
            let condition = unique.condition.iter().map(|each| format!("({each})"));
            all(terms.chain(condition))
        })
        .collect()
}

/// Marks the row that waits and is written itself now: whatever it is when its own trigger comes, nothing took its place.
fn stay(form: &Form<'_>) -> Vec<String> {
    let waiting = name(&replaced(&form.shape.table));
    let mark = name(&form.names.is_delete);
    let at = is_waiting_at(form, &waiting, "OLD");
    vec![format!(
        "UPDATE {waiting} SET {mark} = {WRITTEN} WHERE {at} AND {waiting}.{mark} IS NULL AND {} AND NOT ({})",
        is_as(form, &waiting, "OLD"),
        keys_change(form)
    )]
}

/// Whether a row that waits has the values of another.
fn is_as(form: &Form<'_>, waiting: &str, row: &str) -> String {
    all(form.columns.iter().map(|column| {
        let own = format!("{waiting}.{}", name(&column.name));
        let other = kept(form, column, row);
        let values = format!("{own} IS {other} COLLATE BINARY");
        if column.keeps_types {
            return format!("{values} AND typeof({own}) = typeof({other})");
        }
        values
    }))
}

/// Clears what waits, and lets those wait that could be replaced now; of an update, when a key changes.
fn let_wait(form: &Form<'_>, except: Option<&str>) -> Vec<String> {
    let table = &form.shape.table;
    let waiting = name(&replaced(table));
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (column, kept) in waiting_columns(form) {
        pairs.push((name(column), kept));
    }
    let (columns, values): (Vec<String>, Vec<String>) = pairs.into_iter().unzip();
    let only = except.map(|_| format!("({})", keys_change(form)));
    let cleared = only.iter().map(|only| format!(" WHERE {only}"));
    let and_only = only.iter().map(|only| format!(" AND {only}"));
    let not_itself = except.map(|row| format!(" AND NOT ({})", is_at(form, "live", row)));
    vec![
        format!("DELETE FROM {waiting}{}", cleared.collect::<String>()),
        format!(
            "INSERT INTO {waiting} ({}) SELECT {} FROM {} AS live WHERE ({}){}{}",
            columns.join(", "),
            values.join(", "),
            name(table),
            any(conflict_of_each(form).into_iter()),
            not_itself.unwrap_or_default(),
            and_only.collect::<String>()
        ),
    ]
}

/// The columns of a row that waits, and what each holds of the row `live`.
fn waiting_columns<'f>(form: &'f Form<'_>) -> Vec<(&'f str, String)> {
    let own = form
        .place()
        .into_iter()
        .filter(|place| place.column != place.waiting);
    let own = own.map(|place| {
        (
            form.names.rowid.as_str(),
            format!("live.{}", name(place.column)),
        )
    });
    let columns = form.columns.iter();
    own.chain(columns.map(|column| (column.name.as_str(), kept(form, column, "live"))))
        .collect()
}

/// Where rows wait: a mark on those that are recorded already, and the columns with their types; no constraint.
pub(super) fn waiting_table(form: &Form<'_>) -> Made {
    let own = replaced(&form.shape.table);
    let mark = std::iter::once((form.names.is_delete.as_str(), String::new()));
    let columns = mark.chain(waiting_columns(form)).map(|(column, _)| {
        let stored = form.columns.iter().find(|each| each.name == column);
        let sql_type = stored.map_or("INTEGER", |stored| stored.sql_type.as_str());
        format!("\n  {}", format!("{} {sql_type}", name(column)).trim_end())
    });
    Made {
        sql: format!(
            "CREATE TABLE {} ({}\n)",
            name(&own),
            columns.collect::<Vec<_>>().join(",")
        ),
        name: own,
    }
}

/// A row that waits is written again before it is seen to be replaced: by an action of a foreign key, or by somebody's trigger. If it was another before, and
/// was not written itself since, this is the row that took its place. Else it waits on, as it is now.
fn overtake(form: &Form<'_>) -> Vec<String> {
    let table = name(&form.shape.table);
    let waiting = name(&replaced(&form.shape.table));
    let mark = name(&form.names.is_delete);
    let at = is_waiting_at(form, &waiting, "OLD");
    let unrecorded = is_unrecorded(form, &waiting);
    let live = exists(
        &form.shape.table,
        &all([is_at(form, "live", "NEW"), is_as(form, &waiting, "live")].into_iter()),
    );
    let another = format!(
        "{at} AND {waiting}.{mark} IS NULL AND NOT ({}) AND NOT {live}",
        is_as(form, &waiting, "OLD")
    );
    let columns: Vec<String> = form.columns.iter().map(|each| name(&each.name)).collect();
    let now = form.columns.iter().map(|each| kept(form, each, "live"));
    let version = Version {
        row: &waiting,
        ..waiting_version(form)
    };
    vec![
        select(form, version, &format!("FROM {waiting} WHERE {another}")),
        format!("DELETE FROM {waiting} WHERE {another}"),
        format!(
            "UPDATE {waiting} SET ({mark}, {}) = (SELECT NULL, {} FROM {table} AS live WHERE {}) WHERE {at} AND {unrecorded} AND NOT ({}) AND {}",
            columns.join(", "),
            now.collect::<Vec<_>>().join(", "),
            is_at(form, "live", "NEW"),
            keys_change(form),
            exists(&form.shape.table, &is_at(form, "live", "NEW")),
        ),
    ]
}

/// A row that goes waits no longer. Others that are gone by then are recorded, and marked so that their own delete trigger does not record them again: an action of a
/// foreign key may take the very row for which they were replaced.
fn outlive(form: &Form<'_>) -> Vec<String> {
    let waiting = name(&replaced(&form.shape.table));
    let at = all(form.place().iter().map(|place| {
        is_equal(
            &format!("live.{}", name(place.column)),
            &format!("{waiting}.{}", name(place.waiting)),
            place,
        )
    }));
    let gone = format!("NOT {}", exists(&form.shape.table, &at));
    let unrecorded = is_unrecorded(form, &waiting);
    let version = Version {
        row: &waiting,
        ..waiting_version(form)
    };
    vec![
        format!(
            "DELETE FROM {waiting} WHERE {} AND {unrecorded}",
            is_waiting_at(form, &waiting, "OLD")
        ),
        select(
            form,
            version,
            &format!("FROM {waiting} WHERE {gone} AND {unrecorded}"),
        ),
        format!(
            "UPDATE {waiting} SET {} = {RECORDED} WHERE {gone}",
            name(&form.names.is_delete)
        ),
    ]
}

/// Records those of the waiting rows that are gone, then clears them; on a condition.
fn replace(form: &Form<'_>, only: Option<&str>) -> Vec<String> {
    let waiting = name(&replaced(&form.shape.table));
    let place = form.place();
    let same = |one: &str, other: &str| {
        all(place.iter().map(|place| {
            let column = |row: &str| {
                let column = match row {
                    "waiting" => place.waiting,
                    _ => place.column,
                };
                format!("{row}.{}", name(column))
            };
            is_equal(&column(one), &column(other), place)
        }))
    };
    let only = only.map(|only| format!("({only})"));
    let and = only.iter().map(|only| format!("{only} AND "));
    let from = format!(
        "FROM {waiting} AS waiting WHERE {}{} AND ({} OR NOT {})",
        and.collect::<String>(),
        is_unrecorded(form, "waiting"),
        same("waiting", "NEW"),
        exists(&form.shape.table, &same("live", "waiting"))
    );
    let cleared = only.iter().map(|only| format!(" WHERE {only}"));
    vec![
        select(form, waiting_version(form), &from),
        format!("DELETE FROM {waiting}{}", cleared.collect::<String>()),
    ]
}

/// The version of a row that waited, and is gone.
fn waiting_version<'f>(form: &'f Form<'_>) -> Version<'f> {
    let waiting = form.place().first().map(|place| place.waiting);
    Version {
        row: "waiting",
        operation: "DELETE",
        is_delete: true,
        rowid: waiting.unwrap_or_default(),
        is_kept: true,
        source: None,
    }
}

fn is_unrecorded(form: &Form<'_>, waiting: &str) -> String {
    format!(
        "{waiting}.{} IS NOT {RECORDED}",
        name(&form.names.is_delete)
    )
}

fn is_waiting(table: &str) -> String {
    format!("EXISTS (SELECT 1 FROM {})", name(&replaced(table)))
}

/// Whether a row that waits is where another is.
fn is_waiting_at(form: &Form<'_>, waiting: &str, row: &str) -> String {
    let place = form.place();
    all(place.iter().map(|place| {
        is_equal(
            &format!("{waiting}.{}", name(place.waiting)),
            &format!("{row}.{}", name(place.column)),
            place,
        )
    }))
}

/// Whether the row of an alias is where another is. The alias is the table, or a row.
fn is_at(form: &Form<'_>, alias: &str, row: &str) -> String {
    let place = form.place();
    all(place.iter().map(|place| {
        let column = name(place.column);
        is_equal(
            &format!("{alias}.{column}"),
            &format!("{row}.{column}"),
            place,
        )
    }))
}

/// Whether the row `live` is, for the history, the same as another.
fn is_identified(form: &Form<'_>, row: &str) -> String {
    all(identity(form).map(|column| format!("live.{column} IS {row}.{column} COLLATE BINARY")))
}

fn identity<'f>(form: &'f Form<'_>) -> impl Iterator<Item = String> + use<'f> {
    form.identity().into_iter().map(|(column, _)| name(column))
}

fn is_same(old: &str, new: &str) -> String {
    format!("OLD.{old} IS NEW.{new} COLLATE BINARY")
}

fn is_equal(one: &str, other: &str, place: &Place<'_>) -> String {
    let collation = place
        .collation
        .map(|each| format!(" COLLATE {}", name(each)));
    format!("{one} = {other}{}", collation.unwrap_or_default())
}

fn exists(table: &str, condition: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM {} AS live WHERE {condition})",
        name(table)
    )
}

fn all(conditions: impl Iterator<Item = String>) -> String {
    conditions.collect::<Vec<_>>().join(" AND ")
}

fn any(conditions: impl Iterator<Item = String>) -> String {
    conditions.collect::<Vec<_>>().join(" OR ")
}
