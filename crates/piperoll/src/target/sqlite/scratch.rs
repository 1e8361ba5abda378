//! An empty copy of a schema in memory, where a plan is tried before it is shown: what SQLite refuses there is refused before anything is touched, and what
//! SQLite rewrites by itself (the names in indexes, triggers and views) is read back from it.

use super::layout::Layout;
use super::{inspect, read, shape, statements};
use crate::error::{Error, Result};
use crate::limits::TRIAL_BYTES_MAX;
use crate::target::shape::Shape;
use crate::target::state::Object;
use crate::yaml::quoted;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use std::path::Path;

/// The copy.
pub(super) struct Scratch {
    connection: Connection,
}

impl Scratch {
    /// The objects, without rows. What cannot be made here (a module or a function that this SQLite lacks) is left out, unless it belongs to `table`.
    pub(super) fn new(objects: &[Object], table: &str) -> Result<Self> {
        let scratch = Self::empty()?;
        for kind in ["table", "index", "view", "trigger"] {
            for object in objects.iter().filter(|object| object.kind == kind) {
                let Some(sql) = &object.sql else { continue };
                if is_of_sqlite(&object.name) {
                    continue;
                }
                // One statement: a file that somebody forged may hold more in its place.
                let made = scratch.run(sql);
                if object.table.eq_ignore_ascii_case(table) {
                    made.map_err(|fault| {
                        Error::unsupported(format!(
                            "the {kind} {} cannot be made by this SQLite: {fault}",
                            quoted(&object.name)
                        ))
                    })?;
                }
            }
        }
        Ok(scratch)
    }

    /// Nothing.
    pub(super) fn empty() -> Result<Self> {
        let connection = Connection::open_in_memory()
            .and_then(|connection| {
                connection.execute_batch(statements::FOREIGN_KEYS_OFF)?;
                Ok(connection)
            })
            .map_err(internal)?;
        Ok(Self { connection })
    }

    /// Computes nothing that is larger: whatever a file declares is tried, also what would take all memory.
    pub(super) fn bound(&self) -> Result<(), String> {
        let bound = self
            .connection
            .set_limit(Limit::SQLITE_LIMIT_LENGTH, TRIAL_BYTES_MAX);
        bound.map(drop).map_err(told)
    }

    /// Lets nothing in `"` be a text.
    pub(super) fn refuse_quoted_texts(&self) -> Result<(), String> {
        for setting in [
            DbConfig::SQLITE_DBCONFIG_DQS_DDL,
            DbConfig::SQLITE_DBCONFIG_DQS_DML,
        ] {
            self.connection
                .set_db_config(setting, false)
                .map_err(told)?;
        }
        Ok(())
    }

    /// Runs a statement. `Err` says in SQLite's words why it cannot be run.
    pub(super) fn run(&self, sql: &str) -> Result<(), String> {
        let run = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare(sql)?;
            let mut rows = statement.query([])?;
            while rows.next()?.is_some() {}
            Ok(())
        };
        run().map_err(told)
    }

    /// Whether a statement can be prepared.
    pub(super) fn prepare(&self, sql: &str) -> Result<(), String> {
        self.connection.prepare(sql).map(drop).map_err(told)
    }

    /// Runs statements; when one cannot be run, none was.
    pub(super) fn run_all(&self, statements: &[String]) -> Result<(), String> {
        self.run(statements::SAVEPOINT)?;
        let done = statements.iter().try_for_each(|sql| self.run(sql));
        if done.is_err() {
            self.run(statements::ROLLBACK_TO)?;
        }
        self.run(statements::RELEASE)?;
        done
    }

    /// All objects.
    pub(super) fn objects(&self) -> Result<Vec<Object>> {
        inspect::objects(&self.connection).map_err(internal)
    }

    /// The layout of a table; none when its statement cannot be read.
    pub(super) fn layout(&self, table: &str) -> Result<Option<Layout>> {
        let objects = self.objects()?;
        let mut tables = objects.iter().filter(|object| object.kind == "table");
        let sql = tables
            .find(|object| object.name.eq_ignore_ascii_case(table))
            .and_then(|object| object.sql.as_deref());
        Ok(sql.and_then(read::layout))
    }

    /// The shape of a table.
    pub(super) fn shape(&self, table: &str) -> Result<Option<Shape>> {
        shape::of(&self.connection, Path::new(":memory:"), table)
    }

    /// What SQLite finds wrong in the views and triggers of the schema: renaming a table makes it look at all of them. It also writes names anew in them, and is
    /// taken back.
    pub(super) fn fault(&self, table: &str) -> Result<Option<String>> {
        self.run(statements::SAVEPOINT).map_err(Error::internal)?;
        let renamed = self.run(&statements::rename_table(table, "piperoll_probe"));
        self.run(statements::ROLLBACK_TO)
            .and_then(|()| self.run(statements::RELEASE))
            .map_err(Error::internal)?;
        Ok(renamed.err())
    }
}

/// Whether SQLite makes such an object by itself.
pub(super) fn is_of_sqlite(name: &str) -> bool {
    name.get(..7)
        .is_some_and(|start| start.eq_ignore_ascii_case("sqlite_"))
}

fn told(error: rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg,
        rusqlite::Error::SqliteFailure(_, Some(message)) => message,
        other => other.to_string(),
    }
}

fn internal(error: rusqlite::Error) -> Error {
    Error::internal("a database in memory cannot be used").because(error)
}
