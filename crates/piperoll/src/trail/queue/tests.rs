use super::*;
use crate::event::{Action, Draft, DraftActor, Instant, Kind, Resource, Salt, Secret, Stamp};
use crate::seal::{EMPTY_ROOT, Origin, TreeSize};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(20);

/// A parcel of so many events.
fn parcel(events: usize) -> Parcel {
    let resource = Resource::new("shop", "shop.main.orders", "table");
    let draft = Draft::new(Kind::Access, Action::Read, DraftActor::named("a"), resource);
    let stamp = Stamp {
        id: EventId::parse("01932c07-a000-7000-8000-000000000001").unwrap(),
        recorded_at: Instant::from_micros(0).unwrap(),
        salt: Salt::new([0; 32]),
        secret: &Secret::new([0; 32]),
    };
    Parcel {
        events: vec![draft.stamp(&stamp).unwrap(); events],
        leaves: vec![EMPTY_ROOT; events],
        given: Vec::new(),
    }
}

fn sealed(first: u64) -> Answer {
    let origin = Origin::parse("shop.example/audit").unwrap();
    Answer::Sealed {
        first,
        checkpoint: Checkpoint::new(origin, TreeSize::new(first), EMPTY_ROOT),
        warnings: Vec::new(),
    }
}

fn first_of(answer: &Answer) -> u64 {
    match answer {
        Answer::Sealed { first, .. } => *first,
        other => panic!("{other:?}"),
    }
}

/// Waits until a call has taken the lead, and its parcel.
fn until_led(queue: &Queue) {
    while !(lock(&queue.line).is_led && lock(&queue.line).calls.is_empty()) {
        std::thread::yield_now();
    }
}

/// Waits until so many calls stand in the line.
fn until_waiting(queue: &Queue, calls: usize) {
    for _ in 0..20_000 {
        if lock(&queue.line).calls.len() == calls {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("never {calls} calls in the line");
}

#[test]
fn a_lone_call_leads_at_once_and_alone() {
    let queue = Queue::default();
    for number in 0..3 {
        let answer = queue.submit(parcel(2), |parcels| {
            assert_eq!(parcels.len(), 1);
            assert_eq!(parcels[0].events.len(), 2);
            vec![sealed(number)]
        });
        assert_eq!(first_of(&answer), number);
    }
    assert!(!lock(&queue.line).is_led);
}

/// What came while the first append ran is the second, in its order; each gets its own answer.
#[test]
fn what_waits_is_the_next_append() {
    let queue = Queue::default();
    let (go, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let groups = Mutex::new(Vec::new());
    let numbers = AtomicUsize::new(0);
    let append = |parcels: Vec<Parcel>| -> Vec<Answer> {
        lock(&groups).push(parcels.iter().map(|p| p.events.len()).collect::<Vec<_>>());
        let answer = || sealed(numbers.fetch_add(1, Ordering::SeqCst) as u64);
        parcels.iter().map(|_| answer()).collect()
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| {
            queue.submit(parcel(1), |parcels| {
                lock(&gate).recv_timeout(LONG).unwrap();
                append(parcels)
            })
        });
        until_led(&queue);
        let mut others = Vec::new();
        for events in [2, 3, 4] {
            until_waiting(&queue, others.len());
            let (queue, append) = (&queue, &append);
            others.push(scope.spawn(move || queue.submit(parcel(events), append)));
            until_waiting(queue, others.len());
        }
        go.send(()).unwrap();
        assert_eq!(first_of(&first.join().unwrap()), 0);
        for (number, other) in (1..).zip(others) {
            assert_eq!(first_of(&other.join().unwrap()), number);
        }
    });
    assert_eq!(*lock(&groups), [vec![1], vec![2, 3, 4]]);
}

/// Those who wait are told of it, and somebody else leads.
#[test]
fn a_leader_that_panics_leaves_nobody_waiting() {
    let queue = Queue::default();
    let (go, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| {
            queue.submit(parcel(1), |_| {
                lock(&gate).recv_timeout(LONG).unwrap();
                panic!("on purpose");
            })
        });
        until_led(&queue);
        let second = scope.spawn(|| queue.submit(parcel(1), |_| panic!("on purpose, too")));
        until_waiting(&queue, 1);
        let third = scope.spawn(|| {
            queue.submit(parcel(1), |parcels| {
                parcels.iter().map(|_| sealed(7)).collect()
            })
        });
        until_waiting(&queue, 2);
        go.send(()).unwrap();
        assert!(first.join().is_err());
        // The second leads with the third in its group.
        assert!(second.join().is_err());
        match third.join().unwrap() {
            Answer::Failed(error) => assert_eq!(error.kind(), crate::ErrorKind::Internal),
            other => panic!("{other:?}"),
        }
    });
    let answer = queue.submit(parcel(1), |_| vec![sealed(9)]);
    assert_eq!(first_of(&answer), 9);
}

#[test]
fn a_full_line_lets_nobody_in_and_an_append_takes_no_more_than_it_may() {
    let queue = Queue::default();
    let (go, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let groups = Mutex::new(Vec::new());
    let append = |parcels: Vec<Parcel>| -> Vec<Answer> {
        lock(&groups).push(parcels.len());
        parcels.iter().map(|_| sealed(1)).collect()
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            queue.submit(parcel(1), |parcels| {
                lock(&gate).recv_timeout(LONG).unwrap();
                append(parcels)
            })
        });
        until_led(&queue);
        scope.spawn(|| queue.submit(parcel(QUEUE_EVENTS_MAX), append));
        until_waiting(&queue, 1);
        let late = scope.spawn(|| queue.submit(parcel(1), append));
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(lock(&queue.line).calls.len(), 1);
        assert!(!late.is_finished());
        go.send(()).unwrap();
        assert_eq!(first_of(&late.join().unwrap()), 1);
    });
    assert_eq!(*lock(&groups), [1, 1, 1]);
}
