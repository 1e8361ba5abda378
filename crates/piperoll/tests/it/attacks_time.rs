//! The attacks of the suite by their numbers: time and order (C4).

use crate::place::{Place, assert_sound, entries, fact};
use piperoll::ErrorKind;
use piperoll::clock::Clock;
use piperoll::event::{Draft, Instant, LineDefaults};
use piperoll::store::{Filter, Order, Page};
use piperoll::trail::{RecordError, Surroundings, Trail};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock that somebody sets.
pub(crate) struct Set(pub(crate) AtomicI64);

impl Clock for Set {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

/// 2026-11-01T08:00:00Z.
const NOON: i64 = 1_793_520_000;
const YEAR_2099: i64 = 4_070_908_800;

fn at(time: &str, number: u64) -> Draft {
    Draft {
        at: Some(Instant::parse(time).unwrap()),
        ..fact("late", number)
    }
}

fn page() -> Page {
    Page {
        order: Order::OldestFirst,
        after: None,
        limit: 100,
    }
}

#[test]
fn c4_29_a_clock_that_is_set_moves_no_entry() {
    let place = Place::new();
    drop(place.make());
    let clock = Arc::new(Set(AtomicI64::new(NOON)));
    let surroundings = Surroundings {
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        ..Surroundings::default()
    };
    let trail = Trail::open(&place.settings(), surroundings).unwrap();
    let mut kept = Vec::new();
    // On; an hour back; to the end of the century and home again; a day before all.
    let times = [
        NOON,
        NOON + 1,
        NOON - 3_600,
        YEAR_2099,
        NOON + 2,
        NOON - 86_400,
    ];
    for (number, time) in (0..).zip(times) {
        clock.0.store(time, Ordering::Relaxed);
        let receipt = trail.record(&[fact("alice", number)]).unwrap();
        assert_eq!(receipt.entries[0].index.get(), number);
        assert_eq!(receipt.warnings, [""; 0]);
        kept.push(trail.keep_checkpoint().unwrap().note);
    }
    // Of the same entries none is kept with a time before the last one: a moment back it waits, further it refuses.
    clock.0.store(NOON - 86_400 - 30, Ordering::Relaxed);
    assert_eq!(Some(&trail.keep_checkpoint().unwrap().note), kept.last());
    clock.0.store(NOON - 86_400 - 61, Ordering::Relaxed);
    let error = trail.keep_checkpoint().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert!(
        error
            .to_string()
            .starts_with("the clock is 61 seconds before"),
        "{error}"
    );
    // No clock is before 1970.
    clock.0.store(-1, Ordering::Relaxed);
    let error = trail.keep_checkpoint().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    clock.0.store(NOON, Ordering::Relaxed);
    // The hour that a summer ends with comes twice, and a spring leaves one out; an offset tells which is meant.
    let twice = ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"];
    let drafts: Vec<Draft> = (10..).zip(twice).map(|(n, time)| at(time, n)).collect();
    trail.record(&drafts).unwrap();
    drop(trail);
    let all = entries(&place.settings());
    let seconds: Vec<i64> = all
        .iter()
        .map(|entry| entry.header.recorded_at.as_micros() / 1_000_000)
        .collect();
    assert_eq!(seconds[..times.len()], times);
    let hour = all[7].header.at.as_micros() - all[6].header.at.as_micros();
    assert_eq!(hour, 3_600_000_000);
    for note in &kept {
        assert_eq!(assert_sound(&place.settings(), Some(note)).size, 8);
    }
}

/// The last second of a minute that has 61 has no place of its own in POSIX time.
#[test]
fn c4_29_a_leap_second_is_the_second_after_it_or_none() {
    let line = |time: &str| {
        format!(
            r#"{{"at":"{time}","kind":"access","action":"READ","actor":{{"name":"a"}},"resource":{{"system":"s","name":"t","kind":"table"}}}}"#
        )
    };
    let read = |time: &str| Draft::from_line(line(time).as_bytes(), &LineDefaults::default());
    let leap = read("2016-12-31T23:59:60Z").unwrap();
    assert_eq!(leap.at, read("2017-01-01T00:00:00Z").unwrap().at);
    for none in [
        "2016-12-31T23:59:61Z",
        "2026-11-01T08:00:60Z",
        "2016-12-31T24:00:00Z",
        "2026-02-29T00:00:00Z",
    ] {
        assert!(read(none).is_err(), "{none}");
    }
}

#[test]
fn c4_32_numbers_that_a_source_has_skipped_are_no_deletions() {
    let place = Place::new();
    let trail = place.make();
    // A sequence of the source that rollbacks have left gaps in.
    for number in [1, 2, 5, 9, 1_000_000] {
        trail.record(&[fact("alice", number)]).unwrap();
    }
    let id = |n: u64| piperoll::event::EventId::parse(&format!("01932c07-a000-7000-8000-{n:012x}"));
    let with_id = |n: u64, number: u64| Draft {
        id: id(n),
        ..fact("bob", number)
    };
    trail.record(&[with_id(1, 1)]).unwrap();
    // Batches that the trail itself has refused leave no gap either.
    for _ in 0..3 {
        let refused = trail.record(&[fact("carol", 1), with_id(1, 2), fact("carol", 3)]);
        assert!(matches!(
            refused,
            Err(RecordError::Taken { position: 1, .. })
        ));
    }
    let receipt = trail.record(&[fact("alice", 7)]).unwrap();
    assert_eq!(receipt.entries[0].index.get(), 6);
    let note = trail.keep_checkpoint().unwrap().note;
    drop(trail);
    assert_eq!(assert_sound(&place.settings(), Some(&note)).size, 7);
}

#[test]
fn c4_34_late_events_keep_both_times() {
    let place = Place::with_entries(3);
    let trail = place.open().unwrap();
    let pin = trail.keep_checkpoint().unwrap().note;
    let late = [
        "2019-03-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "2019-02-28T23:59:59.999999Z",
    ];
    let drafts: Vec<Draft> = (10..).zip(late).map(|(n, time)| at(time, n)).collect();
    trail.record(&drafts).unwrap();
    // They stand where they were recorded, and are found when they happened.
    let filter = Filter {
        until: Instant::parse("2019-03-01T00:00:00Z").ok(),
        ..Filter::default()
    };
    let found = trail.entries(&filter, &page()).unwrap();
    let indices: Vec<u64> = found.iter().map(|entry| entry.index.get()).collect();
    assert_eq!(indices, [4, 5]);
    for entry in &found {
        assert!(
            entry.header.at < entry.header.recorded_at,
            "{:?}",
            entry.header
        );
    }
    trail.record(&[fact("alice", 20)]).unwrap();
    drop(trail);
    // They came after what was kept before they were recorded: it still holds.
    assert_eq!(assert_sound(&place.settings(), Some(&pin)).size, 7);
}
