//! What is sealed: events that are there, or that come while the first are stored.

use super::{Sealer, Tree, cannot_sign};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::seal::{Checkpoint, Hash, HeadLine, Signer, TileWrite};
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

    /// The tree behind all events, where somebody else works that out from the tree of this checkpoint; it is asked for when all events have come.
    fn extended(&mut self, _from: &Checkpoint) -> Option<Result<Extended>> {
        None
    }
}

/// A tree behind an append, and what the append adds to it.
pub(in crate::trail) struct Extended {
    tree: Tree,
    tiles: Vec<TileWrite>,
    /// The line for the head file; none where there were no leaves.
    head: Option<HeadLine>,
}

impl Tree {
    /// The tree behind more leaves, signed.
    pub(in crate::trail) fn extend(mut self, leaves: &[Hash], signer: &Signer) -> Result<Extended> {
        let tiles = self.edge.append(leaves);
        let mut head = None;
        if !leaves.is_empty() {
            let origin = self.checkpoint.origin().clone();
            self.checkpoint = Checkpoint::new(origin, self.edge.size(), self.edge.root());
            let (signed, line) = self
                .checkpoint
                .sign_with_head(signer)
                .map_err(cannot_sign)?;
            self.note = signed.to_string();
            head = Some(line);
        }
        Ok(Extended {
            tree: self,
            tiles,
            head,
        })
    }
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
    /// That before the append, until it is extended.
    tree: Option<Tree>,
    extended: Option<Extended>,
    /// The checkpoint to keep.
    keep: Option<String>,
}

impl<'a> Sealing<'a> {
    /// Behind a tree.
    pub(super) fn new(sealer: &'a Sealer, tree: Tree, source: &'a mut dyn Source) -> Self {
        Self {
            sealer,
            source,
            tree: Some(tree),
            extended: None,
            keep: None,
        }
    }

    /// The tree behind the append, the checkpoint to keep, and the line for the head file; `None` when the store has not asked for it.
    pub(super) fn done(self) -> Option<(Tree, Option<String>, Option<HeadLine>)> {
        let Extended { tree, head, .. } = self.extended?;
        Some((tree, self.keep, head))
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
        let Some(before) = self.tree.take() else {
            return Err(Error::internal("an append is sealed once"));
        };
        let extended = match self.source.extended(&before.checkpoint) {
            Some(extended) => extended?,
            None => before.extend(self.source.all().1, &self.sealer.signer)?,
        };
        let Extended { tree, tiles, .. } = self.extended.insert(extended);
        if let Some(seconds) = self.source.keep_at() {
            self.keep = Some(self.sealer.cosigned(&tree.note, seconds)?);
        }
        Ok(Append {
            events: self.source.all().0,
            tiles,
            checkpoint: &tree.note,
            keep: self.keep.as_deref(),
            cursors: &[],
        })
    }
}
