//! Reading the entries of a workflow where they lie: those that are near each other in one go.

use super::{Release, Status};
use crate::error::{Error, Result};
use crate::event::{AttributeName, Instant};
use crate::seal::EntryIndex;
use crate::store::{Snapshot, StoredEntry};
use std::ops::ControlFlow;

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
    let mut rest = positions;
    while let [first, ..] = rest {
        let near = rest.windows(2).take_while(|pair| match pair {
            [a, b] => b.get() - a.get() <= GAP,
            _ => false,
        });
        let (some, others) = rest
            .split_at_checked(near.count() + 1)
            .unwrap_or((rest, &[]));
        rest = others;
        let last = some.last().unwrap_or(first);
        let mut wanted = some.iter();
        let mut next = wanted.next();
        let range = seq(*first)..seq(*last).saturating_add(1);
        snapshot.bare_entries(range, &mut |stored| {
            // A store tells of what lies between, too.
            if let Some(index) = next.filter(|index| seq(**index) == stored.seq) {
                visit(*index, stored)?;
                next = wanted.next();
            }
            Ok(match next {
                Some(_) => ControlFlow::Continue(()),
                None => ControlFlow::Break(()),
            })
        })?;
        if let Some(missing) = next {
            return Err(Error::corrupt(format!("entry {missing} is missing"))
                .hint("`piperoll verify` names what was changed"));
        }
    }
    Ok(())
}

fn seq(index: EntryIndex) -> i64 {
    i64::try_from(index.get()).unwrap_or(i64::MAX)
}

/// Visits status and release of the entries at ascending positions, as they are kept beside them; an erased one has none.
pub(super) fn status_and_release(
    snapshot: &dyn Snapshot,
    positions: &[EntryIndex],
    visit: &mut dyn FnMut(EntryIndex, Option<Status>, Option<Instant>),
) -> Result<()> {
    each_at(snapshot, positions, &mut |index, stored| {
        let (status, release) = told(&stored)?;
        visit(index, status, release);
        Ok(())
    })
}

/// Status and release that are kept beside an entry.
pub(super) fn told(stored: &StoredEntry<'_>) -> Result<(Option<Status>, Option<Instant>)> {
    let (mut status, mut release) = (None, None);
    for (name, value) in stored.read_attributes()?.iter() {
        if name == AttributeName::Status.as_str() {
            status = Status::parse(value);
        } else if name == AttributeName::Release.as_str() {
            release = Release::from_texts(value, None).map(|found| found.at());
        }
    }
    Ok((status, release))
}
