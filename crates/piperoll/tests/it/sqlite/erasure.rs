//! What is erased is in none of the files.

use crate::place::Place;
use piperoll::event::{Attribute, AttributeName, Draft, Kind, Payload, Value};
use piperoll::seal::EntryIndex;
use piperoll::store::{Access, Erased, SqliteStore, Store};
use piperoll_testkit::conformance::sample::{Batch, Writer, draft, event, fill};
use std::ops::ControlFlow;
use std::time::Duration;

const SECRET: &str = "the secret that must go";

/// Short, longer than a page, and long; with an attribute.
fn secrets() -> Batch {
    let said = |number: u64, length: usize| {
        let text = SECRET.repeat(length);
        let status = (
            "status".to_owned(),
            Value::Text(format!("{SECRET} {number}")),
        );
        let context = Value::Object([status].into());
        let payload = Payload::new(None, None, None, Some(Value::Text(text)), Some(context));
        event(&Draft {
            kind: Kind::Run,
            payload: Some(payload.unwrap()),
            ..draft(number)
        })
    };
    let events = [1, 10, 500, 20_000, 1, 300].into_iter();
    let events = (0..).zip(events).map(|(n, length)| said(n, length));
    let batch = Writer::default().batch(events.collect());
    let status = Attribute {
        name: AttributeName::Status,
        value: format!("{SECRET} 3"),
    };
    assert_eq!(batch.events[3].attributes, [status]);
    batch
}

fn open(place: &Place) -> SqliteStore {
    SqliteStore::open_with(&place.db(), Access::Write, Duration::from_millis(100)).unwrap()
}

/// The files that hold the secret, or one of these salts.
fn holding(place: &Place, batch: &Batch) -> Vec<String> {
    let mut needles = vec![SECRET.as_bytes().to_vec()];
    for event in &batch.events {
        let (_, salt) = event.payload.as_ref().unwrap();
        needles.push(salt.as_bytes().to_vec());
    }
    let held = |bytes: &[u8]| {
        let found = |needle: &Vec<u8>| bytes.windows(needle.len()).any(|window| window == needle);
        needles.iter().any(found)
    };
    let files = place.store_files().into_iter();
    files
        .filter(|(_, bytes)| held(bytes))
        .map(|(path, _)| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect()
}

fn all(batch: &Batch) -> Vec<EntryIndex> {
    (0..batch.events.len() as u64)
        .map(EntryIndex::new)
        .collect()
}

#[test]
fn what_was_erased_from_the_wal_is_in_no_file() {
    let (place, batch) = (Place::new(), secrets());
    let store = open(&place);
    fill(&store, std::slice::from_ref(&batch));
    assert_eq!(holding(&place, &batch), ["trail.db-wal"]);
    assert_eq!(store.erase(&all(&batch)).unwrap(), Erased::Gone);
    assert_eq!(holding(&place, &batch), [""; 0]);
}

#[test]
fn what_was_erased_from_the_database_is_in_no_file() {
    let (place, batch) = (Place::new(), secrets());
    fill(&open(&place), std::slice::from_ref(&batch));
    assert_eq!(holding(&place, &batch), ["trail.db"]);
    let store = open(&place);
    assert_eq!(store.erase(&all(&batch)).unwrap(), Erased::Gone);
    assert_eq!(holding(&place, &batch), [""; 0]);
    drop(store);
    assert_eq!(holding(&place, &batch), [""; 0]);
}

#[test]
fn while_a_reader_holds_it_erasure_is_pending_and_then_it_goes() {
    let (place, batch) = (Place::new(), secrets());
    let store = open(&place);
    fill(&store, std::slice::from_ref(&batch));
    let reader = SqliteStore::open(&place.db(), Access::Read).unwrap();
    let held = reader.snapshot().unwrap();
    assert_eq!(store.erase(&all(&batch)).unwrap(), Erased::Pending);
    let mut payloads = 0;
    held.entries(0..i64::MAX, &mut |entry| {
        payloads += usize::from(entry.payload.is_some());
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    assert_eq!(payloads, batch.events.len());
    drop(held);
    assert_eq!(store.erase(&[]).unwrap(), Erased::Gone);
    assert_eq!(holding(&place, &batch), [""; 0]);
}

#[test]
fn what_is_pending_goes_when_the_last_writer_closes() {
    let (place, batch) = (Place::new(), secrets());
    let store = open(&place);
    fill(&store, std::slice::from_ref(&batch));
    let held = store.snapshot().unwrap();
    assert_eq!(store.erase(&all(&batch)).unwrap(), Erased::Pending);
    drop(held);
    drop(store);
    assert_eq!(holding(&place, &batch), [""; 0]);
}
