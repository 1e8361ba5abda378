use super::ddeutil::Files;
use super::entry::to_draft;
use super::find::executions;
use super::redact::{is_to_be_redacted, redact};
use super::{Part, Run};
use crate::error::{Problem, Result};
use crate::event::{Draft, DraftActor, EventId};
use crate::trail::{Receipt, RecordError, Trail};
use std::borrow::Cow;

/// How runs are recorded.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// Who ran those that do not say.
    pub actor: Option<DraftActor>,
    /// Why they are recorded.
    pub reason: Option<String>,
    /// Words: a value whose name holds one is replaced before it is recorded, and so are texts that hold that value.
    pub redact: Vec<String>,
    /// Where each run that has ended lands, too, once it is recorded.
    pub files: Option<Files>,
}

/// Records runs: all of them or none, durable and sealed when it returns. One that has not ended is an intent.
///
/// # Errors
/// [`RecordError`]; nothing was recorded then, unless the error says so: of a file that could not be written. The faults of a run are told with its position.
pub fn record(trail: &Trail, runs: &[Run], how: &Recording) -> Result<Receipt, RecordError> {
    let drafts = drafts(runs, how, &mut |run, _| Ok(Part::of(run)))?;
    Ok(with_files(trail, trail.record(&drafts)?, how)?)
}

/// As [`record`], and one that has ended becomes the outcome of its start, where that is in the trail or among the runs before it. It looks for each.
///
/// # Errors
/// As [`record`], and those of finding.
pub fn record_ends(trail: &Trail, runs: &[Run], how: &Recording) -> Result<Receipt, RecordError> {
    let snapshot = trail.store().snapshot()?;
    // The starts that nothing has ended yet, and the ids of all.
    let mut begun: Vec<(usize, EventId)> = Vec::new();
    let mut ids = Vec::new();
    let mut drafts = drafts(runs, how, &mut |run, position| {
        if !run.status.is_terminal() {
            let id = trail.new_id()?;
            begun.push((position, id));
            ids.push((position, id));
            return Ok(Part::Start(None));
        }
        let here = begun.iter().rposition(|(earlier, _)| {
            let earlier = runs.get(*earlier);
            earlier.is_some_and(|earlier| earlier.is_same_as(run))
        });
        if let Some(here) = here {
            return Ok(Part::End(begun.remove(here).1));
        }
        let there = executions(&*snapshot, &run.name, &run.release)?;
        let mut open = there.iter().filter_map(|execution| execution.open.as_ref());
        let start = open.find(|start| start.run.run_id == run.run_id);
        Ok(start.map_or(Part::Whole, |start| Part::End(start.id)))
    })?;
    drop(snapshot);
    for (position, id) in ids {
        if let Some(start) = drafts.get_mut(position) {
            start.id = Some(id);
        }
    }
    Ok(with_files(trail, trail.record(&drafts)?, how)?)
}

/// What was recorded lands in the folder of files, too, where there is one.
pub(super) fn with_files(trail: &Trail, receipt: Receipt, how: &Recording) -> Result<Receipt> {
    if let Some(files) = &how.files {
        files.write_recorded(trail, &receipt)?;
    }
    Ok(receipt)
}

/// The drafts of runs; `part` says of each which part it is.
fn drafts(
    runs: &[Run],
    how: &Recording,
    part: &mut dyn FnMut(&Run, usize) -> Result<Part>,
) -> Result<Vec<Draft>, RecordError> {
    let mut drafts = Vec::with_capacity(runs.len());
    let mut problems: Vec<(usize, Problem)> = Vec::new();
    for (position, run) in runs.iter().enumerate() {
        match draft(run, &part(run, position)?, how) {
            Ok(draft) => drafts.push(draft),
            Err(faults) => problems.extend(faults.into_iter().map(|fault| (position, fault))),
        }
    }
    match problems.is_empty() {
        true => Ok(drafts),
        false => Err(RecordError::Invalid(problems)),
    }
}

/// The draft of a part of a run, redacted.
///
/// # Errors
/// The faults: nobody is named, or the payload exceeds a limit. Those of the header are told when it is recorded.
pub fn draft(run: &Run, part: &Part, how: &Recording) -> Result<Draft, Vec<Problem>> {
    to_draft(
        &redacted(run, how),
        part,
        how.actor.as_ref(),
        how.reason.as_deref(),
    )
}

/// The run as it may be seen.
pub(super) fn redacted<'r>(run: &'r Run, how: &Recording) -> Cow<'r, Run> {
    if !is_to_be_redacted(run, &how.redact) {
        return Cow::Borrowed(run);
    }
    let mut run = run.clone();
    redact(&mut run, &how.redact);
    Cow::Owned(run)
}
