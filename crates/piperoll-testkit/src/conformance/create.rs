//! Making a trail, and what is there before.

use super::Setup;
use super::picture::{Picture, rows};
use super::sample::{FIRST_CHECKPOINT, Writer, events, fill, id, instant, meta};
use piperoll::ErrorKind;
use piperoll::seal::{EntryIndex, TileId, TreeSize};
use piperoll::store::{AppendError, Filter, Order, Page};
use std::ops::ControlFlow;

/// Reading shows nothing, and writing is refused, each by its kind.
pub fn without_a_trail_there_is_nothing(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let snapshot = store.snapshot().unwrap();
    assert_eq!(snapshot.meta().unwrap(), None);
    assert_eq!(snapshot.head().unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(rows(&*snapshot, i64::MIN..i64::MAX), []);
    let page = Page {
        order: Order::NewestFirst,
        after: None,
        limit: 10,
    };
    assert_eq!(snapshot.find(&Filter::default(), &page).unwrap(), []);
    assert_eq!(snapshot.find_ids(&[id(1)]).unwrap(), [None]);
    assert_eq!(snapshot.cursor("source").unwrap(), None);
    let leaves = TileId {
        level: 0,
        number: 0,
    };
    assert_eq!(snapshot.tiles(&[leaves]).unwrap(), [None]);
    let mut visits = 0;
    let mut visit = || {
        visits += 1;
        Ok(ControlFlow::Continue(()))
    };
    let all = i64::MIN..i64::MAX;
    snapshot.entries(all, &mut |_| visit()).unwrap();
    snapshot.stored_tiles(&mut |_| visit()).unwrap();
    snapshot.checkpoints(&mut |_| visit()).unwrap();
    assert_eq!(visits, 0);
    assert_eq!(snapshot.faults().unwrap(), []);
    drop(snapshot);

    let batch = Writer::default().full_batch(events(0..2));
    match store.append(TreeSize::new(0), &batch.append()) {
        Err(AppendError::Failed(error)) => assert_eq!(error.kind(), ErrorKind::NotFound),
        other => panic!("{other:?}"),
    }
    let error = store.erase(&[EntryIndex::new(0)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    // What was refused is no hindrance.
    fill(&*store, std::slice::from_ref(&batch));
    assert_eq!(Picture::of(&*store), Picture::expected(&[batch]));
}

/// Meta and checkpoint come back letter by letter.
pub fn a_trail_is_made_as_given(setup: &impl Setup) {
    let store = setup.first().unwrap();
    store.create(&meta(), FIRST_CHECKPOINT).unwrap();
    assert_eq!(Picture::of(&*store), Picture::expected(&[]));
}

/// The first trail stays, with its entries.
pub fn a_second_trail_is_refused_and_changes_nothing(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let batches = [Writer::default().full_batch(events(0..3))];
    fill(&*store, &batches);
    let mut other = meta();
    other.origin = "other.example/audit".to_owned();
    other.created = instant(99);
    let error = store.create(&other, "another checkpoint\n").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    assert_eq!(Picture::of(&*store), Picture::expected(&batches));
}
