//! What a writer keeps of the tree between appends: its right edge.

use super::hash::{Hash, root_over};
use super::reader::{HashReader, hashes_in, read, short};
use super::tile::{LEVELS_MAX, TILE_BYTES, TILE_LEVELS, TileId, hashes_at};
use super::tree::{Frontier, TreeSize, check_size};
use crate::error::Result;

/// The whole content of a tile after an append; it replaces what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileWrite {
    /// Which tile.
    pub id: TileId,
    /// Its hashes, 32 bytes each.
    pub hashes: Vec<u8>,
}

/// The right edge of a tree: the unfinished tile of each level, and the frontier. It is enough to append and to know
/// the root without reading the tree again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    frontier: Frontier,
    /// By level: the hashes of the tile that is not yet full; empty where the last one is.
    tiles: [Vec<u8>; LEVELS_MAX],
}

impl Edge {
    /// The edge of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// The edge of the tree of `size`, which may be an earlier size than that of the tiles. The tiles are taken as
    /// they are: compare [`Edge::root`] with the checkpoint before relying on it.
    ///
    /// # Errors
    /// `InvalidInput` when `size` is above [`TreeSize::MAX`]. `Corrupt` when a tile is missing or too short. Those of
    /// the reader.
    pub fn load(size: TreeSize, reader: &dyn HashReader) -> Result<Self> {
        check_size(size)?;
        let ids: Vec<_> = (0..LEVELS_MAX as u8)
            .filter_map(|level| unfinished(level, size))
            .collect();
        let mut stored = read(&ids, reader)?;
        let mut tiles: [Vec<u8>; LEVELS_MAX] = Default::default();
        let mut subtrees = Vec::new();
        for (level, tile) in tiles.iter_mut().enumerate().rev() {
            let Some(id) = unfinished(level as u8, size) else {
                continue;
            };
            let width = usize::from(id.width_at(size));
            let mut hashes = stored.remove(&id).unwrap_or_default();
            if hashes.len() < width * Hash::BYTES {
                return Err(short(id, &hashes));
            }
            hashes.truncate(width * Hash::BYTES);
            let mut rest = hashes.as_slice();
            for height in (0..TILE_LEVELS)
                .rev()
                .filter(|height| width >> height & 1 == 1)
            {
                let (subtree, right) = rest.split_at(Hash::BYTES << height);
                subtrees.push(root_over(hashes_in(subtree)));
                rest = right;
            }
            *tile = hashes;
        }
        Ok(Self {
            frontier: Frontier::from_parts(size, subtrees)?,
            tiles,
        })
    }

    /// The size of the tree.
    pub fn size(&self) -> TreeSize {
        self.frontier.size()
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The perfect subtrees of the tree.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The tiles that are not full, lowest first.
    pub fn unfinished(&self) -> impl Iterator<Item = TileWrite> {
        let size = self.size();
        self.tiles
            .iter()
            .enumerate()
            .filter_map(move |(level, tile)| {
                let id = unfinished(level as u8, size)?;
                Some(TileWrite {
                    id,
                    hashes: tile.clone(),
                })
            })
    }

    /// Appends leaves by their hashes, and returns each tile that is new or has changed, as of the new size. Each node
    /// of the tree is hashed once. Whoever fails to store the tiles must go back to the edge as it was: a clone, or
    /// [`Edge::load`].
    pub fn append(&mut self, leaves: &[Hash]) -> Vec<TileWrite> {
        let mut writes = Vec::with_capacity((leaves.len() >> TILE_LEVELS) + LEVELS_MAX);
        let mut touched = 0;
        let mut rest = leaves;
        while let Some(height) = perfect_height(self.size(), rest.len()) {
            let (subtree, behind) = rest.split_at(1 << height);
            rest = behind;
            self.push(
                height,
                subtree,
                &mut |level| touched = touched.max(level + 1),
                &mut writes,
            );
        }
        writes.extend(
            self.unfinished()
                .filter(|write| usize::from(write.id.level) < touched),
        );
        writes
    }

    /// Appends the 2^`height` leaves of a perfect subtree, at most a tile of them.
    fn push(
        &mut self,
        height: u32,
        leaves: &[Hash],
        touched: &mut dyn FnMut(usize),
        writes: &mut Vec<TileWrite>,
    ) {
        let Self { frontier, tiles } = self;
        let start = frontier.size().get();
        let mut put = |level: u32, hashes: &[Hash]| {
            let Some(tile) = tiles.get_mut(level as usize) else {
                return;
            };
            hashes
                .iter()
                .for_each(|hash| tile.extend_from_slice(hash.as_bytes()));
            touched(level as usize);
            if tile.len() == TILE_BYTES {
                let id = TileId {
                    level: level as u8,
                    number: start >> (TILE_LEVELS * (level + 1)),
                };
                let hashes = std::mem::take(tile);
                writes.push(TileWrite { id, hashes });
            }
        };
        put(0, leaves);
        let root = root_over(leaves.to_vec());
        frontier.push_completing(height, root, |height, hash| {
            if height > 0 && height.is_multiple_of(TILE_LEVELS) {
                put(height / TILE_LEVELS, &[*hash]);
            }
        });
    }
}

/// The height of the largest perfect subtree that can be appended to a tree from so many leaves, within a tile; `None` of no leaves.
fn perfect_height(size: TreeSize, leaves: usize) -> Option<u32> {
    let aligned = size.get().trailing_zeros();
    Some(leaves.checked_ilog2()?.min(aligned).min(TILE_LEVELS))
}

/// The tile of `level` that has hashes and is not full in a tree of `size`.
fn unfinished(level: u8, size: TreeSize) -> Option<TileId> {
    let id = TileId {
        level,
        number: hashes_at(level, size) >> TILE_LEVELS,
    };
    (id.width_at(size) > 0).then_some(id)
}

#[cfg(test)]
mod tests;
