//! The store in one SQLite file.
//!
//! The life of an append: `BEGIN IMMEDIATE` takes the writer's lock, the head's size is compared, then entries, attributes, tiles and head
//! are written and `COMMIT` syncs the WAL (`synchronous = FULL`); only then does the caller hear of it.

mod append;
mod block;
mod blocks;
mod connection;
mod faults;
mod find;
mod names;
mod row;
mod schema;
mod snapshot;
mod statements;
mod stored_block;
mod writing;

use self::append::Writer;
use self::connection::{Marks, failure};
use self::snapshot::SqliteSnapshot;
use super::contract::{Access, Append, AppendError, Erased, Incoming, Meta, Snapshot, Store};
use super::filter::Order;
use crate::error::{Error, Result};
use crate::fs::identity;
use crate::limits::{LOCK_WAIT_SECONDS, SAME_STATE_TRIES_MAX, SNAPSHOTS_MAX};
use crate::seal::{EntryIndex, TreeSize};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A trail in one SQLite file, readable with any `sqlite3`.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    access: Access,
    busy_wait: Duration,
    /// Connections of snapshots that have ended. Before the writer, so that it closes last: only then is the WAL brought into the file and removed.
    readers: Mutex<Vec<Connection>>,
    /// The one connection that writes. `None` before the first write, and after a write that failed in a way that leaves its state in doubt: the next
    /// one starts with a new connection.
    writer: Mutex<Option<Writer>>,
}

impl SqliteStore {
    /// Opens the file; for [`Access::Write`] it is made when it is not there.
    ///
    /// # Errors
    /// `NotFound` when there is nothing to read, `InvalidInput` for a newer layout or another database, `Denied` without the right, `Corrupt` when it is no
    /// database.
    pub fn open(path: &Path, access: Access) -> Result<Self> {
        Self::open_with(path, access, Duration::from_secs(LOCK_WAIT_SECONDS))
    }

    /// As [`SqliteStore::open`], waiting so long for a lock that another program holds.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_with(path: &Path, access: Access, busy_wait: Duration) -> Result<Self> {
        let store = Self {
            path: path.to_owned(),
            access,
            busy_wait,
            writer: Mutex::new(None),
            readers: Mutex::new(Vec::new()),
        };
        match access {
            Access::Read => {
                let reader = connection::reader(path, busy_wait)?;
                if connection::marks(&reader, path)? == Marks::Empty {
                    return Err(Error::not_found(format!("`{}` is empty", path.display()))
                        .hint("make a trail with `piperoll init`"));
                }
                lock(&store.readers).push(reader);
            }
            Access::Write => {
                let writer = connection::writer(path, busy_wait)?;
                connection::marks(&writer, path)?;
                *lock(&store.writer) = Some(Writer::new(writer, path));
            }
        }
        Ok(store)
    }

    /// Runs a write; after a failure the connection is given up, unless nothing was begun.
    fn write<T, E>(&self, work: impl FnOnce(&mut Writer) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
        E: Poisons,
    {
        if self.access == Access::Read {
            return Err(Error::denied(format!(
                "`{}` is open for reading only",
                self.path.display()
            ))
            .into());
        }
        let mut guard = lock(&self.writer);
        let mut writer = match guard.take() {
            Some(writer) => writer,
            None => {
                let connection = connection::writer(&self.path, self.busy_wait)?;
                Writer::new(connection, &self.path)
            }
        };
        let done = work(&mut writer);
        if !matches!(&done, Err(error) if error.poisons()) {
            *guard = Some(writer);
        }
        done
    }
}

/// Whether an error leaves the connection's state in doubt.
trait Poisons {
    fn poisons(&self) -> bool;
}

impl Poisons for Error {
    fn poisons(&self) -> bool {
        true
    }
}

impl Poisons for AppendError {
    fn poisons(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

impl Store for SqliteStore {
    fn location(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }

    fn create(&self, meta: &Meta, checkpoint: &str) -> Result<()> {
        self.write(|writer| writer.create(meta, checkpoint))
    }

    fn append(&self, at: TreeSize, append: &Append<'_>) -> Result<(), AppendError> {
        self.append_incoming(at, &mut { *append })
    }

    fn append_incoming(
        &self,
        at: TreeSize,
        incoming: &mut dyn Incoming,
    ) -> Result<(), AppendError> {
        self.write(|writer| writer.append(at, incoming))
    }

    fn erase(&self, indices: &[EntryIndex]) -> Result<Erased> {
        self.write(|writer| writer.erase(indices))
    }

    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>> {
        let kept = lock(&self.readers).pop();
        let reader = match kept {
            Some(reader) => reader,
            None => connection::reader(&self.path, self.busy_wait)?,
        };
        // A file that is still to become a trail has nothing to show.
        if !self.begin(&reader)? && connection::marks(&reader, &self.path)? == Marks::Empty {
            return Ok(super::memory::nothing());
        }
        Ok(Box::new(SqliteSnapshot::new(reader, self)))
    }

    /// Where several cannot be had, for whatever reason, there is one.
    fn snapshots(&self, most: usize) -> Result<Vec<Box<dyn Snapshot + '_>>> {
        match self.views(most) {
            Some(views) => Ok(views),
            None => Ok(vec![self.snapshot()?]),
        }
    }
}

impl SqliteStore {
    /// Begins a read transaction; whether there is any table.
    fn begin(&self, reader: &Connection) -> Result<bool> {
        reader
            .prepare_cached(statements::BEGIN_READ)
            .and_then(|mut begin| begin.execute([]))
            .map_err(|e| failure(&self.path, false, e))?;
        connection::has_tables(reader, &self.path)
    }

    /// Several views of one state: of one file, of which nobody has committed a change between the first and the last.
    fn views(&self, most: usize) -> Option<Vec<Box<dyn Snapshot + '_>>> {
        let most = most.min(SNAPSHOTS_MAX);
        if most < 2 {
            return None;
        }
        // Connections that are kept may be of a file that was moved away since.
        let of = identity(&self.path)?;
        let open = || connection::sharing_reader(&self.path, self.busy_wait).ok();
        let watch = open()?;
        let readers = (0..most).map(|_| open()).collect::<Option<Vec<_>>>()?;
        if identity(&self.path) != Some(of) {
            return None;
        }
        let version = || connection::number(&watch, statements::DATA_VERSION).ok();
        for _ in 0..SAME_STATE_TRIES_MAX {
            let before = version()?;
            for reader in &readers {
                self.begin(reader).ok().filter(|there| *there)?;
            }
            if version()? == before {
                let view =
                    |reader| -> Box<dyn Snapshot> { Box::new(SqliteSnapshot::new(reader, self)) };
                return Some(readers.into_iter().map(view).collect());
            }
            for reader in &readers {
                let end = reader.prepare_cached(statements::ROLLBACK);
                end.and_then(|mut end| end.execute([])).ok()?;
            }
        }
        None
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is locked is an option or a list; no panic can leave it half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
