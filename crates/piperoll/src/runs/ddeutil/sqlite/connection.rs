//! Somebody's database: opened, and what its errors mean to a caller.

use super::statements;
use crate::error::{Error, Result};
use crate::limits::LOCK_WAIT_SECONDS;
use rusqlite::config::DbConfig;
use rusqlite::ffi::ErrorCode;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// A connection that changes nothing.
pub(super) fn reader(path: &Path) -> Result<Connection> {
    if matches!(path.try_exists(), Ok(false)) {
        let shown = path.display();
        return Err(Error::not_found(format!("there is nothing at `{shown}`")));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(path, flags)?;
    let tables: i64 = connection
        .query_row(statements::IS_TABLE, [], |row| row.get(0))
        .map_err(|error| failure(path, error))?;
    if tables == 0 {
        let shown = path.display();
        return Err(Error::invalid_input(format!(
            "`{shown}` has no table `audits`: it is no database of ddeutil's"
        )));
    }
    Ok(connection)
}

/// A connection that may write; makes the file and the table where they are not there.
pub(super) fn writer(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(path, flags)?;
    connection
        .execute_batch(statements::BEGIN)
        .and_then(|()| connection.execute_batch(statements::TABLE))
        .map_err(|error| failure(path, error))?;
    Ok(connection)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection> {
    if path.is_dir() {
        let shown = path.display();
        return Err(Error::invalid_input(format!(
            "`{shown}` is a folder, not a database"
        )));
    }
    crate::fs::refuse_pipe(path)?;
    let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
        connection.busy_timeout(Duration::from_secs(LOCK_WAIT_SECONDS))?;
        // A view that has taken the table's name would answer without end.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
        Ok(connection)
    });
    opened.map_err(|error| failure(path, error))
}

/// What an error of SQLite means to the caller.
pub(super) fn failure(path: &Path, error: rusqlite::Error) -> Error {
    let shown = path.display();
    let code = match &error {
        rusqlite::Error::SqlInputError { error, .. } => Some(error.code),
        other => other.sqlite_error_code(),
    };
    let found = match code {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Error::conflict(format!("another program holds the lock of `{shown}`"))
                .hint("end its transaction, then retry")
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            Error::denied(format!("`{shown}` or its folder cannot be written or read"))
        }
        Some(ErrorCode::DiskFull) => Error::unavailable(format!(
            "the disk of `{shown}` is full; nothing was changed"
        )),
        Some(ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory) => {
            Error::unavailable(format!("`{shown}` cannot be read or written"))
        }
        Some(ErrorCode::NotADatabase) => {
            Error::invalid_input(format!("`{shown}` is no SQLite database"))
        }
        Some(ErrorCode::DatabaseCorrupt) => {
            Error::invalid_input(format!("the database `{shown}` is damaged"))
        }
        _ => Error::invalid_input(format!(
            "the table `audits` of `{shown}` is not as ddeutil makes it"
        )),
    };
    found.because(error)
}
