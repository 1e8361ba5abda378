//! A store that lies on purpose: any store, and one lie told through it. What it lies about is data, so that every store can be lied about in the same ways:
//!
//! ```
//! use piperoll::store::{MemoryStore, Store as _};
//! use piperoll_testkit::malicious::{Lie, Malicious};
//!
//! let store = Malicious::new(Box::new(MemoryStore::new()), Lie::LostWrite);
//! assert_eq!(store.location(), "memory:");
//! ```
#![expect(
    clippy::indexing_slicing,
    reason = "it serves tests: a failure here is a fault of a test"
)]

mod snapshot;

use self::snapshot::Lying;
use piperoll::error::Result;
use piperoll::seal::{EntryIndex, TileId, TreeSize};
use piperoll::store::{Append, AppendError, Erased, Meta, Snapshot, Store};
use std::sync::atomic::{AtomicU64, Ordering};

/// What the store lies about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// It tells the truth. For what a test does without a lie.
    None,
    /// Every second view is that of another history. Needs [`Malicious::with_other`].
    SplitView,
    /// Every view is that of another store, such as an older copy of this one. Needs [`Malicious::with_other`].
    OtherStore,
    /// The head says so many entries more than there are.
    HeadAhead(u64),
    /// The head says so many entries fewer than there are.
    HeadBehind(u64),
    /// One bit of one hash of a tile is another one.
    FlippedHash {
        /// The tile.
        tile: TileId,
        /// Which of its hashes.
        position: usize,
    },
    /// Entries in the middle are forged, and so are their hashes in the tiles of leaves; every tile above is as it was, so that both ends and the root
    /// that a writer looks at are right. immudb's "linear-fake".
    ForgedMiddle {
        /// The first forged entry.
        first: u64,
        /// The last forged entry.
        last: u64,
    },
    /// An entry comes after the next one, both with their own positions.
    OutOfOrder(u64),
    /// An entry comes twice, with one position.
    Twice(u64),
    /// The last entry of a view comes again and again, each time one position further.
    EndlessEntries,
    /// The first entry of a view comes again and again, at its own position.
    StuckEntries,
    /// A tile of no tree comes again and again.
    EndlessTiles,
    /// An id comes again and again.
    EndlessIds,
    /// The last id comes twice, and what is behind it cannot be read.
    IdTwiceThenFault,
    /// The last kept checkpoint comes again and again, each time with the next number, and the head counts them all.
    EndlessCheckpoints,
    /// An id is said to be at the position of another one.
    WrongIndices,
    /// No id is there.
    NoIds,
    /// An append is done, and nothing of it is there.
    LostWrite,
    /// Entries are nowhere: not read, not found, without attributes.
    HiddenEntries {
        /// The first of them.
        first: u64,
        /// The last of them.
        last: u64,
    },
    /// Entries are read, and not found by any search.
    HiddenFromSearch {
        /// The first of them.
        first: u64,
        /// The last of them.
        last: u64,
    },
    /// The attributes of an entry are gone.
    HiddenAttributes(u64),
    /// An entry has other attributes.
    OtherAttributes {
        /// The entry.
        index: u64,
        /// Their text, or what stands in its place.
        text: &'static str,
    },
    /// Kept checkpoints are dropped from a number on.
    DroppedCheckpoints {
        /// The number of the first dropped one.
        from: u64,
        /// Whether the head still counts them.
        counted: bool,
    },
    /// The newest checkpoint has so many bytes of text before it.
    LargeCheckpoint(usize),
    /// Every tile has so many bytes.
    LargeTiles(usize),
    /// The header of an entry has so many bytes.
    LargeHeader {
        /// The entry.
        index: u64,
        /// The bytes.
        bytes: usize,
    },
    /// The secret of the trail is another one.
    OtherSecret,
}

/// A store that lies.
pub struct Malicious {
    store: Box<dyn Store>,
    other: Option<Box<dyn Store>>,
    lie: Lie,
    views: AtomicU64,
}

impl Malicious {
    /// A store, and what it is to lie about.
    pub fn new(store: Box<dyn Store>, lie: Lie) -> Self {
        Self {
            store,
            other: None,
            lie,
            views: AtomicU64::new(0),
        }
    }

    /// As [`Self::new`], with the store that is shown in its place.
    pub fn with_other(store: Box<dyn Store>, other: Box<dyn Store>, lie: Lie) -> Self {
        Self {
            other: Some(other),
            ..Self::new(store, lie)
        }
    }

    /// The store whose view is shown this time.
    fn shown(&self) -> &dyn Store {
        let view = self.views.fetch_add(1, Ordering::Relaxed);
        match (&self.other, self.lie) {
            (Some(other), Lie::OtherStore) => &**other,
            (Some(other), Lie::SplitView) if view % 2 == 1 => &**other,
            _ => &*self.store,
        }
    }
}

impl Store for Malicious {
    fn location(&self) -> String {
        self.store.location()
    }

    fn create(&self, meta: &Meta, checkpoint: &str) -> Result<()> {
        self.store.create(meta, checkpoint)
    }

    fn append(&self, at: TreeSize, append: &Append<'_>) -> Result<(), AppendError> {
        if self.lie == Lie::LostWrite {
            let size = self.store.snapshot()?.head()?.size;
            return if size == at {
                Ok(())
            } else {
                Err(AppendError::Conflict(size))
            };
        }
        self.store.append(at, append)
    }

    fn erase(&self, indices: &[EntryIndex]) -> Result<Erased> {
        self.store.erase(indices)
    }

    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>> {
        Ok(Box::new(Lying {
            honest: self.shown().snapshot()?,
            lie: self.lie,
        }))
    }

    fn snapshots(&self, most: usize) -> Result<Vec<Box<dyn Snapshot + '_>>> {
        let lying = |honest| -> Box<dyn Snapshot> {
            Box::new(Lying {
                honest,
                lie: self.lie,
            })
        };
        let honest = self.shown().snapshots(most)?;
        Ok(honest.into_iter().map(lying).collect())
    }
}
