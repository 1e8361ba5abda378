//! Opening a user's file, and what SQLite's errors mean to a caller.

use super::statements;
use crate::error::{Error, Result};
use rusqlite::ffi::{self, ErrorCode};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// A connection that changes nothing; none when there is no file.
pub(super) fn reader(path: &Path, busy_wait: Duration) -> Result<Option<Connection>> {
    if matches!(path.try_exists(), Ok(false)) {
        return Ok(None);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    match open(path, flags, busy_wait) {
        Err(error) if left_half_done(&error) => {
            // Whoever reads may not mend it; the first read of whoever writes takes back what a killed process began.
            drop(writer(path, busy_wait)?);
            open(path, flags, busy_wait).map(Some)
        }
        opened => opened.map(Some),
    }
}

/// Whether a process died in the middle of a transaction, and its journal has to be played back before anything can be read.
fn left_half_done(error: &Error) -> bool {
    let source = std::error::Error::source(error);
    let cause = source.and_then(|source| source.downcast_ref::<rusqlite::Error>());
    let code = cause.and_then(rusqlite::Error::sqlite_error);
    code.is_some_and(|code| {
        matches!(
            code.extended_code,
            ffi::SQLITE_READONLY_ROLLBACK | ffi::SQLITE_READONLY_RECOVERY
        )
    })
}

/// A connection that may write; makes the file when it is not there.
pub(super) fn writer(path: &Path, busy_wait: Duration) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(path, flags, busy_wait)?;
    // SQLite opens a file that cannot be written for reading instead.
    if connection
        .is_readonly("main")
        .map_err(|e| failure(path, e))?
    {
        return Err(denied(path));
    }
    Ok(connection)
}

fn open(path: &Path, flags: OpenFlags, busy_wait: Duration) -> Result<Connection> {
    crate::fs::refuse_pipe(path)?;
    let connection = Connection::open_with_flags(path, flags).map_err(|e| not_opened(path, e))?;
    connection
        .busy_timeout(busy_wait)
        .map_err(|e| failure(path, e))?;
    // Opening alone reads nothing.
    connection
        .query_row(statements::FIRST_READ, [], |_| Ok(()))
        .map_err(|e| failure(path, e))?;
    let application: i64 = connection
        .query_row(statements::APPLICATION_ID, [], |row| row.get(0))
        .map_err(|e| failure(path, e))?;
    if application == statements::OF_A_TRAIL {
        let shown = path.display();
        return Err(Error::invalid_input(format!(
            "`{shown}` is a trail: its tables are nobody's to declare"
        ))
        .hint("name another file as the target"));
    }
    Ok(connection)
}

/// Why there is no connection: SQLite only says that it cannot open the file.
fn not_opened(path: &Path, error: rusqlite::Error) -> Error {
    let shown = path.display();
    if path.is_dir() {
        return Error::invalid_input(format!("`{shown}` is a folder, not a database"))
            .because(error);
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| matches!(folder.try_exists(), Ok(false))) {
        return Error::not_found(format!("the folder of `{shown}` does not exist")).because(error);
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen) => denied(path).because(error),
        _ => failure(path, error),
    }
}

fn denied(path: &Path) -> Error {
    let shown = path.display();
    Error::denied(format!("`{shown}` or its folder cannot be written or read"))
        .hint("a target is changed by whoever may write the file and its folder")
}

/// What an error of SQLite means to the caller.
pub(super) fn failure(path: &Path, error: rusqlite::Error) -> Error {
    let shown = path.display();
    let code = match &error {
        rusqlite::Error::SqlInputError { error, .. } => Some(error.code),
        other => other.sqlite_error_code(),
    };
    let Some(code) = code else {
        return Error::corrupt(format!("`{shown}` does not hold what it should")).because(error);
    };
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            Error::conflict(format!("another program holds the lock of `{shown}`"))
                .hint("end its transaction, then retry")
                .because(error)
        }
        ErrorCode::ReadOnly
        | ErrorCode::PermissionDenied
        | ErrorCode::CannotOpen
        | ErrorCode::AuthorizationForStatementDenied => denied(path).because(error),
        ErrorCode::DiskFull => Error::unavailable(format!(
            "the disk of `{shown}` is full; nothing was changed"
        ))
        .because(error),
        ErrorCode::SystemIoFailure if path.is_dir() => {
            Error::invalid_input(format!("`{shown}` is a folder, not a database")).because(error)
        }
        ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory => {
            Error::unavailable(format!("`{shown}` cannot be read or written")).because(error)
        }
        ErrorCode::NotADatabase => {
            Error::corrupt(format!("`{shown}` is no SQLite database")).because(error)
        }
        ErrorCode::DatabaseCorrupt => {
            Error::corrupt(format!("the database `{shown}` is damaged")).because(error)
        }
        ErrorCode::ConstraintViolation => {
            Error::invalid_input(format!("rows of `{shown}` are in the way")).because(error)
        }
        _ => Error::invalid_input(format!("`{shown}` refuses the statement")).because(error),
    }
}
