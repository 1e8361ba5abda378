//! Rows that wait to be seen replaced, from the BEFORE trigger of a write on.

use super::conditions::{all, any, conflict_of_each, exists, is_at, is_equal, keys_change};
use super::{Version, kept, select};
use crate::rows::form::Form;
use crate::rows::names::replaced;
use crate::target::Made;
use crate::target::dialect::sqlite::name;

/// The mark of a waiting row that is recorded already.
const RECORDED: u8 = 1;

/// The mark of a waiting row that is written where it is.
const WRITTEN: u8 = 2;

/// Marks the row that waits and is written itself now: whatever it is when its own trigger comes, nothing took its place.
pub(super) fn stay(form: &Form<'_>) -> Vec<String> {
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
pub(super) fn is_as(form: &Form<'_>, waiting: &str, row: &str) -> String {
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
pub(super) fn let_wait(form: &Form<'_>, except: Option<&str>) -> Vec<String> {
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
pub(super) fn waiting_columns<'f>(form: &'f Form<'_>) -> Vec<(&'f str, String)> {
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
pub(in crate::rows) fn waiting_table(form: &Form<'_>) -> Made {
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
pub(super) fn overtake(form: &Form<'_>) -> Vec<String> {
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
pub(super) fn outlive(form: &Form<'_>) -> Vec<String> {
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
pub(super) fn replace(form: &Form<'_>, only: Option<&str>) -> Vec<String> {
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
pub(super) fn waiting_version<'f>(form: &'f Form<'_>) -> Version<'f> {
    let waiting = form.place().first().map(|place| place.waiting);
    Version {
        row: "waiting",
        operation: "DELETE",
        is_delete: true,
        rowid: waiting.unwrap_or_default(),
        is_kept: true,
        source: None,
        is_said: true,
    }
}

pub(super) fn is_unrecorded(form: &Form<'_>, waiting: &str) -> String {
    format!(
        "{waiting}.{} IS NOT {RECORDED}",
        name(&form.names.is_delete)
    )
}

pub(super) fn is_waiting(table: &str) -> String {
    format!("EXISTS (SELECT 1 FROM {})", name(&replaced(table)))
}

/// Whether a row that waits is where another is.
pub(super) fn is_waiting_at(form: &Form<'_>, waiting: &str, row: &str) -> String {
    let place = form.place();
    all(place.iter().map(|place| {
        is_equal(
            &format!("{waiting}.{}", name(place.waiting)),
            &format!("{row}.{}", name(place.column)),
            place,
        )
    }))
}
