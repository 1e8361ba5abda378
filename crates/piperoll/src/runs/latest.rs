use super::RunEntry;
use super::execution;
use super::find::{executions, of_workflow, positions};
use super::stored::status_and_release;
use crate::error::Result;
use crate::event::Instant;
use crate::limits::LATEST_KEPT_MAX;
use crate::seal::EntryIndex;
use crate::store::{Order, Page, Snapshot};
use crate::trail::Trail;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Finds the latest run of a workflow. It remembers how far it has looked, so that asking again costs what is new, not the history. One is for one trail.
#[derive(Debug, Default)]
pub struct Latest {
    seen: Mutex<HashMap<String, Seen>>,
}

/// What is known of a workflow.
#[derive(Debug, Clone, Default)]
struct Seen {
    /// The entries before this one were looked at.
    size: u64,
    /// The newest release among them, and where its entries are, ascending.
    newest: Option<(Instant, Vec<EntryIndex>)>,
}

impl Latest {
    /// The last execution of the newest release, whenever that was recorded.
    ///
    /// # Errors
    /// Those of the trail.
    pub fn by_release(&self, trail: &Trail, name: &str) -> Result<Option<RunEntry>> {
        let snapshot = trail.store().snapshot()?;
        let known = self.lock().get(name).cloned().unwrap_or_default();
        let from_start = known.size == 0;
        let seen = known.look(&*snapshot, name)?;
        let mut found = seen.read(&*snapshot)?;
        let mut seen = seen;
        if found.is_none() && seen.newest.is_some() && !from_start {
            // What was the newest is purged.
            seen = Seen::default().look(&*snapshot, name)?;
            found = seen.read(&*snapshot)?;
        }
        let mut all = self.lock();
        if all.len() >= LATEST_KEPT_MAX && !all.contains_key(name) {
            all.clear();
        }
        all.insert(name.to_owned(), seen);
        Ok(found)
    }

    /// The execution that was recorded last, for whatever release.
    ///
    /// # Errors
    /// Those of the trail.
    pub fn by_recording(&self, trail: &Trail, name: &str) -> Result<Option<RunEntry>> {
        let snapshot = trail.store().snapshot()?;
        let mut after = None;
        loop {
            let page = Page {
                order: Order::NewestFirst,
                after,
                limit: 1,
            };
            let Some(index) = snapshot.find(&of_workflow(name), &page)?.first().copied() else {
                return Ok(None);
            };
            after = Some(index);
            let entry = crate::trail::read_at(&*snapshot, index)?;
            if let Some(newest) = RunEntry::read(&entry)? {
                let of_release = executions(&*snapshot, name, &newest.run.release)?;
                let mut found = of_release.into_iter().map(|execution| execution.entry);
                return Ok(found.find(|entry| entry.index == index));
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Seen>> {
        // Nothing that can panic is done under it.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    /// Looks at what came since.
    fn look(mut self, snapshot: &dyn Snapshot, name: &str) -> Result<Self> {
        let size = snapshot.head()?.size.get();
        if size <= self.size {
            return Ok(self);
        }
        let after = self.size.checked_sub(1).map(EntryIndex::new);
        let new = positions(snapshot, &of_workflow(name), after)?;
        let newest = &mut self.newest;
        status_and_release(snapshot, &new, &mut |index, status, release| {
            let (Some(_), Some(release)) = (status, release) else {
                return;
            };
            match newest {
                Some((known, _)) if release < *known => {}
                Some((known, at)) if release == *known => at.push(index),
                _ => *newest = Some((release, vec![index])),
            }
        })?;
        self.size = size;
        Ok(self)
    }

    fn read(&self, snapshot: &dyn Snapshot) -> Result<Option<RunEntry>> {
        let at = self.newest.as_ref().map(|(_, at)| at.as_slice());
        let found = execution::read(snapshot, at.unwrap_or_default())?;
        Ok(found.into_iter().next_back().map(|found| found.entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::DraftActor;
    use crate::runs::{Recording, Release, Run, record};
    use crate::seal::Origin;
    use crate::store::Location;
    use crate::trail::{KeySource, Settings, Surroundings};

    #[test]
    fn d_f21_what_was_looked_at_is_not_looked_at_again() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            location: Location::Memory,
            origin: Origin::parse("shop.example/audit").unwrap(),
            key: KeySource::File(folder.path().join("key")),
        };
        let (trail, _) = Trail::create(&settings, Surroundings::default()).unwrap();
        let how = Recording {
            actor: Some(DraftActor::named("etl")),
            ..Recording::default()
        };
        let add = |day: &str| {
            let release = Release::parse(day).unwrap();
            let receipt = record(&trail, &[Run::new("load", release, day)], &how).unwrap();
            (release.at(), vec![receipt.entries[0].index])
        };
        let first = add("2026-11-01");
        add("2026-11-09");
        let latest = Latest::default();
        let newest = || {
            latest
                .by_release(&trail, "load")
                .unwrap()
                .unwrap()
                .run
                .run_id
        };
        assert_eq!(newest(), "2026-11-09");
        // As if the first were the newest of what was looked at: nothing of that is read again to find another.
        latest.lock().get_mut("load").unwrap().newest = Some(first);
        assert_eq!(newest(), "2026-11-01");
        add("2026-11-05");
        assert_eq!(newest(), "2026-11-05");
        add("2026-11-02");
        assert_eq!(newest(), "2026-11-05");
        let other = Latest::default();
        let found = other.by_release(&trail, "load").unwrap();
        assert_eq!(found.unwrap().run.run_id, "2026-11-09");
    }
}
