//! Runs in a trail, and the faults of ddeutil-workflow's audits that are not ours (`d_f5_...` is the fifth).

mod claims;
mod cleanup;
mod faults;
mod finding;
mod view;

use crate::place::Place;
use piperoll::event::{DraftActor, Instant};
use piperoll::fs::Process;
use piperoll::runs::{Claim, Query, Recording, Release, Run, RunEntry, Status, find, record};
use piperoll::trail::{Surroundings, Trail};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock that stands until it is set.
#[derive(Default)]
struct Hand(AtomicI64);

impl piperoll::clock::Clock for Hand {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl Hand {
    fn at(text: &str) -> Arc<Self> {
        let hand = Self::default();
        hand.set(text);
        Arc::new(hand)
    }

    fn set(&self, text: &str) {
        let seconds = Instant::parse(text).unwrap().as_micros() / 1_000_000;
        self.0.store(seconds, Ordering::SeqCst);
    }
}

fn trail_at(place: &Place, clock: &Arc<Hand>) -> Trail {
    let surroundings = Surroundings {
        clock: Arc::clone(clock) as _,
        ..Surroundings::default()
    };
    Trail::open_or_create(&place.settings(), surroundings)
        .unwrap()
        .0
}

fn release(text: &str) -> Release {
    Release::parse(text).unwrap()
}

fn run(name: &str, at: &str, run_id: &str, status: Status) -> Run {
    Run {
        status,
        ..Run::new(name, release(at), run_id)
    }
}

fn how() -> Recording {
    Recording {
        actor: Some(DraftActor::named("etl")),
        ..Recording::default()
    }
}

fn record_all(trail: &Trail, runs: &[Run]) {
    record(trail, runs, &how()).unwrap();
}

fn found(trail: &Trail, query: &Query) -> Vec<RunEntry> {
    let mut all = Vec::new();
    find(trail, query, &mut |entry| {
        all.push(entry);
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    all
}

/// `run_id attempt STATUS` of each run of a workflow, in the order of `find`.
fn told(trail: &Trail, query: &Query) -> Vec<String> {
    let tell = |entry: RunEntry| {
        let run = entry.run;
        format!("{} {} {}", run.run_id, run.attempt.unwrap(), run.status)
    };
    found(trail, query).into_iter().map(tell).collect()
}

fn of(name: &str) -> Query {
    Query {
        name: name.to_owned(),
        ..Query::default()
    }
}

fn claim_of(process: Process) -> Claim {
    Claim {
        process,
        lease_seconds: 600,
        once: true,
        success_only: false,
    }
}

/// A process of this machine that has ended.
fn dead_process() -> Process {
    Process {
        pid: u32::MAX,
        started: 1,
        ..Process::current()
    }
}
