//! One transaction on the file.

use super::connection::failure;
use super::idle::{Idle, Writer};
use super::reading::Reading;
use super::{inspect, statements};
use crate::error::{Error, Result};
use crate::target::contract::{Session, Step};
use crate::target::shape::Reader;
use crate::target::state::State;
use crate::target::table::TableName;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What is wrong with the foreign keys of a file.
#[derive(Debug, Default)]
struct Dangling {
    /// How many rows refer to nothing, by their table and the one they refer to.
    rows: BTreeMap<(String, String), i64>,
    /// Tables with a key that refers to what is no key: SQLite cannot check those, and refuses to write them.
    mismatched: BTreeSet<String>,
}

/// A connection of its own, in a transaction that ends with it.
pub(super) struct SqliteSession {
    writer: Writer,
    path: PathBuf,
    /// Where the connection goes when all is durable.
    idle: Idle,
    /// What was so before rows were written again; none until they are.
    dangling: Option<Dangling>,
    failed: bool,
}

impl SqliteSession {
    pub(super) fn begin(path: &Path, busy_wait: Duration, idle: &Idle) -> Result<Self> {
        let writer = match idle.take(path) {
            Some(writer) => writer,
            None => Writer::open(path, busy_wait)?,
        };
        let connection = &writer.connection;
        // Dropping a table that others refer to would delete in their rows. The setting cannot change inside a transaction.
        let begun = connection
            .execute_batch(statements::FOREIGN_KEYS_OFF)
            .and_then(|()| connection.execute_batch(statements::BEGIN));
        begun.map_err(|error| failure(path, error))?;
        Ok(Self {
            writer,
            path: path.to_owned(),
            idle: idle.clone(),
            dangling: None,
            failed: false,
        })
    }

    fn refuse_after_failure(&self) -> Result<()> {
        if self.failed {
            return Err(Error::invalid_input(
                "a step of this session has failed: nothing more is done in it",
            ));
        }
        Ok(())
    }

    fn dangling(&self) -> Result<Dangling> {
        let failed = |error| failure(&self.path, error);
        let mut found = Dangling::default();
        let mut names = self
            .writer
            .connection
            .prepare(statements::REFERRING)
            .map_err(failed)?;
        let names = names
            .query_map([], |row| row.get::<_, String>(0))
            .map_err(failed)?;
        for name in names {
            let name = name.map_err(failed)?;
            match self.dangling_of(&name) {
                Ok(rows) => found.rows.extend(rows),
                Err(error) if is_mismatch(&error) => {
                    found.mismatched.insert(name);
                }
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(found)
    }

    fn dangling_of(&self, table: &str) -> rusqlite::Result<BTreeMap<(String, String), i64>> {
        let mut statement = self
            .writer
            .connection
            .prepare_cached(statements::DANGLING)?;
        let rows = statement.query_map([table], |row| {
            Ok(((table.to_owned(), row.get(0)?), row.get(1)?))
        })?;
        rows.collect()
    }

    fn run(&self, step: &Step) -> Result<()> {
        for guard in &step.guards {
            let count: i64 = self
                .writer
                .connection
                .query_row(&guard.statement, [], |row| row.get(0))
                .map_err(|error| failure(&self.path, error))?;
            if count > 0 {
                let message = format!("{}: {count}", guard.message);
                return Err(Error::invalid_input(message).hint(&guard.hint));
            }
        }
        for statement in &step.statements {
            self.one(statement)
                .map_err(|error| failed(&self.path, step, statement, error))?;
        }
        Ok(())
    }

    /// Runs one statement; a second one behind it is an error of rusqlite's.
    fn one(&self, statement: &str) -> rusqlite::Result<()> {
        let mut prepared = self.writer.connection.prepare(statement)?;
        let mut rows = prepared.query([])?;
        while rows.next()?.is_some() {}
        Ok(())
    }
}

fn is_mismatch(error: &rusqlite::Error) -> bool {
    error.to_string().contains("foreign key mismatch")
}

fn failed(path: &Path, step: &Step, statement: &str, error: rusqlite::Error) -> Error {
    let first = statement.lines().next().unwrap_or_default();
    let cause = failure(path, error);
    Error::new(
        cause.kind(),
        format!("a step failed at `{first}`: {}", step.what),
    )
    .because(cause)
}

impl Session for SqliteSession {
    fn inspect(&mut self, names: &[TableName]) -> Result<Vec<Option<State>>> {
        inspect::states(&self.writer.connection, &self.path, names)
    }

    fn reader(&mut self) -> Box<dyn Reader + '_> {
        Box::new(Reading {
            connection: &self.writer.connection,
            path: &self.path,
        })
    }

    fn execute(&mut self, step: &Step) -> Result<()> {
        self.refuse_after_failure()?;
        // Where no rows are written again, none can come to refer to nothing.
        if step.rewrites && self.dangling.is_none() {
            self.dangling = Some(self.dangling()?);
        }
        let done = self.run(step);
        self.failed = done.is_err();
        done
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.refuse_after_failure()?;
        if let Some(before) = &self.dangling {
            let after = self.dangling()?;
            for ((table, parent), count) in &after.rows {
                let before = before.rows.get(&(table.clone(), parent.clone()));
                let more = count - before.copied().unwrap_or_default();
                if more > 0 {
                    return Err(Error::invalid_input(format!(
                        "rows of `{table}` refer to no row of `{parent}`: {more}"
                    ))
                    .hint("mend the rows, then apply again"));
                }
            }
            if let Some(table) = after.mismatched.difference(&before.mismatched).next() {
                return Err(Error::invalid_input(format!(
                    "a foreign key of `{table}` refers to columns that are no key"
                ))
                .hint("let them be the primary key or a unique key of their table"));
            }
        }
        self.writer
            .connection
            .execute_batch(statements::COMMIT)
            .map_err(|error| failure(&self.path, error))?;
        let Self { writer, idle, .. } = *self;
        idle.keep(writer);
        Ok(())
    }
}
