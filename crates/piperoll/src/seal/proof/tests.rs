use super::super::vectors::{
    CT_LEAVES, CT_ROOTS, Tiles, ct_leaves, hex, leaves, naive_consistency, naive_inclusion,
    naive_root,
};
use super::super::{EMPTY_ROOT, consistency_proof, inclusion_proof};
use super::*;
use proptest::prelude::*;

const A: &str = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
const B: &str = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
const C: &str = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
const D: &str = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";

fn index(index: usize) -> EntryIndex {
    EntryIndex::new(index as u64)
}

fn size(size: usize) -> TreeSize {
    TreeSize::new(size as u64)
}

#[test]
fn the_classic_leaves_and_roots() {
    let leaves = ct_leaves();
    assert_eq!(leaves, CT_LEAVES.map(hex));
    for (size, root) in CT_ROOTS.into_iter().enumerate() {
        assert_eq!(naive_root(&leaves[..size]), hex(root), "size {size}");
    }
}

#[test]
fn the_classic_inclusion_proofs() {
    let leaves = ct_leaves();
    let tiles = Tiles::of(&leaves);
    let cases: [(usize, usize, &[&str]); 5] = [
        (0, 1, &[]),
        (0, 8, &[CT_LEAVES[1], A, B]),
        (2, 3, &[CT_ROOTS[2]]),
        (1, 5, &[CT_LEAVES[0], A, CT_LEAVES[4]]),
        (5, 8, &[CT_LEAVES[4], C, CT_ROOTS[4]]),
    ];
    for (i, n, proof) in cases {
        let proof: Vec<_> = proof.iter().map(|hash| hex(hash)).collect();
        assert_eq!(inclusion_proof(index(i), size(n), &tiles).unwrap(), proof);
        let result = verify_inclusion(index(i), size(n), &leaves[i], &proof, &hex(CT_ROOTS[n]));
        assert_eq!(result, Ok(()), "{i} of {n}");
    }
}

#[test]
fn the_classic_consistency_proofs() {
    let tiles = Tiles::of(&ct_leaves());
    let cases: [(usize, usize, &[&str]); 4] = [
        (1, 1, &[]),
        (1, 8, &[CT_LEAVES[1], A, B]),
        (6, 8, &[D, C, CT_ROOTS[4]]),
        (2, 5, &[A, CT_LEAVES[4]]),
    ];
    for (old, new, proof) in cases {
        let proof: Vec<_> = proof.iter().map(|hash| hex(hash)).collect();
        assert_eq!(
            consistency_proof(size(old), size(new), &tiles).unwrap(),
            proof
        );
        let (old_root, new_root) = (hex(CT_ROOTS[old]), hex(CT_ROOTS[new]));
        let result = verify_consistency(size(old), size(new), &proof, &old_root, &new_root);
        assert_eq!(result, Ok(()), "{old} to {new}");
    }
}

#[test]
fn c2_18_an_inclusion_proof_holds_for_one_index_size_leaf_and_root() {
    let leaves = leaves(20);
    for n in 1..=20 {
        let root = naive_root(&leaves[..n]);
        for i in 0..n {
            let proof = naive_inclusion(i, &leaves[..n]);
            let check = |i, n, leaf: &Hash, proof: &[Hash], root: &Hash| {
                verify_inclusion(index(i), size(n), leaf, proof, root)
            };
            assert_eq!(check(i, n, &leaves[i], &proof, &root), Ok(()), "{i} of {n}");
            for other in (0..n).filter(|other| *other != i) {
                assert!(
                    check(other, n, &leaves[i], &proof, &root).is_err(),
                    "{i} as {other} of {n}"
                );
            }
            assert_eq!(
                check(i, n, &EMPTY_ROOT, &proof, &root),
                Err(ProofError::Root)
            );
            assert_eq!(
                check(i, n, &leaves[i], &proof, &EMPTY_ROOT),
                Err(ProofError::Root)
            );
            let longer = [proof.as_slice(), &[root]].concat();
            assert_eq!(
                check(i, n, &leaves[i], &longer, &root),
                Err(ProofError::TooLong)
            );
            if let [shorter @ .., _] = proof.as_slice() {
                assert_eq!(
                    check(i, n, &leaves[i], shorter, &root),
                    Err(ProofError::TooShort)
                );
            }
        }
    }
}

