use super::Lie;
use piperoll::error::{Error, Result};
use piperoll::event::{EventId, Secret};
use piperoll::seal::{EntryIndex, Hash, HashReader, TILE_WIDTH, TileId, TreeSize, leaf_hash};
use piperoll::store::{
    Fault, Filter, Head, Meta, Page, Searched, Snapshot, StoredAttributes, StoredCheckpoint,
    StoredEntry, StoredTile, Visit,
};
use std::ops::{ControlFlow, Range};

/// A view through which the lie is told.
pub(super) struct Lying<'s> {
    pub(super) honest: Box<dyn Snapshot + 's>,
    pub(super) lie: Lie,
}

/// A row that can be shown later.
struct Row {
    seq: i64,
    id: String,
    header: Vec<u8>,
    payload: Option<Vec<u8>>,
    salt: Option<Vec<u8>>,
    attributes: Option<String>,
    searched: Option<(i64, [String; 5])>,
}

impl Row {
    fn of(stored: &StoredEntry<'_>) -> Self {
        Self {
            seq: stored.seq,
            id: stored.id.to_owned(),
            header: stored.header.to_vec(),
            payload: stored.payload.map(<[u8]>::to_vec),
            salt: stored.salt.map(<[u8]>::to_vec),
            attributes: stored.attributes.map(str::to_owned),
            searched: stored.searched.map(|searched| {
                let texts = [
                    searched.kind,
                    searched.action,
                    searched.actor,
                    searched.resource,
                    searched.outcome,
                ];
                (searched.at, texts.map(str::to_owned))
            }),
        }
    }

