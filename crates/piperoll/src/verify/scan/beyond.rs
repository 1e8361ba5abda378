//! What lies where no entry and no tile can be.

use super::super::report::{Level, Verdict};
use super::row::ranges_of;
use super::{Place, Scan, position};
use crate::error::Result;
use crate::seal::{EntryIndex, TileId, TreeSize, leaf_hash};
use crate::store::Order;
use std::ops::ControlFlow;

impl Scan<'_> {
    /// What is left of the trail when the pass ended in a gap.
    pub(super) fn behind_gap(&mut self, end: u64, size: u64) -> Result<()> {
        if end >= size {
            return Ok(());
        }
        let last = EntryIndex::new(end - 1);
        let next = self.next_entry(Order::OldestFirst, Some(last))?;
        let next = next.unwrap_or(size).min(size);
        if end < next {
            let (verdict, level) = (Verdict::Missing, Level::L0);
            self.findings
                .entries(verdict, level, end, next - 1, "the entries are gone");
        }
        if next < size {
            let detail = "the entries lie behind a gap in which neither entry nor tile is left";
            let (verdict, level) = (Verdict::Unverifiable, Level::L0);
            self.findings
                .entries(verdict, level, next, size - 1, detail);
        }
        Ok(())
    }

    /// Entries and attributes where there can be none.
    pub(super) fn strays(&mut self, size: u64) -> Result<()> {
        let snapshot = self.snapshot;
        for range in [i64::MIN..0, position(size)..i64::MAX] {
            let visited = snapshot.entries(range.clone(), &mut |stored| {
                self.ids.add(stored.id, stored.seq);
                match u64::try_from(stored.seq) {
                    Ok(index) => {
                        let leaf = leaf_hash(stored.header);
                        let sealed = false;
                        self.mismatches.stray(index, leaf);
                        // It may be a tombstone that was moved here.
                        let place = Place {
                            index,
                            leaf,
                            sealed,
                        };
                        self.erasures.account(ranges_of(&stored), place);
                    }
                    Err(_) => {
                        let detail =
                            format!("an entry at position {}, which is no index", stored.seq);
                        self.findings.object(Verdict::Forged, Level::L0, &detail);
                    }
                }
                Ok(ControlFlow::Continue(()))
            });
            if let Err(error) = visited {
                self.findings.unreadable("table `entries`", error)?;
            }
            let visited = snapshot.attributes(range, &mut |stored| {
                self.stray_attribute(stored.name);
                Ok(ControlFlow::Continue(()))
            });
            if let Err(error) = visited {
                self.findings.unreadable("table `attributes`", error)?;
            }
        }
        Ok(())
    }

    pub(super) fn stray_attribute(&mut self, name: &str) {
        let detail = format!("an attribute `{name}` of no entry");
        self.findings.object(Verdict::Forged, Level::L0, &detail);
    }

    /// Tiles that no tree of this size has.
    pub(super) fn stray_tiles(&mut self, size: u64) -> Result<()> {
        let snapshot = self.snapshot;
        let visited = snapshot.stored_tiles(&mut |stored| {
            let id = u8::try_from(stored.level)
                .ok()
                .zip(u64::try_from(stored.number).ok());
            let id = id.map(|(level, number)| TileId { level, number });
            if id.is_none_or(|id| id.width_at(TreeSize::new(size)) == 0) {
                let detail = format!(
                    "tile {} of level {} is not of this tree",
                    stored.number, stored.level
                );
                self.findings.object(Verdict::Forged, Level::L0, &detail);
            }
            Ok(ControlFlow::Continue(()))
        });
        match visited {
            Ok(()) => Ok(()),
            Err(error) => self.findings.unreadable("table `tiles`", error),
        }
    }
}
