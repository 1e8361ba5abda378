//! A few queries tell the state of any number of tables: the objects around them, the columns as SQLite understands them, and the side table. What else the
//! file has is not read: a file may have thousands of tables, and be looked at for each.

use super::connection::failure;
use super::layout::Layout;
use super::{interpret, read, related, statements};
use crate::error::{Error, Problem, Result};
use crate::event::Value;
use crate::target::dialect::sqlite as dialect;
use crate::target::state::{Attribute, Metadata, Native, Object, State};
use crate::target::table::{Column, Table, TableName};
use crate::yaml::quoted;
use rusqlite::Connection;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// What only the text of the statement tells.
const OF_THE_STATEMENT: [Attribute; 7] = [
    Attribute::Default,
    Attribute::Generated,
    Attribute::ColumnChecks,
    Attribute::AllowedValues,
    Attribute::UniqueKeys,
    Attribute::ForeignKeys,
    Attribute::Checks,
];

/// A column as SQLite understands it.
struct Seen {
    name: String,
    sql_type: String,
    not_null: bool,
    key_position: i64,
    is_generated: bool,
}

/// The state of each table. The connection is to be in a transaction.
pub(super) fn states(
    connection: &Connection,
    path: &Path,
    names: &[TableName],
) -> Result<Vec<Option<State>>> {
    for name in names {
        in_main(name.schema(), path)?;
    }
    let failed = |error| failure(path, error);
    let wanted: BTreeSet<String> = names
        .iter()
        .map(|name| name.table().to_ascii_lowercase())
        .collect();
    let objects = Arc::new(around(connection, &wanted).map_err(failed)?);
    not_taken(names, &objects, path)?;
    let statements_of: BTreeMap<String, Option<&str>> = objects
        .iter()
        .filter(|object| object.kind == "table")
        .map(|object| (object.name.to_ascii_lowercase(), object.sql.as_deref()))
        .collect();
    let wanted = json(&wanted);
    let mut seen = columns(connection, &wanted).map_err(failed)?;
    let has_metadata = objects.iter().any(|object| {
        object
            .name
            .eq_ignore_ascii_case(statements::SIDE_TABLE_NAME)
    });
    let mut metadata = if has_metadata {
        metadata(connection, &wanted).map_err(|error| {
            let shown = path.display();
            Error::corrupt(format!(
                "the table `piperoll_metadata` of `{shown}` is not Piperoll's"
            ))
            .because(error)
        })?
    } else {
        BTreeMap::new()
    };

    let key_of = |table: &str| {
        let sql = statements_of.get(&table.to_ascii_lowercase())?;
        Some(read::layout((*sql)?)?.primary_key())
    };
    let states = names.iter().map(|name| {
        let folded = name.table().to_ascii_lowercase();
        let sql = statements_of.get(&folded)?;
        let seen = seen.remove(&folded)?;
        let rows = metadata.remove(&folded).unwrap_or_default();
        let layout = sql
            .and_then(read::layout)
            .filter(|layout| is_borne_out(layout, &seen));
        let (table, unknown) = match layout {
            Some(layout) => interpret::table(name, &layout, &rows, &key_of),
            None => by_columns_alone(name, &seen, &rows),
        };
        Some(State {
            table,
            unknown,
            native: Some(Native {
                objects: Arc::clone(&objects),
                metadata: rows,
                has_metadata,
            }),
        })
    });
    Ok(states.collect())
}

/// Refuses names that something else has, and those of a table in other letters: it would be recorded under two names.
fn not_taken(names: &[TableName], objects: &[Object], path: &Path) -> Result<()> {
    let others: BTreeMap<String, &Object> = objects
        .iter()
        .filter(|object| object.kind != "trigger")
        .map(|object| (object.name.to_ascii_lowercase(), object))
        .collect();
    let taken = names.iter().filter_map(|name| {
        let object = others.get(&name.table().to_ascii_lowercase())?;
        let is_it = object.kind == "table" && object.name == name.table();
        let message = || {
            let shown = quoted(&object.name);
            format!("the name is taken: {} {shown}", object.kind)
        };
        (!is_it).then(|| Problem::new(name.to_string(), message()))
    });
    let taken: Vec<Problem> = taken.collect();
    if taken.is_empty() {
        return Ok(());
    }
    let shown = path.display();
    let message = format!("something else in `{shown}` has the name of a declared table");
    Err(Error::invalid_input(message)
        .with_problems(taken)
        .hint("a table is declared in the letters that it has; drop or rename what is none"))
}

/// The tables of a schema.
pub(super) fn tables(connection: &Connection, path: &Path) -> Result<Vec<String>> {
    let list = || -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare(statements::TABLES)?;
        let names = statement.query_map([], |row| row.get(0))?;
        names.collect()
    };
    list().map_err(|error| failure(path, error))
}

/// Refuses every schema but `main`.
pub(super) fn in_main(schema: &str, path: &Path) -> Result<()> {
    if schema.eq_ignore_ascii_case("main") {
        return Ok(());
    }
    let shown = path.display();
    Err(Error::unsupported(format!(
        "the schema `{schema}` is not in `{shown}`: a SQLite target has the schema `main`"
    ))
    .hint("write `schema: main`, and name another file as a target of its own"))
}