    fn stored(&self) -> StoredEntry<'_> {
        StoredEntry {
            seq: self.seq,
            id: &self.id,
            header: &self.header,
            payload: self.payload.as_deref(),
            salt: self.salt.as_deref(),
            attributes: self.attributes.as_deref(),
            searched: self.searched.as_ref().map(|(at, texts)| {
                let [kind, action, actor, resource, outcome] = texts;
                Searched {
                    at: *at,
                    kind,
                    action,
                    actor,
                    resource,
                    outcome,
                }
            }),
            search_faults: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// With another outcome, everywhere where it is said.
    fn forged(mut self) -> Self {
        let header = String::from_utf8_lossy(&self.header);
        let turned = match header.contains(r#""outcome":"success""#) {
            true => (r#""outcome":"success""#, r#""outcome":"denied""#, "denied"),
            false => (
                r#""outcome":"failure""#,
                r#""outcome":"success""#,
                "success",
            ),
        };
        self.header = header.replace(turned.0, turned.1).into_bytes();
        if let Some((_, texts)) = &mut self.searched {
            turned.2.clone_into(&mut texts[4]);
        }
        self
    }
}

impl Lying<'_> {
    fn rows(&self, range: Range<i64>) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.honest.entries(range, &mut |stored| {
            rows.push(Row::of(&stored));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    fn is_hidden(&self, seq: i64) -> bool {
        let Lie::HiddenEntries { first, last } = self.lie else {
            return false;
        };
        u64::try_from(seq).is_ok_and(|index| (first..=last).contains(&index))
    }

    fn is_forged(&self, seq: i64) -> bool {
        let Lie::ForgedMiddle { first, last } = self.lie else {
            return false;
        };
        u64::try_from(seq).is_ok_and(|index| (first..=last).contains(&index))
    }

    /// What a tile becomes.
    fn tile(&self, id: TileId, mut hashes: Vec<u8>) -> Result<Vec<u8>> {
        match self.lie {
            Lie::FlippedHash { tile, position } if tile == id => {
                hashes[position * Hash::BYTES] ^= 1;
            }
            Lie::LargeTiles(bytes) => hashes.resize(bytes, 0),
            Lie::ForgedMiddle { .. } if id.level == 0 => {
                let start = id.number as i64 * i64::from(TILE_WIDTH);
                for row in self.rows(start..start + i64::from(TILE_WIDTH))? {
                    if self.is_forged(row.seq) {
                        let at = (row.seq - start) as usize * Hash::BYTES;
                        let leaf = leaf_hash(&row.forged().header);
                        hashes[at..at + Hash::BYTES].copy_from_slice(leaf.as_bytes());
                    }
                }
            }
            _ => {}
        }
        Ok(hashes)
    }
}

impl HashReader for Lying<'_> {
    fn tiles(&self, ids: &[TileId]) -> Result<Vec<Option<Vec<u8>>>> {
        let tiles = self.honest.tiles(ids)?;
        ids.iter()
            .zip(tiles)
            .map(|(id, tile)| tile.map(|hashes| self.tile(*id, hashes)).transpose())
            .collect()
    }
}

impl Snapshot for Lying<'_> {
    fn meta(&self) -> Result<Option<Meta>> {
        let meta = self.honest.meta()?;
        Ok(match self.lie {
            Lie::OtherSecret => meta.map(|meta| Meta {
                secret: Secret::new([0; 32]),
                ..meta
            }),
            _ => meta,
        })
    }

    fn head(&self) -> Result<Head> {
        let mut head = self.honest.head()?;
        let size = head.size.get();
        match self.lie {
            Lie::HeadAhead(more) => head.size = TreeSize::new(size + more),
            Lie::HeadBehind(fewer) => head.size = TreeSize::new(size - fewer),
            Lie::DroppedCheckpoints {
                from,
                counted: false,
            } => head.kept = head.kept.min(from),
            Lie::EndlessCheckpoints => head.kept = 1 << 62,
            Lie::LargeCheckpoint(bytes) => {
                head.checkpoint = format!("{}\n{}", "x".repeat(bytes), head.checkpoint);
            }
            _ => {}
        }
        Ok(head)
    }

    fn entries(
        &self,
        range: Range<i64>,
        visit: &mut dyn FnMut(StoredEntry<'_>) -> Visit,
    ) -> Result<()> {
        let beyond = range.end == i64::MAX;
        let mut rows = self.rows(range)?;
        rows.retain(|row| !self.is_hidden(row.seq));
        if self.lie == Lie::EndlessEntries && rows.is_empty() && beyond {
            let size = self.honest.head()?.size.get() as i64;
            rows = self.rows(size - 1..size)?;
        }
        match self.lie {
            Lie::OutOfOrder(index) => {
                if let Some(at) = rows.iter().position(|row| row.seq == index as i64)
                    && at + 1 < rows.len()
                {
                    rows.swap(at, at + 1);
                }
            }
            Lie::Twice(index) => {
                if let Some(at) = rows.iter().position(|row| row.seq == index as i64) {
                    let again = Row::of(&rows[at].stored());
                    rows.insert(at, again);
                }
            }
            Lie::HiddenAttributes(index) => {
                if let Some(row) = rows.iter_mut().find(|row| row.seq == index as i64) {
                    row.attributes = None;
                }
            }
            Lie::OtherAttributes { index, text } => {
                if let Some(row) = rows.iter_mut().find(|row| row.seq == index as i64) {
                    row.attributes = Some(text.to_owned());
                }
            }
            Lie::LargeHeader { index, bytes } => {
                if let Some(row) = rows.iter_mut().find(|row| row.seq == index as i64) {
                    row.header.resize(bytes, b' ');
                }
            }
            _ => {}
        }
        let mut last = None;
        for row in rows {
            let row = match self.is_forged(row.seq) {
                true => row.forged(),
                false => row,
            };
            if visit(row.stored())?.is_break() {
                return Ok(());
            }
            if self.lie == Lie::EndlessEntries || last.is_none() {
                last = Some(row);
            }
        }
        let further = i64::from(self.lie == Lie::EndlessEntries);
        if let (Lie::EndlessEntries | Lie::StuckEntries, Some(mut row)) = (self.lie, last) {
            loop {
                row.seq = row.seq.saturating_add(further);
                if visit(row.stored())?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn bare_entries(
        &self,
        range: Range<i64>,
        visit: &mut dyn FnMut(StoredEntry<'_>) -> Visit,
    ) -> Result<()> {
        self.entries(range, &mut |stored| {
            visit(StoredEntry {
                searched: None,
                search_faults: Vec::new(),
                ..stored
            })
        })
    }

    fn attributes(
        &self,
        range: Range<i64>,
        visit: &mut dyn FnMut(StoredAttributes<'_>) -> Visit,
    ) -> Result<()> {
        self.entries(range, &mut |stored| {
            let (seq, text) = (stored.seq, stored.attributes);
            visit(StoredAttributes { seq, text })
        })
    }

    fn find(&self, filter: &Filter, page: &Page) -> Result<Vec<EntryIndex>> {
        let mut found = self.honest.find(filter, page)?;
        if let Lie::HiddenFromSearch { first, last } | Lie::HiddenEntries { first, last } = self.lie
        {
            found.retain(|index| !(first..=last).contains(&index.get()));
        }
        Ok(found)
    }

    fn find_ids(&self, ids: &[EventId]) -> Result<Vec<Option<EntryIndex>>> {
        let found = self.honest.find_ids(ids)?;
        let size = self.honest.head()?.size.get();
        Ok(match self.lie {
            Lie::WrongIndices => found
                .into_iter()
                .map(|index| index.map(|index| EntryIndex::new((index.get() + 1) % size)))
                .collect(),
            Lie::NoIds => vec![None; ids.len()],
            _ => found,
        })
    }

    fn reached(&self, range: Range<i64>) -> Result<u64> {
        let rows = self.rows(range)?;
        let seen = rows.iter().filter(|row| !self.is_hidden(row.seq));
        Ok(seen.count() as u64)
    }

    fn ids(&self, visit: &mut dyn FnMut(&str, i64) -> Visit) -> Result<()> {
        let size = self.honest.head()?.size.get() as i64;
        let mut last = None;
        let mut stopped = false;
        self.honest.ids(&mut |id, seq| {
            let seq = match self.lie {
                Lie::WrongIndices => (seq + 1) % size,
                _ => seq,
            };
            if self.lie == Lie::NoIds || self.is_hidden(seq) {
                return Ok(ControlFlow::Continue(()));
            }
            last = Some((id.to_owned(), seq));
            let visited = visit(id, seq)?;
            stopped |= visited.is_break();
            Ok(visited)
        })?;
        while let (Lie::EndlessIds, Some((id, seq)), false) = (self.lie, &last, stopped) {
            stopped = visit(id, *seq)?.is_break();
        }
        if let (Lie::IdTwiceThenFault, Some((id, seq)), false) = (self.lie, &last, stopped)
            && visit(id, *seq)?.is_continue()
        {
            return Err(Error::corrupt("the index of ids is not in order"));
        }
        Ok(())
    }

    fn cursor(&self, name: &str) -> Result<Option<String>> {
        self.honest.cursor(name)
    }

    fn stored_tiles(&self, visit: &mut dyn FnMut(StoredTile<'_>) -> Visit) -> Result<()> {
        let mut stopped = false;
        self.honest.stored_tiles(&mut |stored| {
            let id = TileId {
                level: u8::try_from(stored.level).unwrap_or(u8::MAX),
                number: u64::try_from(stored.number).unwrap_or(u64::MAX),
            };
            let hashes = self.tile(id, stored.hashes.to_vec())?;
            let visited = visit(StoredTile {
                hashes: &hashes,
                ..stored
            })?;
            stopped |= visited.is_break();
            Ok(visited)
        })?;
        let mut number = 1 << 40;
        while self.lie == Lie::EndlessTiles && !stopped {
            number += 1;
            let stored = StoredTile {
                level: 0,
                number,
                hashes: &[],
            };
            stopped = visit(stored)?.is_break();
        }
        Ok(())
    }

    fn checkpoints(&self, visit: &mut dyn FnMut(StoredCheckpoint<'_>) -> Visit) -> Result<()> {
        let mut last = None;
        let mut stopped = false;
        self.honest.checkpoints(&mut |stored| {
            if matches!(self.lie, Lie::DroppedCheckpoints { from, .. } if stored.number >= from as i64)
            {
                return Ok(ControlFlow::Break(()));
            }
            last = Some((stored.number, stored.size, stored.note.to_owned()));
            let visited = visit(stored)?;
            stopped |= visited.is_break();
            Ok(visited)
        })?;
        let Some((mut number, size, note)) = last else {
            return Ok(());
        };
        while self.lie == Lie::EndlessCheckpoints && !stopped {
            number += 1;
            let stored = StoredCheckpoint {
                number,
                size,
                note: &note,
            };
            stopped = visit(stored)?.is_break();
        }
        Ok(())
    }

    fn faults(&self) -> Result<Vec<Fault>> {
        self.honest.faults()
    }
}
