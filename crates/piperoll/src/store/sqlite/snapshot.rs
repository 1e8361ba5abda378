use super::block::BLOCK;
use super::connection::failure;
use super::faults::faults;
use super::find::find;
use super::row::{RowReader, Type, last};
use super::stored_block::StoredBlock;
use super::{SqliteStore, lock, statements};
use crate::error::{Error, Result};
use crate::event::{AttributePairs, EventId, Instant, Secret};
use crate::limits::{NAMES_KEPT_MAX, SNAPSHOTS_MAX};
use crate::seal::{EntryIndex, HashReader, TileId, TreeSize};
use crate::store::contract::{Head, Meta, Snapshot, Visit};
use crate::store::filter::{Filter, Page};
use crate::store::stored::{Fault, StoredAttributes, StoredCheckpoint, StoredEntry, StoredTile};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

/// A code with its name, if it has one.
type Kept = (i64, Option<Arc<str>>);

/// A read transaction; its connection goes back to the store when it ends.
pub(super) struct SqliteSnapshot<'s> {
    connection: Option<Connection>,
    store: &'s SqliteStore,
    /// Names by their codes, which are ascending numbers from 1: each has the place of its code, less whole rounds.
    names: RefCell<Vec<Option<Kept>>>,
    /// The block that was looked at last.
    block: RefCell<Option<(i64, Option<Arc<StoredBlock>>)>>,
}

impl<'s> SqliteSnapshot<'s> {
    pub(super) fn new(connection: Connection, store: &'s SqliteStore) -> Self {
        Self {
            connection: Some(connection),
            store,
            names: RefCell::default(),
            block: RefCell::default(),
        }
    }

    pub(super) fn connection(&self) -> Result<&Connection> {
        self.connection
            .as_ref()
            .ok_or_else(|| Error::internal("the snapshot has ended"))
    }

    pub(super) fn failed(&self, error: rusqlite::Error) -> Error {
        failure(&self.store.path, false, error)
    }

    /// Visits the rows of a statement.
    pub(super) fn rows(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        visit: &mut dyn FnMut(&Row<'_>) -> Visit,
    ) -> Result<()> {
        let mut statement = self
            .connection()?
            .prepare_cached(sql)
            .map_err(|e| self.failed(e))?;
        let mut rows = statement.query(params).map_err(|e| self.failed(e))?;
        while let Some(row) = rows.next().map_err(|e| self.failed(e))? {
            if visit(row)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Visits the entries of a range, with what they are searched by where that is `searched`.
    fn stored(
        &self,
        range: Range<i64>,
        searched: bool,
        visit: &mut dyn FnMut(StoredEntry<'_>) -> Visit,
    ) -> Result<()> {
        let values = [range.start, last(&range)];
        self.rows(statements::ENTRIES, values, &mut |row| {
            let mut reader = RowReader::new(row);
            let seq = reader.integer(0, "seq");
            let id = reader.text(1, "id");
            let header = reader.bytes(2, "header", Type::Text).unwrap_or_default();
            let payload = reader.bytes(3, "payload", Type::TextOrNull);
            let salt = reader.bytes(4, "salt", Type::BlobOrNull);
            let attributes = attributes(&mut reader, 5);
            let pairs = attributes.map_or_else(Default::default, |text| {
                AttributePairs::read(text).unwrap_or_else(|| {
                    let fault = "column `attributes` does not hold attributes";
                    reader.faults.push(fault.to_owned());
                    AttributePairs::default()
                })
            });
            let width = BLOCK as i64;
            let block = match searched {
                true => self.block(seq.div_euclid(width))?,
                false => None,
            };
            let place = usize::try_from(seq.rem_euclid(width)).unwrap_or_default();
            let found = block.as_ref().map(|block| block.entry(place, &pairs));
            let (searched, search_faults) = found.unwrap_or_default();
            visit(StoredEntry {
                seq,
                id,
                header,
                payload,
                salt,
                attributes,
                searched,
                faults: reader.faults,
                search_faults,
            })
        })
    }

    /// The block of a number, as it is stored; none where there is no row of it.
    fn block(&self, number: i64) -> Result<Option<Arc<StoredBlock>>> {
        if let Some((_, block)) = self.block.borrow().as_ref().filter(|(at, _)| *at == number) {
            return Ok(block.clone());
        }
        let block = StoredBlock::load(self, number)?.map(Arc::new);
        *self.block.borrow_mut() = Some((number, block.clone()));
        Ok(block)
    }

    pub(super) fn name(&self, code: i64) -> Result<Option<Arc<str>>> {
        let place = code.rem_euclid(NAMES_KEPT_MAX as i64) as usize;
        if let Some(Some((kept, name))) = self.names.borrow().get(place)
            && *kept == code
        {
            return Ok(name.clone());
        }
        let name = self
            .connection()?
            .prepare_cached(statements::NAME_OF_CODE)
            .and_then(|mut statement| {
                let text = |row: &Row<'_>| match row.get_ref(0)? {
                    ValueRef::Text(text) => Ok(std::str::from_utf8(text).ok().map(Arc::from)),
                    _ => Ok(None),
                };
                statement.query_row([code], text).optional()
            })
            .map_err(|e| self.failed(e))?
            .flatten();
        let mut names = self.names.borrow_mut();
        if names.len() <= place {
            names.resize(place + 1, None);
        }
        if let Some(kept) = names.get_mut(place) {
            *kept = Some((code, name.clone()));
        }
        Ok(name)
    }
}

impl Drop for SqliteSnapshot<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && connection
                .prepare_cached(statements::ROLLBACK)
                .and_then(|mut end| end.execute([]))
                .is_ok()
        {
            let mut kept = lock(&self.store.readers);
            if kept.len() < SNAPSHOTS_MAX {
                kept.push(connection);
            }
        }
    }
}

impl HashReader for SqliteSnapshot<'_> {
    fn tiles(&self, ids: &[TileId]) -> Result<Vec<Option<Vec<u8>>>> {
        let mut statement = self
            .connection()?
            .prepare_cached(statements::TILE)
            .map_err(|e| self.failed(e))?;
        // Hashes of another type are none: the tile is too short then.
        let hashes = |row: &Row<'_>| match row.get_ref(0)? {
            ValueRef::Blob(hashes) => Ok(hashes.to_vec()),
            _ => Ok(Vec::new()),
        };
        let mut tile = |id: &TileId| {
            statement
                .query_row((id.level, id.number as i64), hashes)
                .optional()
                .map_err(|e| self.failed(e))
        };
        ids.iter().map(&mut tile).collect()
    }
}

