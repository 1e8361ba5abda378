//! Expressions that somebody declares: each must be exactly one, of SQLite's dialect, and what a constraint may hold.
//!
//! Cut as SQLite cuts it, with no comment, no parameter, no `;` and its parentheses balanced, a text cannot end the parentheses that Piperoll puts round it.
//! Then SQLite itself is asked, on an empty table in memory: it refuses what is no expression, subqueries, and columns and functions that it does not know.

use super::lay;
use super::layout::{Constraint, Layout, Part};
use super::scratch::Scratch;
use super::statements;
use super::tokens::{Kind, tokens};
use crate::target::table::{DefaultValue, Table};

/// What is wrong with a text as an expression, before SQLite is asked.
pub(super) fn fault(expression: &str) -> Option<&'static str> {
    if expression.trim().is_empty() {
        return Some("is no expression: it is empty");
    }
    if expression.trim() != expression {
        return Some("has blanks at its ends");
    }
    if expression.contains('\0') {
        return Some("holds U+0000");
    }
    let tokens = match tokens(expression) {
        Ok(tokens) => tokens,
        Err(fault) => return Some(fault),
    };
    let mut depth = 0_usize;
    let mut after_name = false;
    for token in &tokens {
        match token.kind {
            Kind::Comment => return Some("holds a comment"),
            Kind::Parameter => return Some("holds a parameter"),
            Kind::Sign if token.text == ";" => return Some("holds a `;`"),
            Kind::Sign if token.text == "." && after_name => {
                return Some("names a column with its table: write the column alone");
            }
            Kind::Sign if token.text == "(" => depth += 1,
            Kind::Sign if token.text == ")" => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return Some("closes a parenthesis that it does not open"),
            },
            _ => {}
        }
        after_name = matches!(token.kind, Kind::Word | Kind::Quoted);
    }
    (depth > 0).then_some("opens a parenthesis that it does not close")
}

/// An expression of a table: its key in the specification, and the constraint that holds it.
pub(super) struct Declared {
    pub(super) place: String,
    /// The column that the constraint belongs to; none for the table's own.
    pub(super) column: Option<String>,
    pub(super) constraint: Constraint,
    pub(super) expression: String,
}

/// All expressions of a table.
pub(super) fn declared(table: &Table) -> Vec<Declared> {
    let mut found = Vec::new();
    let mut add = |place: String, column: Option<&str>, constraint: Constraint, text: &str| {
        found.push(Declared {
            place,
            column: column.map(str::to_owned),
            constraint,
            expression: text.to_owned(),
        });
    };
    for column in &table.columns {
        let name = &column.name;
        if let Some(value @ DefaultValue::Expression(text)) = &column.default
            && let Ok(constraint) = lay::default(value)
        {
            add(
                format!("columns.{name}.default"),
                Some(name),
                constraint,
                text,
            );
        }
        if let Some(text) = &column.generated {
            let place = format!("columns.{name}.generated");
            add(place, Some(name), lay::generated(text), text);
        }
        for (key, check) in &column.checks {
            let place = format!("columns.{name}.checks.{key}");
            add(place, Some(name), lay::check(check), &check.expression);
        }
    }
    for (key, check) in &table.checks {
        let place = format!("checks.{key}");
        add(place, None, lay::check(check), &check.expression);
    }
    found
}

/// What SQLite says against one of the expressions, on a table with nothing but the columns and it.
pub(super) fn refusal(table: &Table, declared: &[&Declared]) -> Option<String> {
    let scratch = match Scratch::empty() {
        Ok(scratch) => scratch,
        Err(error) => return Some(error.chain()),
    };
    // Otherwise SQLite takes a name in `"` that it does not know for a text.
    if let Err(fault) = scratch.refuse_quoted_texts() {
        return Some(fault);
    }
    let mut layout = Layout {
        columns: table.columns.iter().map(lay::bare).collect(),
        ..Layout::default()
    };
    for each in declared {
        if let Part::Default { .. } = &each.constraint.part
            && let Err(fault) = scratch.prepare(&statements::evaluate(&each.expression))
        {
            return Some(fault);
        }
        match each
            .column
            .as_deref()
            .and_then(|name| layout.column_mut(name))
        {
            Some(column) => column.constraints.push(each.constraint.clone()),
            None => layout.constraints.push(each.constraint.clone()),
        }
    }
    let sql = statements::create(table.name.table(), &layout.sql());
    scratch.run(&sql).err()
}
