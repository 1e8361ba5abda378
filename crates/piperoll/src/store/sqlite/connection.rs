//! Opening the file, and what SQLite's errors mean to a caller.

use super::schema::{APPLICATION_ID, LAYOUT_VERSION, PAGE_BYTES, READER_SETTINGS, WRITER_SETTINGS};
use super::statements;
use crate::error::{Error, ErrorKind, Result};
use crate::fs::{beside, make_private};
use rusqlite::config::DbConfig;
use rusqlite::ffi::{ErrorCode, SQLITE_READONLY_ROLLBACK};
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use std::path::Path;
use std::time::Duration;

/// What the marks of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    /// No table, no mark: a file that is still to become a trail.
    Empty,
    /// A trail of this layout, or one whose marks were changed: `verify` names that.
    Trail,
}

/// A connection that may write; makes the file when it is not there, and for its owner alone: it will hold payloads and salts. SQLite gives its `-wal` and
/// `-shm` the same mode.
pub(super) fn writer(path: &Path, busy_wait: Duration) -> Result<Connection> {
    make_private(path);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(|e| not_opened(path, true, e))?;
    set_up(&connection, WRITER_SETTINGS, path, busy_wait, true)?;
    // SQLite opens a file that cannot be written for reading instead.
    if connection
        .is_readonly("main")
        .map_err(|e| failure(path, true, e))?
    {
        return Err(denied(path, true));
    }
    Ok(connection)
}

/// A connection that changes nothing.
pub(super) fn reader(path: &Path, busy_wait: Duration) -> Result<Connection> {
    if matches!(path.try_exists(), Ok(false)) {
        return Err(
            Error::not_found(format!("there is no trail at `{}`", path.display()))
                .hint("make one with `piperoll init`, or name it with --trail"),
        );
    }
    match sharing_reader(path, busy_wait) {
        // Any other fault may pass, and what is read so must not be written by anybody meanwhile.
        Err(error) if error.kind() == ErrorKind::Denied && is_settled(path) => {
            immutable_reader(path, busy_wait).map_err(|_| error)
        }
        opened => opened,
    }
}

/// As [`reader`], of a file whose changes by others it notices.
pub(super) fn sharing_reader(path: &Path, busy_wait: Duration) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(|e| not_opened(path, false, e))?;
    set_up(&connection, READER_SETTINGS, path, busy_wait, false)?;
    Ok(connection)
}

/// In a folder that cannot be written SQLite cannot make the shared memory that a WAL needs. Without a WAL there is nothing to share, and the file
/// can be read as it is.
fn immutable_reader(path: &Path, busy_wait: Duration) -> Result<Connection> {
    let absolute = std::path::absolute(path).map_err(|e| cannot_open(path, false, e))?;
    let mut uri = String::from("file://");
    for byte in absolute.as_os_str().as_encoded_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => {
                uri.push(char::from(*byte));
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?mode=ro&immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(uri, flags).map_err(|e| not_opened(path, false, e))?;
    set_up(&connection, READER_SETTINGS, path, busy_wait, false)?;
    Ok(connection)
}

/// Whether the file holds all there is: no WAL beside it.
fn is_settled(path: &Path) -> bool {
    beside(path, "-wal")
        .metadata()
        .map_or(true, |wal| wal.len() == 0)
}

fn set_up(
    connection: &Connection,
    settings: &str,
    path: &Path,
    busy_wait: Duration,
    write: bool,
) -> Result<()> {
    let failed = |e| failure(path, write, e);
    connection.busy_timeout(busy_wait).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Nothing here reads a view. One that has taken a table's name would answer without end.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)
        .map_err(failed)?;
    connection.execute_batch(settings).map_err(failed)?;
    // The first real read; the settings alone open no file.
    number(connection, statements::USER_VERSION).map_err(failed)?;
    has_tables(connection, path).map(|_| ())
}

/// Whether there is any table: not so in a file that is still to become a trail.
pub(super) fn has_tables(connection: &Connection, path: &Path) -> Result<bool> {
    connection
        .prepare_cached(statements::ANY_TABLE)
        .and_then(|mut statement| statement.query_row([], |_| Ok(())).optional())
        .map(|found| found.is_some())
        .map_err(|e| failure(path, false, e))
}

/// What the file is, by its marks and tables.
pub(super) fn marks(connection: &Connection, path: &Path) -> Result<Marks> {
    let failed = |e| failure(path, false, e);
    let application = number(connection, statements::APPLICATION_ID).map_err(failed)?;
    let version = number(connection, statements::USER_VERSION).map_err(failed)?;
    let mut tables = Vec::new();
    let mut statement = connection.prepare(statements::OBJECTS).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        tables.push(row.get::<_, String>(1).map_err(failed)?);
    }
    let ours = ["entries", "head", "meta"]
        .iter()
        .filter(|t| tables.iter().any(|n| n == *t))
        .count();
    if application == APPLICATION_ID && version > LAYOUT_VERSION {
        return Err(Error::invalid_input(format!(
            "the trail `{}` has layout {version}; this Piperoll knows layout {LAYOUT_VERSION}",
            path.display()
        ))
        .hint("use a newer Piperoll"));
    }
    if tables.is_empty() && application == 0 {
        return Ok(Marks::Empty);
    }
    // One of the marks is enough: whoever changed the others is to be named by `verify`, not sent away.
    if application == APPLICATION_ID || ours >= 2 {
        return Ok(Marks::Trail);
    }
    Err(
        Error::invalid_input(format!("`{}` is a database, but no trail", path.display()))
            .hint("name another file in `trail`"),
    )
}

