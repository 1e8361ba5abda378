//! A table's lock is an intent without outcome, recorded at the size at which none was seen.

use super::Request;
use super::entries::Entries;
use super::reconcile::record_outcome;
use crate::error::{Error, Result};
use crate::event::{EventId, Kind, Payload, Phase};
use crate::limits::{APPLY_LEASE_SECONDS, LOCK_WAIT_SECONDS};
use crate::seal::EntryIndex;
use crate::store::{Filter, Glob, Order, Page};
use crate::tables::Spec;
use crate::tables::plan::TablePlan;
use crate::target::{TableName, Target};
use crate::trail::{Entry, Lease, Trail};
use std::collections::BTreeSet;
use std::time::Duration;

/// The own intent.
pub(super) struct Intent {
    pub(super) id: EventId,
    pub(super) warnings: Vec<String>,
}

pub(super) enum Taken {
    /// The table is locked by this.
    Here(Intent),
    /// Another apply was faster.
    ByAnother,
}

/// An intent without outcome.
pub(super) struct Open {
    pub(super) entry: Entry,
    pub(super) payload: Payload,
    pub(super) lease: Lease,
}

/// How long it was waited for another apply.
#[derive(Default)]
pub(super) struct Wait {
    pauses: u64,
}

const PAUSE: Duration = Duration::from_millis(50);

impl Wait {
    fn pause(&mut self, table: &TableName, open: &Open) -> Result<()> {
        const PAUSES_MAX: u64 = LOCK_WAIT_SECONDS * 20;
        if self.pauses >= PAUSES_MAX {
            let Lease { process, until } = &open.lease;
            let message = format!("another apply holds `{table}`: entry {}", open.entry.index);
            return Err(Error::conflict(message).hint(format!(
                "it is process {} on `{}`; retry when it has ended, or after {until}",
                process.pid, process.host
            )));
        }
        self.pauses += 1;
        std::thread::sleep(PAUSE);
        Ok(())
    }
}

/// Waits until nobody holds the table. What a dead process left is taken over: its outcome is recorded.
pub(super) fn free(
    trail: &Trail,
    target: &dyn Target,
    spec: &Spec,
    request: &Request,
    wait: &mut Wait,
) -> Result<()> {
    let table = &spec.table.name;
    while let Some(open) = open(trail, table)? {
        if open.lease.is_over(&request.process, trail.now()) {
            record_outcome(&open, table, target, trail, request)?;
        } else {
            wait.pause(table, &open)?;
        }
    }
    Ok(())
}

/// The newest entry of a table.
pub(super) fn newest(trail: &Trail, table: &TableName) -> Result<Option<EntryIndex>> {
    let page = Page {
        order: Order::NewestFirst,
        after: None,
        limit: 1,
    };
    let found = trail.store().snapshot()?.find(&of(table)?, &page)?;
    Ok(found.first().copied())
}

/// The entries of a table.
fn of(table: &TableName) -> Result<Filter> {
    Ok(Filter {
        kind: Some(Kind::Schema),
        resource: Some(Glob::parse(&table.to_string())?),
        ..Filter::default()
    })
}

/// Records the intent, unless somebody holds the table, or has held it since the entry `seen`, which was the newest before the plan was made: a whole apply may
/// have come between.
pub(super) fn take(
    trail: &Trail,
    entries: &Entries<'_>,
    plan: &TablePlan,
    seen: Option<EntryIndex>,
) -> Result<Taken> {
    let receipt = trail.record_with(&mut || {
        let table = plan.name();
        if newest(trail, table)? != seen || open(trail, table)?.is_some() {
            return Ok(Vec::new());
        }
        Ok(vec![entries.intent(trail.now())?])
    });
    let receipt = receipt.map_err(Error::from)?;
    Ok(match receipt.entries.first() {
        Some(recorded) => Taken::Here(Intent {
            id: recorded.id,
            warnings: receipt.warnings,
        }),
        None => Taken::ByAnother,
    })
}

/// The intent on a table that has no outcome yet. There is at most one, and nothing was recorded by an apply of this table after it.
pub(super) fn open(trail: &Trail, table: &TableName) -> Result<Option<Open>> {
    const PAGE: usize = 8;
    let filter = of(table)?;
    let mut closed = BTreeSet::new();
    let mut after: Option<EntryIndex> = None;
    loop {
        let page = Page {
            order: Order::NewestFirst,
            after,
            limit: PAGE,
        };
        let found = trail.entries(&filter, &page)?;
        let full = found.len() == PAGE;
        for entry in found {
            after = Some(entry.index);
            match entry.header.phase {
                Some(Phase::Outcome) => closed.extend(entry.header.of),
                Some(Phase::Intent) => {
                    let Some((payload, lease)) = leased(&entry) else {
                        continue;
                    };
                    if closed.contains(&entry.header.id) {
                        return Ok(None);
                    }
                    return Ok(Some(Open {
                        entry,
                        payload,
                        lease,
                    }));
                }
                None => {}
            }
        }
        if !full {
            return Ok(None);
        }
    }
}

/// Only an intent of an apply has a lease; others' intents on a table are theirs.
fn leased(entry: &Entry) -> Option<(Payload, Lease)> {
    let payload = Payload::from_bytes(entry.payload.as_deref()?).ok()?;
    let mut lease = Lease::from_value(payload.context("lease")?)?;
    // Whoever writes such an entry by hand locks the table no longer than an apply does.
    let longest = Lease::new(
        lease.process.clone(),
        entry.header.recorded_at,
        APPLY_LEASE_SECONDS,
    );
    lease.until = lease.until.min(longest.until);
    Some((payload, lease))
}
