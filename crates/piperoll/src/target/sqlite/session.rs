//! One transaction on the file.

use super::connection::{failure, writer};
use super::{inspect, statements};
use crate::error::{Error, Result};
use crate::target::contract::{Session, Step};
use crate::target::state::State;
use crate::target::table::TableName;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How many rows refer to nothing, by their table and the one they refer to.
type Dangling = BTreeMap<(String, String), i64>;

/// A connection of its own, in a transaction that ends with it.
pub(super) struct SqliteSession {
    connection: Connection,
    path: PathBuf,
    /// Those that were there before anything was done; none until something is.
    dangling: Option<Dangling>,
    failed: bool,
}

impl SqliteSession {
    pub(super) fn begin(path: &Path, busy_wait: Duration) -> Result<Self> {
        let connection = writer(path, busy_wait)?;
        // Dropping a table that others refer to would delete in their rows. The setting cannot change inside a transaction.
        let begun = connection
            .execute_batch(statements::FOREIGN_KEYS_OFF)
            .and_then(|()| connection.execute_batch(statements::BEGIN));
        begun.map_err(|error| failure(path, error))?;
        Ok(Self {
            connection,
            path: path.to_owned(),
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
        let look = || -> rusqlite::Result<Dangling> {
            let mut statement = self.connection.prepare(statements::DANGLING)?;
            let rows =
                statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
            rows.collect()
        };
        match look() {
            Ok(found) => Ok(found),
            // A foreign key that does not match a key of the other table: SQLite cannot check it, and did not before.
            Err(error) if error.to_string().contains("foreign key mismatch") => Ok(Dangling::new()),
            Err(error) => Err(failure(&self.path, error)),
        }
    }

    fn run(&self, step: &Step) -> Result<()> {
        for guard in &step.guards {
            let count: i64 = self
                .connection
                .query_row(&guard.statement, [], |row| row.get(0))
                .map_err(|error| failure(&self.path, error))?;
            if count > 0 {
                return Err(
                    Error::invalid_input(format!("{count} {}", guard.message)).hint(&guard.hint)
                );
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
        let mut prepared = self.connection.prepare(statement)?;
        let mut rows = prepared.query([])?;
        while rows.next()?.is_some() {}
        Ok(())
    }
}

fn failed(path: &Path, step: &Step, statement: &str, error: rusqlite::Error) -> Error {
    let first = statement.lines().next().unwrap_or_default();
    let cause = failure(path, error);
    Error::new(
        cause.kind(),
        format!("the step `{}` failed at `{first}`", step.what),
    )
    .because(cause)
}

impl Session for SqliteSession {
    fn inspect(&mut self, names: &[TableName]) -> Result<Vec<Option<State>>> {
        inspect::states(&self.connection, &self.path, names)
    }

    fn execute(&mut self, step: &Step) -> Result<()> {
        self.refuse_after_failure()?;
        if self.dangling.is_none() {
            self.dangling = Some(self.dangling()?);
        }
        let done = self.run(step);
        self.failed = done.is_err();
        done
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.refuse_after_failure()?;
        if let Some(before) = &self.dangling {
            for ((table, parent), count) in self.dangling()? {
                let before = before.get(&(table.clone(), parent.clone()));
                let more = count - before.copied().unwrap_or_default();
                if more > 0 {
                    return Err(Error::invalid_input(format!(
                        "{more} rows of `{table}` refer to no row of `{parent}`"
                    ))
                    .hint("mend the rows, then apply again"));
                }
            }
        }
        self.connection
            .execute_batch(statements::COMMIT)
            .map_err(|error| failure(&self.path, error))
    }
}
