use super::super::vectors::{Tiles, leaves, naive_consistency, naive_inclusion, naive_root};
use super::super::{EMPTY_ROOT, Edge};
use super::*;
use crate::ErrorKind;
use proptest::prelude::*;

fn inclusion(index: usize, size: usize, tiles: &Tiles) -> Result<Vec<Hash>> {
    inclusion_proof(
        EntryIndex::new(index as u64),
        TreeSize::new(size as u64),
        tiles,
    )
}

fn consistency(old: usize, new: usize, tiles: &Tiles) -> Result<Vec<Hash>> {
    consistency_proof(TreeSize::new(old as u64), TreeSize::new(new as u64), tiles)
}

#[test]
fn proofs_are_those_of_the_definition_at_every_small_size() {
    let leaves = leaves(40);
    let tiles = Tiles::of(&leaves);
    for size in 1..=leaves.len() {
        for index in 0..size {
            let proof = inclusion(index, size, &tiles).unwrap();
            assert_eq!(
                proof,
                naive_inclusion(index, &leaves[..size]),
                "entry {index} of {size}"
            );
            let proof = consistency(index + 1, size, &tiles).unwrap();
            let wanted = naive_consistency(index + 1, &leaves[..size]);
            assert_eq!(proof, wanted, "from {} to {size}", index + 1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn proofs_are_those_of_the_definition_across_tiles(
        stored in 1_usize..70_000,
        size in 1_usize..70_000,
        part in 0.0..1.0_f64,
    ) {
        let leaves = leaves(stored);
        let tiles = Tiles::of(&leaves);
        let size = size.min(stored);
        let index = (size as f64 * part) as usize;
        let proof = inclusion(index, size, &tiles).unwrap();
        prop_assert_eq!(proof, naive_inclusion(index, &leaves[..size]));
        let proof = consistency(index + 1, size, &tiles).unwrap();
        prop_assert_eq!(proof, naive_consistency(index + 1, &leaves[..size]));
        let edge = Edge::load(TreeSize::new(size as u64), &tiles).unwrap();
        prop_assert_eq!(edge.root(), naive_root(&leaves[..size]));
    }
}

#[test]
fn the_root_of_a_range_is_that_of_its_leaves() {
    let leaves = leaves(1_000);
    let tiles = Tiles::of(&leaves);
    for range in [
        0..1,
        999..1_000,
        0..1_000,
        256..512,
        512..1_000,
        768..1_000,
        384..512,
        260..262,
    ] {
        let wanted = naive_root(&leaves[range.start as usize..range.end as usize]);
        assert_eq!(
            range_root(range.clone(), &tiles).unwrap(),
            wanted,
            "{range:?}"
        );
    }
    let backwards = Range { start: 8, end: 4 };
    for range in [0..0, 1..3, 256..768, 4..9, backwards, 0..u64::MAX] {
        let error = range_root(range.clone(), &tiles).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{range:?}");
    }
    assert_eq!(
        range_root(1..3, &tiles).unwrap_err().to_string(),
        "`[1, 3)` is not a subtree"
    );
}

#[test]
fn what_cannot_be_proved_is_refused() {
    let tiles = Tiles::of(&leaves(5));
    for (error, text) in [
        (
            inclusion(5, 5, &tiles),
            "a tree of size `5` has no entry `5`",
        ),
        (
            inclusion(0, 0, &tiles),
            "a tree of size `0` has no entry `0`",
        ),
        (
            consistency(0, 5, &tiles),
            "there is no consistency proof from size `0` to size `5`",
        ),
        (
            consistency(5, 4, &tiles),
            "there is no consistency proof from size `5` to size `4`",
        ),
        (
            inclusion(0, usize::MAX, &tiles),
            "tree size `18446744073709551615` is above 2^63 - 1",
        ),
        (
            consistency(1, usize::MAX, &tiles),
            "tree size `18446744073709551615` is above 2^63 - 1",
        ),
    ] {
        let error = error.unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string()),
            (ErrorKind::InvalidInput, text.to_owned())
        );
    }
    assert_eq!(consistency(5, 5, &tiles).unwrap(), []);
}

#[test]
fn a_missing_or_short_tile_is_named() {
    let leaves = leaves(600);
    let id = |level, number| TileId { level, number };
    let damaged = |damage: &dyn Fn(&mut Tiles)| {
        let mut tiles = Tiles::of(&leaves);
        damage(&mut tiles);
        let by_proof = inclusion(592, 600, &tiles).map(|_| ());
        let by_edge = Edge::load(TreeSize::new(600), &tiles).map(|_| ());
        [by_proof.unwrap_err(), by_edge.unwrap_err()].map(|error| (error.kind(), error.to_string()))
    };
    let both = |text: &str| [(); 2].map(|()| (ErrorKind::Corrupt, text.to_owned()));
    let missing = damaged(&|tiles| drop(tiles.0.remove(&id(1, 0))));
    assert_eq!(missing, both("tile `tile/1/000` is missing"));
    let short = damaged(&|tiles| tiles.0.get_mut(&id(0, 2)).unwrap().truncate(87 * 32));
    assert_eq!(short, both("tile `tile/0/002` is too short: 87 hashes"));
    let ragged = damaged(&|tiles| tiles.0.get_mut(&id(0, 2)).unwrap().push(0));
    let text =
        "tile `tile/0/002` has 2817 bytes, which is no whole number of hashes up to 8192 bytes";
    assert_eq!(ragged, both(text));
    let long = damaged(&|tiles| tiles.0.get_mut(&id(0, 2)).unwrap().resize(8_224, 0));
    assert_eq!(long, both(&text.replace("2817", "8224")));
    let tiles = Tiles::of(&leaves);
    assert!(
        inclusion(3, 600, &tiles)
            .unwrap()
            .iter()
            .all(|hash| *hash != EMPTY_ROOT)
    );
}
