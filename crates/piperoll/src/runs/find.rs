use super::execution::{self, Execution, Executions, is_pointed as stands};
use super::stored::{each_at, status_and_release, told};
use super::{Release, RunEntry, Status};
use crate::error::Result;
use crate::event::{Action, Attribute, AttributeName, Instant, Kind, Outcome};
use crate::limits::{RUN_BYTES_AT_ONCE_MAX, RUNS_AT_ONCE_MAX};
use crate::seal::EntryIndex;
use crate::store::{Filter, Glob, Order, Page, Snapshot};
use crate::trail::{Trail, read_at};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
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

impl Query {
    /// Whether a release is not too early and not too late.
    fn lets_in(&self, release: Instant) -> bool {
        self.since.is_none_or(|since| release >= since)
            && self.until.is_none_or(|until| release < until)
    }
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
    if let Some(found) = at_once(trail, query)? {
        return visit_each(found, visit).map(drop);
    }
    let releases = releases(trail, query)?;
    for some in releases.chunks(RELEASES_AT_ONCE) {
        let snapshot = trail.store().snapshot()?;
        let found = executions_of(&*snapshot, query, some)?;
        drop(snapshot);
        let wanted = |found: &Execution| {
            query
                .status
                .is_none_or(|status| status == found.entry.run.status)
        };
        let found = found.into_iter().map(|mut executions| {
            executions.retain(wanted);
            executions
        });
        if visit_each(found, visit)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// Visits executions, release by release, the latest of each first.
fn visit_each(
    releases: impl IntoIterator<Item = Vec<Execution>>,
    visit: &mut dyn FnMut(RunEntry) -> Result<ControlFlow<()>>,
) -> Result<ControlFlow<()>> {
    for executions in releases {
        for execution in executions.into_iter().rev() {
            if visit(execution.entry)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// The executions of each release, the newest first, where all of them are wanted and there is room for all: they are read once then, not first for their order.
fn at_once(trail: &Trail, query: &Query) -> Result<Option<Vec<Vec<Execution>>>> {
    if query.status.is_some() {
        return Ok(None);
    }
    let snapshot = trail.store().snapshot()?;
    let positions = positions(&*snapshot, &of_workflow(&query.name), None)?;
    if positions.len() > RUNS_AT_ONCE_MAX {
        return Ok(None);
    }
    let mut releases: BTreeMap<Reverse<Instant>, Executions> = BTreeMap::new();
    let mut bytes = 0;
    each_at(&*snapshot, &positions, &mut |_, stored| {
        bytes += stored.payload.map_or(0, <[u8]>::len);
        if bytes <= RUN_BYTES_AT_ONCE_MAX
            && let (Some(_), Some(release)) = told(&stored.read_attributes()?)
            && query.lets_in(release)
        {
            releases
                .entry(Reverse(release))
                .or_default()
                .take(&stored)?;
        }
        Ok(())
    })?;
    let found = releases.into_values().map(Executions::finish);
    Ok((bytes <= RUN_BYTES_AT_ONCE_MAX).then(|| found.collect()))
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
        if let (Some(status), Some(release)) = (status, release)
            && query.lets_in(release)
        {
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
