use super::Trail;
use super::record::{Receipt, RecordError, Recorded};
use super::seal::Batch;
use crate::error::{Error, Result};
use crate::event::{Draft, Event, EventId, Instant};
use crate::seal::{EntryIndex, Hash};
use std::rc::Rc;

impl Trail {
    /// Records what `drafts` makes of the trail as it is, at the very size at which it looked: it is asked again when another writer was faster, so that
    /// what it found absent is absent still. Its drafts have no ids. When it makes none, nothing is recorded.
    ///
    /// # Errors
    /// Those of `drafts`, and as [`Trail::record`].
    pub fn record_with(
        &self,
        drafts: &mut dyn FnMut() -> Result<Vec<Draft>>,
    ) -> Result<Receipt, RecordError> {
        let mut sealer = self.sealer()?;
        let mut events: Vec<Event> = Vec::new();
        let mut leaves: Vec<Hash> = Vec::new();
        let mut refused = None;
        let sealed = sealer.append(&*self.store, &mut |_, _| {
            let drafts = drafts()?;
            if drafts.iter().any(|draft| draft.id.is_some()) {
                return Err(Error::internal("a draft made at a size has an id"));
            }
            match self.stamp(&drafts) {
                Ok(stamped) => (events, leaves) = (stamped.events, stamped.leaves),
                Err(RecordError::Failed(error)) => return Err(error),
                Err(error) => {
                    let message = error.to_string();
                    refused = Some(error);
                    return Err(Error::invalid_input(message));
                }
            }
            Ok((!events.is_empty()).then(|| {
                Rc::new(Batch {
                    leaves: leaves.clone(),
                    events: events.clone(),
                    keep_at: None,
                })
            }))
        });
        let warnings = sealer.take_warnings();
        drop(sealer);
        let sealed = match (sealed, refused) {
            (_, Some(error)) => return Err(error),
            (Err(error), None) => return Err(error.into()),
            (Ok(sealed), None) => sealed,
        };
        let size = sealed.checkpoint.size().get();
        let first = size.saturating_sub(events.len() as u64);
        let entries = events.iter().zip(first..).map(|(event, index)| Recorded {
            id: event.header.id,
            index: EntryIndex::new(index),
            new: true,
        });
        Ok(Receipt {
            entries: entries.collect(),
            checkpoint: sealed.checkpoint,
            warnings,
        })
    }

    /// A new id, for an event that others of its batch name.
    ///
    /// # Errors
    /// `Unavailable` when the system gives no random bytes.
    pub fn new_id(&self) -> Result<EventId> {
        EventId::generate(self.now(), &*self.surroundings.entropy)
    }

    /// What the trail's clock says.
    pub fn now(&self) -> Instant {
        Instant::from_timestamp(self.surroundings.clock.now())
    }
}
