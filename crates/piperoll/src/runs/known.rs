//! The runs that a trail has, by what tells them apart.

use super::find::{of_workflow, positions};
use super::stored::{each_at, status_and_release};
use super::{Part, Release, Run, RunEntry, ddeutil};
use crate::error::Result;
use crate::event::{EventId, Instant, Kind, Value};
use crate::query::stream;
use crate::seal::EntryIndex;
use crate::store::{Filter, Order};
use crate::trail::Trail;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::collections::hash_map::Entry as MapEntry;
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

/// Where a trail has the entries of the workflows that were asked for: looked up once for each, beside the entries. Payloads are read of what is asked for only.
#[derive(Debug, Default)]
pub(super) struct Known {
    workflows: HashMap<String, HashMap<Instant, Vec<EntryIndex>>>,
    /// The releases of runs by their ids, of the workflows for which that was asked.
    ids: HashMap<String, HashMap<String, Release>>,
}

impl Known {
    /// A run was recorded at an index. What was not asked for is looked up when it is.
    pub(super) fn add(&mut self, run: &Run, index: EntryIndex) {
        if let Some(releases) = self.workflows.get_mut(&run.name) {
            releases.entry(run.release.at()).or_default().push(index);
        }
        if let Some(ids) = self.ids.get_mut(&run.name) {
            ids.insert(run.run_id.clone(), run.release);
        }
    }

    /// The entries of a run.
    pub(super) fn find(&mut self, trail: &Trail, run: &Run) -> Result<Vec<RunEntry>> {
        let releases = self.releases(trail, &run.name)?;
        let Some(positions) = releases.get(&run.release.at()) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        let snapshot = trail.store().snapshot()?;
        each_at(&*snapshot, positions, &mut |_, stored| {
            let entry = RunEntry::read_stored(&stored)?.map(|(entry, _)| entry);
            found.extend(entry.filter(|entry| entry.run.is_same_as(run)));
            Ok(())
        })?;
        Ok(found)
    }

    /// The release for which a trail has a run that is told by its id alone; the newest entry counts. The first question reads all of the workflow.
    pub(super) fn release_of(
        &mut self,
        trail: &Trail,
        name: &str,
        run_id: &str,
    ) -> Result<Option<Release>> {
        if let Some(ids) = self.ids.get(name) {
            return Ok(ids.get(run_id).copied());
        }
        let releases = self.releases(trail, name)?;
        let mut positions: Vec<EntryIndex> = releases.values().flatten().copied().collect();
        positions.sort_unstable();
        let mut ids = HashMap::new();
        let snapshot = trail.store().snapshot()?;
        each_at(&*snapshot, &positions, &mut |_, stored| {
            let entry = RunEntry::read_stored(&stored)?;
            ids.extend(entry.map(|(entry, _)| (entry.run.run_id, entry.run.release)));
            Ok(())
        })?;
        let found = ids.get(run_id).copied();
        self.ids.insert(name.to_owned(), ids);
        Ok(found)
    }

    fn releases(
        &mut self,
        trail: &Trail,
        name: &str,
    ) -> Result<&mut HashMap<Instant, Vec<EntryIndex>>> {
        Ok(match self.workflows.entry(name.to_owned()) {
            MapEntry::Occupied(there) => there.into_mut(),
            MapEntry::Vacant(empty) => {
                let snapshot = trail.store().snapshot()?;
                let all = positions(&*snapshot, &of_workflow(name), None)?;
                let mut releases: HashMap<Instant, Vec<EntryIndex>> = HashMap::new();
                status_and_release(&*snapshot, &all, &mut |index, _, release| {
                    if let Some(release) = release {
                        releases.entry(release).or_default().push(index);
                    }
                })?;
                empty.insert(releases)
            }
        })
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
