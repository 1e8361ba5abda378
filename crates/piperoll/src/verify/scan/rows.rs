//! The rows of one block, examined as they are read, so that of payloads each thread holds one at a time.

use super::BLOCK;
use super::examine::{Examined, Examiner};
use crate::error::Result;
use crate::store::Snapshot;
use std::ops::{ControlFlow, Range};

/// What the rows of a block say. It is filled again and again, so that its room is.
#[derive(Debug)]
pub(super) struct Rows {
    rows: Vec<Examined>,
    /// How the reading ended.
    pub(super) end: Result<()>,
    /// How many of the rows were found by their position. That is asked when they were read, while the store still has them at hand.
    pub(super) reached: Result<u64>,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            end: Ok(()),
            reached: Ok(0),
        }
    }
}

impl Rows {
    /// Reads the rows of a range of at most [`BLOCK`] positions. It ends early where a store shows more than any that keeps its order can: a row that was not
    /// asked for, and so many that one of them must have come twice.
    pub(super) fn read(
        &mut self,
        snapshot: &dyn Snapshot,
        range: Range<i64>,
        examiner: &mut Examiner,
    ) {
        self.rows.clear();
        self.end = snapshot.entries(range.clone(), &mut |mut stored| {
            self.rows.push(examiner.examine(&mut stored));
            let more = range.contains(&stored.seq) && self.rows.len() < 2 * BLOCK as usize;
            Ok(match more {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        });
        if self.end.is_ok() {
            self.reached = snapshot.reached(range);
        }
    }

    /// What the rows say, in the order of the store.
    pub(super) fn examined(&mut self) -> impl Iterator<Item = Examined> {
        self.rows.drain(..)
    }
}
