//! The one pass over the entries, with their payloads, attributes, tiles, and what they are found by.

mod ahead;
mod beyond;
mod examine;
mod found;
mod order;
mod row;
mod rows;

use self::ahead::Ahead;
use self::examine::Examiner;
use self::found::{Ids, Walk};
use self::rows::Rows;
use super::classify::Mismatches;
use super::erasures::Erasures;
use super::findings::Findings;
use super::lane::Lane;
use super::report::{Checked, Level, Verdict};
use super::signatures::Signatures;
use crate::error::{Error, Result};
use crate::event::{Derivation, EventId};
use crate::limits::{FINDINGS_MAX, GAP_ENTRIES_MAX};
use crate::seal::{EntryIndex, Hash, TILE_WIDTH, TileId, TreeSize};
use crate::store::{Filter, Order, Page, Snapshot};
use std::ops::ControlFlow;

/// Entries in a block: those of one tile of leaves.
const BLOCK: u64 = TILE_WIDTH as u64;

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
    /// The root at a size that was asked for; `None` when a leaf before it is nowhere.
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
    erasures: Erasures,
    /// The ids of the entries that were visited.
    ids: Ids,
    /// Whether the store showed what no sound one shows, so that what it shows cannot be counted.
    is_cut: bool,
    /// The tree of the entries.
    entries: Lane,
    /// The tree of the stored leaf hashes, from the first block in which they differ.
    tiles: Option<Lane>,
    differing_tiles: Vec<TileId>,
}

/// The row of an index.
#[derive(Debug, Clone, Copy)]
enum Leaf {
    There(Hash),
    Gone,
    /// Named already.
    Unreadable,
}

/// An entry that is there: where, what it hashes to, and whether the tile holds that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) index: u64,
    pub(super) leaf: Hash,
    pub(super) sealed: bool,
}

/// What one block gave.
#[derive(Default)]
struct Block {
    leaves: Vec<Leaf>,
    /// Rows that the store has shown before.
    repeated: u64,
}

