//! The one pass over the entries, with their payloads, searched columns, attributes and tiles.

use super::classify::Mismatches;
use super::findings::Findings;
use super::lane::Lane;
use super::report::{Checked, Level, Verdict};
use super::signatures::Signatures;
use crate::error::{Error, Result};
use crate::event::{
    AttributeName, Commitment, Header, HeaderError, Kind, Payload, Salt, attributes_of,
};
use crate::seal::{Hash, TILE_WIDTH, TileId, TreeSize, leaf_hash};
use crate::store::{Filter, Order, Page, Searched, Snapshot, StoredEntry};
use crate::trail::tombstone;
use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;

/// Entries in a block: those of one tile of leaves.
const BLOCK: u64 = TILE_WIDTH as u64;
/// How far beyond the last entry missing ones are looked up one by one; the rest is one range. A head that claims any size ends in a finite answer.
const MISSING_LOOKED_UP_MAX: u64 = 65_536;

/// What the pass found beside its findings.
#[derive(Debug)]
pub(super) struct Scanned {
    /// How many entries the trail says it has.
    pub(super) size: u64,
    pub(super) checked: Checked,
    /// The tree that is compared with what was signed.
    tree: Lane,
}

impl Scanned {
    /// The root at a size that was asked for.
    pub(super) fn root_at(&self, size: u64) -> Option<Hash> {
        self.tree.root_at(size)
    }
}

/// The pass.
pub(super) struct Scan<'a> {
    snapshot: &'a dyn Snapshot,
    signatures: &'a Signatures,
    findings: &'a mut Findings,
    checked: Checked,
    mismatches: Mismatches,
    /// The tree of the entries.
    entries: Lane,
    /// The tree of the stored leaf hashes, from the first block in which they differ.
    tiles: Option<Lane>,
    differing_tiles: Vec<TileId>,
    /// Entries whose payload is gone, as ranges with both ends.
    gone: Ranges,
    /// What the tombstones account for, likewise.
    accounted: Vec<(u64, u64)>,
}

/// What one block gave.
#[derive(Default)]
struct Block {
    /// The leaf of each entry that is there.
    leaves: Vec<Option<Hash>>,
    /// The attributes that its entries must have, in the order of the store.
    attributes: VecDeque<(u64, AttributeName, String)>,
    /// Entries whose attributes cannot be told, because their payload is not the one that was sealed.
    unknown: Vec<u64>,
}

impl<'a> Scan<'a> {
    pub(super) fn run(
        snapshot: &'a dyn Snapshot,
        signatures: &'a Signatures,
        sizes: &[u64],
        findings: &'a mut Findings,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Scanned> {
        let mut scan = Self {
            snapshot,
            signatures,
            findings,
            checked: Checked::default(),
            mismatches: Mismatches::default(),
            entries: Lane::default(),
            tiles: None,
            differing_tiles: Vec::new(),
            gone: Ranges::default(),
            accounted: Vec::new(),
        };
        let there = scan.last_index().map_or(0, |last| last + 1);
        let size = signatures
            .stored_head
            .as_ref()
            .map_or(there, |head| head.size.get());
        let end = size.min(there.saturating_add(MISSING_LOOKED_UP_MAX));
        for start in (0..end).step_by(TILE_WIDTH.into()) {
            let block_end = end.min(start + BLOCK);
            let inside: Vec<u64> = sizes
                .iter()
                .copied()
                .filter(|size| (start + 1..=block_end).contains(size))
                .collect();
            scan.block(start, block_end, size, &inside)?;
            progress(block_end, size);
        }
        if end < size {
            scan.findings.entries(
                Verdict::Missing,
                Level::L0,
                end,
                size - 1,
                "the entries are gone",
            );
        }
        scan.strays(size);
        scan.stray_tiles(size);
        scan.finish(size, end)
    }

    fn last_index(&mut self) -> Option<u64> {
        let page = Page {
            order: Order::NewestFirst,
            after: None,
            limit: 1,
        };
        match self.snapshot.find(&Filter::default(), &page) {
            Ok(found) => found.first().map(|index| index.get()),
            Err(error) => {
                self.unreadable("entries", &error);
                None
            }
        }
    }

