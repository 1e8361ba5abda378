//! One state of a file, as its readers ask for it.

use super::connection::failure;
use super::shape;
use crate::error::{Error, Result};
use crate::event::{Value, ValueType};
use crate::target::shape::{Made, Reader, Shape};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::Connection;
use rusqlite::types::{Value as Stored, ValueRef};
use std::ops::ControlFlow;
use std::path::Path;

/// A connection in a transaction.
pub(super) struct Reading<'c> {
    pub(super) connection: &'c Connection,
    pub(super) path: &'c Path,
}

impl Reader for Reading<'_> {
    fn shapes(&mut self, tables: &[&str]) -> Result<Vec<Option<Shape>>> {
        let tables = tables.iter();
        tables
            .map(|table| shape::of(self.connection, self.path, table))
            .collect()
    }

    fn made(&mut self, names: &[&str]) -> Result<Vec<Made>> {
        shape::made(self.connection, names).map_err(|error| failure(self.path, error))
    }

    fn query(
        &mut self,
        statement: &str,
        values: &[Value],
        visit: &mut dyn FnMut(&[Value]) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let failed = |error| failure(self.path, error);
        let mut statement = self.connection.prepare(statement).map_err(failed)?;
        if !statement.readonly() {
            return Err(Error::internal("a question would change the target"));
        }
        let columns = statement.column_count();
        let bound = values.iter().map(bind).collect::<Result<Vec<Stored>>>()?;
        let mut rows = statement
            .query(rusqlite::params_from_iter(bound))
            .map_err(failed)?;
        let mut found: Vec<Value> = Vec::with_capacity(columns);
        while let Some(row) = rows.next().map_err(failed)? {
            found.clear();
            for column in 0..columns {
                found.push(value(row.get_ref(column).map_err(failed)?));
            }
            if visit(&found)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// A stored value. A text that is no UTF-8 is told as bytes: nothing of it is lost.
fn value(stored: ValueRef<'_>) -> Value {
    match stored {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => match str::from_utf8(text) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(_) => Value::bytes(text),
        },
        ValueRef::Blob(bytes) => Value::bytes(bytes),
    }
}

fn bind(value: &Value) -> Result<Stored> {
    Ok(match value {
        Value::Null => Stored::Null,
        Value::Bool(truth) => Stored::Integer(i64::from(*truth)),
        Value::Int(number) => Stored::Integer(*number),
        Value::Real(number) => Stored::Real(*number),
        Value::Typed(ValueType::Bytes, text) => {
            Stored::Blob(STANDARD.decode(text).map_err(|error| {
                Error::invalid_input(format!("`{text}` is no base64")).because(error)
            })?)
        }
        Value::Typed(ValueType::Int, digits) => match digits.parse() {
            Ok(number) => Stored::Integer(number),
            Err(_) => Stored::Text(digits.clone()),
        },
        Value::Typed(ValueType::Real, digits) => match digits.parse() {
            Ok(number) => Stored::Real(number),
            Err(_) => Stored::Text(digits.clone()),
        },
        Value::Text(text) | Value::Typed(_, text) => Stored::Text(text.clone()),
        Value::Array(_) | Value::Object(_) => Stored::Text(value.canonical()),
    })
}
