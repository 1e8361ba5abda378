//! Roots and proofs, from tiles that a store hands over.

use super::hash::{Hash, node_hash, root_over};
use super::tile::{TILE_BYTES, TILE_LEVELS, TileId};
use super::tree::{EntryIndex, TreeSize, check_size};
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::ops::Range;

/// Where tiles come from.
pub trait HashReader {
    /// The stored bytes of each tile of `ids`, in that order; `None` where the store has no such tile. The newest
    /// width is handed over; it may be larger than an older size implies.
    ///
    /// # Errors
    /// Those of the store.
    fn tiles(&self, ids: &[TileId]) -> Result<Vec<Option<Vec<u8>>>>;
}

/// The inclusion proof of the entry at `index` in the tree of `size`: the leaf's sibling first.
///
/// # Errors
/// `InvalidInput` when the tree has no such entry. `Corrupt` when a tile is missing or too short. Those of the reader.
pub fn inclusion_proof(
    index: EntryIndex,
    size: TreeSize,
    reader: &dyn HashReader,
) -> Result<Vec<Hash>> {
    check_size(size)?;
    let index = index.get();
    if index >= size.get() {
        return Err(Error::invalid_input(format!(
            "a tree of size `{size}` has no entry `{index}`"
        )));
    }
    let mut siblings = Vec::new();
    let mut subtree = 0..size.get();
    while subtree.end - subtree.start > 1 {
        let middle = split(&subtree);
        if index < middle {
            siblings.push(middle..subtree.end);
            subtree.end = middle;
        } else {
            siblings.push(subtree.start..middle);
            subtree.start = middle;
        }
    }
    siblings.reverse();
    range_roots(&siblings, reader)
}

/// The proof that the tree of size `new` extends the tree of size `old`; empty when they are equal.
///
/// # Errors
/// `InvalidInput` when `old` is 0 (there is nothing to prove: every tree extends the empty one) or above `new`.
/// `Corrupt` when a tile is missing or too short. Those of the reader.
pub fn consistency_proof(
    old: TreeSize,
    new: TreeSize,
    reader: &dyn HashReader,
) -> Result<Vec<Hash>> {
    check_size(new)?;
    if old.get() == 0 || old > new {
        return Err(Error::invalid_input(format!(
            "there is no consistency proof from size `{old}` to size `{new}`"
        )));
    }
    let mut parts = Vec::new();
    let mut subtree = 0..new.get();
    while subtree.end != old.get() {
        let middle = split(&subtree);
        if old.get() <= middle {
            parts.push(middle..subtree.end);
            subtree.end = middle;
        } else {
            parts.push(subtree.start..middle);
            subtree.start = middle;
        }
    }
    // What is left is the old tree itself, whose root the verifier has, unless a part was cut off at its left.
    if subtree.start > 0 {
        parts.push(subtree);
    }
    parts.reverse();
    range_roots(&parts, reader)
}

/// The root of the leaves of `range`, which is a subtree of a tree that ends at or after it.
///
/// # Errors
/// `InvalidInput` when `range` is empty or does not start at a multiple of the power of two at or above its length.
/// `Corrupt` when a tile is missing or too short. Those of the reader.
pub fn range_root(range: Range<u64>, reader: &dyn HashReader) -> Result<Hash> {
    check_size(TreeSize::new(range.end))?;
    let wrong = || {
        Error::invalid_input(format!(
            "`[{}, {})` is not a subtree",
            range.start, range.end
        ))
    };
    let leaves = range
        .end
        .checked_sub(range.start)
        .filter(|leaves| *leaves > 0)
        .ok_or_else(wrong)?;
    if !range.start.is_multiple_of(leaves.next_power_of_two()) {
        return Err(wrong());
    }
    let roots = range_roots(std::slice::from_ref(&range), reader)?;
    roots.first().copied().ok_or_else(wrong)
}

/// Where RFC 6962 splits a subtree of two leaves or more: after the largest power of two below its length.
fn split(subtree: &Range<u64>) -> u64 {
    subtree.start + (1 << (subtree.end - subtree.start - 1).ilog2())
}

