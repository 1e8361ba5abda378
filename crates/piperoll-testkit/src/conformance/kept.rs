//! Stores that outlive their handle.

use super::Reopen;
use super::picture::Picture;
use super::sample::{Batch, FIRST_CHECKPOINT, Writer, append_all, events, fill, meta};
use piperoll::ErrorKind;
use piperoll::seal::{EntryIndex, TreeSize};
use piperoll::store::{Access, AppendError, Erased};

fn batches(writer: &mut Writer) -> Vec<Batch> {
    vec![
        writer.full_batch(events(0..3)),
        writer.batch(events(3..300)),
        writer.full_batch(Vec::new()),
    ]
}

/// Byte by byte.
pub fn everything_is_there_after_reopening(setup: &impl Reopen) {
    let batches = batches(&mut Writer::default());
    fill(&*setup.first().unwrap(), &batches);
    for access in [Access::Read, Access::Write, Access::Read] {
        let store = setup.again(access).unwrap();
        assert_eq!(Picture::of(&*store), Picture::expected(&batches));
    }
}

/// And it is refused a second time.
pub fn an_empty_trail_is_there_after_reopening(setup: &impl Reopen) {
    setup
        .first()
        .unwrap()
        .create(&meta(), FIRST_CHECKPOINT)
        .unwrap();
    let store = setup.again(Access::Write).unwrap();
    assert_eq!(Picture::of(&*store), Picture::expected(&[]));
    let error = store.create(&meta(), "another checkpoint\n").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    assert_eq!(Picture::of(&*store), Picture::expected(&[]));
}

/// With names that are known from before.
pub fn appends_go_on_after_reopening(setup: &impl Reopen) {
    let mut writer = Writer::default();
    let mut batches = batches(&mut writer);
    fill(&*setup.first().unwrap(), &batches);
    let store = setup.again(Access::Write).unwrap();
    let next = writer.full_batch(events(300..600));
    append_all(&*store, 300, std::slice::from_ref(&next));
    batches.push(next);
    assert_eq!(Picture::of(&*store), Picture::expected(&batches));
}

/// Nothing of it comes back.
pub fn an_erasure_is_there_after_reopening(setup: &impl Reopen) {
    let batches = batches(&mut Writer::default());
    let store = setup.first().unwrap();
    fill(&*store, &batches);
    assert_eq!(store.erase(&[EntryIndex::new(2)]).unwrap(), Erased::Gone);
    drop(store);
    let store = setup.again(Access::Read).unwrap();
    let expected = Picture::expected(&batches).erased(&[2]);
    assert_eq!(Picture::of(&*store), expected);
}

/// It may neither make a trail, nor append, nor erase.
pub fn a_reader_sees_all_and_changes_nothing(setup: &impl Reopen) {
    let mut writer = Writer::default();
    let batches = batches(&mut writer);
    fill(&*setup.first().unwrap(), &batches);
    let store = setup.again(Access::Read).unwrap();
    let next = writer.full_batch(events(300..301));
    match store.append(TreeSize::new(300), &next.append()) {
        Err(AppendError::Failed(error)) => assert_eq!(error.kind(), ErrorKind::Denied),
        other => panic!("{other:?}"),
    }
    let error = store.create(&meta(), FIRST_CHECKPOINT).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    let error = store.erase(&[EntryIndex::new(0)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(Picture::of(&*store), Picture::expected(&batches));
}

/// Who was slower is told the size, and what the other wrote is seen at once.
pub fn two_handles_do_not_fork_the_trail(setup: &impl Reopen) {
    let one = setup.first().unwrap();
    one.create(&meta(), FIRST_CHECKPOINT).unwrap();
    let other = setup.again(Access::Write).unwrap();
    let reader = setup.again(Access::Read).unwrap();
    let mut writer = Writer::default();
    let first = writer.full_batch(events(0..3));
    let rival = Writer::default().full_batch(events(50..57));
    one.append(TreeSize::new(0), &first.append()).unwrap();
    match other.append(TreeSize::new(0), &rival.append()) {
        Err(AppendError::Conflict(size)) => assert_eq!(size, TreeSize::new(3)),
        result => panic!("{result:?}"),
    }
    let second = writer.full_batch(events(3..5));
    other.append(TreeSize::new(3), &second.append()).unwrap();
    match one.append(TreeSize::new(3), &rival.append()) {
        Err(AppendError::Conflict(size)) => assert_eq!(size, TreeSize::new(5)),
        result => panic!("{result:?}"),
    }
    let expected = Picture::expected(&[first, second]);
    for store in [one, other, reader] {
        assert_eq!(Picture::of(&*store), expected);
    }
}

/// Reading makes nothing.
pub fn there_is_nothing_to_read_before_it_is_made(setup: &impl Reopen) {
    for _ in 0..2 {
        let error = setup.again(Access::Read).err().map(|error| error.kind());
        assert_eq!(error, Some(ErrorKind::NotFound));
    }
}
