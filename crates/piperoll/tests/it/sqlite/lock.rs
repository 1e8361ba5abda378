//! Another program that holds the lock.

use crate::place::{Place, fact};
use piperoll::ErrorKind;
use piperoll::seal::TreeSize;
use piperoll::store::{Access, AppendError, SqliteStore, Store};
use piperoll_testkit::conformance::picture::Picture;
use piperoll_testkit::conformance::sample::{Writer, events, fill};
use rusqlite::Connection;
use std::time::{Duration, Instant};

/// A connection that holds the writer's lock until it is dropped.
fn holder(place: &Place) -> Connection {
    let connection = Connection::open(place.db()).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    connection
}

#[test]
fn a_lock_that_is_held_is_a_conflict_after_the_wait() {
    let place = Place::new();
    let wait = Duration::from_millis(300);
    let store = SqliteStore::open_with(&place.db(), Access::Write, wait).unwrap();
    let mut writer = Writer::default();
    let mut batches = vec![writer.full_batch(events(0..3))];
    fill(&store, &batches);
    let next = writer.full_batch(events(3..5));

    let held = holder(&place);
    let start = Instant::now();
    match store.append(TreeSize::new(3), &next.append()) {
        Err(AppendError::Failed(error)) => assert_eq!(error.kind(), ErrorKind::Conflict),
        other => panic!("{other:?}"),
    }
    let error = store.erase(&[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let waited = start.elapsed();
    assert!(waited >= 2 * wait, "it waited only {waited:?}");
    assert!(waited < 20 * wait, "it waited {waited:?}");
    // Readers need no lock.
    assert_eq!(Picture::of(&store), Picture::expected(&batches));

    drop(held);
    store.append(TreeSize::new(3), &next.append()).unwrap();
    batches.push(next);
    assert_eq!(Picture::of(&store), Picture::expected(&batches));
}

#[test]
fn a_trail_waits_for_the_lock() {
    let place = Place::with_entries(1);
    let trail = place.open().unwrap();
    let held = holder(&place);
    let start = Instant::now();
    let release = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(700));
        drop(held);
    });
    let receipt = trail.record(&[fact("alice", 1)]).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(700));
    assert_eq!(receipt.entries[0].index.get(), 1);
    release.join().unwrap();
}
