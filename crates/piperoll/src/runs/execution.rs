//! The entries of one release, as the executions that they tell of.

use super::stored::each_at;
use super::{Part, RunEntry, Status};
use crate::error::Result;
use crate::event::Outcome;
use crate::limits::CLAIM_LEASE_SECONDS_MAX;
use crate::seal::EntryIndex;
use crate::store::{Snapshot, StoredEntry};
use crate::trail::Lease;

/// One execution of a workflow for a release.
pub(super) struct Execution {
    /// Its newest entry, with what its start knew.
    pub(super) entry: RunEntry,
    /// The start that nothing has ended. Few have one, and many may be held at once.
    pub(super) open: Option<Box<RunEntry>>,
    /// Whether it was found dead by whoever took over.
    pub(super) interrupted: bool,
}

impl Execution {
    /// The lease of its start, while it has not ended. Whoever writes one by hand holds a release no longer than a claim may.
    pub(super) fn lease(&self) -> Option<Lease> {
        let open = self.open.as_ref()?;
        let Part::Start(Some(lease)) = &open.part else {
            return None;
        };
        let most = Lease::new(
            lease.process.clone(),
            open.recorded_at,
            CLAIM_LEASE_SECONDS_MAX,
        );
        let until = lease.until.min(most.until);
        Some(Lease {
            until,
            ..lease.clone()
        })
    }

    /// Whether it stands in the way of a `NORMAL` run.
    pub(super) fn is_pointed(&self, success_only: bool) -> bool {
        is_pointed(self.entry.run.status, self.interrupted, success_only)
    }
}

/// Whether a record of this status stands in the way of a `NORMAL` run.
pub(super) fn is_pointed(status: Status, interrupted: bool, success_only: bool) -> bool {
    match status {
        Status::Success => true,
        Status::Failed | Status::Skip => !success_only,
        Status::Cancel => !success_only && !interrupted,
        Status::Wait | Status::Running => false,
    }
}

/// The executions that the entries at these positions tell of, in the order in which they began; the positions are those of one release, ascending.
pub(super) fn read(snapshot: &dyn Snapshot, positions: &[EntryIndex]) -> Result<Vec<Execution>> {
    let mut executions = Executions::default();
    each_at(snapshot, positions, &mut |_, stored| {
        executions.take(&stored)
    })?;
    Ok(executions.finish())
}

/// Those of one release, as far as they were read.
#[derive(Default)]
pub(super) struct Executions(Vec<Execution>);

impl Executions {
    /// Takes the next entry in, if it is a run.
    pub(super) fn take(&mut self, stored: &StoredEntry<'_>) -> Result<()> {
        if let Some((entry, outcome)) = RunEntry::read_stored(stored)? {
            self.add(entry, outcome);
        }
        Ok(())
    }

    fn add(&mut self, mut entry: RunEntry, outcome: Outcome) {
        let status = entry.run.status;
        let interrupted = outcome == Outcome::Unknown && status == Status::Cancel;
        let begun = self.0.iter_mut().rev().find(|earlier| {
            let start = earlier.open.as_ref();
            start.is_some_and(|start| match entry.part {
                Part::End(of) => start.id == of,
                _ => start.run.run_id == entry.run.run_id,
            })
        });
        let open = (!status.is_terminal()).then(|| Box::new(entry.clone()));
        match begun {
            Some(execution) => {
                let start = &execution.entry.run;
                entry.run.attempt = entry.run.attempt.or(start.attempt);
                entry.run.started_at = entry.run.started_at.or(start.started_at);
                *execution = Execution {
                    entry,
                    open,
                    interrupted,
                };
            }
            None => {
                if self.0.is_empty() {
                    // Most releases have one, and it is large.
                    self.0.reserve_exact(1);
                }
                self.0.push(Execution {
                    entry,
                    open,
                    interrupted,
                });
            }
        }
    }

    /// All of them, each with its number.
    pub(super) fn finish(mut self) -> Vec<Execution> {
        for (execution, place) in self.0.iter_mut().zip(1u32..) {
            let attempt = &mut execution.entry.run.attempt;
            *attempt = attempt.or(Some(place));
        }
        self.0
    }
}
