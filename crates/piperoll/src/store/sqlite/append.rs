use super::block::BLOCK;
use super::connection::{failure, has_tables, number};
use super::names::Codes;
use super::{attributes, blocks, schema, statements};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::limits::CODES_KEPT_MAX;
use crate::seal::{EntryIndex, TreeSize};
use crate::store::contract::{Append, AppendError, Erased, Meta};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params,
};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// The connection that writes.
#[derive(Debug)]
pub(super) struct Writer {
    connection: Connection,
    path: PathBuf,
    /// Codes of names that are committed.
    codes: HashMap<String, i64>,
}

impl Writer {
    pub(super) fn new(connection: Connection, path: &Path) -> Self {
        Self {
            connection,
            path: path.to_owned(),
            codes: HashMap::new(),
        }
    }

    pub(super) fn create(&mut self, meta: &Meta, checkpoint: &str) -> Result<()> {
        let path = self.path.as_path();
        let failed = |e| failure(path, true, e);
        self.connection
            .execute_batch(schema::FILE_SETTINGS)
            .map_err(failed)?;
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        let mark = |name, value| tx.pragma_update(None, name, value);
        if tx
            .query_row(statements::OBJECTS, [], |_| Ok(()))
            .optional()
            .map_err(failed)?
            .is_some()
        {
            return Err(Error::already_exists(format!(
                "`{}` has a trail already",
                path.display()
            )));
        }
        let make = || -> rusqlite::Result<()> {
            tx.execute_batch(schema::LAYOUT)?;
            mark("application_id", schema::APPLICATION_ID)?;
            mark("user_version", schema::LAYOUT_VERSION)?;
            tx.execute(
                statements::INSERT_MIGRATION,
                params![schema::LAYOUT_VERSION, layout_checksum()],
            )?;
            let secret = STANDARD.encode(meta.secret.as_bytes());
            let created = meta.created.to_string();
            for (key, value) in [
                ("origin", &meta.origin),
                ("created", &created),
                ("secret", &secret),
                ("signature", &meta.signature),
            ] {
                tx.execute(statements::INSERT_META, [key, value])?;
            }
            tx.execute(statements::INSERT_HEAD, [checkpoint])?;
            Ok(())
        };
        make().map_err(failed)?;
        tx.commit().map_err(failed)
    }

    pub(super) fn append(&mut self, at: TreeSize, append: &Append<'_>) -> Result<(), AppendError> {
        let path = self.path.as_path();
        let failed = |e| AppendError::Failed(failure(path, true, e));
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        let (size, kept): (i64, i64) = tx
            .prepare_cached(statements::HEAD)
            .and_then(|mut head| head.query_row([], |row| Ok((row.get(0)?, row.get(2)?))))
            .map_err(|error| no_head(&tx, error, path))?;
        let stored = TreeSize::new(u64::try_from(size).unwrap_or(0));
        if stored != at || size < 0 {
            return Err(AppendError::Conflict(stored));
        }
        let mut codes = Codes {
            known: &self.codes,
            new: HashMap::new(),
        };
        let mut next = size;
        for event in append.events {
            insert(&tx, next, event).map_err(|error| refused(&tx, error, event, path))?;
            next += 1;
        }
        blocks::complete(&tx, &mut codes, size, append.events).map_err(failed)?;
        let size = next;
        let rest = || -> rusqlite::Result<()> {
            for tile in append.tiles {
                let number = tile.id.number as i64;
                let values = params![tile.id.level, number, tile.hashes];
                if tx
                    .prepare_cached(statements::UPDATE_TILE)?
                    .execute(values)?
                    == 0
                {
                    one(tx
                        .prepare_cached(statements::INSERT_TILE)?
                        .execute(values)?)?;
                }
            }
            for (name, value) in append.cursors {
                tx.prepare_cached(statements::SET_CURSOR)?
                    .execute([name, value])?;
            }
            if let Some(note) = append.keep {
                one(tx.execute(statements::INSERT_CHECKPOINT, params![kept, size, note])?)?;
            }
            let kept = kept + i64::from(append.keep.is_some());
            one(tx
                .prepare_cached(statements::UPDATE_HEAD)?
                .execute(params![size, append.checkpoint, kept])?)
        };
        rest().map_err(failed)?;
        let new = codes.new;
        tx.commit().map_err(failed)?;
        if self.codes.len() + new.len() > CODES_KEPT_MAX {
            self.codes.clear();
        }
        self.codes.extend(new);
        Ok(())
    }