    fn block(&mut self, start: u64, end: u64, size: u64, sizes: &[u64]) -> Result<()> {
        let expected = self.leaf_tile(start / BLOCK, end.min(size) - start);
        let block = self.visit_block(start, end);
        self.attributes(start, end, block.attributes, &block.unknown);

        let mut entry_leaves = Vec::with_capacity(block.leaves.len());
        let mut tile_leaves = Vec::with_capacity(block.leaves.len());
        let mut differs = false;
        for ((index, actual), expected) in (start..).zip(&block.leaves).zip(expected) {
            if actual.is_none() || (expected.is_some() && *actual != expected) {
                self.mismatches.push(index, *actual, expected);
                differs |= actual.is_some();
            }
            // Where one of the two is gone the other stands in, so that the rest can still be compared.
            let either = actual.or(expected).unwrap_or(Hash::new([0; 32]));
            entry_leaves.push(either);
            tile_leaves.push(expected.unwrap_or(either));
        }
        if differs {
            if self.differing_tiles.len() < crate::limits::FINDINGS_MAX {
                self.differing_tiles.push(TileId {
                    level: 0,
                    number: start / BLOCK,
                });
            }
            self.tiles.get_or_insert_with(|| self.entries.clone());
        }
        self.entries.take(&entry_leaves, sizes, self.snapshot)?;
        if let Some(tiles) = &mut self.tiles {
            tiles.take(&tile_leaves, sizes, self.snapshot)?;
        }
        Ok(())
    }

    /// The leaf hashes that the tile of a block holds; faults of the tile itself are named here.
    fn leaf_tile(&mut self, number: u64, width: u64) -> Vec<Option<Hash>> {
        let id = TileId { level: 0, number };
        let stored = match self.snapshot.tiles(&[id]) {
            Ok(tiles) => tiles.into_iter().next().flatten(),
            Err(error) => {
                self.unreadable("tiles", &error);
                None
            }
        };
        let width = usize::try_from(width).unwrap_or(usize::MAX);
        let bytes = stored.as_deref().unwrap_or_default();
        let path = id.path(u16::try_from(width).unwrap_or(TILE_WIDTH));
        if stored.is_none() {
            self.findings
                .object(Verdict::Missing, Level::L0, format!("`{path}` is gone"));
        } else if bytes.len() != width.saturating_mul(32) {
            let detail = format!("`{path}` has {} bytes, not {}", bytes.len(), width * 32);
            self.findings.object(Verdict::Altered, Level::L0, detail);
        }
        let mut hashes: Vec<Option<Hash>> = bytes
            .chunks_exact(32)
            .take(width)
            .map(Hash::from_slice)
            .collect();
        hashes.resize(width, None);
        hashes
    }

    fn visit_block(&mut self, start: u64, end: u64) -> Block {
        let mut block = Block::default();
        let mut next = start;
        let snapshot = self.snapshot;
        let visited = snapshot.entries(position(start)..position(end), &mut |stored| {
            let index = u64::try_from(stored.seq).unwrap_or(0);
            block.leaves.extend((next..index).map(|_| None));
            next = index + 1;
            block.leaves.push(Some(leaf_hash(stored.header)));
            self.entry(index, &stored, &mut block);
            Ok(ControlFlow::Continue(()))
        });
        if let Err(error) = visited {
            let detail = format!("cannot be read: {}", error.chain());
            self.findings.entries(
                Verdict::Altered,
                Level::L0,
                next.min(end - 1),
                end - 1,
                &detail,
            );
        }
        block.leaves.extend((next..end).map(|_| None));
        block
    }

    fn entry(&mut self, index: u64, stored: &StoredEntry<'_>, block: &mut Block) {
        self.checked.entries += 1;
        for fault in &stored.faults {
            self.findings.entry(Verdict::Altered, index, fault);
        }
        let header = match Header::decode(stored.header) {
            Ok(header) => header,
            Err(error) => {
                let verdict = match error {
                    HeaderError::Newer(_) => Verdict::Unverifiable,
                    HeaderError::Form(_) => Verdict::Altered,
                };
                self.findings
                    .entry(verdict, index, &format!("the header {error}"));
                block.unknown.push(index);
                return;
            }
        };
        if stored.id != header.id.to_string() {
            self.findings
                .entry(Verdict::Altered, index, "column `id` is not the header's");
        }
        if stored.faults.is_empty() {
            for column in stored.searched.differing(&Searched::of(&header)) {
                let detail = format!("column `{column}` is not the header's");
                self.findings.entry(Verdict::Altered, index, &detail);
            }
        }
        self.payload(index, &header, stored, block);
    }

