//! A tree that is large enough for tiles of three levels. Leaf *i* is that of a header which is
//! the decimal text of *i*.

use super::{bytes, number};
use crate::naive::bytes::sha256;
use crate::naive::json::Json;
use crate::naive::tree::{Hash, consistency, inclusion, leaf, root, tiles};

const SIZE: usize = 256 * 256 + 257;

pub(crate) fn section() -> Json {
    let leaves: Vec<Hash> = (0..SIZE).map(|i| leaf(i.to_string().as_bytes())).collect();
    let sizes = [
        0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, SIZE,
    ];
    let roots = sizes
        .iter()
        .filter_map(|size| Some((*size, leaves.get(..*size)?)));
    let roots = roots.map(|(size, leaves)| {
        Json::object([
            ("size", number(size)),
            ("root", bytes(&root(leaves))),
            ("tiles_sha256", bytes(&digest(leaves))),
        ])
    });
    let small = leaves.get(..600).unwrap_or_default();
    let shapes = tiles(small).into_iter().map(|tile| {
        Json::object([
            ("level", Json::Number(tile.level.to_string())),
            ("number", number(tile.number)),
            ("count", number(tile.hashes.len())),
            ("sha256", bytes(&sha256(&[&tile.hashes.concat()]))),
        ])
    });
    Json::object([
        (
            "about",
            Json::text(
                "Leaf i = SHA-256(0x00 || decimal text of i). `tiles_sha256` is SHA-256 over all \
                 hashes of all tiles, by level, number and place.",
            ),
        ),
        ("leaf_0", bytes(&leaf(b"0"))),
        ("roots", Json::Array(roots.collect())),
        ("tiles_of_600", Json::Array(shapes.collect())),
        ("size", number(SIZE)),
        (
            "inclusion",
            inclusions(&leaves, &[0, 255, 256, 65_535, 65_536, SIZE - 1]),
        ),
        (
            "consistency",
            consistencies(&leaves, &[1, 255, 256, 65_535, 65_536, 65_537]),
        ),
    ])
}

pub(crate) fn inclusions(leaves: &[Hash], indexes: &[usize]) -> Json {
    let proof = |index: &usize| {
        let proof = inclusion(*index, leaves)?;
        Some(Json::object([
            ("index", number(*index)),
            ("proof", hashes(&proof)),
        ]))
    };
    Json::Array(indexes.iter().filter_map(proof).collect())
}

pub(crate) fn consistencies(leaves: &[Hash], sizes: &[usize]) -> Json {
    let proof = |size: &usize| {
        let proof = consistency(*size, leaves)?;
        Some(Json::object([
            ("from", number(*size)),
            ("proof", hashes(&proof)),
        ]))
    };
    Json::Array(sizes.iter().filter_map(proof).collect())
}

pub(crate) fn digest(leaves: &[Hash]) -> Hash {
    let hashes: Vec<Hash> = tiles(leaves)
        .into_iter()
        .flat_map(|tile| tile.hashes)
        .collect();
    sha256(&[&hashes.concat()])
}

fn hashes(hashes: &[Hash]) -> Json {
    Json::Array(hashes.iter().map(|hash| bytes(hash)).collect())
}
