//! A small trail: the accepted lines, and what its keys sign.

use super::accepted::recorded;
use super::{SECRET, bytes, counting, number};
use crate::naive::bytes::sha256;
use crate::naive::json::Json;
use crate::naive::key::Key;
use crate::naive::{note, tree};

const ORIGIN: &str = "shop.example/audit";
const CREATED: &str = "2026-11-01T08:00:00.000000Z";
const COSIGNED: u64 = 1_700_000_000;

pub(crate) fn section() -> Json {
    let leaves: Vec<tree::Hash> = recorded()
        .iter()
        .filter_map(|(_, _, recorded)| recorded.as_ref().ok())
        .map(|recorded| tree::leaf(&recorded.header))
        .collect();
    let seed = counting(0);
    let log = Key::log(ORIGIN, seed);
    let clock = log.clock();
    let size = u64::try_from(leaves.len()).unwrap_or(u64::MAX);
    let root = tree::root(&leaves);
    let empty = tree::root(&[]);
    let roots = (0..=leaves.len())
        .filter_map(|size| leaves.get(..size))
        .map(tree::root);
    Json::object([
        ("origin", Json::text(ORIGIN)),
        ("created", Json::text(CREATED)),
        ("log_seed", bytes(&seed)),
        ("log_public", bytes(&log.public())),
        ("log_vkey", Json::Text(log.vkey())),
        ("log_key_file", Json::Text(log.file())),
        ("clock_name", Json::text(clock.name())),
        ("clock_seed", bytes(&clock.seed())),
        ("clock_public", bytes(&clock.public())),
        ("clock_vkey", Json::Text(clock.vkey())),
        ("size", number(leaves.len())),
        (
            "roots_of_sizes_from_0",
            Json::Array(roots.map(|root| bytes(&root)).collect()),
        ),
        (
            "inclusion",
            super::tree::inclusions(&leaves, &[0, 1, 31, 32, leaves.len() - 1]),
        ),
        (
            "consistency",
            super::tree::consistencies(&leaves, &[1, 2, 7, 32, 33, leaves.len()]),
        ),
        ("tiles_sha256", bytes(&super::tree::digest(&leaves))),
        (
            "empty_checkpoint",
            Json::Text(note::checkpoint(&log, 0, &empty)),
        ),
        (
            "checkpoint",
            Json::Text(note::checkpoint(&log, size, &root)),
        ),
        ("cosigned_at", Json::Number(COSIGNED.to_string())),
        (
            "kept_checkpoint",
            Json::Text(note::kept_checkpoint(&log, size, &root, COSIGNED)),
        ),
        ("head", Json::Text(note::head(&log, size, &root))),
        ("empty_head", Json::Text(note::head(&log, 0, &empty))),
        ("secret_sha256", bytes(&sha256(&[&SECRET]))),
        (
            "meta_text",
            Json::Text(note::meta_text(ORIGIN, CREATED, &SECRET)),
        ),
        (
            "meta_signature",
            bytes(&note::meta_signature(&log, CREATED, &SECRET)),
        ),
    ])
}
