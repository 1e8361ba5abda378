//! A release is claimed by an intent, recorded at the size at which nothing was seen that stands in its way. So of any number who ask, one gets it.

use super::execution::Execution;
use super::find::executions;
use super::record::with_files;
use super::{Part, Recording, Run, RunEntry, Status, draft};
use crate::error::{Error, Problem, Result};
use crate::event::{Draft, EventId, Instant, Outcome, Value};
use crate::fs::Process;
use crate::limits::CLAIM_LEASE_SECONDS_MAX;
use crate::trail::{Lease, Receipt, Trail};
use std::collections::BTreeMap;

/// How a release is claimed.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Who holds it: as soon as it is seen to be dead, another may take over. One without a number is never seen dead.
    pub process: Process,
    /// Seconds after which another may take over in any case.
    pub lease_seconds: u32,
    /// Whether a run that has ended stands in the way: `NORMAL` runs once.
    pub once: bool,
    /// Whether, of those, only one that has succeeded does.
    pub success_only: bool,
}

/// What became of a claim.
#[derive(Debug, Clone)]
pub enum Claimed {
    /// It is the caller's.
    Here {
        /// The run as it was recorded, with its attempt.
        run: Box<Run>,
        /// The entry: what ends the run is its outcome.
        id: EventId,
        /// The ids of runs whose holder was gone.
        taken_over: Vec<String>,
        /// What was noticed and did not stop it.
        warnings: Vec<String>,
    },
    /// This stands in its way: a run that has ended, or one that holds the release.
    Taken(Box<RunEntry>),
}

/// Claims the release of a run, and records that it begins. What a dead process has left is ended by the same append, as `CANCEL` with the outcome `unknown`.
///
/// # Errors
/// `InvalidInput` when the run cannot be recorded; those of [`Trail::record_with`].
pub fn claim(trail: &Trail, run: &Run, claim: &Claim, how: &Recording) -> Result<Claimed> {
    let mut run = run.clone();
    run.status = Status::Running;
    let given = run.attempt;
    let mut taken = None;
    let mut taken_over = Vec::new();
    let receipt = trail.record_with(&mut || {
        let now = trail.now();
        taken_over.clear();
        let snapshot = trail.store().snapshot()?;
        let there = executions(&*snapshot, &run.name, &run.release)?;
        drop(snapshot);
        let count = u32::try_from(there.len()).unwrap_or(u32::MAX);
        taken = there
            .iter()
            .rev()
            .find(|execution| claim.is_stopped_by(execution, now))
            .map(|execution| Box::new(execution.entry.clone()));
        if taken.is_some() {
            return Ok(Vec::new());
        }
        let mut drafts = Vec::new();
        for dead in there.iter().filter(|execution| execution.lease().is_some()) {
            drafts.extend(interrupted(dead, &run, now, how)?);
            taken_over.push(dead.entry.run.run_id.clone());
        }
        run.attempt = given.or(Some(count.saturating_add(1)));
        let seconds = claim.lease_seconds.min(CLAIM_LEASE_SECONDS_MAX);
        let lease = Lease::new(claim.process.clone(), now, seconds);
        let start = draft(&run, &Part::Start(Some(lease)), how);
        drafts.push(start.map_err(|problems| refused(&run, problems))?);
        Ok(drafts)
    });
    let mut receipt = receipt.map_err(Error::from)?;
    // What was taken over has ended. The claim holds whether or not that can be written into a file.
    if let Some(Err(error)) = (how.files.as_ref()).map(|it| it.write_recorded(trail, &receipt)) {
        receipt.warnings.push(error.chain());
    }
    match (taken, receipt.entries.last()) {
        (Some(taken), _) => Ok(Claimed::Taken(taken)),
        (None, Some(start)) => Ok(Claimed::Here {
            run: Box::new(run),
            id: start.id,
            taken_over,
            warnings: receipt.warnings,
        }),
        (None, None) => Err(Error::internal("a claim was neither recorded nor refused")),
    }
}

/// Records the end of a run that was claimed.
///
/// # Errors
/// `InvalidInput` when it cannot be recorded; those of [`Trail::record`].
pub fn finish(trail: &Trail, run: &Run, start: EventId, how: &Recording) -> Result<Receipt> {
    let end = draft(run, &Part::End(start), how).map_err(|problems| refused(run, problems))?;
    with_files(trail, trail.record(&[end])?, how)
}

impl Claim {
    fn is_stopped_by(&self, execution: &Execution, now: Instant) -> bool {
        let held = execution
            .lease()
            .is_some_and(|lease| !lease.is_over(&self.process, now));
        held || (self.once && execution.is_pointed(self.success_only))
    }
}

/// The end of what a dead process has left: nobody knows how far it came.
fn interrupted(dead: &Execution, by: &Run, now: Instant, how: &Recording) -> Result<Option<Draft>> {
    let Some(start) = &dead.open else {
        return Ok(None);
    };
    let mut run = start.run.clone();
    run.status = Status::Cancel;
    run.ended_at = Some(now);
    // What is recorded here is found out by another.
    run.actor = by.actor.clone();
    let text = |text: &str| Value::Text(text.to_owned());
    let message = format!("its process was gone; run {} took over", by.run_id);
    let errors = [("name", text("Interrupted")), ("message", text(&message))];
    let errors: BTreeMap<String, Value> = errors
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    run.context.insert("errors", Value::Object(errors));
    let end = draft(&run, &Part::End(start.id), how);
    let mut end = end.map_err(|problems| refused(&run, problems))?;
    end.outcome = Some(Outcome::Unknown);
    Ok(Some(end))
}

fn refused(run: &Run, problems: Vec<Problem>) -> Error {
    Error::invalid_input(format!("the run `{}` cannot be recorded", run.run_id))
        .with_problems(problems)
}