    fn payload(
        &mut self,
        index: u64,
        header: &Header,
        stored: &StoredEntry<'_>,
        block: &mut Block,
    ) {
        let problem = match (header.payload, stored.payload, stored.salt) {
            (None, None, None) => return,
            (Some(_), None, None) => {
                if header.kind == Kind::Trail {
                    let detail = "the payload is gone; those of kind `trail` are never erased";
                    self.findings.entry(Verdict::Missing, index, detail);
                } else {
                    self.gone.push(index);
                }
                return;
            }
            (Some(commitment), Some(payload), Some(salt)) => match Salt::from_slice(salt) {
                None => "the salt has not 32 bytes",
                Some(salt) if Commitment::to_payload(payload, &salt) != commitment => {
                    "the payload is not the one that the header commits to"
                }
                Some(_) => {
                    self.checked.payloads += 1;
                    self.derived(index, header, payload, block);
                    return;
                }
            },
            (Some(_), Some(_), None) => "the salt is gone",
            (Some(_), None, Some(_)) => "the payload is gone, its salt is not",
            (None, _, _) => {
                let detail = "has a payload that its header does not know";
                self.findings.entry(Verdict::Forged, index, detail);
                block.unknown.push(index);
                return;
            }
        };
        self.findings.entry(Verdict::Altered, index, problem);
        block.unknown.push(index);
    }

    /// What a payload accounts for, and what it is found by.
    fn derived(&mut self, index: u64, header: &Header, payload: &[u8], block: &mut Block) {
        // A tombstone cannot account for what comes after it.
        let ranges = tombstone(header, Some(payload)).into_iter();
        let earlier =
            ranges.filter_map(|(first, last)| Some((first, last.min(index.checked_sub(1)?))));
        self.accounted
            .extend(earlier.filter(|(first, last)| first <= last));

        let Some(secret) = &self.signatures.secret else {
            block.unknown.push(index);
            return;
        };
        match Payload::from_bytes(payload) {
            Ok(payload) => {
                let mut attributes = attributes_of(header.kind, &payload, secret);
                attributes
                    .sort_by(|a, b| (a.name.as_str(), &a.value).cmp(&(b.name.as_str(), &b.value)));
                block
                    .attributes
                    .extend(attributes.into_iter().map(|a| (index, a.name, a.value)));
            }
            Err(_) => {
                self.findings.entry(
                    Verdict::Altered,
                    index,
                    "the payload is none of this format",
                );
                block.unknown.push(index);
            }
        }
    }

    /// Compares the stored attributes of a block with those that its payloads give.
    fn attributes(
        &mut self,
        start: u64,
        end: u64,
        mut expected: VecDeque<(u64, AttributeName, String)>,
        unknown: &[u64],
    ) {
        let mut found: Vec<(Verdict, u64, String)> = Vec::new();
        let mut gone = |(index, name, _): (u64, AttributeName, String)| {
            (
                Verdict::Altered,
                index,
                format!("attribute `{name}` is gone"),
            )
        };
        let visited = self
            .snapshot
            .attributes(position(start)..position(end), &mut |stored| {
                let index = u64::try_from(stored.seq).unwrap_or(start);
                if unknown.contains(&index) {
                    return Ok(ControlFlow::Continue(()));
                }
                let this = (index, stored.name, stored.value);
                while let Some(front) = expected
                    .pop_front_if(|(i, name, value)| (*i, name.as_str(), value.as_str()) < this)
                {
                    found.push(gone(front));
                }
                let same = expected
                    .pop_front_if(|(i, name, value)| (*i, name.as_str(), value.as_str()) == this);
                if same.is_none() {
                    let detail =
                        format!("attribute `{}` does not come from the payload", stored.name);
                    found.push((Verdict::Altered, index, detail));
                }
                Ok(ControlFlow::Continue(()))
            });
        found.extend(expected.into_iter().map(&mut gone));
        found.sort_by_key(|(_, index, _)| *index);
        for (verdict, index, detail) in found {
            self.findings.entry(verdict, index, &detail);
        }
        if let Err(error) = visited {
            self.unreadable("attributes", &error);
        }
    }

    /// Entries and attributes where there can be none.
    fn strays(&mut self, size: u64) {
        let snapshot = self.snapshot;
        let outside = [i64::MIN..0, position(size)..i64::MAX];
        for range in outside {
            let visited = snapshot.entries(range.clone(), &mut |stored| {
                match u64::try_from(stored.seq) {
                    Ok(index) => {
                        self.findings
                            .entry(Verdict::Forged, index, "the entry was never sealed");
                    }
                    Err(_) => {
                        let detail =
                            format!("an entry at position {}, which is no index", stored.seq);
                        self.findings.object(Verdict::Forged, Level::L0, detail);
                    }
                }
                Ok(ControlFlow::Continue(()))
            });
            let visited = visited.and_then(|()| {
                snapshot.attributes(range, &mut |stored| {
                    let detail = format!("an attribute `{}` of no entry", stored.name);
                    self.findings.object(Verdict::Forged, Level::L0, detail);
                    Ok(ControlFlow::Continue(()))
                })
            });
            if let Err(error) = visited {
                self.unreadable("entries", &error);
            }
        }
    }

