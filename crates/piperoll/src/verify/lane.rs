use crate::error::{ErrorKind, Result};
use crate::limits::TILES_NAMED_MAX;
use crate::seal::{EMPTY_ROOT, Frontier, Hash, HashReader, TILE_WIDTH, TileId, root_over};

/// One tree that is built from leaves, block by block of 256, and compared with the stored tiles above the leaves.
#[derive(Debug, Clone, Default)]
pub(super) struct Lane {
    frontier: Frontier,
    /// Whether a leaf was nowhere.
    broken: bool,
    /// The hashes of the unfinished tile of each level from 1.
    rows: Vec<Row>,
    /// The root at each size that was asked for.
    roots: Vec<(u64, Hash)>,
    /// Stored tiles that do not hold these hashes.
    differing: Vec<TileId>,
    /// Tiles that are not stored.
    missing: Vec<TileId>,
}

#[derive(Debug, Clone, Default)]
struct Row {
    number: u64,
    hashes: Vec<Hash>,
}

impl Lane {
    /// Takes in the next block, full or the last one. `sizes` are those inside it, or at its end, whose roots are wanted. From a leaf that is nowhere on,
    /// there is no tree.
    pub(super) fn take(
        &mut self,
        leaves: &[Option<Hash>],
        sizes: &[u64],
        reader: &dyn HashReader,
    ) -> Result<()> {
        if self.broken {
            return Ok(());
        }
        let there: Vec<Hash> = leaves.iter().map_while(|leaf| *leaf).collect();
        self.roots_inside(&there, sizes);
        if there.len() < leaves.len() {
            self.broken = true;
            return Ok(());
        }
        if there.len() == usize::from(TILE_WIDTH) {
            let root = root_over(there);
            self.frontier.push_subtree(8, root)?;
            self.row(1, root, reader)?;
        } else {
            there.into_iter().for_each(|leaf| self.frontier.push(leaf));
        }
        Ok(())
    }

    /// The roots at sizes inside a block, or at its end, as far as there are leaves.
    fn roots_inside(&mut self, leaves: &[Hash], sizes: &[u64]) {
        let mut wanted = sizes.iter().peekable();
        let mut tree = self.frontier.clone();
        for leaf in leaves {
            if wanted.peek().is_none() {
                return;
            }
            tree.push(*leaf);
            if let Some(size) = wanted.next_if_eq(&&tree.size().get()) {
                self.roots.push((*size, tree.root()));
            }
        }
    }

    /// The tiles that the last sizes leave unfinished are compared, too.
    pub(super) fn finish(&mut self, reader: &dyn HashReader) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        if self.broken {
            return Ok(());
        }
        for (level, row) in (1u8..).zip(rows) {
            if !row.hashes.is_empty() {
                self.compare(
                    TileId {
                        level,
                        number: row.number,
                    },
                    &row.hashes,
                    reader,
                )?;
            }
        }
        Ok(())
    }

    /// The root of all leaves; `None` when one of them is nowhere.
    pub(super) fn root(&self) -> Option<Hash> {
        (!self.broken).then(|| self.frontier.root())
    }

    pub(super) fn root_at(&self, size: u64) -> Option<Hash> {
        if size == 0 {
            return Some(EMPTY_ROOT);
        }
        if size == self.frontier.size().get() {
            return Some(self.frontier.root());
        }
        let mut roots = self.roots.iter();
        roots.find(|(at, _)| *at == size).map(|(_, root)| *root)
    }

    pub(super) fn differing(&self) -> &[TileId] {
        &self.differing
    }

    pub(super) fn missing(&self) -> &[TileId] {
        &self.missing
    }

    /// Adds a hash to the row of a level; a row that is full becomes a hash of the next.
    fn row(&mut self, level: u8, hash: Hash, reader: &dyn HashReader) -> Result<()> {
        let position = usize::from(level - 1);
        if self.rows.len() <= position {
            self.rows.resize_with(position + 1, Row::default);
        }
        let Some(row) = self.rows.get_mut(position) else {
            return Ok(());
        };
        row.hashes.push(hash);
        if row.hashes.len() < usize::from(TILE_WIDTH) {
            return Ok(());
        }
        let hashes = std::mem::take(&mut row.hashes);
        let id = TileId {
            level,
            number: row.number,
        };
        row.number += 1;
        self.compare(id, &hashes, reader)?;
        self.row(level + 1, root_over(hashes), reader)
    }

    fn compare(&mut self, id: TileId, hashes: &[Hash], reader: &dyn HashReader) -> Result<()> {
        let stored = match reader.tiles(&[id]) {
            Ok(tiles) => tiles.into_iter().next().flatten(),
            // A table that cannot be read is named with its tiles of leaves; here it is a tile that is gone.
            Err(error) if error.kind() == ErrorKind::Corrupt => None,
            Err(error) => return Err(error),
        };
        let list = match stored {
            None => &mut self.missing,
            Some(stored) if !stored.iter().eq(hashes.iter().flat_map(Hash::as_bytes)) => {
                &mut self.differing
            }
            Some(_) => return Ok(()),
        };
        if list.len() < TILES_NAMED_MAX {
            list.push(id);
        }
        Ok(())
    }
}
