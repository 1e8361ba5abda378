use super::entry::other_id;
use super::kept_time::kept_time;
use super::queue::{Answer, Parcel};
use super::seal::Batch;
use super::stamp::Stamped;
use super::{KeyPair, Trail};
use crate::error::{Error, Problem, Result};
use crate::event::{Draft, Event, EventId, Salt, SamePayload};
use crate::limits::{BATCH_EVENTS_MAX, PROBLEMS_MAX};
use crate::seal::{Checkpoint, EntryIndex, VerifierKey};
use crate::store::{Snapshot, Store};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Its id.
    pub id: EventId,
    /// Its index.
    pub index: EntryIndex,
    /// Whether it is new; `false` when it was there already, with the same content.
    pub new: bool,
}

/// What became of a batch: all of it is durable and sealed.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Each event, in the order given.
    pub entries: Vec<Recorded>,
    /// The checkpoint that covers them.
    pub checkpoint: Checkpoint,
    /// What was noticed and did not stop it.
    pub warnings: Vec<String>,
}

/// A checkpoint that is kept for ever.
#[derive(Debug, Clone)]
pub struct Kept {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The note, with the log's signature and the clock's cosignature.
    pub note: String,
    /// What was noticed and did not stop it.
    pub warnings: Vec<String>,
}

/// Why nothing of a batch was recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Events have faults: the position of each in the batch, and what is wrong.
    #[error("{} of the events cannot be recorded", .0.len())]
    Invalid(Vec<(usize, Problem)>),
    /// The event at this position has an id that another event has, with other content.
    #[error("the id `{id}` is that of entry {index}, which has other content")]
    Taken {
        /// The position in the batch.
        position: usize,
        /// The id.
        id: EventId,
        /// Where it is.
        index: EntryIndex,
    },
    /// The events at these positions have one id and different contents.
    #[error("the id `{id}` is that of another event before it, which has other content")]
    TakenTwice {
        /// The position of the later one.
        position: usize,
        /// The id.
        id: EventId,
    },
    /// Anything else.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<RecordError> for Error {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Failed(error) => error,
            RecordError::Invalid(problems) => {
                let all = problems.len();
                let listed = problems
                    .into_iter()
                    .take(PROBLEMS_MAX)
                    .map(|(position, problem)| {
                        Problem::new(
                            format!("event {position}: {}", problem.place),
                            problem.message,
                        )
                    })
                    .collect();
                let faults = if all == 1 {
                    "1 fault".to_owned()
                } else {
                    format!("{all} faults")
                };
                Self::invalid_input(format!("{faults} in the events; nothing was recorded"))
                    .with_problems(listed)
            }
            taken @ (RecordError::Taken { .. } | RecordError::TakenTwice { .. }) => {
                Self::conflict(taken.to_string())
            }
        }
    }
}

impl Trail {
    /// Records a batch: all of it or nothing, durable and sealed when it returns. An event whose id is in the trail already with the same content is skipped.
    ///
    /// # Errors
    /// [`RecordError`]; nothing was recorded then. Kind `Conflict` may be retried as it is; so may `Unavailable`, and events with ids are not doubled by it.
    pub fn record(&self, drafts: &[Draft]) -> Result<Receipt, RecordError> {
        if drafts.len() > BATCH_EVENTS_MAX {
            let most = format!("a batch has at most {BATCH_EVENTS_MAX} events");
            return Err(Error::invalid_input(most).into());
        }
        if let Some(receipt) = self.record_ahead(drafts)? {
            return Ok(receipt);
        }
        let Stamped { events, leaves } = self.stamp(drafts)?;
        let mut plan = Plan::new(drafts, &events)?;
        let mut parcel = Parcel {
            events,
            leaves,
            given: Vec::new(),
        };
        loop {
            plan.look_up(&*self.store)?;
            parcel = plan.keep_new(parcel);
            match self
                .queue
                .submit(parcel, |parcels| self.append_group(parcels))
            {
                Answer::Sealed {
                    first,
                    checkpoint,
                    warnings,
                } => return Ok(plan.receipt(first, checkpoint, warnings)),
                Answer::Failed(error) => return Err(error.into()),
                Answer::LookAgain(same) => parcel = same,
            }
        }
    }

    /// Checks which of the drafts' ids are in the trail: as [`Trail::record`] would, without recording. Returns how many would be skipped.
    ///
    /// # Errors
    /// As [`Trail::record`].
    pub fn rehearse(&self, drafts: &[Draft]) -> Result<usize, RecordError> {
        let Stamped { events, .. } = self.stamp(drafts)?;
        let mut plan = Plan::new(drafts, &events)?;
        plan.look_up(&*self.store)?;
        Ok(plan.found.iter().flatten().count())
    }

    /// Signs a checkpoint of the trail as it is, with the time, and keeps it for ever. It adds no entry; on an unchanged trail it attests silence.
    ///
    /// # Errors
    /// `Conflict` when the clock is far before the last one that was kept of the same entries; those of sealing.
    pub fn keep_checkpoint(&self) -> Result<Kept> {
        let mut sealer = self.sealer()?;
        let seconds = self.seconds()?;
        let sealed = sealer.append(&*self.store, &mut |store, signer| {
            let keys = KeyPair::of(signer)?;
            Ok(Some(Rc::new(Batch {
                keep_at: Some(kept_time(&*store.snapshot()?, &keys, seconds)?),
                ..Batch::default()
            })))
        })?;
        Ok(Kept {
            checkpoint: sealed.checkpoint,
            note: sealed.note,
            warnings: sealer.take_warnings(),
        })
    }

