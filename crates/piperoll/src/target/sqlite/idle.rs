//! The connection of the last transaction that was made durable, for the next one. Whoever opens a file reads its whole schema, which for many tables one after the
//! other would take longer and longer.

use super::connection;
use crate::error::Result;
use crate::fs::identity;
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A connection that may write, with what its file is known by, where the system tells.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) connection: Connection,
    of: Option<(u64, u64)>,
}

impl Writer {
    /// The file at a path is made when it is not there.
    pub(super) fn open(path: &Path, busy_wait: Duration) -> Result<Self> {
        let before = identity(path);
        let connection = connection::writer(path, busy_wait)?;
        let after = identity(path);
        Ok(Self {
            connection,
            // Another file may have taken the path meanwhile.
            of: after.filter(|_| before.is_none() || before == after),
        })
    }
}

/// At most one, in no transaction.
#[derive(Debug, Clone, Default)]
pub(super) struct Idle(Arc<Mutex<Option<Writer>>>);

impl Idle {
    /// The one that is kept, if the path still names its file.
    pub(super) fn take(&self, path: &Path) -> Option<Writer> {
        let kept = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()?;
        // The number of a file that is open is given to no other.
        let is_there = kept.of.is_some() && kept.of == identity(path);
        is_there.then_some(kept)
    }

    /// Keeps one.
    pub(super) fn keep(&self, writer: Writer) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(writer);
    }
}
