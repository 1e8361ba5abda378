//! Destroying payloads.

use super::Setup;
use super::picture::Picture;
use super::sample::{Writer, append_all, events, fill};
use piperoll::ErrorKind;
use piperoll::event::{Attribute, AttributeName};
use piperoll::seal::EntryIndex;
use piperoll::store::{Erased, Filter, Order, Page, Store};

fn indices(indices: &[u64]) -> Vec<EntryIndex> {
    indices.iter().copied().map(EntryIndex::new).collect()
}

fn with_key(store: &dyn Store, value: &str) -> Vec<u64> {
    let filter = Filter {
        attribute: Some(Attribute {
            name: AttributeName::Key,
            value: value.to_owned(),
        }),
        ..Filter::default()
    };
    let page = Page {
        order: Order::OldestFirst,
        after: None,
        limit: 10,
    };
    let found = store.snapshot().unwrap().find(&filter, &page).unwrap();
    found.into_iter().map(EntryIndex::get).collect()
}

/// An entry that has no payload is none the worse for it.
pub fn payload_salt_and_attributes_go_and_the_rest_stays(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let batches = [Writer::default().full_batch(events(0..6))];
    let key = batches[0].events[2].attributes[0].value.clone();
    fill(&*store, &batches);
    assert_eq!(with_key(&*store, &key), [2]);
    assert_eq!(store.erase(&indices(&[2, 3, 4])).unwrap(), Erased::Gone);
    let picture = Picture::of(&*store);
    assert_eq!(picture, Picture::expected(&batches).erased(&[2, 4]));
    let payloads: Vec<_> = picture
        .entries
        .iter()
        .map(|row| (row.payload.0.is_some(), row.payload.1.is_some()))
        .collect();
    let (there, gone) = ((true, true), (false, false));
    assert_eq!(payloads, [there, gone, gone, gone, gone, gone]);
    assert_eq!(picture.attributes.len(), 1);
    assert!(with_key(&*store, &key).is_empty());
}

/// Also when it is named twice at once, and when nothing is named.
pub fn erasing_again_changes_nothing(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let batches = [Writer::default().full_batch(events(0..4))];
    fill(&*store, &batches);
    assert_eq!(store.erase(&[]).unwrap(), Erased::Gone);
    assert_eq!(Picture::of(&*store), Picture::expected(&batches));
    for _ in 0..2 {
        assert_eq!(store.erase(&indices(&[0, 0])).unwrap(), Erased::Gone);
        let expected = Picture::expected(&batches).erased(&[0]);
        assert_eq!(Picture::of(&*store), expected);
    }
}

/// The indices before it are not erased either.
pub fn an_index_beyond_the_end_erases_nothing(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let batches = [Writer::default().full_batch(events(0..4))];
    fill(&*store, &batches);
    for beyond in [4, 5, i64::MAX as u64, u64::MAX] {
        let error = store.erase(&indices(&[0, beyond, 2])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{beyond}");
        assert_eq!(
            Picture::of(&*store),
            Picture::expected(&batches),
            "{beyond}"
        );
    }
}

/// Who reads may still see what was there; once nobody does, it is gone.
pub fn while_a_snapshot_is_held_erasure_is_pending(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    let batches = [
        writer.full_batch(events(0..4)),
        writer.full_batch(events(4..6)),
    ];
    fill(&*store, &batches[..1]);
    let held = store.snapshot().unwrap();
    append_all(&*store, 4, &batches[1..]);
    assert_eq!(store.erase(&indices(&[0])).unwrap(), Erased::Pending);
    let expected = Picture::expected(&batches).erased(&[0]);
    assert_eq!(Picture::of(&*store), expected);
    drop(held);
    assert_eq!(store.erase(&indices(&[0])).unwrap(), Erased::Gone);
    assert_eq!(Picture::of(&*store), expected);
}
