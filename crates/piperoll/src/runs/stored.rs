//! Reading the entries of a workflow where they lie: those that are near each other in one go.

use super::{Release, Status};
use crate::error::{Error, Result};
use crate::event::{AttributeName, AttributePairs, Instant};
use crate::seal::EntryIndex;
use crate::store::{Snapshot, StoredEntry};
use std::ops::{ControlFlow, Range};

/// Positions that may lie between two entries that are looked at in one go.
const GAP: u64 = 8;

/// Visits the entries at ascending positions.
///
/// # Errors
/// The visitor's, those of the store, and `Corrupt` when one is missing.
pub(super) fn each_at(
    snapshot: &dyn Snapshot,
    positions: &[EntryIndex],
    visit: &mut dyn FnMut(EntryIndex, StoredEntry<'_>) -> Result<()>,
) -> Result<()> {
    for some in near(positions) {
        let mut wanted = Wanted(some);
        snapshot.bare_entries(
            wanted.range(),
            &mut |stored| match wanted.take(stored.seq) {
                Some(index) => visit(index, stored).map(|()| wanted.flow()),
                None => Ok(wanted.flow()),
            },
        )?;
        wanted.finish()?;
    }
    Ok(())
}

/// Visits status and release of the entries at ascending positions, as they are kept beside them; an erased one has none.
///
/// # Errors
/// Those of the store, and `Corrupt` when one is missing or does not have what it should have.
pub(super) fn status_and_release(
    snapshot: &dyn Snapshot,
    positions: &[EntryIndex],
    visit: &mut dyn FnMut(EntryIndex, Option<Status>, Option<Instant>),
) -> Result<()> {
    for some in near(positions) {
        let mut wanted = Wanted(some);
        snapshot.attributes(wanted.range(), &mut |stored| {
            if let Some(index) = wanted.take(stored.seq) {
                let (status, release) = told(&stored.read()?);
                visit(index, status, release);
            }
            Ok(wanted.flow())
        })?;
        wanted.finish()?;
    }
    Ok(())
}

/// Status and release that are kept beside an entry.
pub(super) fn told(attributes: &AttributePairs<'_>) -> (Option<Status>, Option<Instant>) {
    let (mut status, mut release) = (None, None);
    for (name, value) in attributes.iter() {
        if name == AttributeName::Status.as_str() {
            status = Status::parse(value);
        } else if name == AttributeName::Release.as_str() {
            release = Release::from_texts(value, None).map(|found| found.at());
        }
    }
    (status, release)
}

/// Positions in parts that are each read in one go.
fn near(positions: &[EntryIndex]) -> impl Iterator<Item = &[EntryIndex]> {
    positions.chunk_by(|a, b| b.get().saturating_sub(a.get()) <= GAP)
}

/// Positions that are still to come in one go. A store tells of what lies between, too.
struct Wanted<'p>(&'p [EntryIndex]);

impl Wanted<'_> {
    fn range(&self) -> Range<i64> {
        let seq = |index: Option<&EntryIndex>| index.map_or(i64::MAX, |index| seq(*index));
        seq(self.0.first())..seq(self.0.last()).saturating_add(1)
    }

    /// The next, if it is at this position.
    fn take(&mut self, at: i64) -> Option<EntryIndex> {
        let (next, rest) = self.0.split_first()?;
        (seq(*next) == at).then(|| {
            self.0 = rest;
            *next
        })
    }

    fn flow(&self) -> ControlFlow<()> {
        match self.0 {
            [] => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }

    fn finish(&self) -> Result<()> {
        match self.0.first() {
            None => Ok(()),
            Some(missing) => Err(Error::corrupt(format!("entry {missing} is missing"))
                .hint("`piperoll verify` names what was changed")),
        }
    }
}

fn seq(index: EntryIndex) -> i64 {
    i64::try_from(index.get()).unwrap_or(i64::MAX)
}
