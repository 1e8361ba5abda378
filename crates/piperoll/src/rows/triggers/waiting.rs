//! Rows that wait to be seen replaced, from the BEFORE trigger of a write on.

use super::conditions::{all, any, conflict_of_each, exists, is_at, is_equal, keys_change};
use super::{Version, kept, now, select};
use crate::rows::form::Form;
use crate::rows::names::replaced;
use crate::rows::settings::Stamp;
use crate::target::Made;
use crate::target::dialect::sqlite::name;

/// The mark of a waiting row that is recorded already.
const RECORDED: u8 = 1;

/// The mark of a waiting row that is written where it is.
const WRITTEN: u8 = 2;

/// The row that waits and is written itself now is marked: whatever it is when its own trigger comes, nothing took its place. One that goes elsewhere waits no longer.
fn stay(form: &Form<'_>) -> [String; 2] {
    let waiting = name(&replaced(&form.shape.table));
    let mark = name(&form.names.is_delete);
    let at = is_waiting_at(form, &waiting, "OLD");
    let as_it_is = is_as(form, &waiting, "OLD");
    let stays = stays(form);
    [
        format!(
            "UPDATE {waiting} SET {mark} = {WRITTEN} WHERE {at} AND {waiting}.{mark} IS NULL AND {as_it_is} AND {stays}"
        ),
        format!(
            "DELETE FROM {waiting} WHERE {at} AND {} AND {as_it_is} AND NOT ({stays})",
            is_unrecorded(form, &waiting)
        ),
    ]
}

