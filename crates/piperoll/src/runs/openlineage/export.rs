//! The trail's runs as a file of run events.

use super::event::Transition;
use super::write::{Parent, Telling, ending, lineage_id};
use crate::error::{Error, Result};
use crate::event::Instant;
use crate::fs;
use crate::runs::known::each;
use crate::runs::{Exported, Part, Progress, RunEntry};
use crate::trail::Trail;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

/// Writes all runs as run events, a line each, in the order of their entries: the start of each where it is known, and its end. The file is there whole, or not at all.
///
/// # Errors
/// `Denied` without the right, `Unavailable` when it cannot be written, and those of the trail.
pub fn export_openlineage(
    trail: &Trail,
    path: &Path,
    progress: &mut Progress<'_>,
) -> Result<Exported> {
    let parents = parents(trail)?;
    let namespace = trail.origin().to_string();
    let mut exported = Exported::default();
    fs::write_with(path, &mut |file| {
        exported = Exported::default();
        let mut open: BTreeMap<String, Begun> = BTreeMap::new();
        each(trail, &mut |mut entry, size| {
            progress(entry.index.get() + 1, size);
            let run = &mut entry.run;
            let id = lineage_id(run);
            if run.status.is_terminal() {
                let begun = open.remove(&id).unwrap_or_default();
                run.started_at = run.started_at.or(begun.started_at);
                run.attempt = run.attempt.or(begun.attempt);
                exported.written += 1;
            } else {
                let (started_at, attempt) = (run.started_at, run.attempt);
                open.insert(
                    id,
                    Begun {
                        started_at,
                        attempt,
                    },
                );
            }
            let run = &entry.run;
            let parent = run.parent_run_id.as_ref();
            let telling = Telling {
                run,
                namespace: &namespace,
                // Some call a run its own parent.
                parent: parent
                    .filter(|id| **id != run.run_id)
                    .and_then(|id| parents.get(id)),
            };
            for line in lines(&telling, &entry) {
                writeln!(file, "{line}").map_err(|error| {
                    let shown = path.display();
                    Error::unavailable(format!("`{shown}` cannot be written")).because(error)
                })?;
            }
            Ok(())
        })?;
        exported.running = open.len() as u64;
        Ok(())
    })?;
    Ok(exported)
}

/// What the start of a run knew.
#[derive(Default)]
struct Begun {
    started_at: Option<Instant>,
    attempt: Option<u32>,
}

/// The events that an entry tells of.
fn lines(telling: &Telling<'_>, entry: &RunEntry) -> Vec<String> {
    let run = telling.run;
    let mut lines = Vec::new();
    let started = match entry.part {
        // Its start is an entry of its own.
        Part::End(_) => None,
        Part::Start(_) => run.started_at.or(Some(entry.recorded_at)),
        Part::Whole => run.started_at,
    };
    lines.extend(started.map(|at| telling.event(Transition::Start, at)));
    if run.status.is_terminal() {
        let at = run.ended_at.or(run.started_at).unwrap_or(entry.recorded_at);
        lines.push(telling.event(ending(run.status), at));
    }
    lines
}

/// The runs that others call their parents.
fn parents(trail: &Trail) -> Result<HashMap<String, Parent>> {
    let mut named = HashSet::new();
    each(trail, &mut |entry, _| {
        named.extend(entry.run.parent_run_id);
        Ok(())
    })?;
    let mut parents = HashMap::new();
    if named.is_empty() {
        return Ok(parents);
    }
    each(trail, &mut |entry, _| {
        let run = entry.run;
        if named.contains(&run.run_id) {
            let parent = Parent {
                run_id: lineage_id(&run),
                job: run.name,
            };
            parents.insert(run.run_id, parent);
        }
        Ok(())
    })?;
    Ok(parents)
}
