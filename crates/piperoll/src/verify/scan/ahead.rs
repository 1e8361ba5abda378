//! Blocks that other threads read and examine while those in front of them are done. Each thread has its own view of the same state of the store. Blocks come out in
//! their order, and what they say does not depend on who has read them.

use super::examine::Examiner;
use super::rows::Rows;
use crate::error::{Error, Result};
use crate::store::Snapshot;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{Builder, Scope};

/// Blocks on the way for each thread.
const DEPTH: usize = 3;

/// Blocks on their way, with the threads that help.
pub(super) struct Ahead<'s> {
    snapshot: &'s dyn Snapshot,
    examiner: Examiner,
    helpers: Vec<Thread>,
    /// The thread that is asked next.
    next: usize,
    /// In their order: where each block is.
    on_the_way: VecDeque<Block>,
    /// Rows whose room can be used again.
    free: Vec<Rows>,
}

/// A block that is to be read: its positions, and room for what they say.
type Wanted = (Range<i64>, Rows);

/// A thread that reads and examines. It ends when nobody can send to it any more.
struct Thread {
    to: SyncSender<Wanted>,
    from: Receiver<Rows>,
}

enum Block {
    Done(Rows),
    /// With the thread of this number.
    With(usize),
}

impl<'s> Ahead<'s> {
    /// With a thread for each of the other views, or as many as the system gives.
    pub(super) fn new<'scope>(
        scope: &'scope Scope<'scope, '_>,
        snapshot: &'s dyn Snapshot,
        others: Vec<Box<dyn Snapshot + 'scope>>,
        examiner: Examiner,
    ) -> Self {
        let mut helpers = Vec::new();
        for view in others {
            // One block that waits beside the one that is read. What is done is never more than what was sent.
            let (to, work) = sync_channel::<Wanted>(1);
            let (done, from) = sync_channel::<Rows>(DEPTH);
            let mut examiner = examiner.clone();
            let run = move || {
                for (range, mut rows) in work {
                    rows.read(&*view, range, &mut examiner);
                    if done.send(rows).is_err() {
                        break;
                    }
                }
            };
            match Builder::new().spawn_scoped(scope, run) {
                Ok(_) => helpers.push(Thread { to, from }),
                Err(_) => break,
            }
        }
        Self {
            snapshot,
            examiner,
            helpers,
            next: 0,
            on_the_way: VecDeque::new(),
            free: Vec::new(),
        }
    }

    /// Whether another block is to be read before the first is taken.
    pub(super) fn has_room(&self) -> bool {
        self.on_the_way.len() < 1 + DEPTH * self.helpers.len()
    }

    /// Has the next block read, by the thread whose turn it is; one that has enough to do leaves it to this one.
    pub(super) fn read(&mut self, range: Range<i64>) {
        let mut wanted = (range, self.free.pop().unwrap_or_default());
        let number = self.next;
        if let Some(helper) = self.helpers.get(number) {
            match helper.to.try_send(wanted) {
                Ok(()) => {
                    self.next = (number + 1) % self.helpers.len();
                    return self.on_the_way.push_back(Block::With(number));
                }
                Err(TrySendError::Full(same) | TrySendError::Disconnected(same)) => wanted = same,
            }
        }
        let (range, mut rows) = wanted;
        rows.read(self.snapshot, range, &mut self.examiner);
        self.on_the_way.push_back(Block::Done(rows));
    }

    /// The first of the blocks on the way; `None` when there is none.
    ///
    /// # Errors
    /// `Internal` when the thread that has it has panicked.
    pub(super) fn take(&mut self) -> Result<Option<Rows>> {
        match self.on_the_way.pop_front() {
            None => Ok(None),
            Some(Block::Done(rows)) => Ok(Some(rows)),
            Some(Block::With(number)) => {
                let rows = self.helpers.get(number).and_then(|it| it.from.recv().ok());
                let gone = || Error::internal("a thread that examines entries has panicked");
                rows.map(Some).ok_or_else(gone)
            }
        }
    }

    pub(super) fn give_back(&mut self, rows: Rows) {
        self.free.push(rows);
    }
}
