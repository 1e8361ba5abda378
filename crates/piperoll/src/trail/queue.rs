//! Calls of one process that record at the same time share an append: whatever came while the last one ran is the next one. Nobody waits for a timer, and a
//! lone writer waits for nothing.

use crate::error::Error;
use crate::event::{Event, EventId};
use crate::limits::{BATCH_EVENTS_MAX, QUEUE_EVENTS_MAX};
use crate::seal::{Checkpoint, Hash};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// What one call wants appended, ready to be sealed.
#[derive(Debug, Default)]
pub(super) struct Parcel {
    pub(super) events: Vec<Event>,
    /// The leaf of each event.
    pub(super) leaves: Vec<Hash>,
    /// Those of its events' ids that were given, and so may be in the trail.
    pub(super) given: Vec<EventId>,
}

/// What became of a parcel.
#[derive(Debug)]
pub(super) enum Answer {
    /// It is durable and sealed.
    Sealed {
        /// The index of its first event.
        first: u64,
        /// The checkpoint that covers it.
        checkpoint: Checkpoint,
        /// What was noticed and did not stop it.
        warnings: Vec<String>,
    },
    /// One of its ids came into the trail since it was looked for: look again. Nothing of it was appended.
    LookAgain(Parcel),
    /// Nothing of it was appended.
    Failed(Error),
}

/// A call that waits.
#[derive(Debug)]
pub(super) struct Call {
    events: usize,
    place: Mutex<Place>,
    wake: Condvar,
}

/// Where a call stands.
#[derive(Debug)]
struct Place {
    slot: Slot,
    /// Whether its thread sleeps: to wake one that does not takes as long.
    sleeps: bool,
}

#[derive(Debug)]
enum Slot {
    /// Its parcel waits for the next append.
    Waiting(Parcel),
    /// It is to lead the next append, in which its parcel is the first.
    Leads(Parcel),
    /// Somebody has taken its parcel.
    Taken,
    Answered(Answer),
}

/// The calls that wait, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Queue {
    line: Mutex<Line>,
    /// There is room again.
    room: Condvar,
}

#[derive(Debug, Default)]
struct Line {
    calls: VecDeque<Arc<Call>>,
    /// How many events wait in it.
    events: usize,
    /// How many threads wait for room.
    outside: usize,
    /// Whether one of the calls appends, or was told to.
    is_led: bool,
}

/// The calls of one append, each with its parcel. Those that are left without an answer, because the thread that leads has panicked, are told so.
#[derive(Debug)]
pub(super) struct Group<'q> {
    queue: &'q Queue,
    calls: Vec<Arc<Call>>,
}

impl Queue {
    /// Appends a parcel, together with whatever waits with it. `append` gets the parcels of a group and answers each, in their order; it is called by the thread
    /// that leads, and may be called for parcels of others.
    pub(super) fn submit(
        &self,
        parcel: Parcel,
        append: impl FnOnce(Vec<Parcel>) -> Vec<Answer>,
    ) -> Answer {
        let events = parcel.events.len();
        let call = Arc::new(Call {
            events,
            place: Mutex::new(Place {
                slot: Slot::Waiting(parcel),
                sleeps: false,
            }),
            wake: Condvar::new(),
        });
        let leads = self.join(&call);
        if !leads {
            // Without an answer it is its turn to lead.
            if let Some(answer) = call.wait() {
                return answer;
            }
        }
        let (group, parcels) = self.next_group();
        group.answer(append(parcels));
        drop(group);
        call.take_answer()
    }

    /// Puts a call at the end; returns whether it leads at once.
    fn join(&self, call: &Arc<Call>) -> bool {
        let mut line = lock(&self.line);
        while line.events > 0 && line.events.saturating_add(call.events) > QUEUE_EVENTS_MAX {
            line.outside = line.outside.saturating_add(1);
            line = self.room.wait(line).unwrap_or_else(PoisonError::into_inner);
            line.outside = line.outside.saturating_sub(1);
        }
        line.events = line.events.saturating_add(call.events);
        line.calls.push_back(Arc::clone(call));
        !std::mem::replace(&mut line.is_led, true)
    }

    /// The calls that are next: all that wait, as far as they fit into one append.
    fn next_group(&self) -> (Group<'_>, Vec<Parcel>) {
        let mut line = lock(&self.line);
        let mut calls: Vec<Arc<Call>> = Vec::new();
        let mut events = 0usize;
        while let Some(call) = line.calls.pop_front_if(|call| {
            calls.is_empty() || events.saturating_add(call.events) <= BATCH_EVENTS_MAX
        }) {
            events = events.saturating_add(call.events);
            calls.push(call);
        }
        line.events = line.events.saturating_sub(events);
        let is_waited_for = line.outside > 0;
        drop(line);
        if is_waited_for {
            self.room.notify_all();
        }
        let parcels = calls.iter().map(|call| call.take_parcel()).collect();
        (Group { queue: self, calls }, parcels)
    }

    /// Lets the first call that waits lead, if there is one.
    fn pass_on(&self) {
        let mut line = lock(&self.line);
        match line.calls.front() {
            Some(next) => next.lead(),
            None => line.is_led = false,
        }
    }
}

impl Group<'_> {
    fn answer(&self, answers: Vec<Answer>) {
        for (call, answer) in self.calls.iter().zip(answers) {
            call.answer(answer);
        }
    }
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        for call in &self.calls {
            if !call.is_answered() {
                call.answer(Answer::Failed(Error::internal(
                    "the thread that appended for several has panicked",
                )));
            }
        }
        self.queue.pass_on();
    }
}

impl Call {
    /// Waits for the answer; `None` when the call is to lead.
    fn wait(&self) -> Option<Answer> {
        let mut place = lock(&self.place);
        loop {
            match std::mem::replace(&mut place.slot, Slot::Taken) {
                Slot::Answered(answer) => return Some(answer),
                Slot::Leads(parcel) => {
                    place.slot = Slot::Leads(parcel);
                    return None;
                }
                waiting => place.slot = waiting,
            }
            place.sleeps = true;
            place = self
                .wake
                .wait(place)
                .unwrap_or_else(PoisonError::into_inner);
            place.sleeps = false;
        }
    }

    fn lead(&self) {
        let mut place = lock(&self.place);
        if let Slot::Waiting(parcel) = &mut place.slot {
            place.slot = Slot::Leads(std::mem::take(parcel));
            self.wake(place);
        }
    }

    fn take_parcel(&self) -> Parcel {
        match std::mem::replace(&mut lock(&self.place).slot, Slot::Taken) {
            Slot::Waiting(parcel) | Slot::Leads(parcel) => parcel,
            // Nobody takes a call out of the line twice.
            Slot::Taken | Slot::Answered(_) => Parcel::default(),
        }
    }

    fn answer(&self, answer: Answer) {
        let mut place = lock(&self.place);
        place.slot = Slot::Answered(answer);
        self.wake(place);
    }

    /// Wakes its thread, which then finds the place free.
    fn wake(&self, place: MutexGuard<'_, Place>) {
        let sleeps = place.sleeps;
        drop(place);
        if sleeps {
            self.wake.notify_all();
        }
    }

    fn is_answered(&self) -> bool {
        matches!(lock(&self.place).slot, Slot::Answered(_))
    }

    /// The answer of a call that has led.
    fn take_answer(&self) -> Answer {
        match std::mem::replace(&mut lock(&self.place).slot, Slot::Taken) {
            Slot::Answered(answer) => answer,
            _ => Answer::Failed(Error::internal("a call has led without an answer")),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that can panic is done under these locks.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
