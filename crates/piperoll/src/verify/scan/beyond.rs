//! What lies where no entry and no tile can be.

use super::super::report::{Level, Verdict};
use super::row::ranges_of;
use super::{Place, Scan, position};
use crate::error::Result;
use crate::limits::STRAYS_MAX;
use crate::seal::{EntryIndex, TileId, TreeSize, leaf_hash};
use crate::store;
use std::ops::{ControlFlow, Range};

/// Rows in their order, as a store has promised them; one that lies may show them without end.
pub(super) struct Order<T> {
    last: Option<T>,
    rows: usize,
}

/// Why no more rows are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// One came that is not behind the one before it, or was not asked for.
    OutOfOrder,
    /// They were too many.
    TooMany,
}

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self {
            last: None,
            rows: 0,
        }
    }
}

impl<T: Ord> Order<T> {
    /// Takes the next row; tells when it is not to be looked at, nor those after it.
    pub(super) fn next(&mut self, row: T, asked_for: bool) -> Option<End> {
        self.rows += 1;
        if !asked_for || self.last.as_ref().is_some_and(|last| *last >= row) {
            return Some(End::OutOfOrder);
        }
        self.last = Some(row);
        (self.rows > STRAYS_MAX).then_some(End::TooMany)
    }
}

/// Whether a position was asked for: a range that ends at the last one holds that, too.
fn holds(range: &Range<i64>, seq: i64) -> bool {
    range.contains(&seq) || (seq == i64::MAX && range.end == i64::MAX)
}

impl Scan<'_> {
    /// Names why rows of a table are not looked at further.
    pub(super) fn more(&mut self, table: &str, end: End) -> ControlFlow<()> {
        let detail = match end {
            End::OutOfOrder => format!("the store shows {table} out of their order, or twice"),
            End::TooMany => {
                format!("more {table} where none can be than the first {STRAYS_MAX} of them")
            }
        };
        self.findings.object(Verdict::Forged, Level::L0, &detail);
        ControlFlow::Break(())
    }

    /// What is left of the trail when the pass ended in a gap.
    pub(super) fn behind_gap(&mut self, end: u64, size: u64) -> Result<()> {
        if end >= size {
            return Ok(());
        }
        let last = EntryIndex::new(end - 1);
        let next = self.next_entry(store::Order::OldestFirst, Some(last))?;
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

    /// Entries where there can be none.
    pub(super) fn strays(&mut self, size: u64) -> Result<()> {
        let snapshot = self.snapshot;
        for range in [i64::MIN..0, position(size)..i64::MAX] {
            let mut order = Order::default();
            let visited = snapshot.entries(range.clone(), &mut |stored| {
                if let Some(end) = order.next(stored.seq, holds(&range, stored.seq)) {
                    return Ok(self.more("entries", end));
                }
                self.ids.add(self.ids.hash(stored.id, stored.seq));
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
                        self.erasures.account(&ranges_of(&stored), place);
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
        }
        Ok(())
    }

    /// Tiles that no tree of this size has.
    pub(super) fn stray_tiles(&mut self, size: u64) -> Result<()> {
        let snapshot = self.snapshot;
        let mut order = Order::default();
        let visited = snapshot.stored_tiles(&mut |stored| {
            let id = u8::try_from(stored.level)
                .ok()
                .zip(u64::try_from(stored.number).ok());
            let id = id.map(|(level, number)| TileId { level, number });
            if id.is_none_or(|id| id.width_at(TreeSize::new(size)) == 0) {
                if let Some(end) = order.next((stored.level, stored.number), true) {
                    return Ok(self.more("tiles", end));
                }
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
