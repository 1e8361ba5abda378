//! Validating, stamping and hashing a batch, outside every lock.

use super::Trail;
use super::record::RecordError;
use crate::error::{Error, Problem};
use crate::event::{Draft, Event, EventId, Instant, Salt, Secret, Stamp};
use crate::seal::{Hash, leaf_hash, leaf_hashes};

/// What the drafts of a batch are given, in their order.
pub(super) struct Marks {
    pub(super) recorded_at: Instant,
    pub(super) ids: Vec<EventId>,
    /// 32 bytes for each.
    salts: Vec<u8>,
}

impl Marks {
    /// The drafts with their marks, so many at a time.
    pub(super) fn parts<'a>(
        &'a self,
        drafts: &'a [Draft],
        size: usize,
    ) -> impl Iterator<Item = Unstamped<'a>> {
        let (salts, _) = self.salts.as_chunks();
        let parts = drafts.chunks(size).zip(self.ids.chunks(size));
        parts
            .zip(salts.chunks(size))
            .map(|((drafts, ids), salts)| Unstamped { drafts, ids, salts })
    }
}

impl Trail {
    /// The marks of a batch: ids of their own for those that were given none.
    pub(super) fn marks(&self, drafts: &[Draft]) -> Result<Marks, RecordError> {
        let recorded_at = self.now();
        let mut salts = vec![0u8; 32 * drafts.len()];
        self.surroundings.entropy.fill(&mut salts)?;
        let without = drafts.iter().filter(|draft| draft.id.is_none()).count();
        let new = EventId::generate_many(recorded_at, without, &*self.surroundings.entropy)?;
        let mut new = new.into_iter();
        let ids = drafts.iter().map(|draft| draft.id.or_else(|| new.next()));
        let ids = ids.collect::<Option<Vec<_>>>();
        Ok(Marks {
            recorded_at,
            ids: ids.ok_or_else(|| Error::internal("an id for each event"))?,
            salts,
        })
    }

    /// Validates and stamps; needs no lock.
    pub(super) fn stamp(&self, drafts: &[Draft]) -> Result<Stamped, RecordError> {
        let marks = self.marks(drafts)?;
        let all = marks.parts(drafts, drafts.len().max(1)).next();
        all.map_or_else(
            || Ok(Stamped::default()),
            |all| all.stamp(marks.recorded_at, &self.secret),
        )
    }
}

/// Drafts with what each is to be given.
pub(super) struct Unstamped<'a> {
    drafts: &'a [Draft],
    ids: &'a [EventId],
    salts: &'a [[u8; 32]],
}

/// Events with their leaves.
#[derive(Default)]
pub(super) struct Stamped {
    pub(super) events: Vec<Event>,
    pub(super) leaves: Vec<Hash>,
}

impl Unstamped<'_> {
    /// Stamps all, or tells what is wrong with any.
    pub(super) fn stamp(
        &self,
        recorded_at: Instant,
        secret: &Secret,
    ) -> Result<Stamped, RecordError> {
        let mut problems = Vec::new();
        let mut stamped = Stamped::with_capacity(self.drafts.len());
        let stamps: Vec<Stamp<'_>> = (self.ids.iter().zip(self.salts))
            .map(|(id, salt)| Stamp {
                id: *id,
                recorded_at,
                salt: Salt::new(*salt),
                secret,
            })
            .collect();
        let positions = (0..).step_by(2);
        for ((drafts, stamps), position) in
            self.drafts.chunks(2).zip(stamps.chunks(2)).zip(positions)
        {
            for (position, draft) in (position..).zip(drafts) {
                let mut faults = draft.problems();
                if faults.is_empty() {
                    faults.extend(draft.header_problem());
                }
                problems.extend(faults.into_iter().map(|fault| (position, fault)));
            }
            // What has a fault is recorded with none of its batch.
            if problems.is_empty() {
                let fault = stamped.take(drafts, stamps).err();
                problems.extend(fault.map(|(behind, fault)| (position + behind, fault)));
            }
        }
        if problems.is_empty() {
            Ok(stamped)
        } else {
            Err(RecordError::Invalid(problems))
        }
    }
}

impl Stamped {
    fn with_capacity(count: usize) -> Self {
        Self {
            events: Vec::with_capacity(count),
            leaves: Vec::with_capacity(count),
        }
    }

    /// Stamps one draft, or two beside each other. An error tells which one has it.
    fn take(&mut self, drafts: &[Draft], stamps: &[Stamp<'_>]) -> Result<(), (usize, Problem)> {
        if let ([one, other], [stamp, other_stamp]) = (drafts, stamps)
            && let Ok([one, other]) = Draft::stamp_pair([one, other], [stamp, other_stamp])
        {
            let headers = [&one.header_bytes, &other.header_bytes];
            self.leaves.extend(leaf_hashes(headers.map(Vec::as_slice)));
            self.events.extend([one, other]);
            return Ok(());
        }
        for (position, (draft, stamp)) in drafts.iter().zip(stamps).enumerate() {
            let event = draft.stamp(stamp).map_err(|fault| (position, fault))?;
            self.leaves.push(leaf_hash(&event.header_bytes));
            self.events.push(event);
        }
        Ok(())
    }
}
