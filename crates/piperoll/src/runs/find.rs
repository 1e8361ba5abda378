use super::execution::{self, Execution, Executions, is_pointed as stands};
use super::stored::{each_at, status_and_release};
use super::{Release, RunEntry, Status};
use crate::error::Result;
use crate::event::{Action, Attribute, AttributeName, Instant, Kind, Outcome};
use crate::seal::EntryIndex;
use crate::store::{Filter, Glob, Order, Page, Snapshot};
use crate::trail::{Trail, read_at};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Which runs of a workflow are looked for: all that is given.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// The workflow's name, letter by letter.
    pub name: String,
    /// How they ended.
    pub status: Option<Status>,
    /// Their release is at or after this.
    pub since: Option<Instant>,
    /// Their release is before this.
    pub until: Option<Instant>,
}

/// Releases that are read under one view of the store: whoever visits may take his time, and a view that is held keeps what was erased.
const RELEASES_AT_ONCE: usize = 200;

/// Visits the runs of a workflow, the newest release first, of one release the latest execution first. Status and times are looked up beside the entries; only the payloads of
/// what is visited are read. An execution that has begun and ended is one run, as it ended.
///
/// # Errors
/// The visitor's, and those of the trail.
pub fn find(
    trail: &Trail,
    query: &Query,
    visit: &mut dyn FnMut(RunEntry) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let releases = releases(trail, query)?;
    for some in releases.chunks(RELEASES_AT_ONCE) {
        let mut found = Vec::new();
        let snapshot = trail.store().snapshot()?;
        for executions in executions_of(&*snapshot, query, some)? {
            let runs = executions
                .into_iter()
                .rev()
                .map(|execution| execution.entry);
            let wanted =
                |entry: &RunEntry| query.status.is_none_or(|status| status == entry.run.status);
            found.extend(runs.filter(wanted));
        }
        drop(snapshot);
        for entry in found {
            if visit(entry)?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The executions of one release, in the order in which they began.
///
/// # Errors
/// Those of the trail.
pub fn of_release(trail: &Trail, name: &str, release: &Release) -> Result<Vec<RunEntry>> {
    let executions = executions(&*trail.store().snapshot()?, name, release)?;
    Ok(executions.into_iter().map(|found| found.entry).collect())
}

/// Whether a release has a record of a run that has ended; with `success_only`, of one that has succeeded. No payload is read.
///
/// # Errors
/// Those of the trail.
pub fn is_pointed(
    trail: &Trail,
    name: &str,
    release: &Release,
    success_only: bool,
) -> Result<bool> {
    let snapshot = trail.store().snapshot()?;
    let positions = at_release(&*snapshot, name, release)?;
    let mut cancelled = Vec::new();
    let mut pointed = false;
    status_and_release(
        &*snapshot,
        &positions,
        &mut |index, status, _| match status {
            Some(Status::Cancel) => cancelled.push(index),
            Some(status) => pointed |= stands(status, false, success_only),
            None => {}
        },
    )?;
    for index in cancelled {
        let interrupted = read_at(&*snapshot, index)?.header.outcome == Outcome::Unknown;
        pointed |= stands(Status::Cancel, interrupted, success_only);
    }
    Ok(pointed)
}

/// As [`of_release`], within a view.
pub(super) fn executions(
    snapshot: &dyn Snapshot,
    name: &str,
    release: &Release,
) -> Result<Vec<Execution>> {
    execution::read(snapshot, &at_release(snapshot, name, release)?)
}

/// The entries of a workflow.
pub(super) fn of_workflow(name: &str) -> Filter {
    Filter {
        kind: Some(Kind::Run),
        action: Some(Action::Run.as_str().to_owned()),
        resource: Some(Glob::exact(name)),
        ..Filter::default()
    }
}

/// Where entries are, ascending, behind `after`.
pub(super) fn positions(
    snapshot: &dyn Snapshot,
    filter: &Filter,
    after: Option<EntryIndex>,
) -> Result<Vec<EntryIndex>> {
    let page = Page {
        order: Order::OldestFirst,
        after,
        limit: usize::MAX,
    };
    snapshot.find(filter, &page)
}

fn at_release(snapshot: &dyn Snapshot, name: &str, release: &Release) -> Result<Vec<EntryIndex>> {
    let filter = Filter {
        attribute: Some(Attribute {
            name: AttributeName::Release,
            value: release.instant_text(),
        }),
        ..of_workflow(name)
    };
    positions(snapshot, &filter, None)
}

/// A release, and where its entries are as far as that is known.
struct At {
    release: Instant,
    /// `None`: they are to be looked for.
    positions: Option<Vec<EntryIndex>>,
}

/// The executions of each release, in their order. What lies together is read together, to whichever release it belongs.
fn executions_of(
    snapshot: &dyn Snapshot,
    query: &Query,
    releases: &[At],
) -> Result<Vec<Vec<Execution>>> {
    let mut places: Vec<(EntryIndex, usize)> = Vec::new();
    for (number, at) in releases.iter().enumerate() {
        let found = match &at.positions {
            None => &at_release(snapshot, &query.name, &Release::utc(at.release))?,
            Some(positions) => positions,
        };
        places.extend(found.iter().map(|index| (*index, number)));
    }
    places.sort_unstable();
    let positions: Vec<EntryIndex> = places.iter().map(|(index, _)| *index).collect();
    let mut numbers = places.iter().map(|(_, number)| *number);
    let mut all: Vec<Executions> = releases.iter().map(|_| Executions::default()).collect();
    each_at(snapshot, &positions, &mut |_, stored| {
        let executions = numbers.next().and_then(|number| all.get_mut(number));
        executions.map_or(Ok(()), |executions| executions.take(&stored))
    })?;
    Ok(all.into_iter().map(Executions::finish).collect())
}

/// The releases that may have what is wanted, the newest first.
fn releases(trail: &Trail, query: &Query) -> Result<Vec<At>> {
    let snapshot = trail.store().snapshot()?;
    let ended = query.status.filter(|status| status.is_terminal());
    let filter = Filter {
        attribute: ended.map(|status| Attribute {
            name: AttributeName::Status,
            value: status.as_str().to_owned(),
        }),
        ..of_workflow(&query.name)
    };
    let positions = positions(&*snapshot, &filter, None)?;
    let mut places: Vec<(Instant, EntryIndex, bool)> = Vec::with_capacity(positions.len());
    status_and_release(&*snapshot, &positions, &mut |index, status, release| {
        let inside = |release: &Instant| {
            query.since.is_none_or(|since| *release >= since)
                && query.until.is_none_or(|until| *release < until)
        };
        if let (Some(status), Some(release)) = (status, release.filter(inside)) {
            places.push((release, index, status.is_terminal()));
        }
    })?;
    places.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut releases = Vec::new();
    for group in places.chunk_by(|a, b| a.0 == b.0) {
        let [(release, ..), ..] = group else { continue };
        let indices = group.iter().map(|(_, index, _)| *index);
        let is_wanted = match query.status {
            Some(status) if !status.is_terminal() => may_be_open(&*snapshot, group)?,
            _ => true,
        };
        if is_wanted {
            releases.push(At {
                release: *release,
                positions: ended.is_none().then(|| indices.collect()),
            });
        }
    }
    Ok(releases)
}

/// Whether something of a release may have begun and not ended, as far as its headers tell.
fn may_be_open(snapshot: &dyn Snapshot, group: &[(Instant, EntryIndex, bool)]) -> Result<bool> {
    let mut begun = BTreeSet::new();
    let mut ended = BTreeSet::new();
    if group.iter().all(|(.., is_over)| *is_over) {
        return Ok(false);
    }
    for (_, index, is_over) in group {
        let header = read_at(snapshot, *index)?.header;
        if !is_over {
            begun.insert(header.id);
        }
        ended.extend(header.of);
    }
    Ok(!begun.is_subset(&ended))
}
