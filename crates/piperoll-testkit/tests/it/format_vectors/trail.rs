//! Sections `trail` and `tree`: tree, tiles, proofs, keys, checkpoints.

use super::{FILE, bytes, bytes_32, cases, secret, text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use piperoll::event::Instant;
use piperoll::seal::{
    Checkpoint, Edge, EntryIndex, Hash, HashReader, HeadLine, Origin, SignedCheckpoint, Signer,
    TileId, TreeSize, consistency_proof, cosign, inclusion_proof, leaf_hash, tiles_of,
    verify_consistency, verify_inclusion,
};
use piperoll::trail::meta_text;
use serde_json::Value as Vector;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// A tree with its tiles.
struct Tree {
    leaves: Vec<Hash>,
    tiles: BTreeMap<TileId, Vec<u8>>,
}

impl HashReader for Tree {
    fn tiles(&self, ids: &[TileId]) -> piperoll::Result<Vec<Option<Vec<u8>>>> {
        Ok(ids.iter().map(|id| self.tiles.get(id).cloned()).collect())
    }
}

impl Tree {
    fn new(leaves: Vec<Hash>) -> Self {
        let mut edge = Edge::new();
        let mut tiles = BTreeMap::new();
        // In appends of several sizes, as a writer makes them.
        let mut rest = leaves.as_slice();
        let mut next = 1;
        while !rest.is_empty() {
            let (batch, left) = rest.split_at(next.min(rest.len()));
            tiles.extend(
                edge.append(batch)
                    .into_iter()
                    .map(|tile| (tile.id, tile.hashes)),
            );
            rest = left;
            next = (next * 7) % 1_009;
        }
        Self { leaves, tiles }
    }

    fn size(&self) -> TreeSize {
        TreeSize::new(self.leaves.len() as u64)
    }

    fn root(&self, size: TreeSize) -> Hash {
        Edge::load(size, self).unwrap().root()
    }

    /// The hashes of a tile in the tree of `size`.
    fn tile(&self, id: TileId, size: TreeSize) -> &[u8] {
        &self.tiles[&id][..usize::from(id.width_at(size)) * Hash::BYTES]
    }

    fn tiles_sha256(&self, size: TreeSize) -> String {
        let mut sha256 = Sha256::new();
        for (id, width) in tiles_of(size) {
            assert_eq!(width, id.width_at(size));
            sha256.update(self.tile(id, size));
        }
        STANDARD.encode(sha256.finalize())
    }

    /// The proofs of a section are those that the library makes, and that it takes.
    fn compare_proofs(&self, section: &Vector) {
        let root = self.root(self.size());
        let inclusions = section["inclusion"].as_array().unwrap();
        let consistencies = section["consistency"].as_array().unwrap();
        assert!(inclusions.len() >= 5 && consistencies.len() >= 5);
        for case in inclusions {
            let index = case["index"].as_u64().unwrap();
            let leaf = &self.leaves[usize::try_from(index).unwrap()];
            let index = EntryIndex::new(index);
            let proof = inclusion_proof(index, self.size(), self).unwrap();
            assert_eq!(proof, hashes(&case["proof"]), "{case}");
            verify_inclusion(index, self.size(), leaf, &proof, &root).unwrap();
        }
        for case in consistencies {
            let old = TreeSize::new(case["from"].as_u64().unwrap());
            let proof = consistency_proof(old, self.size(), self).unwrap();
            assert_eq!(proof, hashes(&case["proof"]), "{case}");
            verify_consistency(old, self.size(), &proof, &self.root(old), &root).unwrap();
        }
    }
}

fn hashes(list: &Vector) -> Vec<Hash> {
    let texts = list.as_array().unwrap().iter();
    texts
        .map(|text| Hash::from_base64(text.as_str().unwrap()).unwrap())
        .collect()
}

#[test]
fn the_tree_of_65793_leaves_has_the_roots_tiles_and_proofs_of_the_vectors() {
    let section = &FILE["tree"];
    let size = section["size"].as_u64().unwrap();
    let tree = Tree::new(
        (0..size)
            .map(|i| leaf_hash(i.to_string().as_bytes()))
            .collect(),
    );
    assert_eq!(tree.leaves[0].to_base64(), text(section, "leaf_0"));
    let roots = section["roots"].as_array().unwrap();
    assert!(roots.len() >= 14);
    for case in roots {
        let size = TreeSize::new(case["size"].as_u64().unwrap());
        assert_eq!(tree.root(size).to_base64(), text(case, "root"), "{case}");
        assert_eq!(
            tree.tiles_sha256(size),
            text(case, "tiles_sha256"),
            "{case}"
        );
    }
    tree.compare_proofs(section);

    let size = TreeSize::new(600);
    let tiles: Vec<(u64, u64, u64, String)> = tiles_of(size)
        .map(|(id, width)| {
            let hash = STANDARD.encode(Sha256::digest(tree.tile(id, size)));
            (id.level.into(), id.number, width.into(), hash)
        })
        .collect();
    let expected = section["tiles_of_600"].as_array().unwrap().iter();
    let number = |tile: &Vector, key: &str| tile[key].as_u64().unwrap();
    let expected: Vec<_> = expected
        .map(|tile| {
            let hash = text(tile, "sha256").to_owned();
            (
                number(tile, "level"),
                number(tile, "number"),
                number(tile, "count"),
                hash,
            )
        })
        .collect();
    assert_eq!(tiles, expected);
}

fn signer() -> Signer {
    let trail = &FILE["trail"];
    let origin = Origin::parse(text(trail, "origin")).unwrap();
    Signer::from_seed(origin, &bytes_32(trail, "log_seed"))
}

#[test]
fn keys_are_those_of_the_vectors() {
    let trail = &FILE["trail"];
    let log = signer();
    let clock = log.clock().unwrap();
    assert_eq!(log.vkey().to_string(), text(trail, "log_vkey"));
    assert_eq!(format!("{}\n", *log.to_text()), text(trail, "log_key_file"));
    let read = Signer::parse(text(trail, "log_key_file").trim_end_matches('\n')).unwrap();
    assert_eq!(read.vkey(), log.vkey());
    assert_eq!(clock.name(), text(trail, "clock_name"));
    assert_eq!(clock.vkey().to_string(), text(trail, "clock_vkey"));
    for (vkey, public) in [("log_vkey", "log_public"), ("clock_vkey", "clock_public")] {
        let key = text(trail, vkey).splitn(3, '+').last().unwrap();
        let key = STANDARD.decode(key).unwrap();
        assert_eq!(key[1..], bytes(trail, public));
    }
}

#[test]
fn the_trail_of_the_accepted_lines_is_sealed_as_in_the_vectors() {
    let trail = &FILE["trail"];
    let headers = cases("accepted").iter().map(|case| text(case, "header"));
    let tree = Tree::new(headers.map(|header| leaf_hash(header.as_bytes())).collect());
    assert_eq!(Some(tree.size().get()), trail["size"].as_u64());
    let roots: Vec<Hash> = (0..=tree.size().get())
        .map(|size| tree.root(TreeSize::new(size)))
        .collect();
    assert_eq!(roots, hashes(&trail["roots_of_sizes_from_0"]));
    assert_eq!(tree.tiles_sha256(tree.size()), text(trail, "tiles_sha256"));
    tree.compare_proofs(trail);

    let log = signer();
    let clock = log.clock().unwrap();
    for (size, note, head) in [
        (TreeSize::new(0), "empty_checkpoint", "empty_head"),
        (tree.size(), "checkpoint", "head"),
    ] {
        let checkpoint = Checkpoint::new(log.origin().clone(), size, tree.root(size));
        let (signed, line) = checkpoint.sign_with_head(&log).unwrap();
        assert_eq!(signed.to_string(), text(trail, note));
        assert_eq!(line.to_string(), text(trail, head));
        let line = HeadLine::parse(text(trail, head).as_bytes()).unwrap();
        line.verify(log.origin(), &log.vkey()).unwrap();
    }
    let checkpoint = Checkpoint::new(log.origin().clone(), tree.size(), tree.root(tree.size()));
    let seconds = trail["cosigned_at"].as_u64().unwrap();
    let mut kept = checkpoint.sign(&log).unwrap();
    cosign(&mut kept, &clock, seconds).unwrap();
    assert_eq!(kept.to_string(), text(trail, "kept_checkpoint"));
    let note = text(trail, "kept_checkpoint").as_bytes();
    let open = SignedCheckpoint::open(note, &log.vkey(), &[clock.vkey()]).unwrap();
    assert_eq!(open.checkpoint, checkpoint);
    assert_eq!(open.cosignatures, [(clock.name().to_owned(), seconds)]);
}

#[test]
fn the_meta_is_signed_as_in_the_vectors() {
    let trail = &FILE["trail"];
    let created = Instant::parse(text(trail, "created")).unwrap();
    let signed = meta_text(text(trail, "origin"), created, &secret());
    assert_eq!(signed, text(trail, "meta_text"));
    assert_eq!(
        STANDARD.encode(signer().sign(signed.as_bytes())),
        text(trail, "meta_signature")
    );
    let hash = STANDARD.encode(Sha256::digest(secret().as_bytes()));
    assert_eq!(hash, text(trail, "secret_sha256"));
}
