//! Roots, tiles and proofs against `ct-merkle` and `tlog_tiles`.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof};
use piperoll::seal::{
    Edge, EntryIndex, Frontier, Hash, HashReader, TileId, TreeSize, consistency_proof,
    inclusion_proof, leaf_hash, tiles_of, verify_consistency, verify_inclusion,
};
use proptest::prelude::*;
use sha2::Sha256;
use std::collections::BTreeMap;
use tlog_tiles::{Tile, TileHashReader, TileReader};

fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

fn joined(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

fn theirs(hash: &Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(*hash.as_bytes())
}

fn all_theirs(hashes: &[Hash]) -> Vec<tlog_tiles::Hash> {
    hashes.iter().map(theirs).collect()
}

/// What a writer stores.
#[derive(Default)]
struct Store {
    edge: Edge,
    tiles: BTreeMap<TileId, Vec<u8>>,
}

impl Store {
    /// Appends the next entries, up to `size`.
    fn grow(&mut self, size: u64) {
        let leaves: Vec<_> = (self.edge.size().get()..size)
            .map(|index| leaf_hash(&entry(index)))
            .collect();
        let writes = self.edge.append(&leaves);
        self.tiles
            .extend(writes.into_iter().map(|write| (write.id, write.hashes)));
    }

    fn inclusion(&self, index: u64, size: u64) -> Vec<Hash> {
        inclusion_proof(EntryIndex::new(index), TreeSize::new(size), self).unwrap()
    }

    fn consistency(&self, old: u64, new: u64) -> Vec<Hash> {
        consistency_proof(TreeSize::new(old), TreeSize::new(new), self).unwrap()
    }

    fn root(&self, size: u64) -> Hash {
        Edge::load(TreeSize::new(size), self).unwrap().root()
    }
}

impl HashReader for Store {
    fn tiles(&self, ids: &[TileId]) -> piperoll::Result<Vec<Option<Vec<u8>>>> {
        Ok(ids.iter().map(|id| self.tiles.get(id).cloned()).collect())
    }
}

/// Paths of the other crate name the height of tiles, too.
fn path(tile: &Tile) -> String {
    tile.path().replacen("tile/8/", "tile/", 1)
}

impl TileReader for Store {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile: &Tile| {
            let (id, width) = TileId::parse(&path(tile)).unwrap();
            self.tiles[&id][..usize::from(width) * 32].to_vec()
        };
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

/// Indexes below `size` that meet every case: both ends, both sides of the split, and one anywhere.
fn indexes(size: u64, anywhere: u64) -> impl Iterator<Item = u64> {
    let split = size.next_power_of_two() / 2;
    [
        0,
        split.saturating_sub(1),
        split,
        size.saturating_sub(1),
        anywhere % size.max(1),
    ]
    .into_iter()
    .filter(move |index| *index < size)
}

/// Compares the tree of `store`'s first `size` entries with that of `ct-merkle`.
fn compare_with_ct_merkle(store: &Store, tree: &MemoryBackedTree<Sha256, Vec<u8>>, anywhere: u64) {
    let size = tree.len();
    let their_root = tree.root();
    let root = store.root(size);
    assert_eq!(
        root.as_bytes()[..],
        their_root.as_bytes()[..],
        "size {size}"
    );
    for index in indexes(size, anywhere) {
        let ours = store.inclusion(index, size);
        let proof = tree.prove_inclusion(index as usize);
        assert_eq!(joined(&ours), proof.as_bytes(), "entry {index} of {size}");
        let leaf = leaf_hash(&entry(index));
        let result = verify_inclusion(
            EntryIndex::new(index),
            TreeSize::new(size),
            &leaf,
            &ours,
            &root,
        );
        assert_eq!(result, Ok(()), "entry {index} of {size}");
        let ours = InclusionProof::try_from_bytes(joined(&ours)).unwrap();
        assert!(
            their_root
                .verify_inclusion(&entry(index), index, &ours)
                .is_ok()
        );

        let old = index + 1;
        let ours = store.consistency(old, size);
        let proof = tree.prove_consistency((size - old) as usize);
        assert_eq!(joined(&ours), proof.as_bytes(), "{old} to {size}");
        let old_root = store.root(old);
        let (old_size, new_size) = (TreeSize::new(old), TreeSize::new(size));
        assert_eq!(
            verify_consistency(old_size, new_size, &ours, &old_root, &root),
            Ok(())
        );
        let ours = ConsistencyProof::try_from_bytes(joined(&ours)).unwrap();
        let old_root = ct_merkle::RootHash::new((*old_root.as_bytes()).into(), old);
        assert!(
            their_root.verify_consistency(&old_root, &ours).is_ok(),
            "{old} to {size}"
        );
    }
}

/// Compares the tree of `store`'s first `size` entries with what `tlog_tiles` makes of the same tiles, which it
/// authenticates against the root.
fn compare_with_tlog_tiles(store: &Store, size: u64, indexes: impl Iterator<Item = u64>) {
    let root = store.root(size);
    let ours: Vec<_> = tiles_of(TreeSize::new(size))
        .map(|(tile, width)| tile.path(width))
        .collect();
    let theirs_too: Vec<_> = Tile::new_tiles(8, 0, size).iter().map(path).collect();
    assert_eq!(ours, theirs_too, "size {size}");
    let reader = TileHashReader::new(size, theirs(&root), store);
    assert_eq!(
        tlog_tiles::tree_hash(size, &reader).unwrap(),
        theirs(&root),
        "size {size}"
    );
    for index in indexes {
        let ours = all_theirs(&store.inclusion(index, size));
        assert_eq!(
            tlog_tiles::prove_record(size, index, &reader).unwrap(),
            ours
        );
        let leaf = tlog_tiles::record_hash(&entry(index));
        let result = tlog_tiles::check_record(&ours, size, theirs(&root), index, leaf);
        assert!(result.is_ok(), "entry {index} of {size}");
        let old = index + 1;
        let ours = all_theirs(&store.consistency(old, size));
        assert_eq!(tlog_tiles::prove_tree(size, old, &reader).unwrap(), ours);
        let old_root = theirs(&store.root(old));
        let result = tlog_tiles::check_tree(&ours, size, theirs(&root), old, old_root);
        assert!(result.is_ok(), "{old} to {size}");
    }
}

#[test]
fn every_small_tree_agrees() {
    let (mut store, mut tree) = (Store::default(), MemoryBackedTree::new());
    let mut frontier = Frontier::new();
    for size in 0..=600 {
        store.grow(size);
        assert_eq!(store.edge.root(), frontier.root(), "size {size}");
        compare_with_ct_merkle(&store, &tree, size * 7);
        compare_with_tlog_tiles(&store, size, (0..size).skip(size as usize * 2 / 3).take(1));
        frontier.push(leaf_hash(&entry(size)));
        tree.push(entry(size));
    }
}

#[test]
fn larger_trees_agree_around_every_border_of_tiles() {
    let (mut store, mut tree) = (Store::default(), MemoryBackedTree::new());
    for size in [
        1_023, 4_095, 4_096, 20_000, 65_535, 65_536, 65_537, 65_792, 70_000,
    ] {
        store.grow(size);
        (tree.len()..size).for_each(|index| tree.push(entry(index)));
        compare_with_ct_merkle(&store, &tree, size / 3);
        compare_with_tlog_tiles(&store, size, indexes(size, size / 3));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn earlier_sizes_agree_from_later_tiles(stored in 1_u64..9_000, size: u64, anywhere: u64) {
        let (mut store, mut tree) = (Store::default(), MemoryBackedTree::new());
        store.grow(stored);
        let size = size % (stored + 1);
        (0..size).for_each(|index| tree.push(entry(index)));
        compare_with_ct_merkle(&store, &tree, anywhere);
        compare_with_tlog_tiles(&store, size, indexes(size, anywhere));
    }

    #[test]
    fn paths_agree(level in 0_u8..64, number: u64, width in 1_u16..=256) {
        let tile = Tile::new(8, level, number, u32::from(width), false);
        prop_assert_eq!(TileId { level, number }.path(width), path(&tile));
    }
}
