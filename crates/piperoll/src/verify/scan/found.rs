//! Whether what is there is also found: by its position, and by its id.

use super::super::report::{Level, Verdict};
use super::{BLOCK, Scan, position};
use crate::error::{ErrorKind, Result};
use crate::event::EventId;
use crate::limits::GAP_ENTRIES_MAX;
use crate::seal::EntryIndex;
use crate::store::Snapshot;
use std::hash::{BuildHasher as _, RandomState};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{Builder, Scope, ScopedJoinHandle};

/// The sum of a keyed hash of each pair of an id and a position. Nobody who has changed the store knows the key, so that two sums are the same only where
/// the pairs are, in whatever order they come.
#[derive(Debug, Default)]
pub(super) struct Ids {
    key: RandomState,
    sum: u64,
    /// How many pairs.
    count: u64,
}

impl Ids {
    pub(super) fn key(&self) -> RandomState {
        self.key.clone()
    }

    pub(super) fn hash(&self, id: &str, seq: i64) -> u64 {
        self.key.hash_one((id, seq))
    }

    /// No pairs, under the same key.
    pub(super) fn empty(&self) -> Self {
        Self {
            key: self.key.clone(),
            ..Self::default()
        }
    }

    /// Takes in those by which a view finds entries, up to one more than `most`: that says enough, and a store that lies may have them without end.
    fn walk(&mut self, view: &dyn Snapshot, most: &AtomicU64) -> Result<()> {
        view.ids(&mut |id, seq| {
            self.add(self.hash(id, seq));
            Ok(match self.count > most.load(Ordering::Relaxed) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            })
        })
    }

    /// Takes in the hash of one pair.
    pub(super) fn add(&mut self, place: u64) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(place);
    }
}

/// A thread that walks through the ids while the pass visits the entries.
pub(super) struct Walk<'scope> {
    thread: Option<ScopedJoinHandle<'scope, (Ids, Result<()>)>>,
    /// After how many it may stop. It is known at the end of the pass; until then there is no limit.
    most: Arc<AtomicU64>,
}

impl<'scope> Walk<'scope> {
    /// `None` when the system gives no thread.
    pub(super) fn start(
        scope: &'scope Scope<'scope, '_>,
        view: Box<dyn Snapshot + 'scope>,
        mut ids: Ids,
    ) -> Option<Self> {
        let most = Arc::new(AtomicU64::new(u64::MAX));
        let limit = Arc::clone(&most);
        let run = move || {
            let ended = ids.walk(&*view, &limit);
            (ids, ended)
        };
        let thread = Builder::new().spawn_scoped(scope, run).ok()?;
        Some(Self {
            thread: Some(thread),
            most,
        })
    }

    /// What it has found, when the pass has visited so many; `None` when it has panicked.
    fn end(mut self, most: u64) -> Option<(Ids, Result<()>)> {
        self.most.store(most, Ordering::Relaxed);
        self.thread.take()?.join().ok()
    }
}

impl Drop for Walk<'_> {
    /// Whoever does not ask does not wait either.
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.most.store(0, Ordering::Relaxed);
        }
    }
}

impl Scan<'_> {
    /// Takes in how many entries of a range were found by their position, of which the pass has visited so many.
    pub(super) fn reached(
        &mut self,
        start: u64,
        end: u64,
        visited: u64,
        reached: Result<u64>,
    ) -> Result<()> {
        match reached {
            Ok(reached) if reached == visited => Ok(()),
            Ok(_) => {
                let detail = "not each of the entries is found by its position";
                let (verdict, level) = (Verdict::Altered, Level::L0);
                self.findings
                    .entries(verdict, level, start, end - 1, detail);
                Ok(())
            }
            // The pass has named it.
            Err(error) if error.kind() == ErrorKind::Corrupt => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Compares the ids by which entries are found with those that the pass has visited.
    pub(super) fn ids(&mut self, size: u64, walk: Option<Walk<'_>>) -> Result<()> {
        if self.is_cut {
            return Ok(());
        }
        let most = self.ids.count;
        let walked = walk.and_then(|walk| walk.end(most));
        let (found, ended) = walked.unwrap_or_else(|| {
            let mut found = self.ids.empty();
            let ended = found.walk(self.snapshot, &AtomicU64::new(most));
            (found, ended)
        });
        match ended {
            Ok(()) if (found.count, found.sum) == (most, self.ids.sum) => return Ok(()),
            // One too many says enough. A walk beside the pass may have gone on, and have failed behind it.
            ended if ended.is_ok() || found.count > most => {
                let detail = "the ids by which entries are found are not those of the entries";
                self.findings.object(Verdict::Altered, Level::L0, detail);
            }
            Err(error) => self.findings.unreadable("the index of the ids", error)?,
            Ok(()) => {}
        }
        self.name_unfound(size)
    }

    /// Looks for each entry by its id.
    fn name_unfound(&mut self, size: u64) -> Result<()> {
        let snapshot = self.snapshot;
        // As far as the pass itself has come.
        let mut left = self.ids.count;
        let mut gap = 0;
        for start in (0..size).step_by(BLOCK as usize) {
            if left == 0 || gap >= GAP_ENTRIES_MAX {
                break;
            }
            let mut ids = Vec::new();
            let range = position(start)..position(size.min(start + BLOCK));
            let visited = snapshot.entries(range, &mut |stored| {
                let index = stored.index().ok();
                ids.extend(EventId::parse(stored.id).zip(index));
                Ok(match ids.len() < BLOCK as usize {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                })
            });
            gap = if ids.is_empty() { gap + BLOCK } else { 0 };
            left = left.saturating_sub(ids.len() as u64);
            let looked_for: Vec<EventId> = ids.iter().map(|(id, _)| *id).collect();
            let found = visited.and_then(|()| snapshot.find_ids(&looked_for));
            let found: Vec<Option<EntryIndex>> = match found {
                Ok(found) => found,
                // What cannot be read is named above.
                Err(error) if error.kind() == ErrorKind::Corrupt => continue,
                Err(error) => return Err(error),
            };
            for ((_, index), found) in ids.into_iter().zip(found) {
                if found != Some(index) {
                    let detail = "it is not found by its id";
                    self.findings.entry(Verdict::Altered, index.get(), detail);
                }
            }
        }
        Ok(())
    }
}
