//! The hashes of the tree: SHA-256 with a prefix that tells leaves from nodes.

use base64::Engine as _;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use piperoll_sha256::{Text, digest, digest_pair};
use std::fmt;

/// A SHA-256 hash of the tree. Its text is base64 with padding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; Self::BYTES]);

/// The root of the tree without leaves: SHA-256 of nothing.
pub const EMPTY_ROOT: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// The hash of a leaf: SHA-256(0x00 || entry).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(digest(leaf_text(entry)))
}

/// The hashes of two leaves, worked out beside each other.
pub(crate) fn leaf_hashes([first, second]: [&[u8]; 2]) -> [Hash; 2] {
    digest_pair(leaf_text(first), leaf_text(second)).map(Hash)
}

/// What is hashed of a leaf.
pub(crate) fn leaf_text(entry: &[u8]) -> Text<'_> {
    Text::behind(0, entry)
}

/// The hash of a node: SHA-256(0x01 || left || right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(digest(Text::behind(1, &side_by_side(left, right))))
}

/// The root of a tree from its lowest hashes (RFC 6962, section 2.1): of a perfect subtree, mostly. Pair by pair, level by level; one without another goes up as it is.
pub(crate) fn root_over(mut hashes: Vec<Hash>) -> Hash {
    while hashes.len() > 1 {
        let fours = hashes.chunks(4);
        hashes = fours.flat_map(parents).flatten().collect();
    }
    hashes.first().copied().unwrap_or(EMPTY_ROOT)
}

/// The nodes above four hashes, worked out beside each other, or above fewer at the end.
fn parents(children: &[Hash]) -> [Option<Hash>; 2] {
    match children {
        [a, b, c, d] => {
            let (left, right) = (side_by_side(a, b), side_by_side(c, d));
            digest_pair(Text::behind(1, &left), Text::behind(1, &right)).map(|it| Some(Hash(it)))
        }
        [left, right, rest @ ..] => [Some(node_hash(left, right)), rest.first().copied()],
        _ => [children.first().copied(), None],
    }
}

fn side_by_side(left: &Hash, right: &Hash) -> [u8; 2 * Hash::BYTES] {
    let mut both = [0; 2 * Hash::BYTES];
    let (halves, _) = both.as_chunks_mut();
    for (half, hash) in halves.iter_mut().zip([left, right]) {
        *half = hash.0;
    }
    both
}

impl Hash {
    /// Bytes of a hash.
    pub const BYTES: usize = 32;

    /// The hash with these bytes.
    pub const fn new(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The hash with these bytes, if there are exactly 32.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The hash that is written so, if `text` is the one base64 form of 32 bytes.
    pub fn from_base64(text: &str) -> Option<Self> {
        // The decoder wants room for whole groups of three bytes.
        let mut bytes = [0; 36];
        let length = STANDARD.decode_slice(text, &mut bytes).ok()?;
        Self::from_slice(bytes.get(..length)?)
    }

    /// The 44 characters of base64.
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Base64Display::new(&self.0, &STANDARD).fmt(f)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{leaves, naive_root};
    use super::*;

    #[test]
    fn text_is_base64_of_exactly_32_bytes_in_its_one_form() {
        let text = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(Hash::from_base64(text), Some(EMPTY_ROOT));
        assert_eq!(EMPTY_ROOT.to_base64(), text);
        assert_eq!(
            format!("{EMPTY_ROOT} {EMPTY_ROOT:?}"),
            format!("{text} {text}")
        );
        for wrong in [
            "",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=",
            "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFVV",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFVVVVVVVVVVVVVVVVVVVVVV",
        ] {
            assert_eq!(Hash::from_base64(wrong), None, "{wrong}");
        }
        assert_eq!(Hash::from_slice(&[0; 31]), None);
        assert_eq!(Hash::from_slice(&[0; 33]), None);
        assert_eq!(Hash::from_slice(&[7; 32]), Some(Hash::new([7; 32])));
    }

    #[test]
    fn the_root_over_any_number_of_hashes_is_that_of_the_definition() {
        let leaves = leaves(70);
        for count in 0..=leaves.len() {
            let (some, _) = leaves.split_at(count);
            assert_eq!(root_over(some.to_vec()), naive_root(some), "{count}");
        }
    }
}
