//! What triggers ask of rows: whether one is another, changes, or stands in the way.

use crate::rows::form::{Form, Place};
use crate::target::StoredColumn;
use crate::target::dialect::sqlite::name;

/// Whether some column that is kept changes.
pub(super) fn changes(form: &Form<'_>) -> String {
    // A computed column changes with others, except with those that are not kept.
    let computed = !form.settings.exclude.is_empty();
    let columns = form.columns.iter();
    let columns = columns.filter(|column| computed || !column.is_generated);
    // That the rowid is the same is asked before.
    let rowid = form.shape.rowid.as_deref();
    let columns = columns.filter(|column| Some(column.name.as_str()) != rowid);
    match columns.map(|column| differs(column)).collect::<Vec<_>>() {
        none if none.is_empty() => "0".to_owned(),
        some => any(some.into_iter()),
    }
}

/// Whether a column that rows are unique by changes.
pub(super) fn keys_change(form: &Form<'_>) -> String {
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

pub(super) fn differs(column: &StoredColumn) -> String {
    let own = name(&column.name);
    let values = format!("OLD.{own} IS NOT NEW.{own} COLLATE BINARY");
    if column.keeps_types {
        return format!("{values} OR typeof(OLD.{own}) <> typeof(NEW.{own})");
    }
    values
}

/// Whether the row is still as this write says.
pub(super) fn is_live(form: &Form<'_>) -> String {
    // A rowid by which the row was found is not compared again.
    let rowid = form.shape.rowid.as_deref();
    let columns = form.columns.iter();
    let columns =
        columns.filter(|column| !column.is_generated && Some(column.name.as_str()) != rowid);
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
pub(super) fn conflicts(form: &Form<'_>, except: Option<&str>) -> String {
    let not_itself = except.map(|row| format!(" AND NOT ({})", is_at(form, "live", row)));
    let not_itself = not_itself.unwrap_or_default();
    any(conflict_of_each(form)
        .into_iter()
        .map(|condition| exists(&form.shape.table, &format!("{condition}{not_itself}"))))
}

pub(super) fn conflict_of_each(form: &Form<'_>) -> Vec<String> {
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

/// Whether the row of an alias is where another is. The alias is the table, or a row.
pub(super) fn is_at(form: &Form<'_>, alias: &str, row: &str) -> String {
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
pub(super) fn is_identified(form: &Form<'_>, row: &str) -> String {
    all(identity(form).map(|column| format!("live.{column} IS {row}.{column} COLLATE BINARY")))
}

pub(super) fn identity<'f>(form: &'f Form<'_>) -> impl Iterator<Item = String> + use<'f> {
    form.identity().into_iter().map(|(column, _)| name(column))
}

pub(super) fn is_same(old: &str, new: &str) -> String {
    format!("OLD.{old} IS NEW.{new} COLLATE BINARY")
}

pub(super) fn is_equal(one: &str, other: &str, place: &Place<'_>) -> String {
    let collation = place
        .collation
        .map(|each| format!(" COLLATE {}", name(each)));
    format!("{one} = {other}{}", collation.unwrap_or_default())
}

pub(super) fn exists(table: &str, condition: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM {} AS live WHERE {condition})",
        name(table)
    )
}

pub(in crate::rows) fn all(conditions: impl Iterator<Item = String>) -> String {
    joined(&conditions.collect::<Vec<_>>(), " AND ")
}

pub(super) fn any(conditions: impl Iterator<Item = String>) -> String {
    joined(&conditions.collect::<Vec<_>>(), " OR ")
}

/// How many conditions stand beside each other. Each goes one level deeper than the one before, and of these SQLite has 1,000.
const BESIDE: usize = 64;

fn joined(conditions: &[String], sign: &str) -> String {
    if conditions.len() <= BESIDE {
        return conditions.join(sign);
    }
    let groups = conditions.chunks(conditions.len().div_ceil(BESIDE).max(BESIDE));
    let groups: Vec<String> = groups
        .map(|group| format!("({})", joined(group, sign)))
        .collect();
    joined(&groups, sign)
}
