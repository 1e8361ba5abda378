//! The shape of a table, as SQLite tells it.

mod unique;

use self::unique::{of_the_coming, refers, terms};
use super::connection::failure;
use super::layout::LaidColumn;
use super::read::layout;
use super::statements;
use super::tokens::code;
use crate::error::Result;
use crate::target::dialect::sqlite::{self as dialect, Affinity};
use crate::target::shape::{Made, Shape, StoredColumn, Term, Unique};
use rusqlite::{Connection, OptionalExtension as _};
use std::path::Path;

/// A column as `table_xinfo` tells it.
struct Seen {
    stored: StoredColumn,
    not_null: bool,
    default: Option<String>,
    key_position: i64,
    /// What a column of a row that comes is computed by, where triggers that run before do not see it as it will be.
    computed: Option<String>,
    /// Whether it is the rowid: a number that is yet to be given is -1 for triggers that run before.
    is_rowid: bool,
}

impl Seen {
    /// Whether a default may come in the place of NULL.
    fn is_otherwise(&self) -> bool {
        self.not_null && self.default.is_some()
    }

    /// The column of the row that comes. `NOT NULL ON CONFLICT REPLACE` puts the default in the place of NULL, and triggers that run before do not see it.
    fn coming(&self) -> String {
        if let Some(computed) = &self.computed {
            return format!("({computed})");
        }
        let column = format!("NEW.{}", dialect::name(&self.stored.name));
        match &self.default {
            Some(default) if self.is_otherwise() => format!("coalesce({column}, ({default}))"),
            _ => column,
        }
    }
}

/// An index as `index_list` tells it.
struct Index {
    name: String,
    of_key: bool,
    partial: bool,
}

/// The shape of a table; none when it is no table of its own.
pub(super) fn of(connection: &Connection, path: &Path, table: &str) -> Result<Option<Shape>> {
    let failed = |error| failure(path, error);
    let found = connection
        .query_row(statements::TABLE_KIND, [table], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, bool>(1)?,
                row.get::<_, bool>(2)?,
            ))
        })
        .optional()
        .map_err(failed)?;
    let Some((name, without_rowid, strict)) = found else {
        return Ok(None);
    };
    let mut seen = columns(connection, &name, strict).map_err(failed)?;
    let indexes = indexes(connection, &name).map_err(failed)?;
    let mut in_key: Vec<&Seen> = seen.iter().filter(|seen| seen.key_position > 0).collect();
    in_key.sort_by_key(|seen| seen.key_position);
    let key: Vec<String> = in_key.iter().map(|seen| seen.stored.name.clone()).collect();
    let is_key_filled = in_key.iter().all(|seen| seen.not_null);
    // A key that is the rowid itself has no index.
    let alias = match key.as_slice() {
        [only] if !without_rowid && !indexes.iter().any(|index| index.of_key) => Some(only),
        _ => None,
    };
    for each in &mut seen {
        each.is_rowid = alias.is_some_and(|alias| *alias == each.stored.name);
    }
    let is_key_exact = !key.is_empty() && (without_rowid || alias.is_some() || is_key_filled);
    if seen.iter().any(|seen| seen.stored.is_generated) {
        compute(connection, &name, &mut seen).map_err(failed)?;
    }
    let is_taken = |name: &&str| {
        let mut columns = seen.iter();
        columns.any(|seen| seen.stored.name.eq_ignore_ascii_case(name))
    };
    let free = ["rowid", "_rowid_", "oid"]
        .into_iter()
        .find(|name| !is_taken(name));
    let rowid = match alias {
        Some(alias) => Some(alias.clone()),
        None if without_rowid => None,
        None => free.map(str::to_owned),
    };
    let mut unique = Vec::new();
    if let Some(rowid) = &rowid {
        unique.push(Unique {
            terms: vec![Term {
                column: Some(rowid.clone()),
                present: dialect::name(rowid),
                coming: format!("NEW.{}", dialect::name(rowid)),
                collation: None,
            }],
            condition: None,
        });
    }
    for index in &indexes {
        unique.push(terms(connection, path, (&name, index), &seen)?);
    }
    let triggers = triggers(connection, &name).map_err(failed)?;
    Ok(Some(Shape {
        before: triggers
            .iter()
            .filter(|made| runs_before(&made.sql))
            .map(|made| made.name.clone())
            .collect(),
        triggers,
        columns: seen.into_iter().map(|seen| seen.stored).collect(),
        table: name,
        key,
        is_key_exact,
        rowid,
        has_rowid: !without_rowid,
        unique,
    }))
}

