//! Runs of the trail for elsewhere.

use super::import::Told;
use super::known::{Identity, each};
use super::{Progress, RunEntry};
use crate::error::Result;
use crate::event::Instant;
use crate::trail::Trail;
use std::collections::HashMap;

/// What an export has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// Runs that were written.
    pub written: u64,
    /// Runs that were there, and said the same.
    pub there: u64,
    /// Attempts for which the format has no room beside a newer one.
    pub older: Told,
    /// Runs that were not exported, and why.
    pub skipped: Told,
    /// Runs that have not ended, and are left for a later export.
    pub running: u64,
}

/// Visits what has ended, the oldest entry first, with what its start knew; tells how far it is. Returns how many runs have not ended.
pub(super) fn each_ended(
    trail: &Trail,
    progress: &mut Progress<'_>,
    visit: &mut dyn FnMut(RunEntry) -> Result<()>,
) -> Result<u64> {
    let mut open: HashMap<Identity, (Option<Instant>, Option<u32>)> = HashMap::new();
    each(trail, &mut |mut entry, size| {
        progress(entry.index.get() + 1, size);
        let identity = Identity::of(&entry.run);
        let run = &mut entry.run;
        if run.status.is_terminal() {
            let (started_at, attempt) = open.remove(&identity).unwrap_or_default();
            run.started_at = run.started_at.or(started_at);
            run.attempt = run.attempt.or(attempt);
            visit(entry)
        } else {
            open.insert(identity, (run.started_at, run.attempt));
            Ok(())
        }
    })?;
    Ok(open.len() as u64)
}
