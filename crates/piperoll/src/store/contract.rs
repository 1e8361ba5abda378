use super::filter::{Filter, Page};
use super::stored::{Fault, StoredAttributes, StoredCheckpoint, StoredEntry, StoredTile};
use crate::error::{Error, Result};
use crate::event::{Event, EventId, Instant, Secret};
use crate::seal::{EntryIndex, HashReader, TileWrite, TreeSize};
use std::ops::{ControlFlow, Range};

/// What a store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reading only: nothing in the store changes.
    Read,
    /// Reading and appending.
    Write,
}

/// What is fixed when a trail is created. As stored: nothing of it is to be believed before it is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// The name in its checkpoints.
    pub origin: String,
    /// When it was created.
    pub created: Instant,
    /// The secret of the key hash.
    pub secret: Secret,
    /// Base64 of the log key's signature over the rest (`docs/format.md` section 6).
    pub signature: String,
}

/// The store's idea of how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How many entries it has.
    pub size: TreeSize,
    /// The newest checkpoint, a signed note.
    pub checkpoint: String,
    /// How many checkpoints are kept.
    pub kept: u64,
}

/// One append: all of it becomes durable at once, or nothing.
#[derive(Debug, Clone, Copy)]
pub struct Append<'a> {
    /// The events, in the order of their indices.
    pub events: &'a [Event],
    /// The tiles that they complete or extend, each whole.
    pub tiles: &'a [TileWrite],
    /// The checkpoint of the new size.
    pub checkpoint: &'a str,
    /// A checkpoint to keep for ever, of the new size.
    pub keep: Option<&'a str>,
    /// Names and values: how far a collector has read its source.
    pub cursors: &'a [(String, String)],
}

/// An append whose events come while the first of them are stored already.
pub trait Incoming {
    /// How many events it has in all. It does not change.
    fn count(&self) -> usize;

    /// The events from a position on that have come. When none has, it waits for the next; behind the last there is none.
    ///
    /// # Errors
    /// Why the rest does not come: nothing of the append may stay then.
    fn events(&mut self, from: usize) -> Result<&[Event]>;

    /// As [`Incoming::events`], where there must be some.
    ///
    /// # Errors
    /// Those of [`Incoming::events`]; `Internal` when there is none.
    fn next(&mut self, from: usize) -> Result<&[Event]> {
        match self.events(from)? {
            [] => Err(Error::internal("fewer events come than were announced")),
            events => Ok(events),
        }
    }

    /// All of it, when all events have come.
    ///
    /// # Errors
    /// Why it cannot be sealed: nothing of it may stay then.
    fn whole(&mut self) -> Result<Append<'_>>;
}

/// An append of which nothing is still to come.
impl Incoming for Append<'_> {
    fn count(&self) -> usize {
        self.events.len()
    }

    fn events(&mut self, from: usize) -> Result<&[Event]> {
        Ok(self.events.get(from..).unwrap_or_default())
    }

    fn whole(&mut self) -> Result<Append<'_>> {
        Ok(*self)
    }
}

/// Why an append was not done. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The store has another size: seal again at this one, and retry.
    #[error("another writer was faster: the trail has {0} entries now")]
    Conflict(TreeSize),
    /// Anything else.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// What became of payloads that were erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// They are gone from everything that the store holds.
    Gone,
    /// They are gone from what is read; a reader still holds pages that had them. They go with the next erasure (of nothing, even) after it ends, or when the
    /// last writer closes the store.
    Pending,
}

/// A visitor's wish: to go on, or to stop.
pub type Visit = Result<ControlFlow<()>>;

/// The contract of a store. Implementations differ in how, never in what:
///
/// - `append` MUST be atomic and durable: when it returns `Ok`, the append survives power loss; when it returns an error, a later reader sees
///   nothing of it. It MUST answer [`AppendError::Conflict`], and store nothing, when the size is not `at`. So two writers cannot fork a trail.
/// - Entries get the indices `at`, `at + 1`, ... in the order given. An id that is there already MUST be refused, as kind `Conflict`.
/// - A snapshot MUST NOT change while it is held, whatever others append.
/// - Another writer's lock, held past [`crate::limits::LOCK_WAIT_SECONDS`], is kind `Conflict`; a missing right `Denied`; a full disk and a failed
///   write `Unavailable`; what cannot be read `Corrupt`. What a store cannot do is `Unsupported`, never emulated.
/// - Opened for [`Access::Read`], it changes nothing, not even itself, and refuses to append as kind `Denied`.
pub trait Store: Send + Sync {
    /// Where it is, for messages: without passwords.
    fn location(&self) -> String;

    /// Makes the trail: its meta and the checkpoint of the empty tree.
    ///
    /// # Errors
    /// `AlreadyExists` when there is one.
    fn create(&self, meta: &Meta, checkpoint: &str) -> Result<()>;