impl Snapshot for SqliteSnapshot<'_> {
    fn meta(&self) -> Result<Option<Meta>> {
        let mut values: HashMap<String, String> = HashMap::new();
        self.rows(statements::META, [], &mut |row| {
            let pair = row.get(0).and_then(|key| Ok((key, row.get(1)?)));
            values.extend(pair.map(Some).map_err(|e| self.failed(e))?);
            Ok(ControlFlow::Continue(()))
        })?;
        if values.is_empty() {
            return Ok(None);
        }
        let broken = |key: &str| {
            let path = self.store.path.display();
            Error::corrupt(format!(
                "`{key}` in table `meta` of `{path}` is missing or malformed"
            ))
        };
        let mut take = |key: &str| values.remove(key).ok_or_else(|| broken(key));
        let secret = STANDARD
            .decode(take("secret")?)
            .ok()
            .and_then(|s| s.try_into().ok());
        let created = take("created")?;
        let instant = Instant::parse(&created)
            .ok()
            .filter(|instant| instant.to_string() == created);
        Ok(Some(Meta {
            origin: take("origin")?,
            created: instant.ok_or_else(|| broken("created"))?,
            secret: Secret::new(secret.ok_or_else(|| broken("secret"))?),
            signature: take("signature")?,
        }))
    }

    fn head(&self) -> Result<Head> {
        let (size, checkpoint, kept): (i64, String, i64) = self
            .connection()?
            .prepare_cached(statements::HEAD)
            .and_then(|mut statement| {
                statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            })
            .map_err(|e| self.failed(e))?;
        let number = |number: i64, what: &str| {
            u64::try_from(number)
                .map_err(|_| Error::corrupt(format!("the head's {what} is `{number}`")))
        };
        Ok(Head {
            size: TreeSize::new(number(size, "size")?),
            checkpoint,
            kept: number(kept, "count of checkpoints")?,
        })
    }

    fn entries(
        &self,
        range: Range<i64>,
        visit: &mut dyn FnMut(StoredEntry<'_>) -> Visit,
    ) -> Result<()> {
        self.stored(range, true, visit)
    }

    fn bare_entries(
        &self,
        range: Range<i64>,
        visit: &mut dyn FnMut(StoredEntry<'_>) -> Visit,
    ) -> Result<()> {
        self.stored(range, false, visit)
    }

    fn attributes(
        &self,
        range: Range<i64>,
        visit: &mut dyn FnMut(StoredAttributes<'_>) -> Visit,
    ) -> Result<()> {
        let values = [range.start, last(&range)];
        self.rows(statements::ATTRIBUTES_OF_ALL, values, &mut |row| {
            let mut reader = RowReader::new(row);
            let seq = reader.integer(0, "seq");
            let text = attributes(&mut reader, 1);
            visit(StoredAttributes { seq, text })
        })
    }

    fn find(&self, filter: &Filter, page: &Page) -> Result<Vec<EntryIndex>> {
        find(self, filter, page)
    }

    fn find_ids(&self, ids: &[EventId]) -> Result<Vec<Option<EntryIndex>>> {
        let mut statement = self
            .connection()?
            .prepare_cached(statements::SEQ_OF_ID)
            .map_err(|e| self.failed(e))?;
        let mut position = |id: &EventId| {
            let seq: Option<i64> = statement
                .query_row([id.to_string()], |row| row.get(0))
                .optional()
                .map_err(|e| self.failed(e))?;
            Ok(seq
                .and_then(|seq| u64::try_from(seq).ok())
                .map(EntryIndex::new))
        };
        ids.iter().map(&mut position).collect()
    }

    fn reached(&self, range: Range<i64>) -> Result<u64> {
        let count = self
            .connection()?
            .prepare_cached(statements::REACHED)
            .and_then(|mut count| {
                count.query_row([range.start, last(&range)], |row| row.get::<_, i64>(0))
            })
            .map_err(|e| self.failed(e))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    fn ids(&self, visit: &mut dyn FnMut(&str, i64) -> Visit) -> Result<()> {
        let mut before = String::new();
        self.rows(statements::IDS, [], &mut |row| {
            let mut reader = RowReader::new(row);
            let (id, seq) = (reader.text(0, "id"), reader.integer(1, "seq"));
            // What is not in order is found by no search.
            if !reader.faults.is_empty() || (!before.is_empty() && *id <= *before) {
                return Err(Error::corrupt("the index of ids is not in order"));
            }
            before.clear();
            before.push_str(id);
            visit(id, seq)
        })
    }

    fn cursor(&self, name: &str) -> Result<Option<String>> {
        self.connection()?
            .query_row(statements::CURSOR, [name], |row| row.get(0))
            .optional()
            .map_err(|e| self.failed(e))
    }

    fn stored_tiles(&self, visit: &mut dyn FnMut(StoredTile<'_>) -> Visit) -> Result<()> {
        self.rows(statements::TILES, [], &mut |row| {
            let mut reader = RowReader::new(row);
            let level = reader.integer(0, "level");
            let number = reader.integer(1, "number");
            let hashes = reader
                .bytes(2, "hashes", Type::BlobOrNull)
                .unwrap_or_default();
            // Hashes of another type are none: the tile is too short then.
            let hashes = if reader.faults.is_empty() {
                hashes
            } else {
                &[]
            };
            visit(StoredTile {
                level,
                number,
                hashes,
            })
        })
    }

    fn checkpoints(&self, visit: &mut dyn FnMut(StoredCheckpoint<'_>) -> Visit) -> Result<()> {
        self.rows(statements::CHECKPOINTS, [], &mut |row| {
            let mut reader = RowReader::new(row);
            // What is of another type is no note.
            let note = reader.text(2, "note");
            let note = if reader.faults.is_empty() { note } else { "" };
            let (number, size) = (reader.integer(0, "number"), reader.integer(1, "size"));
            visit(StoredCheckpoint { number, size, note })
        })
    }

    fn faults(&self) -> Result<Vec<Fault>> {
        faults(self.connection()?).map_err(|e| self.failed(e))
    }
}

/// The text of attributes; what is none is empty, which no attributes are.
fn attributes<'r>(reader: &mut RowReader<'r>, column: usize) -> Option<&'r str> {
    let text = reader.bytes(column, "attributes", Type::TextOrNull);
    text.map(|text| std::str::from_utf8(text).unwrap_or_default())
}