/// What a change of tables, whose names are in lower case, can touch; there may be more, but never less. In the order in which it was made.
fn around(connection: &Connection, wanted: &BTreeSet<String>) -> rusqlite::Result<Vec<Object>> {
    let mut found = rows(connection, statements::OBJECTS_OF, Some(&json(wanted)))?;
    let named = related::named(found.values(), wanted);
    if !named.is_empty() {
        let others = rows(connection, statements::OBJECTS_NAMED, Some(&json(&named)))?;
        found.extend(others);
    }
    Ok(found.into_values().collect())
}

/// All objects of a file.
pub(super) fn objects(connection: &Connection) -> rusqlite::Result<Vec<Object>> {
    let found = rows(connection, statements::OBJECTS, None)?;
    Ok(found.into_values().collect())
}

/// Objects by their place in the file's list.
fn rows(
    connection: &Connection,
    sql: &str,
    wanted: Option<&str>,
) -> rusqlite::Result<BTreeMap<i64, Object>> {
    let mut statement = connection.prepare(sql)?;
    let objects = statement.query_map(rusqlite::params_from_iter(wanted), |row| {
        let object = Object {
            kind: row.get(1)?,
            name: row.get(2)?,
            table: row.get(3)?,
            sql: row.get(4)?,
        };
        Ok((row.get(0)?, object))
    })?;
    objects.collect()
}

/// Names as a query takes them.
fn json(names: &BTreeSet<String>) -> String {
    Value::Array(names.iter().cloned().map(Value::Text).collect()).canonical()
}

fn columns(connection: &Connection, wanted: &str) -> rusqlite::Result<BTreeMap<String, Vec<Seen>>> {
    let mut found: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    let mut statement = connection.prepare(statements::COLUMNS)?;
    let mut rows = statement.query([wanted])?;
    while let Some(row) = rows.next()? {
        // 1 is a hidden column of a virtual table: no column that somebody declared.
        let hidden: i64 = row.get(5)?;
        let columns = found.entry(row.get(0)?).or_default();
        if hidden != 1 {
            columns.push(Seen {
                name: row.get(1)?,
                sql_type: row.get(2)?,
                not_null: row.get(3)?,
                key_position: row.get(4)?,
                is_generated: hidden != 0,
            });
        }
    }
    Ok(found)
}

fn metadata(
    connection: &Connection,
    wanted: &str,
) -> rusqlite::Result<BTreeMap<String, Vec<Metadata>>> {
    let mut found: BTreeMap<String, Vec<Metadata>> = BTreeMap::new();
    let mut statement = connection.prepare(statements::METADATA)?;
    let mut rows = statement.query([wanted])?;
    // The rows of a table follow each other.
    let mut table = String::new();
    let mut of_table = Vec::new();
    while let Some(row) = rows.next()? {
        let name = row.get_ref(0)?.as_str()?;
        if name != table {
            found
                .entry(std::mem::replace(&mut table, name.to_owned()))
                .or_default()
                .append(&mut of_table);
        }
        let column: String = row.get(1)?;
        of_table.push(Metadata {
            column: Some(column).filter(|column| !column.is_empty()),
            attribute: row.get(2)?,
            key: row.get(3)?,
            value: row.get(4)?,
        });
    }
    found.entry(table).or_default().append(&mut of_table);
    for rows in found.values_mut() {
        rows.sort_by(order);
    }
    Ok(found)
}

/// How rows of the side table are ordered.
fn order(one: &Metadata, other: &Metadata) -> Ordering {
    letters(one)
        .cmp(letters(other))
        .then_with(|| one.attribute.cmp(&other.attribute))
        .then_with(|| one.key.cmp(&other.key))
}

/// The name of a row's column, in whatever case; nothing for the table itself.
fn letters(row: &Metadata) -> impl Iterator<Item = u8> {
    let name = row.column.as_deref().unwrap_or_default();
    name.bytes().map(|byte| byte.to_ascii_lowercase())
}

/// Whether SQLite sees the columns that were read.
fn is_borne_out(layout: &Layout, seen: &[Seen]) -> bool {
    let key = layout.primary_key();
    let position = |name: &str| {
        let place = key.iter().position(|each| each.eq_ignore_ascii_case(name));
        place.map_or(0, |place| place + 1)
    };
    layout.columns.len() == seen.len()
        && layout.columns.iter().zip(seen).all(|(laid, seen)| {
            laid.name == seen.name
                && laid.generated().is_some() == seen.is_generated
                && usize::try_from(seen.key_position) == Ok(position(&laid.name))
        })
}

/// What can be told of a table whose statement could not be read.
fn by_columns_alone(
    name: &TableName,
    seen: &[Seen],
    rows: &[Metadata],
) -> (Table, BTreeSet<Attribute>) {
    let bare = Layout::default();
    let (mut table, mut unknown) = interpret::table(name, &bare, rows, &|_| None);
    table.columns = seen
        .iter()
        .map(|seen| Column {
            name: seen.name.clone(),
            datatype: dialect::live_type(&seen.sql_type),
            nullable: !seen.not_null,
            variable_value: None,
            default: None,
            generated: None,
            comment: None,
            tags: BTreeMap::new(),
            masking_rule: None,
            checks: BTreeMap::new(),
            allowed_values: Vec::new(),
        })
        .collect();
    let mut key: Vec<&Seen> = seen.iter().filter(|seen| seen.key_position > 0).collect();
    key.sort_by_key(|seen| seen.key_position);
    table.primary_key = key.into_iter().map(|seen| seen.name.clone()).collect();
    interpret::describe(&mut table, rows);
    unknown.extend(OF_THE_STATEMENT);
    (table, unknown)
}
