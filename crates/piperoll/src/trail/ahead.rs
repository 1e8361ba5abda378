//! Events that another thread stamps, and then seals, while the first of them are stored: what a lone writer of large batches waits for is the store alone.
//!
//! So a checkpoint may be signed whose entries are not stored after all, because another writer was faster or the store refuses one. It does not leave this process: what was signed is written by
//! the store together with the entries, or dropped.

use super::Trail;
use super::record::{Receipt, RecordError, Recorded};
use super::seal::{Extended, Source, Tree};
use super::stamp::{Marks, Stamped};
use crate::error::{Error, Result};
use crate::event::{Draft, Event, Secret};
use crate::limits::{AHEAD_EVENTS_MIN, AHEAD_PART_EVENTS_MAX};
use crate::seal::{Checkpoint, EntryIndex, Hash, Signer};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::{Builder, Scope};

/// Parts of a batch, so that the first are stored while others are stamped.
const PARTS: usize = 8;

/// A batch that is being stamped.
struct Ahead {
    count: usize,
    come: Stamped,
    /// The next parts; nothing more comes behind one that has a fault.
    parts: Receiver<Result<Stamped, RecordError>>,
    refused: Option<RecordError>,
    /// The tree that is expected before the batch, and, behind the last part, the one behind it.
    before: Option<Checkpoint>,
    extended: Receiver<Result<Extended>>,
}

impl Ahead {
    /// Stamps in a thread of its own; `None` when the system gives none.
    fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        drafts: &'scope [Draft],
        marks: &'scope Marks,
        secret: &'scope Secret,
        expected: Option<(Tree, Arc<Signer>)>,
    ) -> Option<Self> {
        let (send, parts) = channel();
        let (send_extended, extended) = channel();
        let before = expected.as_ref().map(|(tree, _)| tree.checkpoint.clone());
        let size = (drafts.len() / PARTS).clamp(1, AHEAD_PART_EVENTS_MAX);
        let run = move || {
            let mut leaves = Vec::with_capacity(drafts.len());
            for part in marks.parts(drafts, size) {
                let stamped = part.stamp(marks.recorded_at, secret);
                let is_last = stamped.is_err();
                leaves.extend(stamped.iter().flat_map(|stamped| &stamped.leaves));
                // Nobody waits when the append has failed.
                if send.send(stamped).is_err() || is_last {
                    return;
                }
            }
            if let Some((tree, signer)) = expected {
                // Nor then.
                drop(send_extended.send(tree.extend(&leaves, &signer)));
            }
        };
        Builder::new().spawn_scoped(scope, run).ok()?;
        Some(Self {
            count: drafts.len(),
            come: Stamped::default(),
            parts,
            refused: None,
            before,
            extended,
        })
    }

    fn take(&mut self, part: Result<Stamped, RecordError>) -> Result<()> {
        match part {
            Ok(mut part) => {
                self.come.events.append(&mut part.events);
                self.come.leaves.append(&mut part.leaves);
                Ok(())
            }
            Err(error) => {
                let message = error.to_string();
                self.refused = Some(error);
                Err(Error::invalid_input(message))
            }
        }
    }
}

impl Source for Ahead {
    fn count(&self) -> usize {
        self.count
    }

    fn events(&mut self, from: usize) -> Result<&[Event]> {
        if from >= self.come.events.len() && from < self.count {
            let part = self.parts.recv();
            self.take(part.map_err(|_| Error::internal("the thread that stamps has ended"))?)?;
        }
        while let Ok(part) = self.parts.try_recv() {
            self.take(part)?;
        }
        Ok(self.come.events.get(from..).unwrap_or_default())
    }

    fn all(&self) -> (&[Event], &[Hash]) {
        (&self.come.events, &self.come.leaves)
    }

    fn keep_at(&self) -> Option<u64> {
        None
    }

    /// Once: another writer that was faster has another tree.
    fn extended(&mut self, from: &Checkpoint) -> Option<Result<Extended>> {
        let expected = self.before.take()?;
        (expected == *from).then(|| self.extended.recv().ok())?
    }
}

impl Trail {
    /// Records a large batch while it is stamped, when nobody else appends and no event has an id of its own. `None`, and nothing was done, when that is not so; and
    /// when an event has a fault, so that whoever stamps all of them finds every fault.
    pub(super) fn record_ahead(&self, drafts: &[Draft]) -> Result<Option<Receipt>, RecordError> {
        if drafts.len() < AHEAD_EVENTS_MIN || drafts.iter().any(|draft| draft.id.is_some()) {
            return Ok(None);
        }
        let Some(mut sealer) = self.free_sealer() else {
            return Ok(None);
        };
        let marks = self.marks(drafts)?;
        let expected = sealer.expected();
        let sealed = std::thread::scope(|scope| {
            let mut ahead = Ahead::start(scope, drafts, &marks, &self.secret, expected)?;
            let sealed = sealer.append_incoming(&*self.store, &mut ahead);
            match ahead.refused {
                Some(_) => None,
                None => Some(sealed),
            }
        });
        let Some(sealed) = sealed else {
            return Ok(None);
        };
        let warnings = sealer.take_warnings();
        let sealed = sealed?;
        let first = sealed.checkpoint.size().get() - drafts.len() as u64;
        let entries = marks.ids.iter().zip(first..).map(|(id, index)| Recorded {
            id: *id,
            index: EntryIndex::new(index),
            new: true,
        });
        Ok(Some(Receipt {
            entries: entries.collect(),
            checkpoint: sealed.checkpoint,
            warnings,
        }))
    }
}
