//! All that can be read of a store, as one value: what is there is compared with what should be.

use super::sample::{Batch, FIRST_CHECKPOINT, meta};
use piperoll::event::Header;
use piperoll::seal::EntryIndex;
use piperoll::store::{Filter, Meta, Order, Page, Searched, Snapshot, Store};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The cursors that samples use.
const CURSORS: [&str; 2] = ["source", "other"];

/// One entry with what it is searched by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its position.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// Its header.
    pub header: Vec<u8>,
    /// Its payload and its salt.
    pub payload: (Option<Vec<u8>>, Option<Vec<u8>>),
    /// Microseconds since 1970, then kind, action, actor, resource, outcome.
    pub searched: (i64, [String; 5]),
    /// What is wrong with it.
    pub faults: Vec<String>,
}

/// All that a snapshot shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What was fixed at creation.
    pub meta: Option<Meta>,
    /// Size, checkpoint, and how many are kept.
    pub head: (u64, String, u64),
    /// The entries.
    pub entries: Vec<Row>,
    /// Position, name, value.
    pub attributes: Vec<(i64, String, String)>,
    /// Level, number, hashes.
    pub tiles: Vec<(i64, i64, Vec<u8>)>,
    /// Number, size, note.
    pub checkpoints: Vec<(i64, i64, String)>,
    /// The cursors of the samples.
    pub cursors: [Option<String>; 2],
    /// The positions that an empty filter finds, oldest first.
    pub found: Vec<EntryIndex>,
    /// What is wrong with the store's make: object and detail.
    pub faults: Vec<(String, String)>,
}

impl Picture {
    /// What a store shows now.
    pub fn of(store: &dyn Store) -> Self {
        Self::of_snapshot(&*store.snapshot().unwrap())
    }

    /// What a snapshot shows.
    pub fn of_snapshot(snapshot: &dyn Snapshot) -> Self {
        let head = snapshot.head().unwrap();
        let mut tiles = Vec::new();
        snapshot
            .stored_tiles(&mut |tile| {
                tiles.push((tile.level, tile.number, tile.hashes.to_vec()));
                Ok(ControlFlow::Continue(()))
            })
            .unwrap();
        let mut checkpoints = Vec::new();
        snapshot
            .checkpoints(&mut |kept| {
                checkpoints.push((kept.number, kept.size, kept.note.to_owned()));
                Ok(ControlFlow::Continue(()))
            })
            .unwrap();
        let page = Page {
            order: Order::OldestFirst,
            after: None,
            limit: usize::MAX,
        };
        let faults = snapshot.faults().unwrap();
        Self {
            meta: snapshot.meta().unwrap(),
            head: (head.size.get(), head.checkpoint, head.kept),
            entries: rows(snapshot, i64::MIN..i64::MAX),
            attributes: attributes(snapshot, i64::MIN..i64::MAX),
            tiles,
            checkpoints,
            cursors: CURSORS.map(|name| snapshot.cursor(name).unwrap()),
            found: snapshot.find(&Filter::default(), &page).unwrap(),
            faults: faults
                .into_iter()
                .map(|fault| (fault.object, fault.detail))
                .collect(),
        }
    }

    /// What the sample trail must show after these appends.
    pub fn expected(batches: &[Batch]) -> Self {
        let mut picture = Self {
            meta: Some(meta()),
            head: (0, FIRST_CHECKPOINT.to_owned(), 0),
            entries: Vec::new(),
            attributes: Vec::new(),
            tiles: Vec::new(),
            checkpoints: Vec::new(),
            cursors: [None, None],
            found: Vec::new(),
            faults: Vec::new(),
        };
        let mut tiles = BTreeMap::new();
        for batch in batches {
            for event in &batch.events {
                let header = &event.header;
                let seq = picture.entries.len() as i64;
                let payload = event.payload.as_ref();
                picture.entries.push(Row {
                    seq,
                    id: header.id.to_string(),
                    header: event.header_bytes.clone(),
                    payload: (
                        payload.map(|(bytes, _)| bytes.to_vec()),
                        payload.map(|(_, salt)| salt.as_bytes().to_vec()),
                    ),
                    searched: (
                        header.at.as_micros(),
                        [
                            header.kind.as_str().to_owned(),
                            header.action.as_str().to_owned(),
                            header.actor.name.clone(),
                            header.resource.name.clone(),
                            header.outcome.as_str().to_owned(),
                        ],
                    ),
                    faults: Vec::new(),
                });
                picture.found.push(EntryIndex::new(seq as u64));
                for attribute in &event.attributes {
                    let name = attribute.name.as_str().to_owned();
                    let found = (seq, name, attribute.value.clone());
                    picture.attributes.push(found);
                }
            }
            for tile in &batch.tiles {
                let id = (i64::from(tile.id.level), tile.id.number as i64);
                tiles.insert(id, tile.hashes.clone());
            }
            let size = picture.entries.len() as i64;
            if let Some(note) = &batch.keep {
                let number = picture.checkpoints.len() as i64;
                picture.checkpoints.push((number, size, note.clone()));
            }
            for (name, value) in &batch.cursors {
                let place = CURSORS.iter().position(|cursor| cursor == name).unwrap();
                picture.cursors[place] = Some(value.clone());
            }
            let kept = picture.checkpoints.len() as u64;
            picture.head = (size as u64, batch.checkpoint.clone(), kept);
        }
        picture.tiles = tiles
            .into_iter()
            .map(|((level, number), hashes)| (level, number, hashes))
            .collect();
        picture
    }

    /// What it must show when these entries have been erased.
    #[must_use]
    pub fn erased(mut self, indices: &[i64]) -> Self {
        for row in &mut self.entries {
            if indices.contains(&row.seq) {
                row.payload = (None, None);
            }
        }
        self.attributes.retain(|(seq, _, _)| !indices.contains(seq));
        self
    }
}

/// The attributes of the entries of a range: position, name, value.
pub fn attributes(
    snapshot: &dyn Snapshot,
    range: std::ops::Range<i64>,
) -> Vec<(i64, String, String)> {
    let mut attributes = Vec::new();
    snapshot
        .entries(range, &mut |entry| {
            let pairs = entry.read_attributes().unwrap();
            let placed = pairs
                .iter()
                .map(|(name, value)| (entry.seq, name.to_owned(), value.to_owned()));
            attributes.extend(placed);
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    attributes
}

/// The entries of a range.
pub fn rows(snapshot: &dyn Snapshot, range: std::ops::Range<i64>) -> Vec<Row> {
    let mut rows = Vec::new();
    snapshot
        .entries(range, &mut |entry| {
            // Where nothing is stored beside it, a search reads the header.
            let header = Header::decode(entry.header).unwrap();
            let searched = entry.searched.unwrap_or_else(|| Searched::of(&header));
            rows.push(Row {
                seq: entry.seq,
                id: entry.id.to_owned(),
                header: entry.header.to_vec(),
                payload: (
                    entry.payload.map(<[u8]>::to_vec),
                    entry.salt.map(<[u8]>::to_vec),
                ),
                searched: (
                    searched.at,
                    [
                        searched.kind,
                        searched.action,
                        searched.actor,
                        searched.resource,
                        searched.outcome,
                    ]
                    .map(str::to_owned),
                ),
                faults: [entry.faults, entry.search_faults].concat(),
            });
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    rows
}
