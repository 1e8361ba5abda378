//! For the tests of this module: the tree by its definition, and the vectors of the specifications.

use super::{EMPTY_ROOT, Hash, HashReader, Origin, Signer, TileId, leaf_hash, node_hash};
use crate::error::Result;
use std::collections::BTreeMap;

/// The roots of the trees of the first 0 to 8 of [`ct_entries`].
pub(super) const CT_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// The hashes of [`ct_entries`].
pub(super) const CT_LEAVES: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
    "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
    "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
    "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
];

/// The checkpoint of [`demo_signer`] over the tree of [`ct_entries`], cosigned by a witness.
pub(super) const DEMO_NOTE: &str = "piperoll.example/demo\n8\n\
    XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\
    \n\
    \u{2014} piperoll.example/demo UOAW6XpsjlUmG2e+rmn2BXCFzJp2sJZlK2wuvgm2yh1Z5btBGRV///kPiAm5MZ0yCS3WN1+o7sD7tGCvABkdHOPS3gg=\n\
    \u{2014} witness.example/w1 IDJKvgAAAABlU/EAn8Sc5Fioyj6OZA38RMqKEwjTBIIs0QU4yDiFspE2mWtlgE4cWgQJDVDXoWQstfrCiuZfXIR4oKR3z+sebdNpBA==\n";
pub(super) const DEMO_SIGNER: &str =
    "PRIVATE+KEY+piperoll.example/demo+50e016e9+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
pub(super) const DEMO_VKEY: &str =
    "piperoll.example/demo+50e016e9+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
pub(super) const WITNESS_VKEY: &str =
    "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";
pub(super) const WITNESS_SECONDS: u64 = 1_700_000_000;

/// The entries of the classic vectors of Certificate Transparency.
pub(super) fn ct_entries() -> [&'static [u8]; 8] {
    [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ]
}

pub(super) fn ct_leaves() -> Vec<Hash> {
    ct_entries().into_iter().map(leaf_hash).collect()
}

pub(super) fn hex(text: &str) -> Hash {
    let byte = |i: usize| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap();
    assert_eq!(text.len(), 64);
    Hash::new(std::array::from_fn(byte))
}

pub(super) fn demo_signer() -> Signer {
    let seed = std::array::from_fn(|i| i as u8);
    Signer::from_seed(Origin::parse("piperoll.example/demo").unwrap(), &seed)
}

/// Distinct leaf hashes.
pub(super) fn leaves(count: usize) -> Vec<Hash> {
    (0..count as u64)
        .map(|i| leaf_hash(&i.to_be_bytes()))
        .collect()
}

fn split(leaves: &[Hash]) -> (&[Hash], &[Hash]) {
    leaves.split_at(leaves.len().next_power_of_two() / 2)
}

/// MTH of RFC 6962.
pub(super) fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let (left, right) = split(leaves);
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

/// PATH of RFC 6962.
pub(super) fn naive_inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = split(leaves);
    let (mut path, sibling) = if index < left.len() {
        (naive_inclusion(index, left), right)
    } else {
        (naive_inclusion(index - left.len(), right), left)
    };
    path.push(naive_root(sibling));
    path
}

/// PROOF of RFC 6962.
pub(super) fn naive_consistency(old: usize, leaves: &[Hash]) -> Vec<Hash> {
    fn subproof(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
        if old == leaves.len() {
            return if whole {
                Vec::new()
            } else {
                vec![naive_root(leaves)]
            };
        }
        let (left, right) = split(leaves);
        let (mut path, sibling) = if old <= left.len() {
            (subproof(old, left, whole), right)
        } else {
            (subproof(old - left.len(), right, false), left)
        };
        path.push(naive_root(sibling));
        path
    }
    subproof(old, leaves, true)
}

/// Tiles in memory.
#[derive(Default)]
pub(super) struct Tiles(pub(super) BTreeMap<TileId, Vec<u8>>);

impl Tiles {
    /// The tiles of a tree, each hash by its definition.
    pub(super) fn of(leaves: &[Hash]) -> Self {
        let mut tiles = Self::default();
        let mut hashes = leaves.to_vec();
        for level in 0.. {
            if hashes.is_empty() {
                break;
            }
            for (number, tile) in hashes.chunks(256).enumerate() {
                let id = TileId {
                    level,
                    number: number as u64,
                };
                tiles
                    .0
                    .insert(id, tile.iter().flat_map(|hash| *hash.as_bytes()).collect());
            }
            hashes = hashes.chunks_exact(256).map(naive_root).collect();
        }
        tiles
    }
}

impl HashReader for Tiles {
    fn tiles(&self, ids: &[TileId]) -> Result<Vec<Option<Vec<u8>>>> {
        Ok(ids.iter().map(|id| self.0.get(id).cloned()).collect())
    }
}
