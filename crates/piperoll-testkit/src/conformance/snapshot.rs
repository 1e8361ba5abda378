//! A snapshot is one view, whatever others do.

use super::Setup;
use super::picture::Picture;
use super::sample::{Writer, append_all, events, fill, id};
use piperoll::seal::EntryIndex;

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
