//! The proof vectors of transparency-dev/merkle, from the folder that `PIPEROLL_VECTORS` names. Without it there is
//! nothing to read, and the tests say so.

use piperoll::seal::{
    EntryIndex, Hash, TreeSize, leaf_hash, parse_proof, verify_consistency, verify_inclusion,
};
use serde_json::Value;
use std::path::PathBuf;

/// Equal sizes and equal roots of 12 bytes, which this library has no type for: stand-ins of 32 bytes are compared.
const SHORT_ROOTS: &str = "additional/sizes-are-equal-one-and-proof-is-empty";

#[expect(
    clippy::disallowed_methods,
    reason = "the vectors are kept outside the repository"
)]
fn vectors(name: &str) -> Option<Vec<Value>> {
    let Some(folder) = std::env::var_os("PIPEROLL_VECTORS") else {
        eprintln!("PIPEROLL_VECTORS is not set: the vectors of `{name}` are not run");
        return None;
    };
    let path = PathBuf::from(folder).join("rfc6962").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

fn hash(vector: &Value, key: &str) -> Option<Hash> {
    Hash::from_base64(vector[key].as_str().unwrap())
}

fn size(vector: &Value, key: &str) -> TreeSize {
    TreeSize::new(vector[key].as_u64().unwrap())
}

fn proof(vector: &Value) -> Option<Vec<Hash>> {
    let none = Vec::new();
    let hashes = vector["proof"].as_array().unwrap_or(&none);
    parse_proof(hashes.iter().map(|hash| hash.as_str().unwrap())).ok()
}

fn inclusion(vector: &Value) -> Option<()> {
    let index = EntryIndex::new(vector["leafIdx"].as_u64().unwrap());
    let (leaf, root) = (hash(vector, "leafHash")?, hash(vector, "root")?);
    verify_inclusion(
        index,
        size(vector, "treeSize"),
        &leaf,
        &proof(vector)?,
        &root,
    )
    .ok()
}

fn consistency(vector: &Value) -> Option<()> {
    let root = |key| {
        if vector["case"] == SHORT_ROOTS {
            assert_eq!(hash(vector, key), None);
            return vector[key].as_str().map(|root| leaf_hash(root.as_bytes()));
        }
        hash(vector, key)
    };
    let (old, new) = (size(vector, "size1"), size(vector, "size2"));
    verify_consistency(old, new, &proof(vector)?, &root("root1")?, &root("root2")?).ok()
}

fn run(name: &str, holds: fn(&Value) -> Option<()>) {
    let Some(vectors) = vectors(name) else { return };
    let mut passed = 0;
    for vector in &vectors {
        let held = holds(vector).is_some();
        assert_eq!(
            !held,
            vector["wantErr"].as_bool().unwrap(),
            "{name}: {}",
            vector["case"]
        );
        passed += usize::from(held);
    }
    assert_eq!((vectors.len(), passed), (98, 6), "{name}");
}

#[test]
fn c2_18_the_inclusion_vectors() {
    run("inclusion.jsonl", inclusion);
}

#[test]
fn c2_18_the_consistency_vectors() {
    run("consistency.jsonl", consistency);
}
