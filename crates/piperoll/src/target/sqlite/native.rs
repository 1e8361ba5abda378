//! What SQLite can alter by itself: columns that are added or dropped, and nothing else.

use super::layout::{LaidColumn, Layout, Part};
use super::read::literal_tokens;
use super::scratch::Scratch;
use super::statements;

/// The statements, whether they write all rows again, and what takes them back.
type Native = (Vec<String>, bool, Option<String>);

/// The statements that lead from the one layout to the other; none when there are no such. They have been run on the copy.
pub(super) fn statements(
    table: &str,
    from: &Layout,
    to: &Layout,
    scratch: &Scratch,
) -> Option<Native> {
    if from.constraints != to.constraints || from.options != to.options {
        return None;
    }
    let is_in = |layout: &Layout, column: &LaidColumn| layout.column(&column.name).is_some();
    let dropped: Vec<&LaidColumn> = from.columns.iter().filter(|c| !is_in(to, c)).collect();
    let added: Vec<&LaidColumn> = to.columns.iter().filter(|c| !is_in(from, c)).collect();
    let before = from.columns.iter().filter(|column| is_in(to, column));
    let after = to.columns.iter().filter(|column| is_in(from, column));
    if !before.eq(after) || !added.iter().all(|column| can_be_added(column)) {
        return None;
    }
    let mut sql = Vec::new();
    let mut undo = Vec::new();
    // Added first: the last column of a table cannot be dropped.
    for column in &added {
        sql.push(statements::add_column(table, &column.sql()));
        undo.push(statements::drop_column(table, &column.name));
    }
    for column in &dropped {
        sql.push(statements::drop_column(table, &column.name));
        if can_be_added(column) {
            undo.push(statements::add_column(table, &column.sql()));
        }
    }
    undo.reverse();
    scratch.run_all(&sql).ok()?;
    let undo = (undo.len() == sql.len()).then(|| undo.join(";\n"));
    Some((sql, !dropped.is_empty(), undo))
}

/// Whether `ADD COLUMN` takes the column also where there are rows.
fn can_be_added(column: &LaidColumn) -> bool {
    let mut not_null = false;
    for constraint in &column.constraints {
        match &constraint.part {
            Part::NotNull => not_null = true,
            Part::Check { .. } => {}
            Part::Generated { .. } => {
                let words = constraint.sql.split_whitespace();
                if words
                    .last()
                    .is_some_and(|word| word.eq_ignore_ascii_case("stored"))
                {
                    return false;
                }
            }
            Part::Default { sql } if is_constant(sql) => {}
            _ => return false,
        }
    }
    let is_null = column
        .default()
        .is_none_or(|sql| sql.eq_ignore_ascii_case("null"));
    !not_null || !is_null && column.generated().is_none()
}

/// Whether a default is the same at all times. `CURRENT_TIMESTAMP` and expressions are not.
fn is_constant(sql: &str) -> bool {
    literal_tokens(sql).is_some_and(|(_, token)| match token.kind {
        super::tokens::Kind::Word => ["null", "true", "false"].iter().any(|word| token.is(word)),
        super::tokens::Kind::Number | super::tokens::Kind::Text | super::tokens::Kind::Blob => true,
        _ => false,
    })
}
