//! Reading back what an apply recorded.

use crate::event::{EventId, Header, Kind, Outcome, Phase};
use std::collections::BTreeSet;

/// Tells the entries of applies of one table from what else is recorded of it: it is shown all of them, oldest first.
#[derive(Debug, Default)]
pub(super) struct Applies {
    announced: BTreeSet<EventId>,
    done: BTreeSet<EventId>,
}

impl Applies {
    /// Whether an entry is the outcome of an apply that changed the table. Whoever records a change of his own, with a number or without, counts for nothing here.
    ///
    /// A failure may be followed by a success: one apply was given up as dead, and was not.
    pub(super) fn is_change(&mut self, header: &Header) -> bool {
        if header.kind != Kind::Schema {
            return false;
        }
        match header.phase {
            Some(Phase::Intent) => {
                self.announced.insert(header.id);
                false
            }
            Some(Phase::Outcome) if header.outcome == Outcome::Success => header
                .of
                .is_some_and(|of| self.announced.remove(&of) && self.done.insert(of)),
            _ => false,
        }
    }

    /// Whether it is recorded that what an intent announced was done.
    pub(super) fn is_done(&self, intent: EventId) -> bool {
        self.done.contains(&intent)
    }
}
