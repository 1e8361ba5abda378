//! Checking inclusion and consistency proofs (RFC 9162 sections 2.1.3.2 and 2.1.4.2).

use super::hash::{Hash, node_hash};
use super::tree::{EntryIndex, TreeSize};
use crate::limits::PROOF_HASHES_MAX;

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The tree has no entry with this index.
    #[error("entry `{index}` is not in a tree of size `{size}`")]
    OutOfRange {
        /// The index.
        index: EntryIndex,
        /// The size.
        size: TreeSize,
    },
    /// The older tree is empty, or larger than the newer one.
    #[error("nothing proves that size `{new}` extends size `{old}`")]
    Sizes {
        /// The size of the older tree.
        old: TreeSize,
        /// The size of the newer tree.
        new: TreeSize,
    },
    /// A hash is not the base64 form of 32 bytes. The number is that of the hash in the proof, from 1.
    #[error("hash {0} of the proof is not 32 bytes in base64")]
    Hash(usize),
    /// The proof has fewer hashes than the sizes call for.
    #[error("the proof has too few hashes")]
    TooShort,
    /// The proof has more hashes than the sizes call for.
    #[error("the proof has too many hashes")]
    TooLong,
    /// The hashes lead to another root (of a consistency proof: of the newer tree).
    #[error("the proof leads to another root")]
    Root,
    /// The hashes of a consistency proof lead to another root of the older tree.
    #[error("the proof leads to another root of the older tree")]
    OldRoot,
}

/// The hashes of a proof, from base64. Each must be 32 bytes long.
///
/// # Errors
/// [`ProofError::Hash`] for the first that is not, [`ProofError::TooLong`] when there are more than any proof has.
pub fn parse_proof<'a>(hashes: impl IntoIterator<Item = &'a str>) -> Result<Vec<Hash>, ProofError> {
    let mut proof = Vec::new();
    for text in hashes {
        if proof.len() == PROOF_HASHES_MAX {
            return Err(ProofError::TooLong);
        }
        proof.push(Hash::from_base64(text).ok_or(ProofError::Hash(proof.len() + 1))?);
    }
    Ok(proof)
}

/// Checks that the entry with hash `leaf` is at `index` in the tree of `size` with this `root`.
///
/// # Errors
/// Why the proof does not show it.
pub fn verify_inclusion(
    index: EntryIndex,
    size: TreeSize,
    leaf: &Hash,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index.get() >= size.get() {
        return Err(ProofError::OutOfRange { index, size });
    }
    let mut path = Path {
        node: index.get(),
        last: size.get() - 1,
    };
    let mut hash = *leaf;
    for sibling in proof {
        hash = match path.step()? {
            Side::Left => node_hash(sibling, &hash),
            Side::Right => node_hash(&hash, sibling),
        };
    }
    path.finish()?;
    if hash == *root {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}

/// Checks that the tree of size `new` with root `new_root` extends the tree of size `old` with root `old_root`.
///
/// # Errors
/// Why the proof does not show it. From the empty tree there is no proof: [`ProofError::Sizes`].
pub fn verify_consistency(
    old: TreeSize,
    new: TreeSize,
    proof: &[Hash],
    old_root: &Hash,
    new_root: &Hash,
) -> Result<(), ProofError> {
    if old.get() == 0 || old > new {
        return Err(ProofError::Sizes { old, new });
    }
    if old == new {
        return match (proof, old_root == new_root) {
            ([], true) => Ok(()),
            ([], false) => Err(ProofError::Root),
            _ => Err(ProofError::TooLong),
        };
    }
    let (first, second) = proof.split_first().ok_or(ProofError::TooShort)?;
    // A perfect old tree is a subtree of the new one: its root is the first hash, and left out of the proof.
    let (start, rest) = if old.get().is_power_of_two() {
        (old_root, proof)
    } else {
        (first, second)
    };
    let mut path = Path {
        node: old.get() - 1,
        last: new.get() - 1,
    };
    path.skip_right_edges();
    let (mut old_hash, mut new_hash) = (*start, *start);
    for hash in rest {
        match path.step()? {
            Side::Left => {
                old_hash = node_hash(hash, &old_hash);
                new_hash = node_hash(hash, &new_hash);
            }
            Side::Right => new_hash = node_hash(&new_hash, hash),
        }
    }
    path.finish()?;
    if old_hash != *old_root {
        Err(ProofError::OldRoot)
    } else if new_hash != *new_root {
        Err(ProofError::Root)
    } else {
        Ok(())
    }
}

/// On which side the next hash of a proof stands.
enum Side {
    Left,
    Right,
}

/// The way from a node up to the root: the node's number on its level, and that of the last node there.
struct Path {
    node: u64,
    last: u64,
}

impl Path {
    /// Goes up by one node with a sibling.
    fn step(&mut self) -> Result<Side, ProofError> {
        if self.last == 0 {
            return Err(ProofError::TooLong);
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            // The last node of a level without a sibling there is the same node on the level above.
            while self.node & 1 == 0 && self.node != 0 {
                self.up();
            }
            Side::Left
        } else {
            Side::Right
        };
        self.up();
        Ok(side)
    }

    /// Goes up to the subtree that ends where the node ends.
    fn skip_right_edges(&mut self) {
        while self.node & 1 == 1 {
            self.up();
        }
    }

    fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    fn finish(&self) -> Result<(), ProofError> {
        if self.last == 0 {
            Ok(())
        } else {
            Err(ProofError::TooShort)
        }
    }
}

#[cfg(test)]
mod tests;