impl<'a> Scan<'a> {
    /// `others` are views of the same state as `snapshot`, each for a thread that helps: the last one to walk through the ids meanwhile.
    pub(super) fn run(
        snapshot: &'a dyn Snapshot,
        mut others: Vec<Box<dyn Snapshot + '_>>,
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
            erasures: Erasures::default(),
            ids: Ids::default(),
            is_cut: false,
            entries: Lane::default(),
            tiles: None,
            differing_tiles: Vec::new(),
        };
        let size = match signatures.size {
            Some(size) => size,
            None => scan
                .next_entry(Order::NewestFirst, None)?
                .map_or(0, |last| last.saturating_add(1)),
        };
        let examiner = Examiner {
            derivation: signatures.secret.clone().map(Derivation::new),
            key: scan.ids.key(),
            text: String::new(),
        };
        std::thread::scope(|scope| {
            let walk = others.pop().and_then(|view| {
                let ids = scan.ids.empty();
                Walk::start(scope, view, ids)
            });
            let ahead = Ahead::new(scope, snapshot, others, examiner);
            let end = scan.blocks(ahead, size, sizes, progress)?;
            scan.behind_gap(end, size)?;
            scan.strays(size)?;
            if end >= size {
                scan.ids(size, walk)?;
            }
            Ok::<_, Error>(())
        })?;
        scan.stray_tiles(size)?;
        scan.finish(size)
    }

    /// Each block from the first on; returns where the pass ended.
    fn blocks(
        &mut self,
        mut ahead: Ahead<'_>,
        size: u64,
        sizes: &[u64],
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<u64> {
        let mut end = 0;
        let mut gap = 0;
        let mut read = 0;
        while end < size && gap < GAP_ENTRIES_MAX {
            while read < size && ahead.has_room() {
                let read_end = size.min(read + BLOCK);
                ahead.read(position(read)..position(read_end));
                read = read_end;
            }
            let Some(mut rows) = ahead.take()? else {
                break;
            };
            let block_end = size.min(end + BLOCK);
            let inside: Vec<u64> = sizes
                .iter()
                .copied()
                .filter(|size| (end + 1..=block_end).contains(size))
                .collect();
            let is_empty = self.block(end, block_end, &mut rows, &inside, size)?;
            ahead.give_back(rows);
            gap = if is_empty { gap + BLOCK } else { 0 };
            end = block_end;
            progress(end, size);
        }
        Ok(end)
    }

    /// The first position behind one, in an order.
    fn next_entry(&mut self, order: Order, after: Option<EntryIndex>) -> Result<Option<u64>> {
        let page = Page {
            order,
            after,
            limit: 1,
        };
        match self.snapshot.find(&Filter::default(), &page) {
            Ok(found) => Ok(found.first().map(|index| index.get())),
            Err(error) => {
                self.findings.unreadable("table `entries`", error)?;
                Ok(None)
            }
        }
    }

    /// One block; returns whether nothing of it is there.
    fn block(
        &mut self,
        start: u64,
        end: u64,
        rows: &mut Rows,
        sizes: &[u64],
        size: u64,
    ) -> Result<bool> {
        let id = TileId {
            level: 0,
            number: start / BLOCK,
        };
        let expected = self.leaf_tile(id, size)?;
        let block = self.rows(start, end, rows, &expected)?;

        let mut entry_leaves = Vec::with_capacity(block.leaves.len());
        let mut tile_leaves = Vec::with_capacity(block.leaves.len());
        let mut differs = false;
        for ((index, leaf), expected) in (start..).zip(&block.leaves).zip(expected) {
            let actual = match (*leaf, expected) {
                (Leaf::There(actual), Some(expected)) if actual != expected => {
                    self.mismatches.other(index, actual, expected);
                    differs = true;
                    Some(actual)
                }
                (Leaf::There(actual), _) => Some(actual),
                (Leaf::Gone, _) => {
                    self.mismatches.gone(index, expected);
                    None
                }
                (Leaf::Unreadable, _) => None,
            };
            // Where one of the two is gone the other stands in, so that the rest can still be compared.
            entry_leaves.push(actual.or(expected));
            tile_leaves.push(expected.or(actual));
        }
        if differs {
            if self.differing_tiles.len() < FINDINGS_MAX {
                self.differing_tiles.push(id);
            }
            self.tiles.get_or_insert_with(|| self.entries.clone());
        }
        self.entries.take(&entry_leaves, sizes, self.snapshot)?;
        if let Some(tiles) = &mut self.tiles {
            tiles.take(&tile_leaves, sizes, self.snapshot)?;
        }
        Ok(entry_leaves.iter().all(Option::is_none))
    }

    /// The leaf hashes that a tile holds; faults of the tile itself are named here.
    fn leaf_tile(&mut self, id: TileId, size: u64) -> Result<Vec<Option<Hash>>> {
        let stored = match self.snapshot.tiles(&[id]) {
            Ok(tiles) => tiles.into_iter().next().flatten(),
            Err(error) => {
                self.findings.unreadable("table `tiles`", error)?;
                None
            }
        };
        let width = id.width_at(TreeSize::new(size));
        let path = id.path(width);
        let width = usize::from(width);
        let bytes = stored.as_deref().unwrap_or_default();
        if stored.is_none() {
            let detail = format!("`{path}` is gone");
            self.findings.object(Verdict::Missing, Level::L0, &detail);
        } else if bytes.len() != width * Hash::BYTES {
            let wanted = width * Hash::BYTES;
            let detail = format!("`{path}` has {} bytes, not {wanted}", bytes.len());
            self.findings.object(Verdict::Altered, Level::L0, &detail);
        }
        let mut hashes: Vec<Option<Hash>> = bytes
            .chunks_exact(Hash::BYTES)
            .take(width)
            .map(Hash::from_slice)
            .collect();
        hashes.resize(width, None);
        Ok(hashes)
    }

    fn finish(mut self, size: u64) -> Result<Scanned> {
        self.entries.finish(self.snapshot)?;
        let signed = self
            .signatures
            .head
            .as_ref()
            .filter(|head| head.trusted)
            .map(|head| head.checkpoint.root());
        let is_signed = |tree: &Lane| tree.root().is_some_and(|root| Some(root) == signed);
        let mut by_tiles = false;
        let tree = match self.tiles.take() {
            None => self.entries,
            // The entries are those that were sealed: it is their stored hashes that somebody changed.
            Some(_) if is_signed(&self.entries) => {
                by_tiles = true;
                for id in self.differing_tiles {
                    let path = id.path(id.width_at(TreeSize::new(size)));
                    let detail = format!("`{path}` does not hold the hashes of the entries");
                    self.findings.object(Verdict::Altered, Level::L0, &detail);
                }
                self.entries
            }
            Some(mut tiles) => {
                tiles.finish(self.snapshot)?;
                // Where a leaf is nowhere no root tells the two apart; the entries are what is changed more often.
                if tiles.root().is_none() || is_signed(&tiles) {
                    tiles
                } else {
                    self.entries
                }
            }
        };
        let moved = self.mismatches.name(by_tiles, self.findings);
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
                let detail = format!("`{path}` {what}");
                self.findings.object(verdict, Level::L0, &detail);
            }
        }
        self.checked.erased = self.erasures.name(by_tiles, &moved, self.findings);
        Ok(Scanned {
            size,
            checked: self.checked,
            tree,
        })
    }
}

/// The id of an entry, when its row can be read and has one.
pub(super) fn id_at(snapshot: &dyn Snapshot, index: u64) -> Option<String> {
    let mut id = None;
    let visited = snapshot.entries(position(index)..position(index + 1), &mut |stored| {
        id = EventId::parse(stored.id);
        Ok(ControlFlow::Break(()))
    });
    visited.ok().and(id).map(|id| id.to_string())
}

fn position(index: u64) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}
