use super::ddeutil::Files;
use super::entry::to_draft;
use super::redact::redact;
use super::{Part, Run};
use crate::error::{Problem, Result};
use crate::event::{Draft, DraftActor};
use crate::trail::{Receipt, RecordError, Trail};

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
    let mut drafts = Vec::with_capacity(runs.len());
    let mut problems: Vec<(usize, Problem)> = Vec::new();
    for (position, run) in runs.iter().enumerate() {
        match draft(run, &Part::of(run), how) {
            Ok(draft) => drafts.push(draft),
            Err(faults) => problems.extend(faults.into_iter().map(|fault| (position, fault))),
        }
    }
    if !problems.is_empty() {
        return Err(RecordError::Invalid(problems));
    }
    let receipt = trail.record(&drafts)?;
    if let Some(files) = &how.files {
        files.write_recorded(trail, &receipt)?;
    }
    Ok(receipt)
}

/// The draft of a part of a run, redacted.
///
/// # Errors
/// The faults: nobody is named, or the payload exceeds a limit. Those of the header are told when it is recorded.
pub fn draft(run: &Run, part: &Part, how: &Recording) -> Result<Draft, Vec<Problem>> {
    let mut run = run.clone();
    redact(&mut run, &how.redact);
    to_draft(run, part, how.actor.as_ref(), how.reason.as_deref())
}
