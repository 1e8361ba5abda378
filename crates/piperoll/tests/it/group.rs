//! Calls of several threads share an append, and nobody pays for another.

use crate::place::{Place, assert_sound, entries, fact};
use piperoll::event::{Draft, EventId};
use piperoll::trail::{Receipt, RecordError, Trail};
use std::collections::HashSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

const THREADS: usize = 16;

/// Runs a closure per thread, all at once.
fn in_threads<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        let (start, work) = (&start, &work);
        let run = |thread| {
            scope.spawn(move || {
                start.wait();
                work(thread)
            })
        };
        let threads: Vec<_> = (0..THREADS).map(run).collect();
        let ends = threads.into_iter().map(|thread| thread.join().unwrap());
        ends.collect()
    })
}

fn size(receipt: &Receipt) -> u64 {
    receipt.checkpoint.size().get()
}

fn with_id(who: &str, number: u64, id: u64) -> Draft {
    let id = EventId::parse(&format!("01932c07-a000-7000-8000-{id:012x}"));
    Draft {
        id,
        ..fact(who, number)
    }
}

#[test]
fn calls_that_come_at_once_share_appends_and_nobody_starves() {
    const CALLS: usize = 1_600;
    let place = Place::new();
    let trail = place.make();
    let made = AtomicUsize::new(0);
    let told = in_threads(|thread| {
        let who = format!("thread {thread}");
        let mut receipts = Vec::new();
        while made.fetch_add(1, Ordering::SeqCst) < CALLS {
            receipts.push(trail.record(&[fact(&who, receipts.len() as u64)]).unwrap());
        }
        receipts
    });
    drop(trail);
    let entries = entries(&place.settings());
    assert_eq!(entries.len(), CALLS);
    let mut sizes = HashSet::new();
    for (thread, receipts) in told.iter().enumerate() {
        for (number, receipt) in receipts.iter().enumerate() {
            let index = receipt.entries[0].index.get();
            let header = &entries[index as usize].header;
            assert_eq!(header.actor.name, format!("thread {thread}"));
            assert_eq!(header.reason, Some(number.to_string()));
            assert_eq!(header.id, receipt.entries[0].id);
            assert!(size(receipt) > index);
            sizes.insert(size(receipt));
        }
    }
    // A checkpoint of its own is an append of its own.
    assert!(sizes.len() < CALLS / 2, "{} appends", sizes.len());
    let fewest = told.iter().map(Vec::len).min().unwrap();
    assert!(
        fewest > CALLS / THREADS / 4,
        "one thread made {fewest} of {CALLS}"
    );
    assert_sound(&place.settings(), None);
}

#[test]
fn a_lone_writer_has_an_append_for_each_call() {
    let place = Place::new();
    let trail = place.make();
    for number in 0..20 {
        let receipt = trail.record(&[fact("alice", number)]).unwrap();
        assert_eq!(size(&receipt), number + 1);
        assert_eq!(receipt.entries[0].index.get(), number);
    }
}

/// Every other call is refused: its id is that of an entry with another content.
#[test]
fn a_call_that_is_refused_fails_nobody_else() {
    let place = Place::new();
    let trail = place.make();
    trail.record(&[with_id("alice", 0, 1)]).unwrap();
    let told = in_threads(|thread| {
        let refused = thread % 2 == 0;
        for number in 0..20 {
            let drafts = [fact("bob", number), with_id("mallory", number, 1)];
            match trail.record(if refused { &drafts } else { &drafts[..1] }) {
                Err(RecordError::Taken {
                    position: 1, index, ..
                }) if refused => {
                    assert_eq!(index.get(), 0);
                }
                Ok(receipt) if !refused => assert!(receipt.entries[0].new),
                other => panic!("{other:?}"),
            }
        }
        if refused { 0 } else { 20 }
    });
    let recorded: usize = told.iter().sum();
    drop(trail);
    assert_eq!(entries(&place.settings()).len(), 1 + recorded);
    assert_sound(&place.settings(), None);
}

/// One id from all threads at once, as if they had come one after the other.
fn race_for_an_id(trail: &Trail, round: u64, same: bool) -> (usize, usize, usize) {
    let (new, skipped, refused) = Default::default();
    let counts: [AtomicUsize; 3] = [new, skipped, refused];
    let indices = in_threads(|thread| {
        let who = if same { 0 } else { thread };
        let drafts = [
            fact("beside", round),
            with_id(&format!("writer {who}"), round, round + 100),
        ];
        match trail.record(&drafts) {
            Ok(receipt) => {
                assert!(receipt.entries[0].new);
                let entry = receipt.entries[1];
                counts[usize::from(!entry.new)].fetch_add(1, Ordering::SeqCst);
                assert!(size(&receipt) > entry.index.get());
                entry.index.get()
            }
            Err(RecordError::Taken {
                position: 1, index, ..
            }) => {
                counts[2].fetch_add(1, Ordering::SeqCst);
                index.get()
            }
            Err(other) => panic!("{other}"),
        }
    });
    let indices: HashSet<u64> = indices.into_iter().collect();
    assert_eq!(indices.len(), 1, "all were told of one entry");
    let [new, skipped, refused] = counts.map(AtomicUsize::into_inner);
    (new, skipped, refused)
}

#[test]
fn of_calls_with_one_id_the_first_is_recorded() {
    let place = Place::new();
    let trail = place.make();
    let mut beside = 0;
    for round in 0..10 {
        let (new, skipped, refused) = race_for_an_id(&trail, 2 * round, true);
        assert_eq!((new, skipped, refused), (1, THREADS - 1, 0));
        beside += THREADS;
        let (new, skipped, refused) = race_for_an_id(&trail, 2 * round + 1, false);
        assert_eq!((new, skipped, refused), (1, 0, THREADS - 1));
        beside += 1;
    }
    drop(trail);
    assert_eq!(entries(&place.settings()).len(), beside + 20);
    assert_sound(&place.settings(), None);
}
