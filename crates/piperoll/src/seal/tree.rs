//! Positions and sizes, and the compact range that is enough to extend a tree.

use super::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::error::{Error, Result};
use std::fmt;

/// The position of an entry in the trail, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryIndex(u64);

/// How many entries a tree has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeSize(u64);

impl EntryIndex {
    /// The entry at this position.
    pub const fn new(index: u64) -> Self {
        Self(index)
    }

    /// The position.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl TreeSize {
    /// The largest tree: stores and other implementations count in signed 64-bit numbers.
    pub const MAX: Self = Self(i64::MAX as u64);

    /// The tree with so many entries.
    pub const fn new(size: u64) -> Self {
        Self(size)
    }

    /// The number of entries.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for EntryIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for TreeSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The roots of the perfect subtrees that a tree consists of, from left (largest) to right: as many as its size has
/// bits set. They are all that appending and the root need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    hashes: Vec<Hash>,
}

impl Frontier {
    /// The frontier of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// The frontier of a tree of `size`, from the roots of its perfect subtrees.
    ///
    /// # Errors
    /// `InvalidInput` when there are not as many hashes as `size` has bits set, or `size` is above [`TreeSize::MAX`].
    pub fn from_parts(size: TreeSize, hashes: Vec<Hash>) -> Result<Self> {
        check_size(size)?;
        let wanted = size.0.count_ones() as usize;
        if hashes.len() != wanted {
            return Err(Error::invalid_input(format!(
                "a tree of size `{size}` has a frontier of {wanted} hashes, not {}",
                hashes.len()
            )));
        }
        Ok(Self {
            size: size.0,
            hashes,
        })
    }

    /// The size of the tree.
    pub fn size(&self) -> TreeSize {
        TreeSize(self.size)
    }

    /// The roots of the perfect subtrees, from left to right.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        self.hashes
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or(EMPTY_ROOT)
    }

    /// Appends one leaf, by its hash.
    pub fn push(&mut self, leaf: Hash) {
        self.push_completing(0, leaf, |_, _| ());
    }

    /// Appends 2^`level` leaves at once, by the root of the perfect subtree over them.
    ///
    /// # Errors
    /// `InvalidInput` when the size is no multiple of 2^`level`, or would pass [`TreeSize::MAX`].
    pub fn push_subtree(&mut self, level: u32, root: Hash) -> Result<()> {
        let leaves = 1_u64
            .checked_shl(level)
            .filter(|leaves| self.size.is_multiple_of(*leaves));
        let Some(leaves) = leaves else {
            return Err(Error::invalid_input(format!(
                "a subtree of level `{level}` cannot start at index `{}`",
                self.size
            )));
        };
        check_size(TreeSize(self.size.saturating_add(leaves)))?;
        self.push_completing(level, root, |_, _| ());
        Ok(())
    }

    /// Appends the perfect subtree of `level` and tells `completed` the level and root of each perfect subtree that
    /// ends at the new size, smallest first. The caller has seen to the alignment.
    pub(super) fn push_completing(
        &mut self,
        level: u32,
        root: Hash,
        mut completed: impl FnMut(u32, &Hash),
    ) {
        let mut hash = root;
        let mut level = level;
        let mut above = self.size >> level;
        self.size += 1 << level;
        completed(level, &hash);
        while above & 1 == 1 {
            let Some(left) = self.hashes.pop() else { break };
            hash = node_hash(&left, &hash);
            above >>= 1;
            level += 1;
            completed(level, &hash);
        }
        self.hashes.push(hash);
    }
}

/// Refuses sizes that no tree has.
pub(super) fn check_size(size: TreeSize) -> Result<()> {
    if size > TreeSize::MAX {
        return Err(Error::invalid_input(format!(
            "tree size `{size}` is above 2^63 - 1"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{leaves, naive_root};
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn root_is_that_of_the_definition_at_every_size() {
        let leaves = leaves(300);
        let mut frontier = Frontier::new();
        for size in 0..=leaves.len() {
            assert_eq!(frontier.size(), TreeSize::new(size as u64));
            assert_eq!(frontier.hashes().len(), size.count_ones() as usize);
            assert_eq!(frontier.root(), naive_root(&leaves[..size]), "size {size}");
            if let Some(leaf) = leaves.get(size) {
                frontier.push(*leaf);
            }
        }
    }

    #[test]
    fn subtrees_are_taken_only_where_they_are_aligned() {
        let leaves = leaves(40);
        let mut frontier = Frontier::new();
        frontier.push_subtree(4, naive_root(&leaves[..16])).unwrap();
        frontier
            .push_subtree(4, naive_root(&leaves[16..32]))
            .unwrap();
        assert_eq!(frontier.hashes(), [naive_root(&leaves[..32])]);
        frontier
            .push_subtree(1, naive_root(&leaves[32..34]))
            .unwrap();
        assert_eq!(frontier.root(), naive_root(&leaves[..34]));
        for level in [2, 5, 63, 64, u32::MAX] {
            let before = frontier.clone();
            let error = frontier.push_subtree(level, EMPTY_ROOT).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert_eq!(
                error.to_string(),
                format!("a subtree of level `{level}` cannot start at index `34`")
            );
            assert_eq!(frontier, before);
        }
    }

    #[test]
    fn no_tree_passes_the_largest_size() {
        let mut frontier = Frontier::new();
        frontier.push_subtree(62, EMPTY_ROOT).unwrap();
        let error = frontier.push_subtree(62, EMPTY_ROOT).unwrap_err();
        assert_eq!(
            error.to_string(),
            "tree size `9223372036854775808` is above 2^63 - 1"
        );
        assert_eq!(frontier.size(), TreeSize::new(1 << 62));
        let error = Frontier::from_parts(TreeSize::new(1 << 63), vec![EMPTY_ROOT]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }

    #[test]
    fn parts_must_be_as_many_as_the_size_has_bits() {
        let hashes = vec![EMPTY_ROOT; 3];
        let frontier = Frontier::from_parts(TreeSize::new(7), hashes.clone()).unwrap();
        assert_eq!(frontier.hashes(), hashes);
        let error = Frontier::from_parts(TreeSize::new(6), hashes).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a tree of size `6` has a frontier of 2 hashes, not 3"
        );
    }
}