/// Whether an update leaves the row where it is.
fn stays(form: &Form<'_>) -> String {
    is_at(form, "OLD", "NEW")
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

/// Lets those wait that a row could replace that comes.
pub(super) fn let_wait(form: &Form<'_>) -> Vec<String> {
    let waiting = name(&replaced(&form.shape.table));
    let (columns, values): (Vec<String>, Vec<String>) = waiting_columns(form)
        .into_iter()
        .map(|(column, value)| (name(column), value))
        .unzip();
    let [forget, record, mark] = settle(form);
    vec![
        forget,
        record,
        mark,
        format!(
            "DELETE FROM {waiting} WHERE {}",
            is_unrecorded(form, &waiting)
        ),
        format!(
            "INSERT INTO {waiting} ({}) SELECT {} FROM {} AS live WHERE {}",
            columns.join(", "),
            values.join(", "),
            name(&form.shape.table),
            any(conflict_of_each(form).into_iter()),
        ),
    ]
}

/// Lets those wait that an update could replace. It may be an action of a foreign key, in the middle of a write that replaces rows one by one: those that are gone tell
/// so, and then none is sent away.
pub(super) fn let_wait_for_update(form: &Form<'_>) -> Vec<String> {
    let table = name(&form.shape.table);
    let waiting = name(&replaced(&form.shape.table));
    let keys = keys_change(form);
    let owner = (name(&form.names.id), owner(form, "OLD"));
    let columns = waiting_columns(form).into_iter();
    let columns = columns.map(|(column, value)| (name(column), value));
    let (columns, values): (Vec<String>, Vec<String>) =
        std::iter::once(owner).chain(columns).unzip();
    let [forget, record, mark] = settle(form);
    let [written, moved] = stay(form);
    vec![
        forget,
        record,
        mark,
        written,
        moved,
        format!(
            "DELETE FROM {waiting} WHERE ({keys}) AND NOT EXISTS (SELECT 1 FROM {waiting} AS waiting WHERE NOT {})",
            exists(&form.shape.table, &is_live_at(form, "waiting"))
        ),
        format!(
            "INSERT INTO {waiting} ({}) SELECT {} FROM {table} AS live WHERE ({keys}) AND NOT ({}) AND ({}) \
             AND NOT EXISTS (SELECT 1 FROM {waiting} AS waiting WHERE {})",
            columns.join(", "),
            values.join(", "),
            is_at(form, "live", "OLD"),
            any(conflict_of_each(form).into_iter()),
            is_live_at(form, "waiting"),
        ),
    ]
}

/// How many recorded rows are remembered at most: one statement may replace millions.
const REMEMBERED: u8 = 64;

/// Forgets recorded rows of statements before this one; records those of the waiting rows that are gone by now, and marks them with the time, which is one for all that a
/// statement does. They are remembered, so that their own delete trigger does not record them again.
fn settle(form: &Form<'_>) -> [String; 3] {
    let waiting = name(&replaced(&form.shape.table));
    let gone = format!(
        "NOT {}",
        exists(&form.shape.table, &is_live_at(form, &waiting))
    );
    let version = Version {
        row: &waiting,
        ..waiting_version(form)
    };
    let (mark, id) = (name(&form.names.is_delete), name(&form.names.id));
    let unrecorded = is_unrecorded(form, &waiting);
    let now = now(Stamp::Utc);
    [
        format!(
            "DELETE FROM {waiting} WHERE {mark} IS {RECORDED} AND ({id} IS NOT {now} OR (SELECT count(*) FROM {waiting}) > {REMEMBERED})"
        ),
        select(
            form,
            version,
            &format!("FROM {waiting} WHERE {gone} AND {unrecorded}"),
        ),
        format!(
            "UPDATE {waiting} SET {mark} = {RECORDED}, {id} = {now} WHERE {gone} AND {unrecorded}"
        ),
    ]
}

/// Whether the row `live` is where one that waits was.
fn is_live_at(form: &Form<'_>, waiting: &str) -> String {
    all(form.place().iter().map(|place| {
        is_equal(
            &format!("live.{}", name(place.column)),
            &format!("{waiting}.{}", name(place.waiting)),
            place,
        )
    }))
}

/// For which row's update others wait.
fn owner(form: &Form<'_>, row: &str) -> String {
    let place = form.place();
    let parts = place
        .iter()
        .map(|place| format!("quote({row}.{})", name(place.column)));
    parts.collect::<Vec<_>>().join(" || ',' || ")
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

/// Where rows wait: a mark on those that are recorded already, for whose update, and the columns with their types; no constraint.
pub(in crate::rows) fn waiting_table(form: &Form<'_>) -> Made {
    let own = replaced(&form.shape.table);
    let first = [
        (form.names.is_delete.as_str(), "INTEGER"),
        (form.names.id.as_str(), "TEXT"),
    ];
    let columns = waiting_columns(form).into_iter().map(|(column, _)| {
        let stored = form.columns.iter().find(|each| each.name == column);
        let sql_type = stored.map_or("INTEGER", |stored| stored.sql_type.as_str());
        (column, sql_type)
    });
    let columns = first.into_iter().chain(columns).map(|(column, sql_type)| {
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
            "UPDATE {waiting} SET ({mark}, {}) = (SELECT NULL, {} FROM {table} AS live WHERE {}) WHERE {at} AND {unrecorded} AND {} AND {}",
            columns.join(", "),
            now.collect::<Vec<_>>().join(", "),
            is_at(form, "live", "NEW"),
            stays(form),
            exists(&form.shape.table, &is_at(form, "live", "NEW")),
        ),
    ]
}

/// A row that goes waits no longer. Others that are gone by then are recorded, and marked so that their own delete trigger does not record them again: an action of a
/// foreign key may take the very row for which they were replaced.
pub(super) fn outlive(form: &Form<'_>) -> Vec<String> {
    let waiting = name(&replaced(&form.shape.table));
    let [_, record, mark] = settle(form);
    vec![
        format!(
            "DELETE FROM {waiting} WHERE {} AND {}",
            is_waiting_at(form, &waiting, "OLD"),
            is_unrecorded(form, &waiting)
        ),
        record,
        mark,
    ]
}

/// Records those of the waiting rows that are gone or in whose place the new row is; then none waits any more.
pub(super) fn replace(form: &Form<'_>) -> Vec<String> {
    let waiting = name(&replaced(&form.shape.table));
    let from = format!(
        "FROM {waiting} AS waiting WHERE {} AND ({} OR NOT {})",
        is_unrecorded(form, "waiting"),
        is_waiting_at(form, "waiting", "NEW"),
        exists(&form.shape.table, &is_live_at(form, "waiting"))
    );
    vec![
        select(form, waiting_version(form), &from),
        format!(
            "DELETE FROM {waiting} WHERE {} OR {}",
            is_unrecorded(form, &waiting),
            is_waiting_at(form, &waiting, "NEW")
        ),
    ]
}

/// As [`replace`], by an update of a key; then those wait no longer that waited for it.
pub(super) fn replace_by_update(form: &Form<'_>) -> Vec<String> {
    let waiting = name(&replaced(&form.shape.table));
    let keys = keys_change(form);
    let taken = format!(
        "({} AND NOT ({}))",
        is_waiting_at(form, &waiting, "NEW"),
        stays(form)
    );
    let gone = format!(
        "NOT {}",
        exists(&form.shape.table, &is_live_at(form, &waiting))
    );
    let version = Version {
        row: &waiting,
        ..waiting_version(form)
    };
    let [_, _, mark] = settle(form);
    vec![
        select(
            form,
            version,
            &format!(
                "FROM {waiting} WHERE ({keys}) AND {} AND ({taken} OR {gone})",
                is_unrecorded(form, &waiting)
            ),
        ),
        format!(
            "DELETE FROM {waiting} WHERE ({keys}) AND ({waiting}.{} IS {} OR {taken})",
            name(&form.names.id),
            owner(form, "OLD")
        ),
        format!("{mark} AND ({keys})"),
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