#[test]
fn c2_18_a_consistency_proof_holds_for_one_pair_of_trees() {
    let leaves = leaves(20);
    let root = |n: usize| naive_root(&leaves[..n]);
    let check = |old, new, proof: &[Hash], old_root: &Hash, new_root: &Hash| {
        verify_consistency(size(old), size(new), proof, old_root, new_root)
    };
    for new in 1..=20 {
        for old in 1..=new {
            let proof = naive_consistency(old, &leaves[..new]);
            assert_eq!(
                check(old, new, &proof, &root(old), &root(new)),
                Ok(()),
                "{old} to {new}"
            );
            for other in (1..=new).filter(|other| *other != old) {
                assert!(check(other, new, &proof, &root(old), &root(new)).is_err());
                assert!(check(old, new, &proof, &root(other), &root(new)).is_err());
            }
            assert!(check(old, new, &proof, &root(old), &EMPTY_ROOT).is_err());
            let longer = [proof.as_slice(), &[EMPTY_ROOT]].concat();
            let result = check(old, new, &longer, &root(old), &root(new));
            assert_eq!(result, Err(ProofError::TooLong), "{old} to {new}");
            if let [shorter @ .., _] = proof.as_slice() {
                let result = check(old, new, shorter, &root(old), &root(new));
                assert_eq!(result, Err(ProofError::TooShort), "{old} to {new}");
            }
        }
    }
}

#[test]
fn c2_18_impossible_sizes_are_refused_before_any_hash() {
    let hash = EMPTY_ROOT;
    let (zero, one, largest) = (TreeSize::new(0), TreeSize::new(1), TreeSize::new(u64::MAX));
    for (i, n) in [(0, zero), (1, one), (u64::MAX, largest)] {
        let (index, size) = (EntryIndex::new(i), n);
        let result = verify_inclusion(index, size, &hash, &[], &hash);
        assert_eq!(result, Err(ProofError::OutOfRange { index, size }));
    }
    for (old, new) in [(zero, zero), (zero, one), (largest, one)] {
        let result = verify_consistency(old, new, &[], &hash, &hash);
        assert_eq!(result, Err(ProofError::Sizes { old, new }));
    }
    let last = EntryIndex::new(u64::MAX - 1);
    let result = verify_inclusion(last, largest, &hash, &[hash; 100], &hash);
    assert_eq!(result, Err(ProofError::TooLong));
    let result = verify_consistency(
        TreeSize::new(u64::MAX - 1),
        largest,
        &[hash; 100],
        &hash,
        &hash,
    );
    assert_eq!(result, Err(ProofError::TooLong));
}

#[test]
fn c2_18_only_hashes_of_32_bytes_are_parsed() {
    let good = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    assert_eq!(parse_proof([good, good]), Ok(vec![EMPTY_ROOT; 2]));
    assert_eq!(parse_proof([]), Ok(vec![]));
    for wrong in ["", "YWJj", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFVV"] {
        assert_eq!(parse_proof([good, wrong]), Err(ProofError::Hash(2)));
    }
    assert_eq!(parse_proof(vec![good; 63]).map(|proof| proof.len()), Ok(63));
    assert_eq!(parse_proof(vec![good; 64]), Err(ProofError::TooLong));
}

fn flip(proof: &[Hash], bit: usize) -> Vec<Hash> {
    let mut proof = proof.to_vec();
    let mut bytes = *proof[bit / 256].as_bytes();
    bytes[bit % 256 / 8] ^= 1 << (bit % 8);
    proof[bit / 256] = Hash::new(bytes);
    proof
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn c2_18_proofs_hold_and_no_flipped_bit_does(n in 2_usize..3_000, part in 0.0..1.0_f64) {
        let leaves = leaves(n);
        let tiles = Tiles::of(&leaves);
        let i = (n as f64 * part) as usize;
        let root = naive_root(&leaves);
        let proof = inclusion_proof(index(i), size(n), &tiles).unwrap();
        let check = |proof: &[Hash]| verify_inclusion(index(i), size(n), &leaves[i], proof, &root);
        prop_assert_eq!(check(&proof), Ok(()));
        for bit in 0..proof.len() * 256 {
            prop_assert_eq!(check(&flip(&proof, bit)), Err(ProofError::Root), "bit {}", bit);
        }

        let old = i + 1;
        let old_root = naive_root(&leaves[..old]);
        let proof = consistency_proof(size(old), size(n), &tiles).unwrap();
        let check = |proof: &[Hash]| verify_consistency(size(old), size(n), proof, &old_root, &root);
        prop_assert_eq!(check(&proof), Ok(()));
        for bit in 0..proof.len() * 256 {
            let result = check(&flip(&proof, bit));
            prop_assert!(matches!(result, Err(ProofError::Root | ProofError::OldRoot)), "bit {}", bit);
        }
    }
}
