//! What is sealed: events that are there, or that come while the first are stored.

use super::{Sealer, Tree, cannot_sign};
use crate::error::Result;
use crate::event::Event;
use crate::seal::{Checkpoint, Hash, HeadLine, TileWrite};
use crate::store::{Append, Incoming};

/// What is to be sealed, as far as it has come.
pub(in crate::trail) trait Source {
    /// How many events there are in all.
    fn count(&self) -> usize;

    /// The events from a position on that have come; it waits for the next when none has.
    fn events(&mut self, from: usize) -> Result<&[Event]>;

    /// All events, and the leaf of each, when all have come.
    fn all(&self) -> (&[Event], &[Hash]);

    /// The time of a cosignature, in seconds since 1970, when the checkpoint is to be kept.
    fn keep_at(&self) -> Option<u64>;
}

/// What is to be appended at a known tree.
#[derive(Debug, Default)]
pub(in crate::trail) struct Batch {
    pub(in crate::trail) events: Vec<Event>,
    /// The leaf of each event.
    pub(in crate::trail) leaves: Vec<Hash>,
    /// The time of a cosignature, in seconds since 1970, when the checkpoint is to be kept.
    pub(in crate::trail) keep_at: Option<u64>,
}

impl Source for &Batch {
    fn count(&self) -> usize {
        self.events.len()
    }

    fn events(&mut self, from: usize) -> Result<&[Event]> {
        Ok(self.events.get(from..).unwrap_or_default())
    }

    fn all(&self) -> (&[Event], &[Hash]) {
        (&self.events, &self.leaves)
    }

    fn keep_at(&self) -> Option<u64> {
        self.keep_at
    }
}

/// An append that is sealed when all of its events have come.
pub(super) struct Sealing<'a> {
    sealer: &'a Sealer,
    source: &'a mut dyn Source,
    /// At first that before the append.
    tree: Tree,
    tiles: Vec<TileWrite>,
    /// The checkpoint to keep.
    keep: Option<String>,
    /// The line for the head file.
    head: Option<HeadLine>,
}

impl<'a> Sealing<'a> {
    /// Behind a tree.
    pub(super) fn new(sealer: &'a Sealer, tree: Tree, source: &'a mut dyn Source) -> Self {
        Self {
            sealer,
            source,
            tree,
            tiles: Vec::new(),
            keep: None,
            head: None,
        }
    }

    /// The tree behind the append, the checkpoint to keep, and the line for the head file.
    pub(super) fn done(self) -> (Tree, Option<String>, Option<HeadLine>) {
        (self.tree, self.keep, self.head)
    }
}

impl Incoming for Sealing<'_> {
    fn count(&self) -> usize {
        self.source.count()
    }

    fn events(&mut self, from: usize) -> Result<&[Event]> {
        self.source.events(from)
    }

    fn whole(&mut self) -> Result<Append<'_>> {
        let Tree {
            edge,
            checkpoint,
            note,
        } = &mut self.tree;
        let (events, leaves) = self.source.all();
        self.tiles = edge.append(leaves);
        if !leaves.is_empty() {
            *checkpoint = Checkpoint::new(checkpoint.origin().clone(), edge.size(), edge.root());
            let (signed, line) = checkpoint
                .sign_with_head(&self.sealer.signer)
                .map_err(cannot_sign)?;
            *note = signed.to_string();
            self.head = Some(line);
        }
        if let Some(seconds) = self.source.keep_at() {
            self.keep = Some(self.sealer.cosigned(note, seconds)?);
        }
        Ok(Append {
            events,
            tiles: &self.tiles,
            checkpoint: note,
            keep: self.keep.as_deref(),
            cursors: &[],
        })
    }
}
