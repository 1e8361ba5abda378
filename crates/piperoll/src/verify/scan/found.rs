//! Whether what is there is also found: by its position, and by its id.

use super::super::report::{Level, Verdict};
use super::{BLOCK, Scan, position};
use crate::error::{ErrorKind, Result};
use crate::event::EventId;
use crate::limits::GAP_ENTRIES_MAX;
use crate::seal::EntryIndex;
use std::hash::{BuildHasher as _, RandomState};
use std::ops::ControlFlow;

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

    /// Takes in the hash of one pair.
    pub(super) fn add(&mut self, place: u64) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(place);
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
    pub(super) fn ids(&mut self, size: u64) -> Result<()> {
        if self.is_cut {
            return Ok(());
        }
        let mut found = Ids {
            key: self.ids.key.clone(),
            ..Ids::default()
        };
        let most = self.ids.count;
        let visited = self.snapshot.ids(&mut |id, seq| {
            found.add(found.hash(id, seq));
            // One too many says enough; a store that lies may have them without end.
            Ok(match found.count > most {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            })
        });
        match visited {
            Ok(()) if (found.count, found.sum) == (most, self.ids.sum) => return Ok(()),
            Ok(()) => {
                let detail = "the ids by which entries are found are not those of the entries";
                self.findings.object(Verdict::Altered, Level::L0, detail);
            }
            Err(error) => self.findings.unreadable("the index of the ids", error)?,
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