    /// Appends at a size.
    ///
    /// # Errors
    /// [`AppendError::Conflict`] when the size is another one.
    fn append(&self, at: TreeSize, append: &Append<'_>) -> Result<(), AppendError>;

    /// As [`Store::append`], of events that come meanwhile. A store that gains nothing by beginning early waits for all of them.
    ///
    /// # Errors
    /// As [`Store::append`], and those of `incoming`.
    fn append_incoming(
        &self,
        at: TreeSize,
        incoming: &mut dyn Incoming,
    ) -> Result<(), AppendError> {
        let mut come = 0;
        while come < incoming.count() {
            come += incoming.next(come)?.len();
        }
        self.append(at, &incoming.whole()?)
    }

    /// Destroys the payload, salt and attributes of entries. An entry without one stays as it is.
    ///
    /// # Errors
    /// `NotFound`, and nothing is erased, when an index is not below the size.
    fn erase(&self, indices: &[EntryIndex]) -> Result<Erased>;

    /// A view of the store as it is now.
    ///
    /// # Errors
    /// Those of the store.
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>>;

    /// Views of one and the same state, at least one and at most `most`, so that several threads can read it. A store that cannot tell whether two views are of the same
    /// state gives one, and so does one that has no room for more.
    ///
    /// # Errors
    /// Those of the store.
    fn snapshots(&self, most: usize) -> Result<Vec<Box<dyn Snapshot + '_>>> {
        let _ = most;
        Ok(vec![self.snapshot()?])
    }
}

/// One consistent view of a store, with all that can be read. Tiles come by [`HashReader`]. It serves one thread at a time, whichever that is.
pub trait Snapshot: HashReader + Send {
    /// What was fixed at creation; `None` when there is no trail.
    ///
    /// # Errors
    /// `Corrupt` when it cannot be read.
    fn meta(&self) -> Result<Option<Meta>>;

    /// How far the store is, by its own account.
    ///
    /// # Errors
    /// `Corrupt` when it cannot be read.
    fn head(&self) -> Result<Head>;

    /// Visits the entries of a range of positions in their order. A range that begins at `i64::MIN` and ends at `i64::MAX` visits all that is there, also what
    /// should not be. Faults of a row are told with it ([`StoredEntry::faults`]) and are no error here.
    ///
    /// # Errors
    /// The visitor's, and those of the store.
    fn entries(
        &self,
        range: Range<i64>,
        visit: &mut dyn FnMut(StoredEntry<'_>) -> Visit,
    ) -> Result<()>;

    /// As [`Snapshot::entries`], for whoever only reads them: without what each is searched by, which costs a store something to tell.
    /// [`StoredEntry::searched`] is `None`, and [`StoredEntry::search_faults`] is empty.
    ///
    /// # Errors
    /// As [`Snapshot::entries`].
    fn bare_entries(
        &self,
        range: Range<i64>,
        visit: &mut dyn FnMut(StoredEntry<'_>) -> Visit,
    ) -> Result<()>;

    /// Visits the attributes of the entries of a range of positions in their order, for whoever wants nothing else of them: also of those that have none.
    ///
    /// # Errors
    /// As [`Snapshot::entries`].
    fn attributes(
        &self,
        range: Range<i64>,
        visit: &mut dyn FnMut(StoredAttributes<'_>) -> Visit,
    ) -> Result<()>;

    /// The positions of the entries that match a filter, in the page's order.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, filter: &Filter, page: &Page) -> Result<Vec<EntryIndex>>;

    /// The position of each id, where it is in the trail.
    ///
    /// # Errors
    /// Those of the store.
    fn find_ids(&self, ids: &[EventId]) -> Result<Vec<Option<EntryIndex>>>;

    /// How many entries of a range of positions are found when each that is there is looked for by its position alone.
    ///
    /// # Errors
    /// Those of the store.
    fn reached(&self, range: Range<i64>) -> Result<u64>;

    /// Visits all by which [`Snapshot::find_ids`] answers: ids and positions, in any order.
    ///
    /// # Errors
    /// The visitor's, and those of the store; `Corrupt` when ids cannot be found by what there is.
    fn ids(&self, visit: &mut dyn FnMut(&str, i64) -> Visit) -> Result<()>;

    /// How far a collector has read.
    ///
    /// # Errors
    /// Those of the store.
    fn cursor(&self, name: &str) -> Result<Option<String>>;

    /// Visits the stored tiles, by level, then number.
    ///
    /// # Errors
    /// The visitor's, and those of the store.
    fn stored_tiles(&self, visit: &mut dyn FnMut(StoredTile<'_>) -> Visit) -> Result<()>;

    /// Visits the checkpoints that are kept, by number.
    ///
    /// # Errors
    /// The visitor's, and those of the store.
    fn checkpoints(&self, visit: &mut dyn FnMut(StoredCheckpoint<'_>) -> Visit) -> Result<()>;

    /// What is wrong with the store's own make: its schema, its marks, what nobody should have left in it.
    ///
    /// # Errors
    /// Only when nothing can be read at all.
    fn faults(&self) -> Result<Vec<Fault>>;
}