    pub(super) fn erase(&mut self, indices: &[EntryIndex]) -> Result<Erased> {
        let path = self.path.as_path();
        let failed = |e| failure(path, true, e);
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        let size = number(&tx, statements::HEAD).map_err(|error| no_head(&tx, error, path))?;
        let mut seqs = Vec::with_capacity(indices.len());
        for index in indices {
            let seq = i64::try_from(index.get()).ok().filter(|seq| *seq < size);
            seqs.push(
                seq.ok_or_else(|| Error::not_found(format!("the trail has no entry {index}")))?,
            );
        }
        let wipe = || -> rusqlite::Result<()> {
            let mut blocks = BTreeSet::new();
            tx.execute(statements::OPEN_GATE, [])?;
            for seq in seqs {
                tx.prepare_cached(statements::ERASE_PAYLOAD)?
                    .execute([seq])?;
                blocks.insert(seq / BLOCK as i64);
            }
            for block in blocks {
                blocks::mark_again(&tx, block)?;
            }
            tx.execute(statements::CLOSE_GATE, [])?;
            Ok(())
        };
        wipe().map_err(failed)?;
        tx.commit().map_err(failed)?;
        // The WAL still has the pages as they were, until all of it is in the file and it is cut to nothing.
        let busy = number(&self.connection, statements::TRUNCATE_WAL);
        match busy {
            Ok(0) => Ok(Erased::Gone),
            Ok(_) => Ok(Erased::Pending),
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(Erased::Pending),
            Err(e) => Err(failed(e)),
        }
    }
}

fn insert(tx: &Transaction<'_>, seq: i64, event: &Event) -> rusqlite::Result<()> {
    let mut id = [0; 36];
    let id = event.header.id.write_to(&mut id);
    // Both are canonical JSON, so they are UTF-8.
    let header = std::str::from_utf8(&event.header_bytes)?;
    let payload = match &event.payload {
        Some((bytes, salt)) => Some((std::str::from_utf8(bytes)?, salt)),
        None => None,
    };
    let statement = if seq == 0 {
        statements::INSERT_FIRST
    } else {
        statements::INSERT_ENTRY
    };
    one(tx.prepare_cached(statement)?.execute(params![
        id,
        header,
        payload.map(|(text, _)| text),
        payload.map(|(_, salt)| salt.as_bytes().as_slice()),
        attributes::to_text(&event.attributes),
    ])?)?;
    match tx.last_insert_rowid() {
        at if at == seq => Ok(()),
        at => Err(rusqlite::Error::IntegralValueOutOfRange(0, at)),
    }
}

/// A row that somebody's trigger left out in silence (`RAISE(IGNORE)`) must not be told as stored.
pub(super) fn one(changed: usize) -> rusqlite::Result<()> {
    match changed {
        1 => Ok(()),
        other => Err(rusqlite::Error::StatementChangedRows(other)),
    }
}

/// The checksum of the layout, as `migrations` has it.
pub(super) fn layout_checksum() -> String {
    let hash = Sha256::digest(schema::LAYOUT.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Why the head cannot be read: there may be no trail at all.
fn no_head(connection: &Connection, error: rusqlite::Error, path: &Path) -> Error {
    match has_tables(connection, path) {
        Ok(false) => Error::not_found(format!("there is no trail at `{}`", path.display()))
            .hint("make one with `piperoll init`"),
        _ => failure(path, true, error),
    }
}

/// Why an entry was refused. The trigger refuses a repeated id with the same words as an entry that is not at the end, which the position compared before
/// should have ruled out.
fn refused(
    connection: &Connection,
    error: rusqlite::Error,
    event: &Event,
    path: &Path,
) -> AppendError {
    let id = event.header.id.to_string();
    if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
        && connection
            .query_row(statements::SEQ_OF_ID, [&id], |_| Ok(()))
            .is_ok()
    {
        let message = format!("the id `{id}` is taken");
        return Error::conflict(message).because(error).into();
    }
    failure(path, true, error).into()
}