/// The objects of these names that are there.
pub(super) fn made(connection: &Connection, names: &[&str]) -> rusqlite::Result<Vec<Made>> {
    let mut statement = connection.prepare_cached(statements::MADE)?;
    let mut found = Vec::new();
    for name in names {
        let made = statement
            .query_row([name], |row| {
                Ok(Made {
                    name: row.get(0)?,
                    sql: row.get(1)?,
                })
            })
            .optional()?;
        found.extend(made);
    }
    Ok(found)
}

fn columns(connection: &Connection, table: &str, strict: bool) -> rusqlite::Result<Vec<Seen>> {
    let mut statement = connection.prepare_cached(statements::STORED_COLUMNS)?;
    let seen = statement.query_map([table], |row| {
        let sql_type: String = row.get(1)?;
        Ok(Seen {
            stored: StoredColumn {
                name: row.get(0)?,
                is_generated: row.get::<_, i64>(5)? != 0,
                keeps_types: if strict {
                    sql_type.eq_ignore_ascii_case("any")
                } else {
                    dialect::affinity(&sql_type) == Affinity::None
                },
                // In a table that is not strict `ANY` would turn '007' into 7.
                sql_type: if strict && sql_type.eq_ignore_ascii_case("any") {
                    String::new()
                } else {
                    sql_type
                },
            },
            not_null: row.get(2)?,
            default: row.get(3)?,
            key_position: row.get(4)?,
            computed: None,
            is_rowid: false,
        })
    })?;
    seen.collect()
}

/// Works out what computed columns of a row that comes will be, where triggers that run before see them otherwise: as if a default did not come in the place of NULL.
fn compute(connection: &Connection, table: &str, seen: &mut [Seen]) -> rusqlite::Result<()> {
    let sql: String = connection.query_row(statements::TABLE_SQL, [table], |row| row.get(0))?;
    let Some(layout) = layout(&sql) else {
        return Ok(());
    };
    // One may be computed from another: after as many rounds as there are columns nothing is left.
    for _ in 0..seen.len() {
        let mut computed = Vec::new();
        for (at, each) in seen.iter().enumerate() {
            let laid = layout.column(&each.stored.name);
            let Some(expression) = laid.and_then(LaidColumn::generated) else {
                continue;
            };
            if refers(expression, seen, |column| column.is_otherwise())
                || refers(expression, seen, |column| column.is_rowid)
            {
                computed.push((at, of_the_coming(expression, seen)));
            }
        }
        let mut changed = false;
        for (at, text) in computed {
            if let Some(each) = seen.get_mut(at) {
                changed |= each.computed != text;
                each.computed = text;
            }
        }
        if !changed {
            break;
        }
    }
    Ok(())
}

fn indexes(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Index>> {
    let mut statement = connection.prepare_cached(statements::UNIQUE_INDEXES)?;
    let indexes = statement.query_map([table], |row| {
        Ok(Index {
            name: row.get(0)?,
            of_key: row.get::<_, String>(1)? == "pk",
            partial: row.get(2)?,
        })
    })?;
    indexes.collect()
}

fn triggers(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Made>> {
    let mut statement = connection.prepare_cached(statements::TRIGGERS_OF)?;
    let triggers = statement.query_map([table], |row| {
        Ok(Made {
            name: row.get(0)?,
            sql: row.get(1)?,
        })
    })?;
    triggers.collect()
}

/// Whether a trigger runs before a row is written: so does one that does not say when.
fn runs_before(sql: &str) -> bool {
    let tokens = code(sql).unwrap_or_default();
    // CREATE TRIGGER, the name, perhaps with a schema, and when.
    let qualified = tokens.get(3).is_some_and(|token| token.is_sign("."));
    let when = tokens.get(if qualified { 5 } else { 3 });
    !when.is_some_and(|token| token.is("after") || token.is("instead"))
}
