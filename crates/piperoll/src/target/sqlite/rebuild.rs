//! The rebuild of a table, as SQLite documents it (<https://www.sqlite.org/lang_altertable.html#otheralter>): a new table, the rows, the new in place of the
//! old, and what hung on the old.

use super::layout::{Layout, Part};
use super::statements;
use super::tokens::unqualified;
use crate::target::state::Object;

/// The statements of a rebuild; foreign keys are off, and a transaction is open. `copied` are the objects as they are by then, `all` those that the file has.
pub(super) fn statements(
    table: &str,
    from: &Layout,
    to: &Layout,
    copied: &[Object],
    all: &[Object],
) -> Vec<String> {
    let new = free_name(table, all);
    let mut sql = vec![statements::create(&new, &without_own_name(to, table).sql())];
    let columns = common_columns(from, to);
    if !columns.is_empty() {
        sql.push(statements::copy(table, &new, &columns));
    }
    if from.is_autoincrement() && to.is_autoincrement() {
        sql.extend(statements::hand_on_counter(table, &new));
    }
    let statistics = ["sqlite_stat1", "sqlite_stat4"];
    let statistics: Vec<&str> = statistics
        .into_iter()
        .filter(|name| all.iter().any(|object| object.name == *name))
        .collect();
    for each in &statistics {
        sql.push(statements::hand_on_statistics(each, table, &new));
    }
    sql.push(statements::drop_table(table));
    sql.push(statements::LEGACY_RENAME_ON.to_owned());
    sql.push(statements::rename_table(&new, table));
    sql.push(statements::LEGACY_RENAME_OFF.to_owned());
    let hung = copied.iter().filter(|object| {
        matches!(object.kind.as_str(), "index" | "trigger")
            && object.table.eq_ignore_ascii_case(table)
    });
    sql.extend(hung.filter_map(|object| object.sql.clone()));
    for each in &statistics {
        sql.push(statements::hand_on_statistics(each, &new, table));
    }
    sql
}

fn free_name(table: &str, objects: &[Object]) -> String {
    let mut name = format!("piperoll_new_{table}");
    while objects
        .iter()
        .any(|object| object.name.eq_ignore_ascii_case(&name))
    {
        name.push('_');
    }
    name
}

/// The columns whose values are copied: those of both that are not computed, and the rowid, which nothing else keeps.
fn common_columns(from: &Layout, to: &Layout) -> Vec<String> {
    let mut columns = Vec::new();
    if !from.is_without_rowid() && !to.is_without_rowid() && to.rowid_alias().is_none() {
        let free = |name: &&str| from.column(name).is_none() && to.column(name).is_none();
        let rowid = ["rowid", "_rowid_", "oid"].into_iter().find(free);
        columns.extend(rowid.map(str::to_owned));
    }
    let both = to
        .columns
        .iter()
        .filter(|column| column.generated().is_none() && from.column(&column.name).is_some());
    columns.extend(both.map(|column| column.name.clone()));
    columns
}

/// A check may name a column with its table, which has another name while it is filled: the table's name is left out.
fn without_own_name(layout: &Layout, table: &str) -> Layout {
    let mut layout = layout.clone();
    let of_columns = layout
        .columns
        .iter_mut()
        .flat_map(|column| column.constraints.iter_mut());
    for constraint in of_columns.chain(layout.constraints.iter_mut()) {
        let is_text = matches!(constraint.part, Part::Check { .. } | Part::Generated { .. });
        if is_text && let Some(sql) = unqualified(&constraint.sql, table) {
            constraint.sql = sql;
        }
    }
    layout
}
