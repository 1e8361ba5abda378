//! Making the blocks that an append completes. Until then a search reads the headers themselves.

use super::append::one;
use super::block::{BLOCK, mark_of, pack_codes, pack_marks, pack_times};
use super::names::Codes;
use super::statements;
use crate::event::{AttributePairs, Event, Header};
use crate::store::stored::Searched;
use rusqlite::types::Type;
use rusqlite::{Connection, params};
use std::ops::Range;

/// What the entries of one block are searched by.
#[derive(Default)]
struct Columns {
    times: Vec<i64>,
    kinds: Vec<i64>,
    actions: Vec<i64>,
    outcomes: Vec<i64>,
    actors: Vec<i64>,
    resources: Vec<i64>,
    marks: Vec<([u8; 4], u8)>,
}

/// The blocks that an append makes full.
pub(super) struct Blocks {
    columns: Columns,
    /// The number of the one that is made.
    block: i64,
}

impl Blocks {
    /// Those that become full when `count` events are appended at a size; `None` when there is none. It begins with what earlier appends left in the first.
    pub(super) fn begin(
        tx: &Connection,
        codes: &mut Codes<'_>,
        size: i64,
        count: usize,
    ) -> rusqlite::Result<Option<Self>> {
        let width = BLOCK as i64;
        let block = size / width;
        if (size + count as i64) / width == block {
            return Ok(None);
        }
        let mut columns = Columns::default();
        columns.take_stored(tx, codes, block * width..size)?;
        Ok(Some(Self { columns, block }))
    }

    /// Takes the events that come next, and writes each block that is full.
    pub(super) fn take(
        &mut self,
        tx: &Connection,
        codes: &mut Codes<'_>,
        events: &[Event],
    ) -> rusqlite::Result<()> {
        let Self { columns, block } = self;
        for event in events {
            columns.take(tx, codes, &Searched::of(&event.header))?;
            for attribute in &event.attributes {
                columns.mark(attribute.name.as_str(), &attribute.value);
            }
            if columns.times.len() == BLOCK {
                std::mem::take(columns).write(tx, *block)?;
                *block += 1;
            }
        }
        Ok(())
    }
}

/// Writes the marks of a block anew, from the attributes that its entries still have. A block that is not full has none.
pub(super) fn mark_again(tx: &Connection, block: i64) -> rusqlite::Result<()> {
    let mut marks = Vec::new();
    let start = block * BLOCK as i64;
    let mut statement = tx.prepare_cached(statements::ATTRIBUTES)?;
    let mut rows = statement.query([start, start + BLOCK as i64 - 1])?;
    while let Some(row) = rows.next()? {
        let place = u8::try_from(row.get::<_, i64>(0)? - start).unwrap_or_default();
        for (name, value) in pairs(row.get_ref(1)?.as_str()?)?.iter() {
            marks.push((mark_of(name, value), place));
        }
    }
    tx.prepare_cached(statements::UPDATE_MARKS)?
        .execute(params![block, pack_marks(&mut marks)])?;
    Ok(())
}

fn pairs(text: &str) -> rusqlite::Result<AttributePairs<'_>> {
    AttributePairs::read(text).ok_or_else(|| not_kept(1, "attributes are not of their form"))
}

impl Columns {
    fn take(
        &mut self,
        tx: &Connection,
        codes: &mut Codes<'_>,
        entry: &Searched<'_>,
    ) -> rusqlite::Result<()> {
        self.times.push(entry.at);
        self.kinds.push(codes.code(tx, entry.kind)?);
        self.actions.push(codes.code(tx, entry.action)?);
        self.outcomes.push(codes.code(tx, entry.outcome)?);
        self.actors.push(codes.code(tx, entry.actor)?);
        self.resources.push(codes.code(tx, entry.resource)?);
        Ok(())
    }

    /// Marks the entry that was taken last.
    fn mark(&mut self, name: &str, value: &str) {
        let place = u8::try_from(self.times.len().saturating_sub(1)).unwrap_or_default();
        self.marks.push((mark_of(name, value), place));
    }

    /// The entries that earlier appends left in a block.
    fn take_stored(
        &mut self,
        tx: &Connection,
        codes: &mut Codes<'_>,
        range: Range<i64>,
    ) -> rusqlite::Result<()> {
        let mut statement =
            tx.prepare_cached(statements::search(super::Order::OldestFirst).attributed)?;
        let mut rows = statement.query([range.start, range.end - 1])?;
        while let Some(row) = rows.next()? {
            let header = Header::decode(row.get_ref(1)?.as_bytes()?)
                .map_err(|error| not_kept(1, &format!("the header of an entry {error}")))?;
            self.take(tx, codes, &Searched::of(&header))?;
            if let Some(text) = row.get_ref(2)?.as_str_or_null()? {
                for (name, value) in pairs(text)?.iter() {
                    self.mark(name, value);
                }
            }
        }
        if self.times.len() as i64 == range.end - range.start {
            Ok(())
        } else {
            Err(not_kept(0, "entries are gone"))
        }
    }

    fn write(mut self, tx: &Connection, block: i64) -> rusqlite::Result<()> {
        let first = self.times.iter().min().copied().unwrap_or_default();
        let last = self.times.iter().max().copied().unwrap_or_default();
        let values = params![
            block,
            first,
            last,
            pack_codes(&self.kinds),
            pack_codes(&self.actions),
            pack_codes(&self.outcomes),
            pack_codes(&self.actors),
            pack_codes(&self.resources),
        ];
        one(tx
            .prepare_cached(statements::INSERT_BLOCK)?
            .execute(values)?)?;
        let times = pack_times(&self.times, first);
        one(tx
            .prepare_cached(statements::INSERT_TIMES)?
            .execute(params![block, times])?)?;
        let marks = pack_marks(&mut self.marks);
        one(tx
            .prepare_cached(statements::INSERT_MARKS)?
            .execute(params![block, marks])?)
    }
}

/// What is stored is not what was written.
fn not_kept(column: usize, what: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, what.into())
}
