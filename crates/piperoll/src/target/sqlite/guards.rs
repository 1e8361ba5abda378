//! What must hold of the rows before a change: a count that is 0, with a message that says what the rows are.

use super::edit::Editing;
use super::statements::guards as sql;
use super::tokens::code;
use crate::target::contract::Guard;
use crate::target::data_type::DataType;
use crate::target::dialect::sqlite as dialect;
use crate::target::table::{Column, DefaultValue, Table};
use crate::yaml::quoted;

const MEND: &str = "mend the rows, then apply again";

fn guard(to: &Table, condition: &str, message: String) -> Guard {
    Guard {
        statement: sql::count(to.name.table(), condition),
        message,
        hint: MEND.to_owned(),
    }
}

/// A column that must not be NULL needs a value for the rows that are there.
pub(super) fn added(to: &Table, column: &Column, guards: &mut Vec<Guard>) {
    let has_value = match &column.default {
        None => column.generated.is_some(),
        Some(DefaultValue::Value(value)) => *value != crate::event::Value::Null,
        Some(DefaultValue::Expression(_)) => true,
    };
    if !column.nullable && !has_value {
        let message = format!(
            "rows of {} would have no {}",
            quoted(to.name.table()),
            quoted(&column.name)
        );
        let mut guard = guard(to, "TRUE", message);
        guard.hint = "give the column a default, or let it be NULL".to_owned();
        guards.push(guard);
    }
}

/// A column that must not be NULL from now on.
pub(super) fn not_null(to: &Table, column: &str, guards: &mut Vec<Guard>) {
    let message = format!(
        "rows of {} are NULL in {}",
        quoted(to.name.table()),
        quoted(column)
    );
    guards.push(guard(to, &sql::is_null(column), message));
}

/// A type that holds less: what does not fit is in the way.
pub(super) fn datatype(to: &Table, column: &Column, guards: &mut Vec<Guard>) {
    let name = dialect::name(&column.name);
    let condition = match &column.datatype {
        DataType::Tinyint => sql::no_integer(&name, i64::from(i8::MIN), i64::from(i8::MAX)),
        DataType::Smallint => sql::no_integer(&name, i64::from(i16::MIN), i64::from(i16::MAX)),
        DataType::Int => sql::no_integer(&name, i64::from(i32::MIN), i64::from(i32::MAX)),
        DataType::Bigint => sql::no_integer(&name, i64::MIN, i64::MAX),
        DataType::Boolean => sql::no_integer(&name, 0, 1),
        DataType::Float | DataType::Double => sql::no_real(&name),
        DataType::Decimal { precision, scale } => sql::no_decimal(&name, *precision, *scale),
        DataType::Varchar(length) | DataType::Char(length) => sql::too_long(&name, *length),
        DataType::Date => sql::no_date(&name),
        _ => return,
    };
    let message = format!(
        "rows of {} hold in {} what is no {}",
        quoted(to.name.table()),
        quoted(&column.name),
        column.datatype
    );
    guards.push(guard(to, &condition, message));
}

/// A check that rows must pass. One over a new column is left to the statement itself.
pub(super) fn check(editing: &Editing<'_>, expression: &str, shown: &str, guards: &mut Vec<Guard>) {
    let Ok(tokens) = code(expression) else {
        return;
    };
    let mut names = tokens.iter().filter_map(super::tokens::Token::name);
    if names.any(|name| is_new(editing, &name)) {
        return;
    }
    let to = editing.to;
    let message = format!("rows of {} break {shown}", quoted(to.name.table()));
    guards.push(guard(to, &sql::fails(expression), message));
}

/// A key whose values must be there once.
pub(super) fn unique(editing: &Editing<'_>, columns: &[String], guards: &mut Vec<Guard>) {
    if columns.iter().any(|column| is_new(editing, column)) {
        return;
    }
    let to = editing.to;
    guards.push(Guard {
        statement: sql::repeated(to.name.table(), columns),
        message: format!(
            "rows of {} share their {}",
            quoted(to.name.table()),
            quoted(&columns.join(", "))
        ),
        hint: MEND.to_owned(),
    });
}

fn is_new(editing: &Editing<'_>, name: &str) -> bool {
    let has = |table: &Table| {
        let mut columns = table.columns.iter();
        columns.any(|column| column.name.eq_ignore_ascii_case(name))
    };
    has(editing.to) && !has(editing.told)
}
