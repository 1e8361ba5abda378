//! A snapshot is one view, whatever others do.

use super::Setup;
use super::picture::Picture;
use super::sample::{Writer, append_all, events, fill, id};
use piperoll::seal::EntryIndex;
use std::sync::Barrier;

/// Everything that can be read stays; a snapshot taken later shows what was done.
pub fn a_snapshot_stays_while_another_appends_and_erases(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    let first = writer.full_batch(events(0..250));
    fill(&*store, std::slice::from_ref(&first));
    let before = store.snapshot().unwrap();
    let then = Picture::expected(std::slice::from_ref(&first));

    let second = writer.full_batch(events(250..300));
    append_all(&*store, 250, std::slice::from_ref(&second));
    let between = store.snapshot().unwrap();
    store
        .erase(&[EntryIndex::new(0), EntryIndex::new(260)])
        .unwrap();
    let after = store.snapshot().unwrap();

    let now = Picture::expected(&[first, second]);
    assert_eq!(Picture::of_snapshot(&*before), then);
    assert_eq!(before.find_ids(&[id(0), id(260)]).unwrap()[1], None);
    assert_eq!(Picture::of_snapshot(&*between), now);
    assert_eq!(Picture::of_snapshot(&*after), now.erased(&[0, 260]));
}

/// Each serves a thread of its own, and all show the same.
pub fn views_of_one_state_are_read_by_several_threads(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    let first = writer.full_batch(events(0..250));
    fill(&*store, std::slice::from_ref(&first));
    let views = store.snapshots(3).unwrap();
    let second = writer.full_batch(events(250..300));
    append_all(&*store, 250, &[second]);

    assert!((1..=3).contains(&views.len()), "{} views", views.len());
    let then = Picture::expected(&[first]);
    std::thread::scope(|scope| {
        for view in views {
            let then = &then;
            scope.spawn(move || assert_eq!(Picture::of_snapshot(&*view), *then));
        }
    });
    assert_eq!(store.snapshots(1).unwrap().len(), 1);
    assert_eq!(store.snapshots(0).unwrap().len(), 1);
}

/// Whatever another does meanwhile, none shows more than the others.
pub fn views_that_are_taken_while_another_appends_are_of_one_state(setup: &impl Setup) {
    const BATCHES: u64 = 60;
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    fill(&*store, &[writer.full_batch(events(0..1))]);
    let begun = Barrier::new(2);
    std::thread::scope(|scope| {
        let appending = scope.spawn(|| {
            begun.wait();
            for at in 1..=BATCHES {
                append_all(&*store, at, &[writer.full_batch(events(at..at + 1))]);
            }
        });
        begun.wait();
        while !appending.is_finished() {
            let views = store.snapshots(4).unwrap();
            let sizes: Vec<_> = views.iter().map(|it| it.head().unwrap().size).collect();
            assert!(sizes.windows(2).all(|two| two[0] == two[1]), "{sizes:?}");
        }
    });
    // Once nobody writes there is nothing to wait for.
    let views = store.snapshots(4).unwrap().len();
    assert!(views == 1 || views == 4, "{views}");
}
