//! One append for the parcels of several calls.

use super::Trail;
use super::queue::{Answer, Parcel};
use super::seal::{Batch, Sealed, Wanted};
use crate::error::Result;
use crate::event::EventId;
use crate::store::Store;
use std::collections::HashSet;
use std::rc::Rc;

impl Trail {
    /// Seals and appends what the parcels hold, and answers each, in their order.
    pub(super) fn append_group(&self, parcels: Vec<Parcel>) -> Vec<Answer> {
        let count = parcels.len();
        let mut group = Together::new(parcels);
        let (sealed, warnings) = match self.sealer() {
            Ok(mut sealer) => {
                let sealed = sealer.append(&*self.store, &mut |store, _| group.batch(store));
                (sealed, sealer.take_warnings())
            }
            Err(error) => (Err(error), Vec::new()),
        };
        group.answers(count, &sealed, &warnings)
    }
}

/// The parcels of an append, and those that must look again.
struct Together {
    /// By place among the calls: how many events, and which of their ids were given.
    parts: Vec<Part>,
    batch: Rc<Batch>,
    again: Vec<(usize, Parcel)>,
}

struct Part {
    place: usize,
    events: usize,
    given: Vec<EventId>,
}

impl Together {
    fn new(parcels: Vec<Parcel>) -> Self {
        let mut group = Self {
            parts: Vec::with_capacity(parcels.len()),
            batch: Rc::new(Batch::default()),
            again: Vec::new(),
        };
        // Of calls with one id the first goes, as if they had come one after the other.
        let mut ids = HashSet::new();
        let (first, repeated): (Vec<_>, Vec<_>) =
            parcels.into_iter().enumerate().partition(|(_, parcel)| {
                let is_new = parcel.given.iter().all(|id| !ids.contains(id));
                if is_new {
                    ids.extend(parcel.given.iter().copied());
                }
                is_new
            });
        group.again = repeated;
        group.join(first);
        group
    }

    fn join(&mut self, parcels: Vec<(usize, Parcel)>) {
        let mut batch = Batch::default();
        for (place, mut parcel) in parcels {
            self.parts.push(Part {
                place,
                events: parcel.events.len(),
                given: parcel.given,
            });
            if batch.events.is_empty() {
                batch.events = parcel.events;
                batch.leaves = parcel.leaves;
            } else {
                batch.events.append(&mut parcel.events);
                batch.leaves.append(&mut parcel.leaves);
            }
        }
        self.batch = Rc::new(batch);
    }

    /// The parcels, each by itself again.
    fn part(&mut self) -> Vec<(usize, Parcel)> {
        let batch = std::mem::take(&mut self.batch);
        let Ok(mut batch) = Rc::try_unwrap(batch) else {
            return Vec::new();
        };
        let mut parcels = Vec::with_capacity(self.parts.len());
        for part in std::mem::take(&mut self.parts).into_iter().rev() {
            let start = batch.events.len().saturating_sub(part.events);
            let parcel = Parcel {
                events: batch.events.split_off(start),
                leaves: batch.leaves.split_off(start),
                given: part.given,
            };
            parcels.push((part.place, parcel));
        }
        parcels.reverse();
        parcels
    }

    /// What is to be appended to the store as it is now: not the parcels of which an id is there already.
    fn batch(&mut self, store: &dyn Store) -> Result<Wanted> {
        let given: Vec<EventId> = self
            .parts
            .iter()
            .flat_map(|part| part.given.iter().copied())
            .collect();
        if !given.is_empty() {
            let found = store.snapshot()?.find_ids(&given)?;
            let there = given.iter().zip(found).filter(|(_, index)| index.is_some());
            let there: HashSet<EventId> = there.map(|(id, _)| *id).collect();
            if !there.is_empty() {
                let (again, rest): (Vec<_>, Vec<_>) = self
                    .part()
                    .into_iter()
                    .partition(|(_, parcel)| parcel.given.iter().any(|id| there.contains(id)));
                self.again.extend(again);
                self.join(rest);
            }
        }
        Ok((!self.batch.events.is_empty()).then(|| Rc::clone(&self.batch)))
    }

    fn answers(self, count: usize, sealed: &Result<Sealed>, warnings: &[String]) -> Vec<Answer> {
        let mut answers: Vec<Option<Answer>> = (0..count).map(|_| None).collect();
        let mut place = |place: usize, answer: Answer| {
            if let Some(slot) = answers.get_mut(place) {
                *slot = Some(answer);
            }
        };
        match sealed {
            Ok(sealed) => {
                let size = sealed.checkpoint.size().get();
                let mut first = size.saturating_sub(self.batch.events.len() as u64);
                for part in &self.parts {
                    let checkpoint = sealed.checkpoint.clone();
                    let warnings = warnings.to_vec();
                    place(
                        part.place,
                        Answer::Sealed {
                            first,
                            checkpoint,
                            warnings,
                        },
                    );
                    first += part.events as u64;
                }
            }
            Err(error) => {
                for part in &self.parts {
                    place(part.place, Answer::Failed(error.share()));
                }
            }
        }
        for (at, parcel) in self.again {
            place(at, Answer::LookAgain(parcel));
        }
        answers.into_iter().flatten().collect()
    }
}
