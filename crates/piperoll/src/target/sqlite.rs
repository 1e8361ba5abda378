//! Tables in a SQLite file of somebody's own.

mod connection;
mod described;
mod edit;
mod expression;
mod follow;
mod guards;
mod idle;
mod inspect;
mod interpret;
mod laid;
mod lay;
mod layout;
mod metadata;
mod native;
mod problems;
mod read;
mod reading;
mod rebuild;
mod related;
mod renames;
mod scratch;
mod session;
mod shape;
mod statements;
mod steps;
mod tokens;
mod trial;

use super::contract::{Dialect, Session, Step, TableChange, Target};
use super::shape::{Reader, Shape};
use super::state::State;
use super::table::{Table, TableName};
use crate::error::{Problem, Result};
use crate::limits::LOCK_WAIT_SECONDS;
use idle::Idle;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A SQLite file whose tables are audited. Its one schema is `main`; catalogs are labels.
#[derive(Debug, Clone)]
pub struct SqliteTarget {
    name: String,
    path: PathBuf,
    busy_wait: Duration,
    idle: Idle,
}

impl SqliteTarget {
    /// The target at a path, under its name in the project. Nothing is opened or made yet.
    pub fn new(name: &str, path: &Path) -> Self {
        Self::with_wait(name, path, Duration::from_secs(LOCK_WAIT_SECONDS))
    }

    /// As [`SqliteTarget::new`]; waits so long for another program's lock.
    pub fn with_wait(name: &str, path: &Path, busy_wait: Duration) -> Self {
        Self {
            name: name.to_owned(),
            path: path.to_owned(),
            busy_wait,
            idle: Idle::default(),
        }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads in one transaction; of a file that is not there, nothing.
    fn reading<T>(
        &self,
        read: impl FnOnce(&rusqlite::Connection) -> Result<T>,
    ) -> Result<Option<T>> {
        let failed = |error| connection::failure(&self.path, error);
        let kept = self.idle.take(&self.path);
        let opened = match kept {
            Some(_) => None,
            None => connection::reader(&self.path, self.busy_wait)?,
        };
        let Some(connection) = kept
            .as_ref()
            .map(|kept| &kept.connection)
            .or(opened.as_ref())
        else {
            return Ok(None);
        };
        connection
            .execute_batch(statements::BEGIN_READ)
            .map_err(failed)?;
        let found = read(connection)?;
        if let Some(kept) = kept {
            kept.connection
                .execute_batch(statements::COMMIT)
                .map_err(failed)?;
            self.idle.keep(kept);
        }
        Ok(Some(found))
    }
}

impl Target for SqliteTarget {
    fn name(&self) -> &str {
        &self.name
    }

    fn location(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }

    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn inspect(&self, names: &[TableName]) -> Result<Vec<Option<State>>> {
        for name in names {
            inspect::in_main(name.schema(), &self.path)?;
        }
        let found = self.reading(|connection| inspect::states(connection, &self.path, names))?;
        Ok(found.unwrap_or_else(|| vec![None; names.len()]))
    }

    fn list(&self, schema: &str) -> Result<Vec<String>> {
        inspect::in_main(schema, &self.path)?;
        let found = self.reading(|connection| inspect::tables(connection, &self.path))?;
        Ok(found.unwrap_or_default())
    }

    fn problems(&self, table: &Table) -> Vec<Problem> {
        problems::of(table)
    }

    fn warnings(&self, table: &Table) -> Vec<Problem> {
        problems::warnings(table)
    }

    fn steps(&self, change: &TableChange<'_>) -> Result<Vec<Step>> {
        steps::of(change)
    }

    fn shape_after(&self, change: &TableChange<'_>) -> Result<Shape> {
        steps::shape_after(change)
    }

    fn read(&self, work: &mut dyn FnMut(&mut dyn Reader) -> Result<()>) -> Result<bool> {
        let done = self.reading(|connection| {
            work(&mut reading::Reading {
                connection,
                path: &self.path,
            })
        })?;
        Ok(done.is_some())
    }

    fn after_renames(&self, state: &State, change: &TableChange<'_>) -> Result<State> {
        follow::renames(state, change)
    }

    fn session(&self) -> Result<Box<dyn Session + '_>> {
        Ok(Box::new(session::SqliteSession::begin(
            &self.path,
            self.busy_wait,
            &self.idle,
        )?))
    }
}

#[cfg(test)]
mod tests;
