//! The rows of a block in the order in which a store shows them, which need not be theirs.

use super::super::report::{Level, Verdict};
use super::examine::Examined;
use super::rows::Rows;
use super::{BLOCK, Block, Leaf, Place, Scan};
use crate::error::{ErrorKind, Result};
use crate::seal::Hash;
use std::ops::ControlFlow;

impl Scan<'_> {
    /// The rows of a block, in the order in which the store has shown them.
    pub(super) fn rows(
        &mut self,
        start: u64,
        end: u64,
        rows: &mut Rows,
        expected: &[Option<Hash>],
    ) -> Result<Block> {
        let mut block = Block::default();
        let mut next = start;
        let mut visited = 0;
        let mut ended = std::mem::replace(&mut rows.end, Ok(()));
        let reached = std::mem::replace(&mut rows.reached, Ok(0));
        for row in rows.examined() {
            let asked_for = u64::try_from(row.seq).ok();
            let Some(index) = asked_for.filter(|index| (start..end).contains(index)) else {
                // A sound store has no such row here; one that lies may have them without end.
                let detail = format!("the store shows entry {} where none is", row.seq);
                self.findings.object(Verdict::Forged, Level::L0, &detail);
                self.is_cut = true;
                ended = Ok(());
                break;
            };
            let at = usize::try_from(index - start).unwrap_or(usize::MAX);
            let told = if index < next {
                self.out_of_order(index, at, row.leaf, &mut block)
            } else {
                block.leaves.extend((next..index).map(|_| Leaf::Gone));
                next = index + 1;
                self.next_row(index, at, &row, expected, &mut block);
                ControlFlow::Continue(())
            };
            if !self.is_cut {
                self.ids.add(row.place);
                visited += 1;
            }
            if told.is_break() {
                ended = Ok(());
                break;
            }
        }
        let rest = match ended {
            Ok(()) => {
                if !self.is_cut {
                    self.reached(start, end, visited, reached)?;
                }
                Leaf::Gone
            }
            Err(error) if error.kind() == ErrorKind::Corrupt => {
                if next < end {
                    let detail = format!("cannot be read: {}", error.chain());
                    let (verdict, level) = (Verdict::Altered, Level::L0);
                    self.findings
                        .entries(verdict, level, next, end - 1, &detail);
                } else {
                    self.findings.unreadable("table `entries`", error)?;
                }
                Leaf::Unreadable
            }
            Err(error) => return Err(error),
        };
        block.leaves.extend((next..end).map(|_| rest));
        Ok(block)
    }

    fn next_row(
        &mut self,
        index: u64,
        at: usize,
        row: &Examined,
        expected: &[Option<Hash>],
        block: &mut Block,
    ) {
        let leaf = row.leaf;
        let there = expected.get(at).copied().flatten();
        block.leaves.push(Leaf::There(leaf));
        let place = Place {
            index,
            leaf,
            sealed: there.is_none_or(|there| there == leaf),
        };
        self.entry(place, row);
    }

    /// An entry that comes after one of a later position. A sound store keeps the order; one that lies may go on without end.
    fn out_of_order(
        &mut self,
        index: u64,
        at: usize,
        leaf: Hash,
        block: &mut Block,
    ) -> ControlFlow<()> {
        match block.leaves.get_mut(at) {
            Some(gone @ Leaf::Gone) => {
                *gone = Leaf::There(leaf);
                let detail = "the store shows it after a later one";
                self.findings.entry(Verdict::Reordered, index, detail);
                ControlFlow::Continue(())
            }
            _ => {
                let detail = "the store shows it twice";
                self.findings.entry(Verdict::Forged, index, detail);
                block.repeated += 1;
                self.is_cut = true;
                if block.repeated < BLOCK {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            }
        }
    }
}
