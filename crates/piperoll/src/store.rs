//! Where a trail is kept: the contract that every store keeps, and the stores.
//!
//! A store is dull on purpose: it appends at a size, reads in order, finds, and hands over hashes. It knows no feature, checks no
//! signature and hashes nothing; it cannot forge what it does not understand, and `verify` does not trust it.

mod contract;
mod filter;
mod location;
mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;
mod stored;

pub use contract::{
    Access, Append, AppendError, Erased, Head, Incoming, Meta, Snapshot, Store, Visit,
};
pub use filter::{Filter, Glob, Order, Page};
pub use location::{Location, join};
pub use memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use stored::{Fault, Searched, StoredAttributes, StoredCheckpoint, StoredEntry, StoredTile};
