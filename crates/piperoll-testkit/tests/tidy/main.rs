//! The house rules as tests: each module is one rule, with planted violations that it must find and a test over the tree.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "the rules read the repository's own files, and one that panics is a failed test"
)]

mod rust;
mod tree;

mod attacks;
mod crates;
mod layers;
mod lengths;
mod marks;
mod names;
mod orphans;
mod sql;
mod text;

mod errors;
mod links;
mod packages;
