//! Blocks that are read before those in front of them are done, so that other threads can examine them. They come out in their order, and what they say does not
//! depend on who has examined them.

use super::examine::Examiner;
use super::rows::Rows;
use crate::error::{Error, Result};
use crate::limits::VERIFY_THREADS_MAX;
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{Builder, Scope};

/// Blocks on their way, with the threads that help.
pub(super) struct Ahead {
    examiner: Examiner,
    helpers: Vec<Thread>,
    /// The thread that is asked next.
    next: usize,
    /// In their order: where each block is.
    on_the_way: VecDeque<Block>,
    /// Rows whose room can be used again.
    free: Vec<Rows>,
}

/// A thread that examines. It ends when nobody can send to it any more.
struct Thread {
    to: SyncSender<Rows>,
    from: Receiver<Rows>,
}

enum Block {
    Done(Rows),
    /// With the thread of this number.
    With(usize),
}

impl Ahead {
    /// With so many threads, or as many as the system gives.
    pub(super) fn new<'scope>(
        scope: &'scope Scope<'scope, '_>,
        threads: usize,
        examiner: Examiner,
    ) -> Self {
        let mut helpers = Vec::new();
        for _ in 0..threads.min(VERIFY_THREADS_MAX) {
            // One block that waits beside the one that is examined. What is done is never more than what was sent.
            let (to, work) = sync_channel::<Rows>(1);
            let (done, from) = sync_channel::<Rows>(DEPTH);
            let mut examiner = examiner.clone();
            let run = move || {
                for mut rows in work {
                    rows.examine(&mut examiner);
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

    /// Reads the next block into rows that are free.
    pub(super) fn read(&mut self, read: impl FnOnce(&mut Rows, &mut Examiner, bool)) {
        let mut rows = self.free.pop().unwrap_or_default();
        read(&mut rows, &mut self.examiner, !self.helpers.is_empty());
        let block = self.hand_out(rows);
        self.on_the_way.push_back(block);
    }

    /// Gives a block to the thread whose turn it is; one that has enough to do leaves it to this one.
    fn hand_out(&mut self, mut rows: Rows) -> Block {
        let number = self.next;
        if let Some(helper) = self.helpers.get(number) {
            match helper.to.try_send(rows) {
                Ok(()) => {
                    self.next = (number + 1) % self.helpers.len();
                    return Block::With(number);
                }
                Err(TrySendError::Full(same) | TrySendError::Disconnected(same)) => rows = same,
            }
        }
        rows.examine(&mut self.examiner);
        Block::Done(rows)
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

/// Blocks on the way for each thread.
const DEPTH: usize = 3;
