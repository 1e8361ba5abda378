//! Large batches, which are stamped while they are stored.

use crate::place::{Place, assert_sound, entries, fact};
use piperoll::event::{Draft, EventId};
use piperoll::trail::{RecordError, Trail};
use std::collections::HashSet;

/// Enough for several parts of a batch, and no whole number of blocks.
const MANY: u64 = 2_600;

fn many(who: &str) -> Vec<Draft> {
    (0..MANY).map(|number| fact(who, number)).collect()
}

/// The trail holds these batches, whole and in their order.
fn assert_holds(place: &Place, batches: &[&str]) {
    let entries = entries(&place.settings());
    let found: Vec<_> = entries
        .iter()
        .map(|entry| {
            (
                entry.header.actor.name.as_str(),
                entry.header.reason.clone(),
            )
        })
        .collect();
    let expected: Vec<_> = batches
        .iter()
        .flat_map(|who| (0..MANY).map(move |number| (*who, Some(number.to_string()))))
        .collect();
    assert_eq!(found, expected);
    let ids: HashSet<_> = entries.iter().map(|entry| entry.header.id).collect();
    assert_eq!(ids.len(), entries.len());
    let report = assert_sound(&place.settings(), None);
    assert_eq!(report.checked.payloads, entries.len() as u64);
}

#[test]
fn a_large_batch_is_recorded_as_it_was_given() {
    let place = Place::new();
    let trail = place.make();
    for (who, first) in [("one", 0), ("two", MANY)] {
        let receipt = trail.record(&many(who)).unwrap();
        assert_eq!(receipt.warnings, [""; 0]);
        assert_eq!(receipt.checkpoint.size().get(), first + MANY);
        let indices = receipt.entries.iter().map(|entry| entry.index.get());
        assert!(indices.eq(first..first + MANY));
        assert!(receipt.entries.iter().all(|entry| entry.new));
        let stored = entries(&place.settings()).split_off(first as usize);
        let ids = stored.iter().map(|entry| entry.header.id);
        assert!(ids.eq(receipt.entries.iter().map(|entry| entry.id)));
    }
    assert_holds(&place, &["one", "two"]);
}

#[test]
fn of_a_large_batch_with_faults_every_fault_is_told_and_nothing_recorded() {
    let place = Place::new();
    let trail = place.make();
    let mut drafts = many("false");
    for position in [3, 700, 2_599] {
        drafts[position].actor.name = String::new();
    }
    match trail.record(&drafts) {
        Err(RecordError::Invalid(problems)) => {
            let places: Vec<_> = problems.iter().map(|(position, _)| *position).collect();
            assert_eq!(places, [3, 700, 2_599]);
        }
        other => panic!("{other:?}"),
    }
    assert_holds(&place, &[]);
    trail.record(&many("right")).unwrap();
    assert_holds(&place, &["right"]);
}

#[test]
fn after_another_writer_a_large_batch_goes_behind_it() {
    let place = Place::new();
    let (one, other) = (
        place.make(),
        Trail::open(&place.settings(), Default::default()).unwrap(),
    );
    // Each knows a tree that is not the newest any more.
    for (trail, who) in [(&one, "a"), (&other, "b"), (&one, "c"), (&other, "d")] {
        let receipt = trail.record(&many(who)).unwrap();
        assert_eq!(receipt.warnings, [""; 0]);
    }
    assert_holds(&place, &["a", "b", "c", "d"]);
}

#[test]
fn large_batches_of_several_threads_are_each_in_one_piece() {
    let place = Place::new();
    let trail = place.make();
    let names = ["a", "b", "c", "d", "e", "f"];
    std::thread::scope(|scope| {
        for who in names {
            let trail = &trail;
            scope.spawn(move || trail.record(&many(who)).unwrap());
        }
    });
    let entries = entries(&place.settings());
    let order: Vec<_> = entries
        .chunks(MANY as usize)
        .map(|batch| batch[0].header.actor.name.as_str())
        .collect();
    assert_eq!(
        HashSet::<&str>::from_iter(order.iter().copied()),
        HashSet::from(names)
    );
    assert_holds(&place, &order);
}

#[test]
fn a_large_batch_with_an_id_that_is_there_skips_that_event() {
    let place = Place::new();
    let trail = place.make();
    let mut drafts = many("one");
    drafts[1_000].id = EventId::parse("01932c07-a000-7000-8000-000000000007");
    trail.record(&drafts[1_000..1_001]).unwrap();
    let receipt = trail.record(&drafts).unwrap();
    assert_eq!(receipt.checkpoint.size().get(), MANY);
    let old: Vec<_> = receipt.entries.iter().filter(|entry| !entry.new).collect();
    assert_eq!(old.len(), 1);
    assert_eq!(old[0].index.get(), 0);
    assert_sound(&place.settings(), None);
}