    /// The public keys of the log and of its clock.
    ///
    /// # Errors
    /// `Denied` when the trail is open for reading only.
    pub fn vkeys(&self) -> Result<(VerifierKey, VerifierKey)> {
        let sealer = self.sealer()?;
        Ok((sealer.signer().vkey(), sealer.signer().clock()?.vkey()))
    }
}

/// A batch on its way: which events are new, and where the others are.
struct Plan<'d> {
    drafts: &'d [Draft],
    ids: Vec<EventId>,
    /// For a draft that repeats one before it: that one's position.
    repeats: Vec<Option<usize>>,
    /// For a draft whose id is in the trail: its index.
    found: Vec<Option<EntryIndex>>,
    /// Whether the event of a draft is in the parcel still.
    kept: Vec<bool>,
}

impl<'d> Plan<'d> {
    fn new(drafts: &'d [Draft], events: &[Event]) -> Result<Self, RecordError> {
        let mut first: HashMap<EventId, (usize, &Draft)> = HashMap::new();
        let mut repeats = Vec::with_capacity(drafts.len());
        for (position, draft) in drafts.iter().enumerate() {
            let Some(id) = draft.id else {
                repeats.push(None);
                continue;
            };
            match first.entry(id) {
                Entry::Vacant(place) => {
                    place.insert((position, draft));
                    repeats.push(None);
                }
                Entry::Occupied(earlier) => {
                    let (earlier, its_draft) = *earlier.get();
                    if !draft.repeats(its_draft) {
                        return Err(RecordError::TakenTwice { position, id });
                    }
                    repeats.push(Some(earlier));
                }
            }
        }
        let found = vec![None; drafts.len()];
        Ok(Self {
            drafts,
            ids: events.iter().map(|event| event.header.id).collect(),
            repeats,
            found,
            kept: vec![true; drafts.len()],
        })
    }

    /// Finds the ids that are in the trail. Only ids that were given can be.
    fn look_up(&mut self, store: &dyn Store) -> Result<(), RecordError> {
        let given: Vec<(usize, EventId)> = self
            .drafts
            .iter()
            .enumerate()
            .filter_map(|(position, draft)| Some((position, draft.id?)))
            .collect();
        if given.is_empty() {
            return Ok(());
        }
        let snapshot = store.snapshot()?;
        let ids: Vec<EventId> = given.iter().map(|(_, id)| *id).collect();
        for ((position, id), index) in given.into_iter().zip(snapshot.find_ids(&ids)?) {
            if let Some(index) = index {
                if !self.is_stored(&*snapshot, position, index)? {
                    return Err(RecordError::Taken {
                        position,
                        id,
                        index,
                    });
                }
                if let Some(found) = self.found.get_mut(position) {
                    *found = Some(index);
                }
            }
        }
        Ok(())
    }

    fn is_stored(
        &self,
        snapshot: &dyn Snapshot,
        position: usize,
        index: EntryIndex,
    ) -> Result<bool> {
        let Some(draft) = self.drafts.get(position) else {
            return Ok(false);
        };
        let seq = i64::try_from(index.get()).unwrap_or(i64::MAX);
        let mut same = false;
        snapshot.entries(seq..seq.saturating_add(1), &mut |stored| {
            let header = stored.read_header()?;
            // What is skipped must be there: by the entry's own word, not by that of the store's index.
            if let Some(id) = draft.id.filter(|id| *id != header.id) {
                return Err(other_id(id, index));
            }
            let payload = match stored.salt.and_then(Salt::from_slice) {
                Some(salt) => SamePayload::Kept(salt),
                None => SamePayload::Erased,
            };
            same = draft.is_content_of(&header, payload);
            Ok(std::ops::ControlFlow::Break(()))
        })?;
        Ok(same)
    }

    fn is_new(&self, position: usize) -> bool {
        let at = |list: &[Option<EntryIndex>]| list.get(position).is_some_and(Option::is_some);
        !at(&self.found) && self.repeats.get(position).is_none_or(Option::is_none)
    }

    /// Leaves in the parcel only what is new, and tells which of it may come into the trail by others.
    fn keep_new(&mut self, parcel: Parcel) -> Parcel {
        if (0..self.ids.len()).all(|position| self.is_new(position)) {
            let given = self.drafts.iter().filter_map(|draft| draft.id).collect();
            return Parcel { given, ..parcel };
        }
        let mut kept = Parcel::default();
        let mut all = parcel.events.into_iter().zip(parcel.leaves);
        for position in 0..self.ids.len() {
            let is_new = self.is_new(position);
            let Some(in_parcel) = self.kept.get_mut(position).filter(|kept| **kept) else {
                continue;
            };
            let Some((event, leaf)) = all.next() else {
                break;
            };
            *in_parcel = is_new;
            if is_new {
                kept.events.push(event);
                kept.leaves.push(leaf);
                let given = self.drafts.get(position).and_then(|draft| draft.id);
                kept.given.extend(given);
            }
        }
        kept
    }

    fn receipt(self, first: u64, checkpoint: Checkpoint, warnings: Vec<String>) -> Receipt {
        let mut next = first;
        let mut entries: Vec<Recorded> = Vec::with_capacity(self.ids.len());
        for (position, id) in self.ids.iter().copied().enumerate() {
            let is_new = self.is_new(position);
            let earlier = self
                .repeats
                .get(position)
                .copied()
                .flatten()
                .and_then(|earlier| Some(entries.get(earlier)?.index));
            let index = match (self.found.get(position).copied().flatten(), earlier) {
                (Some(index), _) | (None, Some(index)) => index,
                (None, None) => {
                    let index = EntryIndex::new(next);
                    next += 1;
                    index
                }
            };
            entries.push(Recorded {
                id,
                index,
                new: is_new,
            });
        }
        Receipt {
            entries,
            checkpoint,
            warnings,
        }
    }
}
