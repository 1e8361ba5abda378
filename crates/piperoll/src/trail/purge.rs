//! Payloads are destroyed by policy: an intent names them before, an outcome accounts for them after.

use super::Trail;
use super::entry::read_at;
use super::kept_time::kept_time;
use super::seal::Batch;
use super::turn::KeyPair;
use crate::error::{Error, Result};
use crate::event::{
    Action, Draft, DraftActor, EventId, Kind, Outcome, Payload, Phase, Resource, Value,
};
use crate::limits::PURGED_RANGES_MAX;
use crate::seal::{EntryIndex, leaf_hash};
use crate::store::{Erased, Filter, Order, Page};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Who purges, and why.
#[derive(Debug, Clone)]
pub struct Purge {
    /// Who.
    pub by: DraftActor,
    /// Why.
    pub reason: Option<String>,
    /// What else is to be kept of it: the policy, what was counted.
    pub context: BTreeMap<String, Value>,
}

/// What became of a purge.
#[derive(Debug, Clone)]
pub struct Purged {
    /// The ids of the entries that account for the payloads.
    pub ids: Vec<EventId>,
    /// Whether the payloads are gone from all that the store holds.
    pub erased: Erased,
    /// The checkpoints that were kept before: signed notes, to be published.
    pub kept: Vec<String>,
    /// What was noticed and did not stop it.
    pub warnings: Vec<String>,
}

type Range = (u64, u64);

const ALL: Page = Page {
    order: Order::OldestFirst,
    after: None,
    limit: usize::MAX,
};

impl Trail {
    /// Destroys the payloads of entries, whose headers and proofs stay as they are. A checkpoint is kept before. What an interrupted purge has left is finished first.
    ///
    /// # Errors
    /// `Denied` when one of them is the trail's own; those of [`Trail::record`] and of the store. A purge that was begun is finished by the next one.
    pub fn purge(&self, indices: &[EntryIndex], purge: &Purge) -> Result<Purged> {
        let mut purged = Purged {
            ids: Vec::new(),
            erased: Erased::Gone,
            kept: Vec::new(),
            warnings: Vec::new(),
        };
        for (intent, ranges) in self.unfinished()? {
            self.carry_out(intent, &ranges, purge, &mut purged)?;
        }
        let wanted: BTreeSet<u64> = indices.iter().map(|index| index.get()).collect();
        self.refuse_own(&wanted)?;
        for ranges in ranges(&wanted).chunks(PURGED_RANGES_MAX) {
            let intent = self.append_own(&self.draft(purge, None, ranges)?, true, &mut purged)?;
            self.carry_out(intent, ranges, purge, &mut purged)?;
        }
        Ok(purged)
    }

    fn carry_out(
        &self,
        intent: EventId,
        ranges: &[Range],
        purge: &Purge,
        purged: &mut Purged,
    ) -> Result<()> {
        let indices = ranges.iter().flat_map(|(first, last)| *first..=*last);
        let indices: Vec<EntryIndex> = indices.map(EntryIndex::new).collect();
        purged.erased = self.store.erase(&indices)?;
        let outcome = self.draft(purge, Some(intent), ranges)?;
        let id = self.append_own(&outcome, false, purged)?;
        purged.ids.push(id);
        Ok(())
    }

    /// The purges that were begun and not finished.
    fn unfinished(&self) -> Result<Vec<(EventId, Vec<Range>)>> {
        let filter = Filter {
            kind: Some(Kind::Trail),
            action: Some(Action::Purge.as_str().to_owned()),
            ..Filter::default()
        };
        let snapshot = self.store.snapshot()?;
        let mut begun: BTreeMap<EventId, Vec<Range>> = BTreeMap::new();
        for index in snapshot.find(&filter, &ALL)? {
            let entry = read_at(&*snapshot, index)?;
            let header = &entry.header;
            match (header.phase, header.of) {
                (Some(Phase::Intent), _) => {
                    begun.insert(header.id, super::entry::ranges(entry.payload.as_deref()));
                }
                (Some(Phase::Outcome), Some(of)) => drop(begun.remove(&of)),
                _ => {}
            }
        }
        Ok(begun.into_iter().collect())
    }

    /// Entries of the trail's own are never purged: they account for the others.
    fn refuse_own(&self, wanted: &BTreeSet<u64>) -> Result<()> {
        let filter = Filter {
            kind: Some(Kind::Trail),
            ..Filter::default()
        };
        let own = self.store.snapshot()?.find(&filter, &ALL)?;
        match own.into_iter().find(|index| wanted.contains(&index.get())) {
            None => Ok(()),
            Some(index) => Err(Error::denied(format!("entry {index} is the trail's own"))),
        }
    }

    fn draft(&self, purge: &Purge, of: Option<EventId>, ranges: &[Range]) -> Result<Draft> {
        let number = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
        let ranges = ranges.iter();
        let ranges = ranges.map(|(first, last)| Value::Array(vec![number(*first), number(*last)]));
        let mut context = purge.context.clone();
        context.insert("entries".to_owned(), Value::Array(ranges.collect()));
        let payload = Payload::new(None, None, None, None, Some(Value::Object(context)));
        let payload = payload.map_err(|problems| {
            Error::invalid_input("the purge cannot be recorded").with_problems(problems)
        })?;
        let resource = Resource::new("piperoll", self.origin.to_string(), "trail");
        let mut draft = Draft::new(Kind::Trail, Action::Purge, purge.by.clone(), resource);
        draft.phase = Some(match of {
            None => Phase::Intent,
            Some(_) => Phase::Outcome,
        });
        draft.of = of;
        draft.outcome = Some(match of {
            None => Outcome::Unknown,
            Some(_) => Outcome::Success,
        });
        draft.reason.clone_from(&purge.reason);
        draft.payload = Some(payload);
        Ok(draft)
    }

    /// Seals an event of the trail's own; with `keep`, under a checkpoint that is kept.
    fn append_own(&self, draft: &Draft, keep: bool, purged: &mut Purged) -> Result<EventId> {
        let event = self.stamp_own(draft)?;
        let (id, leaf) = (event.header.id, leaf_hash(&event.header_bytes));
        let seconds = self.seconds()?;
        let mut sealer = self.sealer()?;
        let sealed = sealer.append(&*self.store, &mut |store, signer| {
            let keep_at = match keep {
                true => {
                    let keys = KeyPair::of(signer)?;
                    Some(kept_time(&*store.snapshot()?, &keys, seconds)?)
                }
                false => None,
            };
            Ok(Some(Rc::new(Batch {
                events: vec![event.clone()],
                leaves: vec![leaf],
                keep_at,
            })))
        })?;
        purged.kept.extend(keep.then_some(sealed.note));
        purged.warnings.extend(sealer.take_warnings());
        Ok(id)
    }
}

/// Neighbours are one range.
fn ranges(wanted: &BTreeSet<u64>) -> Vec<Range> {
    let mut ranges: Vec<Range> = Vec::new();
    for index in wanted {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *index => *last = *index,
            _ => ranges.push((*index, *index)),
        }
    }
    ranges
}
