//! Validating, stamping and hashing a batch, outside every lock.

use super::record::RecordError;
use crate::event::{Draft, Event, EventId, Instant, Salt, Secret, Stamp};
use crate::seal::{Hash, leaf_hash};

/// Drafts with what each is to be given.
pub(super) struct Unstamped<'a> {
    pub(super) drafts: &'a [Draft],
    pub(super) ids: &'a [EventId],
    /// 32 bytes for each.
    pub(super) salts: &'a [u8],
}

/// Events with their leaves.
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
        let mut events = Vec::with_capacity(self.drafts.len());
        let mut leaves = Vec::with_capacity(self.drafts.len());
        let (salts, _) = self.salts.as_chunks();
        let all = self.drafts.iter().zip(self.ids).zip(salts);
        for (position, ((draft, id), salt)) in all.enumerate() {
            let faults = draft.problems();
            if !faults.is_empty() {
                problems.extend(faults.into_iter().map(|problem| (position, problem)));
                continue;
            }
            match draft.stamp(&Stamp {
                id: *id,
                recorded_at,
                salt: Salt::new(*salt),
                secret,
            }) {
                Ok(event) => {
                    leaves.push(leaf_hash(&event.header_bytes));
                    events.push(event);
                }
                Err(problem) => problems.push((position, problem)),
            }
        }
        if problems.is_empty() {
            Ok(Stamped { events, leaves })
        } else {
            Err(RecordError::Invalid(problems))
        }
    }
}
