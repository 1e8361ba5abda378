//! How a history follows its table: columns come, and none goes.

use super::form::{Form, Identity};
use super::statements;
use crate::target::dialect::sqlite::affinity;
use crate::target::{Shape, StoredColumn};

/// The statements that let a history have what its table needs.
pub(super) fn history(
    form: &Form<'_>,
    there: Option<&Shape>,
    tracking_id: &str,
    sql: &mut Vec<String>,
) {
    let history = &form.names.history;
    let wanted = form.columns.iter();
    let wanted = wanted.map(|column| (column.name.clone(), column.sql_type.clone()));
    let wanted: Vec<(String, String)> = wanted.collect();
    let Some(there) = there else {
        sql.push(statements::history(form, history, tracking_id, &wanted));
        return;
    };
    let own = form.names.columns();
    let is_own =
        |column: &StoredColumn| own.iter().any(|own| own.eq_ignore_ascii_case(&column.name));
    let kept: Vec<&StoredColumn> = there.columns.iter().filter(|each| !is_own(each)).collect();
    let find = |name: &str| {
        kept.iter()
            .find(|each| each.name.eq_ignore_ascii_case(name))
    };
    let turns = wanted
        .iter()
        .any(|(name, sql_type)| find(name).is_some_and(|kept| !holds(&kept.sql_type, sql_type)));
    if !turns {
        let has_rowid = there
            .columns
            .iter()
            .any(|each| each.name.eq_ignore_ascii_case(&form.names.rowid));
        if form.identity == Identity::Rowid && !has_rowid {
            sql.push(statements::add_column(
                history,
                &form.names.rowid,
                "INTEGER",
            ));
        }
        let missing = wanted.iter().filter(|(name, _)| find(name).is_none());
        sql.extend(missing.map(|(name, sql_type)| statements::add_column(history, name, sql_type)));
        return;
    }
    // A column whose type turns values into others cannot hold both the old versions and the new ones as they are: it loses its type.
    let mut columns: Vec<(String, String)> = kept
        .iter()
        .map(|kept| {
            let now = wanted
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(&kept.name));
            let sql_type = match now {
                Some((_, now)) if !holds(&kept.sql_type, now) => String::new(),
                _ => kept.sql_type.clone(),
            };
            (kept.name.clone(), sql_type)
        })
        .collect();
    columns.extend(
        wanted
            .iter()
            .filter(|(name, _)| find(name).is_none())
            .cloned(),
    );
    let named = format!("piperoll_new_{history}");
    sql.push(statements::history(form, &named, tracking_id, &columns));
    let copied = there.columns.iter().filter(|each| !each.is_generated);
    let copied: Vec<String> = copied
        .filter(|each| form.identity == Identity::Rowid || each.name != form.names.rowid)
        .map(|each| each.name.clone())
        .collect();
    sql.push(statements::copy(history, &named, &copied));
    sql.push(statements::drop_table(history));
    sql.push(statements::LEGACY_RENAME_ON.to_owned());
    sql.push(statements::rename_table(&named, history));
    sql.push(statements::LEGACY_RENAME_OFF.to_owned());
}

/// Whether these statements write a history anew.
pub(super) fn is_rebuilt(sql: &[String], history: &str) -> bool {
    sql.contains(&statements::drop_table(history))
}

/// Whether a column of one type holds the values of a column of another as they are.
fn holds(kept: &str, wanted: &str) -> bool {
    use crate::target::dialect::sqlite::Affinity;
    affinity(kept) == affinity(wanted) || affinity(kept) == Affinity::None
}
