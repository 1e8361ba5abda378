use super::block::BLOCK;
use super::blocks::Blocks;
use super::connection::{failure, has_tables, number};
use super::names::Codes;
use super::writing::Writing;
use super::{blocks, schema, statements};
use crate::error::{Error, Result};
use crate::event::{Event, attributes_text};
use crate::limits::CODES_KEPT_MAX;
use crate::seal::{EntryIndex, TreeSize};
use crate::store::contract::{AppendError, Erased, Incoming, Meta};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{
    CachedStatement, Connection, ErrorCode, OptionalExtension, TransactionBehavior, params,
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

    pub(super) fn append(
        &mut self,
        at: TreeSize,
        incoming: &mut dyn Incoming,
    ) -> Result<(), AppendError> {
        let path = self.path.as_path();
        let failed = |e| AppendError::Failed(failure(path, true, e));
        let tx = Writing::begin(&self.connection).map_err(failed)?;
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
        let count = incoming.count();
        let mut blocks = Blocks::begin(&tx, &mut codes, size, count).map_err(failed)?;
        let mut come = 0;
        while come < count {
            let events = incoming.next(come)?;
            if let Err((error, position)) = insert(&tx, size + come as i64, events) {
                let events = incoming.events(0)?.get(..=come + position);
                return Err(refused(&tx, error, events.unwrap_or_default(), path));
            }
            if let Some(blocks) = &mut blocks {
                blocks.take(&tx, &mut codes, events).map_err(failed)?;
            }
            come += events.len();
        }
        let append = incoming.whole()?;
        let size = size + come as i64;
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
        let tx = Writing::begin(&self.connection).map_err(failed)?;
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

/// Inserts entries behind each other. An error comes with the position of the event that was refused.
///
/// No position is given but the first: SQLite gives the next, and needs no journal of the statement then, which would copy two pages for each entry.
fn insert(tx: &Connection, size: i64, events: &[Event]) -> Result<(), (rusqlite::Error, usize)> {
    let at_first = |error| (error, 0);
    let mut first = tx
        .prepare_cached(statements::INSERT_FIRST)
        .map_err(at_first)?;
    let mut next = tx
        .prepare_cached(statements::INSERT_ENTRY)
        .map_err(at_first)?;
    for (position, event) in events.iter().enumerate() {
        let seq = size + position as i64;
        let statement = if seq == 0 { &mut first } else { &mut next };
        let inserted = bind(statement, event).and_then(|changed| {
            one(changed)?;
            let at = tx.last_insert_rowid();
            match at == seq {
                true => Ok(()),
                false => Err(rusqlite::Error::IntegralValueOutOfRange(0, at)),
            }
        });
        inserted.map_err(|error| (error, position))?;
    }
    Ok(())
}

fn bind(statement: &mut CachedStatement<'_>, event: &Event) -> rusqlite::Result<usize> {
    // Canonical JSON is UTF-8.
    let text = |bytes| ToSqlOutput::Borrowed(ValueRef::Text(bytes));
    let payload = event.payload.as_ref();
    let mut id = [0; 36];
    statement.execute(params![
        event.header.id.write_to(&mut id),
        text(&event.header_bytes),
        payload.map(|(bytes, _)| text(bytes)),
        payload.map(|(_, salt)| salt.as_bytes().as_slice()),
        attributes_text(&event.attributes),
    ])
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

/// Why the last of these events was refused. The trigger refuses a repeated id with the same words as an entry that is not at the end, which the position
/// compared before should have ruled out. What was appended before it is gone by then, so that the id may be that of one of these, too.
fn refused(
    connection: &Connection,
    error: rusqlite::Error,
    events: &[Event],
    path: &Path,
) -> AppendError {
    let Some((event, before)) = events.split_last() else {
        return failure(path, true, error).into();
    };
    let id = event.header.id;
    let is_stored = || {
        connection
            .query_row(statements::SEQ_OF_ID, [id.to_string()], |_| Ok(()))
            .is_ok()
    };
    if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
        && (before.iter().any(|event| event.header.id == id) || is_stored())
    {
        let message = format!("the id `{id}` is taken");
        return Error::conflict(message).because(error).into();
    }
    failure(path, true, error).into()
}