    /// Tiles that no tree of this size has.
    fn stray_tiles(&mut self, size: u64) {
        let snapshot = self.snapshot;
        let visited = snapshot.stored_tiles(&mut |stored| {
            let id = u8::try_from(stored.level)
                .ok()
                .zip(u64::try_from(stored.number).ok());
            let id = id.map(|(level, number)| TileId { level, number });
            if id.is_none_or(|id| id.width_at(TreeSize::new(size)) == 0) {
                let detail = format!(
                    "tile {} of level {} is not of this tree",
                    stored.number, stored.level
                );
                self.findings.object(Verdict::Forged, Level::L0, detail);
            }
            Ok(ControlFlow::Continue(()))
        });
        if let Err(error) = visited {
            self.unreadable("tiles", &error);
        }
    }

    fn finish(mut self, size: u64, end: u64) -> Result<Scanned> {
        self.entries.finish(self.snapshot)?;
        let signed = self.signatures.head.as_ref().map(|head| head.root());
        let tree = match self.tiles.take() {
            None => {
                self.mismatches.name(self.findings);
                self.entries
            }
            Some(mut tiles) => {
                tiles.finish(self.snapshot)?;
                let entries_are_signed = end == size && Some(self.entries.root()) == signed;
                if entries_are_signed {
                    // The entries are those that were sealed: it is their stored hashes that somebody changed.
                    for id in self.differing_tiles {
                        let path = id.path(id.width_at(TreeSize::new(size)));
                        let detail = format!("`{path}` does not hold the hashes of the entries");
                        self.findings.object(Verdict::Altered, Level::L0, detail);
                    }
                    self.entries
                } else {
                    self.mismatches.name(self.findings);
                    let tiles_are_signed = end < size || Some(tiles.root()) == signed;
                    if tiles_are_signed {
                        tiles
                    } else {
                        self.entries
                    }
                }
            }
        };
        for (list, verdict, what) in [
            (
                tree.differing(),
                Verdict::Altered,
                "does not hold the hashes of the tree",
            ),
            (tree.missing(), Verdict::Missing, "is gone"),
        ] {
            for id in list {
                let path = id.path(id.width_at(TreeSize::new(size)));
                self.findings
                    .object(verdict, Level::L0, format!("`{path}` {what}"));
            }
        }
        self.checked.erased = account(self.gone, &self.accounted, self.findings);
        Ok(Scanned {
            size,
            checked: self.checked,
            tree,
        })
    }

    fn unreadable(&mut self, table: &str, error: &Error) {
        let detail = format!("table `{table}` cannot be read: {}", error.chain());
        self.findings.object(Verdict::Altered, Level::L0, detail);
    }
}

/// Ranges of indices that come in order, both ends included.
#[derive(Debug, Default)]
struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    fn push(&mut self, index: u64) {
        match self.0.last_mut() {
            Some((_, last)) if *last + 1 == index => *last = index,
            _ => self.0.push((index, index)),
        }
    }
}

/// Names the payloads that are gone and that no tombstone accounts for; returns how many are accounted for.
fn account(gone: Ranges, accounted: &[(u64, u64)], findings: &mut Findings) -> u64 {
    // Overlapping ranges become one: by first index, the furthest last one.
    let mut merged: BTreeMap<u64, u64> = BTreeMap::new();
    let mut sorted = accounted.to_vec();
    sorted.sort_unstable();
    for (first, last) in sorted {
        match merged.last_entry() {
            Some(mut before) if *before.get() >= first.saturating_sub(1) => {
                let furthest = last.max(*before.get());
                before.insert(furthest);
            }
            _ => {
                merged.insert(first, last);
            }
        }
    }
    let mut erased = 0;
    for (first, last) in gone.0 {
        let mut index = first;
        while index <= last {
            let holding = merged
                .range(..=index)
                .next_back()
                .filter(|(_, end)| **end >= index);
            let end = match holding {
                Some((_, end)) => {
                    let end = last.min(*end);
                    erased += end - index + 1;
                    end
                }
                None => {
                    let next = merged
                        .range(index..)
                        .next()
                        .map_or(last, |(first, _)| first - 1);
                    let end = last.min(next);
                    let detail = "the payload is gone, and no erasure or purge accounts for it";
                    findings.entries(Verdict::Missing, Level::L0, index, end, detail);
                    end
                }
            };
            index = end + 1;
        }
    }
    erased
}

/// The id of an entry, when its row can be read.
pub(super) fn id_at(snapshot: &dyn Snapshot, index: u64) -> Option<String> {
    let mut id = None;
    let visited = snapshot.entries(position(index)..position(index + 1), &mut |stored| {
        id = Some(stored.id.to_owned()).filter(|id| !id.is_empty());
        Ok(ControlFlow::Break(()))
    });
    visited.ok().and(id)
}

fn position(index: u64) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}