pub(super) fn number(connection: &Connection, sql: &str) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(sql)?
        .query_row([], |row| row.get(0))
}

/// Why there is no connection.
fn not_opened(path: &Path, write: bool, error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(_) => failure(path, write, error),
        None => cannot_open(path, write, Told(error)),
    }
}

/// Why a file cannot be opened: SQLite only says that it cannot.
fn cannot_open(
    path: &Path,
    write: bool,
    error: impl std::error::Error + Send + Sync + 'static,
) -> Error {
    let shown = path.display();
    let opened = std::fs::OpenOptions::new()
        .read(true)
        .write(write)
        .open(path);
    let folder_missing = path
        .parent()
        .is_some_and(|dir| !dir.as_os_str().is_empty() && matches!(dir.try_exists(), Ok(false)));
    match opened.map_err(|e| e.kind()) {
        Err(std::io::ErrorKind::NotFound) if folder_missing => {
            Error::not_found(format!("the folder of `{shown}` does not exist")).because(error)
        }
        Err(std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem) => {
            denied(path, write).because(error)
        }
        Err(std::io::ErrorKind::IsADirectory) => is_folder(path).because(error),
        Ok(_) if path.is_dir() => is_folder(path).because(error),
        // The file opens, so it is the folder: SQLite cannot make its `-wal` and `-shm` there.
        Err(std::io::ErrorKind::NotFound) | Ok(_) => denied(path, write).because(error),
        Err(_) => Error::unavailable(format!("`{shown}` cannot be opened")).because(error),
    }
}

fn is_folder(path: &Path) -> Error {
    Error::invalid_input(format!("`{}` is a folder, not a trail", path.display()))
}

fn denied(path: &Path, write: bool) -> Error {
    let shown = path.display();
    if write {
        Error::denied(format!("`{shown}` or its folder cannot be written"))
            .hint("a trail is written by whoever may write the file and its folder")
    } else {
        Error::denied(format!("`{shown}` cannot be read")).hint(
            "the file must be readable; beside a `-wal` file the folder must be writable, too",
        )
    }
}

/// An error of SQLite without its cause, which says the same in other words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Told(rusqlite::Error);

/// Whether a reader has met a file whose making was interrupted, and which only a writer can take back. The first page is written under a rollback journal,
/// everything else under a WAL.
fn is_undone(path: &Path, error: &rusqlite::Error) -> bool {
    error
        .sqlite_error()
        .is_some_and(|error| error.extended_code == SQLITE_READONLY_ROLLBACK)
        && path.metadata().is_ok_and(|file| file.len() <= PAGE_BYTES)
}

/// What an error of SQLite means to the caller.
pub(super) fn failure(path: &Path, write: bool, error: rusqlite::Error) -> Error {
    let shown = path.display();
    let Some(code) = error.sqlite_error_code() else {
        return Error::corrupt(format!("`{shown}` does not hold what a trail holds"))
            .hint("`piperoll verify` names what was changed")
            .because(error);
    };
    let undone = is_undone(path, &error);
    let error = Told(error);
    match code {
        ErrorCode::ReadOnly if undone => {
            Error::not_found(format!("`{shown}` was not made to its end"))
                .hint("make the trail with `piperoll init`")
                .because(error)
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            Error::conflict(format!("another program holds the lock of `{shown}`"))
                .hint("end its transaction, then retry")
                .because(error)
        }
        ErrorCode::CannotOpen => cannot_open(path, write, error),
        ErrorCode::ReadOnly
        | ErrorCode::PermissionDenied
        | ErrorCode::AuthorizationForStatementDenied => denied(path, true).because(error),
        ErrorCode::DiskFull => Error::unavailable(format!(
            "the disk of `{shown}` is full; nothing was recorded"
        ))
        .because(error),
        // Reading a folder as a file is an error of I/O.
        ErrorCode::SystemIoFailure if path.is_dir() => is_folder(path).because(error),
        ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory | ErrorCode::TooBig => {
            Error::unavailable(format!("`{shown}` cannot be read or written")).because(error)
        }
        ErrorCode::NotADatabase => {
            Error::corrupt(format!("`{shown}` is no SQLite database")).because(error)
        }
        _ => Error::corrupt(format!("`{shown}` does not hold what a trail holds"))
            .hint("`piperoll verify` names what was changed")
            .because(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No killed process can tell: only a power loss would lose what was acknowledged.
    #[test]
    fn a_commit_waits_for_the_disk() {
        const FULL: i64 = 2;
        let folder = tempfile::tempdir().unwrap();
        let writer = writer(&folder.path().join("trail.db"), Duration::ZERO).unwrap();
        assert_eq!(number(&writer, "PRAGMA synchronous").unwrap(), FULL);
    }
}
