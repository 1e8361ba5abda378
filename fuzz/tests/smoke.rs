//! Every target over its corpus and over mutations of it, always the same ones: what a plain `cargo test` can do without coverage.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "all of it is test code: what is missing or out of bounds fails it"
)]

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

/// Mutations of each target's corpus.
const MUTATIONS: u64 = 1_000;
/// Bytes of a mutation, so that none takes long.
const BYTES_MAX: usize = 4_096;
/// Pieces that the readers look for.
const PIECES: [&[u8]; 16] = [
    b"\n",
    b"\n\n",
    b"\r\n",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"}",
    b"[]",
    b",",
    b":",
    b"\xff",
    b"\xe2\x80\x94 ",
    b"0",
    b"-9223372036854775808",
    b"null",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The corpus of a target, in the order of its names.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder().join(target)).unwrap();
    let paths: BTreeSet<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Marsaglia's xorshift: the same numbers everywhere.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// An input with some bytes lost, doubled, replaced or added, some of them taken from another input.
fn mutated(corpus: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let mut data = corpus[numbers.below(corpus.len())].clone();
    for _ in 0..=numbers.below(3) {
        let start = numbers.below(data.len() + 1);
        let end = (start + numbers.below(9)).min(data.len());
        let piece = match numbers.below(6) {
            0 => Vec::new(),
            1 => vec![numbers.next() as u8],
            2 => PIECES[numbers.below(PIECES.len())].to_vec(),
            3 => data[start..end].repeat(2),
            4 => {
                let other = &corpus[numbers.below(corpus.len())];
                let from = numbers.below(other.len() + 1);
                other[from..(from + numbers.below(33)).min(other.len())].to_vec()
            }
            _ => data[start..end]
                .iter()
                .map(|byte| byte ^ (1 << numbers.below(8)))
                .collect(),
        };
        // Half of the pieces are put in, and half take the place of something.
        let end = if numbers.below(2) == 0 { start } else { end };
        data.splice(start..end, piece);
    }
    data.truncate(BYTES_MAX);
    data
}

fn smoke(name: &str) {
    let target = piperoll_fuzz::target(name).unwrap();
    let corpus = corpus(name);
    assert!(!corpus.is_empty());
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mutations = (0..MUTATIONS).map(|_| mutated(&corpus, &mut numbers));
    for data in corpus.iter().cloned().chain(mutations) {
        let shown = data.escape_ascii().to_string();
        assert!(catch_unwind(|| target(&data)).is_ok(), "of b\"{shown}\"");
    }
}

macro_rules! smoke {
    ($($name:ident)*) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];
        $(
            #[test]
            fn $name() {
                smoke(stringify!($name));
            }
        )*
    };
}

smoke!(checkpoint ddeutil filter head_line header instant key line lineage note project proof_file table turn value);

#[test]
fn every_target_has_a_test_and_a_corpus_and_the_corpora_are_small() {
    let targets: Vec<_> = piperoll_fuzz::TARGETS
        .iter()
        .map(|(name, _)| *name)
        .collect();
    assert_eq!(targets, NAMES);
    let entries = fs::read_dir(folder()).unwrap();
    let folders: BTreeSet<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders.iter().collect::<Vec<_>>(), targets);
    let inputs: Vec<_> = targets.iter().flat_map(|target| corpus(target)).collect();
    assert!(inputs.len() <= 120, "{}", inputs.len());
    let bytes: usize = inputs.iter().map(Vec::len).sum();
    assert!(bytes <= 300_000, "{bytes}");
}
