//! Ways to tamper: a small but complete trail in SQLite, a way round its triggers, and an insider who holds the key.
//! A failure here is a fault of a test, so it panics.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::disallowed_methods,
    reason = "it serves tests, copies files and breaks them"
)]

mod forgery;
mod insider;
mod raw;
mod sample;

pub use forgery::{Key, reseal};
pub use insider::Insider;
pub use raw::{dump, raw};
pub use sample::{Fixed, Sample, Shape};
