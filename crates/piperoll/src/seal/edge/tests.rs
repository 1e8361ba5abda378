use super::super::vectors::{Tiles, leaves, naive_root};
use super::super::{EMPTY_ROOT, tiles_of};
use super::*;
use crate::ErrorKind;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Appends and stores as a writer does.
fn append(edge: &mut Edge, stored: &mut Tiles, leaves: &[Hash]) -> BTreeSet<TileId> {
    let writes = edge.append(leaves);
    let ids: BTreeSet<_> = writes.iter().map(|write| write.id).collect();
    assert_eq!(ids.len(), writes.len(), "each tile is written once");
    stored
        .0
        .extend(writes.into_iter().map(|write| (write.id, write.hashes)));
    ids
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn random_batches_give_the_tiles_and_the_root_of_the_definition(
        batches in proptest::collection::vec(
            prop_oneof![0_usize..4, 250_usize..260, 500_usize..600, 0_usize..9_000],
            1..9,
        ),
        reload: u8,
    ) {
        let all = leaves(batches.iter().sum());
        let (mut edge, mut stored, mut size) = (Edge::new(), Tiles::default(), 0);
        for (i, batch) in batches.into_iter().enumerate() {
            let before = stored.0.clone();
            let ids = append(&mut edge, &mut stored, &all[size..size + batch]);
            size += batch;
            let wanted = Tiles::of(&all[..size]);
            prop_assert!(stored.0 == wanted.0);
            let changed: BTreeSet<_> =
                wanted.0.iter().filter(|(id, hashes)| before.get(id) != Some(hashes)).map(|(id, _)| *id).collect();
            prop_assert_eq!(ids, changed);
            prop_assert_eq!(edge.root(), naive_root(&all[..size]));
            prop_assert_eq!(edge.size(), TreeSize::new(size as u64));
            let loaded = Edge::load(edge.size(), &stored).unwrap();
            prop_assert_eq!(&loaded, &edge);
            let partial: Vec<_> =
                loaded.unfinished().map(|write| (write.id, write.hashes)).collect();
            let wanted: Vec<_> =
                wanted.0.into_iter().filter(|(_, hashes)| hashes.len() < TILE_BYTES).collect();
            prop_assert!(partial == wanted);
            if reload >> i & 1 == 1 {
                edge = loaded;
            }
        }
        let widths: Vec<_> = stored.0.iter().map(|(id, hashes)| (*id, (hashes.len() / 32) as u16)).collect();
        prop_assert_eq!(widths, tiles_of(edge.size()).collect::<Vec<_>>());
    }
}

#[test]
fn one_by_one_across_two_levels_is_the_same_as_at_once() {
    let all = leaves(66_000);
    let (mut at_once, mut one_by_one) = (Edge::new(), Edge::new());
    let mut stored = [Tiles::default(), Tiles::default()];
    let [first, second] = &mut stored;
    append(&mut at_once, first, &all);
    for leaf in &all {
        append(&mut one_by_one, second, std::slice::from_ref(leaf));
    }
    assert_eq!(at_once, one_by_one);
    assert!(stored[0].0 == stored[1].0);
    assert_eq!(at_once.root(), naive_root(&all));
    assert_eq!(
        stored[0]
            .0
            .get(&TileId {
                level: 2,
                number: 0
            })
            .unwrap()
            .len(),
        32
    );
}

#[test]
fn an_earlier_size_is_loaded_from_later_tiles() {
    let all = leaves(700);
    let tiles = Tiles::of(&all);
    for size in 0..=all.len() {
        let edge = Edge::load(TreeSize::new(size as u64), &tiles).unwrap();
        assert_eq!(edge.root(), naive_root(&all[..size]), "size {size}");
        assert_eq!(edge.frontier().root(), edge.root());
        let mut grown = edge.clone();
        grown.append(&all[size..]);
        assert_eq!(grown.root(), naive_root(&all));
        assert_eq!(edge.size(), TreeSize::new(size as u64));
    }
}

#[test]
fn the_edge_of_the_empty_tree_asks_for_nothing() {
    let edge = Edge::load(TreeSize::new(0), &Tiles::default()).unwrap();
    assert_eq!((edge.root(), edge.size()), (EMPTY_ROOT, TreeSize::new(0)));
    assert_eq!(edge, Edge::new());
    assert_eq!(Edge::new().append(&[]), []);
    let error = Edge::load(TreeSize::new(u64::MAX), &Tiles::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}
