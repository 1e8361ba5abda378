//! Tiles: how the hashes of a tree are kept (C2SP tlog-tiles).

use super::hash::Hash;
use super::tree::TreeSize;
use crate::error::{Error, Result};

/// Hashes of a full tile.
pub const TILE_WIDTH: u16 = 256;
/// Bytes of a full tile.
pub const TILE_BYTES: usize = TILE_WIDTH as usize * Hash::BYTES;
/// Levels of the tree from one tile to the one above it.
pub(super) const TILE_LEVELS: u32 = TILE_WIDTH.ilog2();
/// Levels of tiles that a tree of 64-bit size can have.
pub(super) const LEVELS_MAX: usize = (u64::BITS / TILE_LEVELS) as usize;

/// Which tile: hash *i* of tile *n* at level *l* is the root of the leaves
/// [(n\*256+i)\*256^l, (n\*256+i+1)\*256^l).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// From 0, the leaf hashes.
    pub level: u8,
    /// From 0, left to right.
    pub number: u64,
}

impl TileId {
    /// How many hashes this tile has in a tree of `size`: 256 when full, 0 when it is not part of that tree.
    ///
    /// ```
    /// # use piperoll::seal::{TileId, TreeSize};
    /// let tile = TileId { level: 0, number: 273 };
    /// assert_eq!(tile.width_at(TreeSize::new(70_000)), 112);
    /// ```
    pub fn width_at(self, size: TreeSize) -> u16 {
        let left = hashes_at(self.level, size).checked_sub(self.number.saturating_mul(256));
        left.unwrap_or(0).min(u64::from(TILE_WIDTH)) as u16
    }

    /// The path of this tile below a log's prefix, at the given width: `tile/0/x001/x234/067.p/12`, without `.p/12`
    /// when full.
    pub fn path(self, width: u16) -> String {
        let digits = self.number.to_string();
        let digits = format!(
            "{digits:0>length$}",
            length = digits.len().next_multiple_of(3)
        );
        let mut path = format!("tile/{}", self.level);
        for (i, digit) in digits.chars().enumerate() {
            if i % 3 == 0 {
                path.push_str(if i + 3 == digits.len() { "/" } else { "/x" });
            }
            path.push(digit);
        }
        if width < TILE_WIDTH {
            path.push_str(&format!(".p/{width}"));
        }
        path
    }

    /// The tile and the width that a path names. There is one path for each.
    ///
    /// # Errors
    /// `InvalidInput` when [`TileId::path`] writes no such path.
    pub fn parse(path: &str) -> Result<(Self, u16)> {
        parse_path(path)
            .filter(|(tile, width)| tile.path(*width) == path)
            .ok_or_else(|| {
                let path = path.escape_debug();
                Error::invalid_input(format!("`{path}` is not the path of a tile"))
            })
    }
}

/// All tiles of a tree of `size` with their widths: by level, then from left to right.
pub fn tiles_of(size: TreeSize) -> impl Iterator<Item = (TileId, u16)> {
    (0_u8..LEVELS_MAX as u8).flat_map(move |level| {
        let tiles = hashes_at(level, size).div_ceil(u64::from(TILE_WIDTH));
        (0..tiles).map(move |number| {
            let tile = TileId { level, number };
            (tile, tile.width_at(size))
        })
    })
}

/// How many hashes all tiles of a level hold together.
pub(super) fn hashes_at(level: u8, size: TreeSize) -> u64 {
    size.get()
        .checked_shr(u32::from(level) * TILE_LEVELS)
        .unwrap_or(0)
}

fn parse_path(path: &str) -> Option<(TileId, u16)> {
    let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    let (number, width) = match rest.split_once(".p/") {
        Some((number, width)) => (
            number,
            width.parse().ok().filter(|w| (1..TILE_WIDTH).contains(w))?,
        ),
        None => (rest, TILE_WIDTH),
    };
    let level = level.parse().ok().filter(|level| *level <= 63)?;
    let number = number.replace(['x', '/'], "").parse().ok()?;
    Some((TileId { level, number }, width))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        for (level, number, width, path) in [
            (0, 1_234_067, 256, "tile/0/x001/x234/067"),
            (0, 1_234_067, 12, "tile/0/x001/x234/067.p/12"),
            (63, 0, 1, "tile/63/000.p/1"),
            (1, 999, 255, "tile/1/999.p/255"),
            (1, 1_000, 256, "tile/1/x001/000"),
        ] {
            let tile = TileId { level, number };
            assert_eq!(tile.path(width), path);
            assert_eq!(TileId::parse(path).unwrap(), (tile, width));
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for path in [
            "",
            "tile/0",
            "tile/0/",
            "tile/0/1",
            "tile/0/0001",
            "tile/0/x000/001",
            "tile/0/001/002",
            "tile/0/x001",
            "tile/0/x001/x002",
            "tile/00/001",
            "tile/64/001",
            "tile/-1/001",
            "tile/0/+01",
            "tile/0/001.p/0",
            "tile/0/001.p/256",
            "tile/0/001.p/012",
            "tile/0/001.p/",
            "tile/0/001/",
            "/tile/0/001",
            "tile/entries/001",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
        ] {
            let error = TileId::parse(path).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("`{path}` is not the path of a tile")
            );
        }
    }

    #[test]
    fn a_size_implies_these_tiles() {
        let tiles: Vec<_> = tiles_of(TreeSize::new(70_000)).collect();
        assert_eq!(tiles.len(), 274 + 2 + 1);
        for (level, number, width) in [
            (0, 272, 256),
            (0, 273, 112),
            (1, 0, 256),
            (1, 1, 17),
            (2, 0, 1),
        ] {
            assert!(
                tiles.contains(&(TileId { level, number }, width)),
                "{level} {number}"
            );
        }
        assert_eq!(tiles_of(TreeSize::new(0)).count(), 0);
        let tiles: Vec<_> = tiles_of(TreeSize::new(256)).collect();
        assert_eq!(
            tiles,
            [
                (
                    TileId {
                        level: 0,
                        number: 0
                    },
                    256
                ),
                (
                    TileId {
                        level: 1,
                        number: 0
                    },
                    1
                )
            ]
        );
    }

    #[test]
    fn no_size_overflows() {
        let size = TreeSize::new(u64::MAX);
        assert_eq!(
            TileId {
                level: 0,
                number: u64::MAX >> 8
            }
            .width_at(size),
            255
        );
        assert_eq!(
            TileId {
                level: 0,
                number: u64::MAX
            }
            .width_at(size),
            0
        );
        assert_eq!(
            TileId {
                level: 7,
                number: 0
            }
            .width_at(size),
            255
        );
        assert_eq!(
            TileId {
                level: 8,
                number: 0
            }
            .width_at(size),
            0
        );
        assert_eq!(
            TileId {
                level: 255,
                number: 0
            }
            .width_at(size),
            0
        );
    }

    proptest! {
        #[test]
        fn parse_reads_what_path_writes(level in 0_u8..=63, number: u64, width in 1_u16..=256) {
            let tile = TileId { level, number };
            prop_assert_eq!(TileId::parse(&tile.path(width)).unwrap(), (tile, width));
        }
    }
}
