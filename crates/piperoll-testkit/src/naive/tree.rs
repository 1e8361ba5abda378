//! The Merkle tree, by the recursive definitions of RFC 6962 section 2.1.

use super::bytes::sha256;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// How many hashes a full tile holds.
pub(crate) const TILE_WIDTH: usize = 256;

/// A tile of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    pub level: u32,
    pub number: usize,
    /// 1 to 256 hashes.
    pub hashes: Vec<Hash>,
}

/// The leaf hash of a header.
pub fn leaf(header: &[u8]) -> Hash {
    sha256(&[&[0], header])
}

/// The root of the tree of these leaf hashes: `MTH(D[n])`.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = halves(leaves);
            node(&root(left), &root(right))
        }
    }
}

/// The inclusion proof of leaf `index`: `PATH(m, D[n])`. `None` if there is no such leaf.
pub fn inclusion(index: usize, leaves: &[Hash]) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    if leaves.len() == 1 {
        return Some(Vec::new());
    }
    let (left, right) = halves(leaves);
    let (mut proof, sibling) = if index < left.len() {
        (inclusion(index, left)?, root(right))
    } else {
        (inclusion(index - left.len(), right)?, root(left))
    };
    proof.push(sibling);
    Some(proof)
}

/// The proof that the tree of the first `old` leaves is a prefix: `PROOF(m, D[n])`.
///
/// RFC 6962 defines it for 0 < `old` <= the number of leaves; `None` otherwise.
pub fn consistency(old: usize, leaves: &[Hash]) -> Option<Vec<Hash>> {
    (0 < old && old <= leaves.len()).then(|| subproof(old, leaves, true))
}

/// All tiles of the tree, by level and number.
pub fn tiles(leaves: &[Hash]) -> Vec<Tile> {
    let mut tiles = Vec::new();
    let mut hashes = leaves.to_vec();
    let mut level = 0;
    while !hashes.is_empty() {
        for (number, hashes) in hashes.chunks(TILE_WIDTH).enumerate() {
            tiles.push(Tile {
                level,
                number,
                hashes: hashes.to_vec(),
            });
        }
        // Hash i of the next level is the root of the 256 hashes of full tile i.
        hashes = hashes.chunks_exact(TILE_WIDTH).map(root).collect();
        level += 1;
    }
    tiles
}

fn node(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// Split at the largest power of two below the length, which is at least 2.
fn halves(leaves: &[Hash]) -> (&[Hash], &[Hash]) {
    let mut split = 1;
    while split * 2 < leaves.len() {
        split *= 2;
    }
    leaves.split_at(split)
}

/// `SUBPROOF(m, D[n], b)`; `whole` tells whether the reader knows the root of the subtree.
fn subproof(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole {
            Vec::new()
        } else {
            vec![root(leaves)]
        };
    }
    let (left, right) = halves(leaves);
    let (mut proof, sibling) = if old <= left.len() {
        (subproof(old, left, whole), root(right))
    } else {
        (subproof(old - left.len(), right, false), root(left))
    };
    proof.push(sibling);
    proof
}
