use super::find::positions;
use super::stored::status_and_release;
use super::{Part, RunEntry, Status};
use crate::error::Result;
use crate::event::{Action, DraftActor, EventId, Header, Instant, Kind, Value};
use crate::seal::EntryIndex;
use crate::store::{Erased, Filter};
use crate::trail::{Purge, Trail, read_at};
use std::collections::BTreeSet;

/// What the age of a run is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// When it was recorded.
    Recorded,
    /// Its release, which may be long before: what was caught up on yesterday is old.
    Release,
}

/// Which runs are to go.
pub struct Cleanup<'k> {
    /// Those older than this: with what they were, not their headers.
    pub before: Instant,
    /// What their age is counted from.
    pub by: By,
    /// Whether an entry must stay all the same: a hold, or a floor of retention.
    pub keeps: &'k dyn Fn(&Header) -> bool,
    /// Who cleans up.
    pub actor: DraftActor,
    /// Why.
    pub reason: Option<String>,
}

/// What went.
#[derive(Debug, Clone)]
pub struct Cleaned {
    /// Runs.
    pub runs: u64,
    /// Their entries: a run that began and ended has two.
    pub entries: u64,
    /// The entries that account for it.
    pub ids: Vec<EventId>,
    /// Whether it is gone from all that the store holds.
    pub erased: Erased,
    /// The checkpoints that were kept before: signed notes, to be published.
    pub kept: Vec<String>,
    /// What was noticed and did not stop it.
    pub warnings: Vec<String>,
}

/// What is old enough.
#[derive(Default)]
struct Old {
    ends: Vec<(EntryIndex, Option<EventId>)>,
    starts: Vec<(EntryIndex, EventId)>,
}

/// Destroys the payloads of runs that are older than a time, of all workflows, and records that as a purge. What has not ended stays. Headers and proofs stay valid.
///
/// # Errors
/// Those of [`Trail::purge`].
pub fn cleanup(trail: &Trail, cleanup: &Cleanup<'_>) -> Result<Cleaned> {
    let old = old(trail, cleanup)?;
    let ended: BTreeSet<EventId> = old.ends.iter().filter_map(|(_, of)| *of).collect();
    let mut indices: Vec<EntryIndex> = old.ends.iter().map(|(index, _)| *index).collect();
    let runs = indices.len() as u64;
    for (index, id) in &old.starts {
        if ended.contains(id) || is_ended_otherwise(trail, *index, &indices)? {
            indices.push(*index);
        }
    }
    let number = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let by = match cleanup.by {
        By::Recorded => "recorded",
        By::Release => "release",
    };
    let context = [
        ("policy", Value::Text("runs cleanup".to_owned())),
        ("before", Value::Text(cleanup.before.to_string())),
        ("by", Value::Text(by.to_owned())),
        ("runs", number(runs)),
    ];
    let context = context.into_iter();
    let purge = Purge {
        by: cleanup.actor.clone(),
        reason: cleanup.reason.clone(),
        context: context
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    };
    let purged = trail.purge(&indices, &purge)?;
    Ok(Cleaned {
        runs,
        entries: indices.len() as u64,
        ids: purged.ids,
        erased: purged.erased,
        kept: purged.kept,
        warnings: purged.warnings,
    })
}

fn old(trail: &Trail, cleanup: &Cleanup<'_>) -> Result<Old> {
    let snapshot = trail.store().snapshot()?;
    let filter = Filter {
        kind: Some(Kind::Run),
        action: Some(Action::Run.as_str().to_owned()),
        ..Filter::default()
    };
    let all = positions(&*snapshot, &filter, None)?;
    // What has neither status nor release is no run, or is gone already.
    let mut there: Vec<(EntryIndex, Status, Instant)> = Vec::new();
    status_and_release(&*snapshot, &all, &mut |index, status, release| {
        if let (Some(status), Some(release)) = (status, release) {
            there.push((index, status, release));
        }
    })?;
    let mut old = Old::default();
    for (index, status, release) in there {
        if cleanup.by == By::Release && release >= cleanup.before {
            continue;
        }
        let header = read_at(&*snapshot, index)?.header;
        let too_young = cleanup.by == By::Recorded && header.recorded_at >= cleanup.before;
        if too_young || (cleanup.keeps)(&header) {
            continue;
        }
        match status.is_terminal() {
            true => old.ends.push((index, header.of)),
            false => old.starts.push((index, header.id)),
        }
    }
    Ok(old)
}

/// Whether a start that no outcome names was ended by a later entry of the same run, which goes with it.
fn is_ended_otherwise(trail: &Trail, start: EntryIndex, going: &[EntryIndex]) -> Result<bool> {
    let Some(begun) = RunEntry::read(&trail.entry_at(start)?)? else {
        return Ok(false);
    };
    let snapshot = trail.store().snapshot()?;
    let executions = super::find::executions(&*snapshot, &begun.run.name, &begun.run.release)?;
    let is_open = |id| {
        executions
            .iter()
            .any(|e| e.open.as_ref().is_some_and(|open| open.id == id))
    };
    if is_open(begun.id) {
        return Ok(false);
    }
    let mut ends = executions.iter().map(|execution| &execution.entry);
    let end = ends.find(|entry| {
        entry.index > start
            && entry.run.run_id == begun.run.run_id
            && !matches!(entry.part, Part::Start(_))
    });
    Ok(end.is_none_or(|end| going.contains(&end.index)))
}
