//! Runs of elsewhere into the trail: in batches, and twice as well as once.

use super::ddeutil::is_told_as;
use super::known::{Identity, Known};
use super::record::with_files;
use super::redact::redact;
use super::{Part, Recording, Release, Run, draft};
use crate::error::{Error, Problem, Result};
use crate::event::{Draft, Instant};
use crate::limits::{BATCH_BYTES_MAX, IMPORT_RUNS_MAX, IMPORT_TOLD_MAX};
use crate::trail::{RecordError, Trail};
use std::collections::HashMap;

/// What an import has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Runs that were recorded.
    pub recorded: u64,
    /// Runs that the trail had, with the same content.
    pub there: u64,
    /// What was not imported, and why; the place is the file's name, with the line or the row.
    pub skipped: Told,
    /// What was imported, and is strange all the same.
    pub noted: Told,
    /// What was noticed of the trail.
    pub warnings: Vec<String>,
}

/// Places, and what there is to say of each: at most [`IMPORT_TOLD_MAX`], and how many more there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The first ones.
    pub listed: Vec<Problem>,
    /// How many there are in all.
    pub count: u64,
}

impl Told {
    /// Adds one.
    pub(super) fn add(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.count += 1;
        if self.listed.len() < IMPORT_TOLD_MAX {
            self.listed.push(Problem::new(place, message));
        }
    }

    /// Adds the faults of one place as one.
    pub(super) fn faults(&mut self, place: impl Into<String>, problems: &[Problem]) {
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        self.add(place, texts.join("; "));
    }
}

/// Tells how far an import or export is: what is done, and of how many, where that is known.
pub type Progress<'p> = dyn FnMut(u64, u64) + 'p;

/// Takes runs in, and records them in batches.
pub(super) struct Importer<'t> {
    trail: &'t Trail,
    how: &'t Recording,
    known: Known,
    waiting: Waiting,
    pub(super) imported: Imported,
}

/// Runs that are yet to be recorded.
#[derive(Default)]
struct Waiting {
    runs: Vec<(String, Run)>,
    drafts: Vec<Draft>,
    positions: HashMap<Identity, usize>,
    bytes: usize,
}

impl<'t> Importer<'t> {
    pub(super) fn new(trail: &'t Trail, how: &'t Recording) -> Self {
        Self {
            trail,
            how,
            known: Known::default(),
            waiting: Waiting::default(),
            imported: Imported::default(),
        }
    }

    /// The release of a run that is told by its id alone, where the trail has it.
    pub(super) fn release_of(&mut self, name: &str, run_id: &str) -> Result<Option<Release>> {
        self.known.release_of(self.trail, name, run_id)
    }

    /// Takes a run in that was found at a place. `at` is when it happened, where the run does not say.
    pub(super) fn add(&mut self, place: String, mut run: Run, at: Option<Instant>) -> Result<()> {
        redact(&mut run, &self.how.redact);
        let identity = Identity::of(&run);
        if let Some(position) = self.waiting.positions.get(&identity) {
            let earlier = self.waiting.runs.get(*position);
            if earlier.is_some_and(|(_, earlier)| is_told_as(earlier, &run)) {
                self.imported.there += 1;
                return Ok(());
            }
            // What follows may be the end of what waits.
            self.flush()?;
        }
        let Some(part) = self.part(&run)? else {
            return Ok(());
        };
        let drafted = draft(&run, &part, self.how);
        let mut draft = match drafted {
            Ok(draft) => draft,
            Err(problems) => {
                self.imported.skipped.faults(place, &problems);
                return Ok(());
            }
        };
        let problems = draft.problems();
        if !problems.is_empty() {
            self.imported.skipped.faults(place, &problems);
            return Ok(());
        }
        // What says the same has the same id whenever it is imported.
        draft.id = Some(identity.id_of(&part, &run));
        draft.at = draft.at.or(at);
        let waiting = &mut self.waiting;
        waiting.bytes += draft
            .payload
            .as_ref()
            .map_or(0, |payload| payload.as_bytes().len());
        waiting.positions.insert(identity, waiting.runs.len());
        waiting.runs.push((place, run));
        waiting.drafts.push(draft);
        if waiting.drafts.len() >= IMPORT_RUNS_MAX || waiting.bytes >= BATCH_BYTES_MAX {
            self.flush()?;
        }
        Ok(())
    }

    /// Which part of a run is to be recorded; none where the trail has it.
    fn part(&mut self, run: &Run) -> Result<Option<Part>> {
        let there = self.known.find(self.trail, run)?;
        let Some(last) = there.last() else {
            return Ok(Some(Part::of(run)));
        };
        let is_there = there.iter().any(|entry| is_told_as(&entry.run, run));
        Ok(match last.part {
            _ if is_there || !run.status.is_terminal() => {
                self.imported.there += 1;
                None
            }
            // What began here has ended there.
            Part::Start(_) => Some(Part::End(last.id)),
            // One more execution under the same name: neither is to be lost.
            Part::Whole | Part::End(_) => Some(Part::Whole),
        })
    }

    /// Records what waits, all of it or nothing.
    fn flush(&mut self) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.drafts.is_empty() {
            return Ok(());
        }
        let receipt = match self.trail.record(&waiting.drafts) {
            Ok(receipt) => receipt,
            Err(RecordError::Taken { index, .. }) => {
                return Err(Error::conflict(format!(
                    "entry {index} is one of the runs that are imported, and was recorded meanwhile"
                ))
                .hint("run the import again: what is in the trail is skipped"));
            }
            Err(error) => return Err(error.into()),
        };
        let receipt = with_files(self.trail, receipt, self.how)?;
        for ((_, run), recorded) in waiting.runs.iter().zip(&receipt.entries) {
            self.known.add(run, recorded.index);
        }
        let new = receipt.entries.iter().filter(|entry| entry.new).count() as u64;
        self.imported.recorded += new;
        self.imported.there += receipt.entries.len() as u64 - new;
        for warning in receipt.warnings {
            if !self.imported.warnings.contains(&warning) {
                self.imported.warnings.push(warning);
            }
        }
        Ok(())
    }

    /// Records the rest.
    pub(super) fn finish(mut self) -> Result<Imported> {
        self.flush()?;
        Ok(self.imported)
    }
}
