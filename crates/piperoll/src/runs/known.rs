//! The runs that a trail has, by what tells them apart.

use super::{Part, Run, RunEntry, ddeutil};
use crate::error::Result;
use crate::event::{EventId, Kind, Value};
use crate::query::stream;
use crate::seal::EntryIndex;
use crate::store::{Filter, Order};
use crate::trail::Trail;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::ops::ControlFlow;

/// A hash of what tells a run apart: name, instant of release, id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Identity([u8; 32]);

impl Identity {
    pub(super) fn of(run: &Run) -> Self {
        let texts = [&run.name, &run.release.instant_text(), &run.run_id];
        let texts = texts.map(|text| Value::Text(text.clone()));
        let array = Value::Array(texts.to_vec()).canonical();
        Self(Sha256::digest(array.as_bytes()).into())
    }

    /// A UUID for where others want one.
    pub(super) fn uuid(&self) -> EventId {
        EventId::derived(&self.0)
    }

    /// The id of the entry that records a part of it, wherever it is imported from: another one where it says something else.
    pub(super) fn id_of(&self, part: &Part, run: &Run) -> EventId {
        let part = match part {
            Part::Whole => "whole",
            Part::Start(_) => "start",
            Part::End(_) => "end",
        };
        let mut hash = Sha256::new();
        for text in ["piperoll run v1", part] {
            hash.update(text.as_bytes());
            hash.update([0]);
        }
        hash.update(self.0);
        hash.update(ddeutil::document(run).as_bytes());
        EventId::derived(&hash.finalize().into())
    }
}

/// Where a trail has the runs that it has: of each all entries, in their order.
#[derive(Debug, Default)]
pub(super) struct Known {
    entries: HashMap<Identity, Vec<EntryIndex>>,
}

impl Known {
    /// Looks through a trail, and lets `visit` see what is there.
    pub(super) fn of(trail: &Trail, visit: &mut dyn FnMut(RunEntry)) -> Result<Self> {
        let mut known = Self::default();
        each(trail, &mut |read, _| {
            known.add(Identity::of(&read.run), read.index);
            visit(read);
            Ok(())
        })?;
        Ok(known)
    }

    /// A run was recorded at an index.
    pub(super) fn add(&mut self, identity: Identity, index: EntryIndex) {
        self.entries.entry(identity).or_default().push(index);
    }

    /// The entries of a run.
    pub(super) fn find(&self, trail: &Trail, identity: Identity) -> Result<Vec<RunEntry>> {
        let mut found = Vec::new();
        for index in self.entries.get(&identity).into_iter().flatten() {
            found.extend(RunEntry::read(&trail.entry_at(*index)?)?);
        }
        Ok(found)
    }
}

/// Visits the entries of runs, the oldest first, each with the size of the trail.
pub(super) fn each(
    trail: &Trail,
    visit: &mut dyn FnMut(RunEntry, u64) -> Result<()>,
) -> Result<()> {
    let size = trail.store().snapshot()?.head()?.size.get();
    let filter = Filter {
        kind: Some(Kind::Run),
        ..Filter::default()
    };
    stream(
        trail,
        &filter,
        Order::OldestFirst,
        None,
        None,
        &mut |entry| {
            // What comes in meanwhile is for another time.
            if entry.index.get() >= size {
                return Ok(ControlFlow::Break(()));
            }
            if let Some(read) = RunEntry::read(&entry)? {
                visit(read, size)?;
            }
            Ok(ControlFlow::Continue(()))
        },
    )
}