/// The perfect subtree with the leaves [number * 2^level, (number + 1) * 2^level).
struct Subtree {
    level: u32,
    number: u64,
}

impl Subtree {
    /// The perfect subtrees that a subtree consists of, from left (largest) to right.
    fn of(range: &Range<u64>) -> impl Iterator<Item = Self> + use<> {
        let leaves = range.end - range.start;
        let mut start = range.start;
        (0..u64::BITS)
            .rev()
            .filter(move |level| leaves >> level & 1 == 1)
            .map(move |level| {
                let subtree = Self {
                    level,
                    number: start >> level,
                };
                start += 1 << level;
                subtree
            })
    }

    /// The tile that holds this subtree's root, or the hashes from which it follows.
    fn tile(&self) -> TileId {
        let level = (self.level / TILE_LEVELS) as u8;
        TileId {
            level,
            number: self.number >> (TILE_LEVELS - self.level % TILE_LEVELS),
        }
    }

    /// The root, from the stored bytes of [`Self::tile`].
    fn root(&self, tile: &[u8]) -> Result<Hash> {
        let height = self.level % TILE_LEVELS;
        let in_tile = self.number & ((1 << (TILE_LEVELS - height)) - 1);
        let bytes = Hash::BYTES << height;
        let start = in_tile as usize * bytes;
        let hashes = tile
            .get(start..start + bytes)
            .ok_or_else(|| short(self.tile(), tile))?;
        Ok(root_over(hashes_in(hashes)))
    }
}

/// The roots of subtrees, with one call of the reader.
fn range_roots(ranges: &[Range<u64>], reader: &dyn HashReader) -> Result<Vec<Hash>> {
    let mut ids: Vec<_> = ranges
        .iter()
        .flat_map(Subtree::of)
        .map(|s| s.tile())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let tiles = read(&ids, reader)?;
    let mut roots = Vec::with_capacity(ranges.len());
    for range in ranges {
        let mut root: Option<Hash> = None;
        // From right to left, so that each step is one node of the definition.
        for subtree in Subtree::of(range).collect::<Vec<_>>().iter().rev() {
            let tile = tiles
                .get(&subtree.tile())
                .ok_or_else(|| missing(subtree.tile()))?;
            let left = subtree.root(tile)?;
            root = Some(root.map_or(left, |right| node_hash(&left, &right)));
        }
        roots.extend(root);
    }
    Ok(roots)
}

/// The hashes that stand in bytes, one after the other.
pub(super) fn hashes_in(bytes: &[u8]) -> Vec<Hash> {
    let (hashes, _) = bytes.as_chunks();
    hashes.iter().copied().map(Hash::new).collect()
}

/// Reads tiles and checks that each is there and holds whole hashes.
pub(super) fn read(ids: &[TileId], reader: &dyn HashReader) -> Result<BTreeMap<TileId, Vec<u8>>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut tiles = BTreeMap::new();
    let mut stored = reader.tiles(ids)?.into_iter();
    for id in ids {
        let hashes = stored.next().flatten().ok_or_else(|| missing(*id))?;
        if !hashes.len().is_multiple_of(Hash::BYTES) || hashes.len() > TILE_BYTES {
            return Err(Error::corrupt(format!(
                "tile `{}` has {} bytes, which is no whole number of hashes up to {TILE_BYTES} bytes",
                name(*id),
                hashes.len()
            )));
        }
        tiles.insert(*id, hashes);
    }
    Ok(tiles)
}

pub(super) fn short(id: TileId, hashes: &[u8]) -> Error {
    let width = hashes.len() / Hash::BYTES;
    Error::corrupt(format!("tile `{}` is too short: {width} hashes", name(id)))
}

fn missing(id: TileId) -> Error {
    Error::corrupt(format!("tile `{}` is missing", name(id)))
}

fn name(id: TileId) -> String {
    id.path(super::tile::TILE_WIDTH)
}

#[cfg(test)]
mod tests;
