//! Appending events that come while others are stored.

use super::Setup;
use super::picture::Picture;
use super::sample::{Batch, Writer, events, fill};
use piperoll::Error;
use piperoll::ErrorKind;
use piperoll::event::Event;
use piperoll::seal::TreeSize;
use piperoll::store::{Append, AppendError, Incoming};

/// A batch that comes in parts of these sizes.
struct Parts<'a> {
    batch: &'a Batch,
    sizes: &'a [usize],
    /// How many parts have come.
    come: usize,
    /// The part that does not come.
    missing: Option<usize>,
    /// Where it was asked to go on from.
    asked: Vec<usize>,
}

impl<'a> Parts<'a> {
    fn of(batch: &'a Batch, sizes: &'a [usize]) -> Self {
        assert_eq!(sizes.iter().sum::<usize>(), batch.events.len());
        Self {
            batch,
            sizes,
            come: 0,
            missing: None,
            asked: Vec::new(),
        }
    }
}

impl Incoming for Parts<'_> {
    fn count(&self) -> usize {
        self.batch.events.len()
    }

    fn events(&mut self, from: usize) -> piperoll::Result<&[Event]> {
        self.asked.push(from);
        let come = |parts: usize| self.sizes[..parts].iter().sum::<usize>();
        if come(self.come) <= from {
            if self.missing == Some(self.come) {
                return Err(Error::invalid_input("the rest does not come"));
            }
            self.come = (self.come + 1).min(self.sizes.len());
        }
        let come = self.sizes[..self.come].iter().sum::<usize>();
        Ok(&self.batch.events[from.min(come)..come])
    }

    fn whole(&mut self) -> piperoll::Result<Append<'_>> {
        assert_eq!(self.come, self.sizes.len(), "asked before all have come");
        Ok(self.batch.append())
    }
}

/// In parts that end before, at and behind what a store may keep together.
pub fn an_append_that_comes_in_parts_is_there_as_one(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    let batches = [
        writer.batch(events(0..3)),
        writer.full_batch(events(3..1_200)),
        writer.batch(events(1_200..1_201)),
    ];
    fill(&*store, &batches[..1]);
    let mut parts = Parts::of(&batches[1], &[1, 252, 256, 1, 600, 87]);
    store.append_incoming(TreeSize::new(3), &mut parts).unwrap();
    let mut parts = Parts::of(&batches[2], &[1]);
    store
        .append_incoming(TreeSize::new(1_200), &mut parts)
        .unwrap();
    assert_eq!(Picture::of(&*store), Picture::expected(&batches));
}

/// At the first part, in the middle and at the last.
pub fn of_an_append_that_does_not_come_nothing_is_stored(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    let batches = [
        writer.batch(events(0..2)),
        writer.full_batch(events(2..900)),
    ];
    fill(&*store, &batches[..1]);
    let at = TreeSize::new(2);
    for missing in 0..3 {
        let mut parts = Parts::of(&batches[1], &[300, 400, 198]);
        parts.missing = Some(missing);
        match store.append_incoming(at, &mut parts) {
            Err(AppendError::Failed(error)) => assert_eq!(error.kind(), ErrorKind::InvalidInput),
            other => panic!("without part {missing}: {other:?}"),
        }
        assert_eq!(Picture::of(&*store), Picture::expected(&batches[..1]));
    }
    let mut parts = Parts::of(&batches[1], &[300, 400, 198]);
    store.append_incoming(at, &mut parts).unwrap();
    assert_eq!(Picture::of(&*store), Picture::expected(&batches));
}

/// Another writer was faster, or an id is taken: in a part before, or in the trail.
pub fn what_comes_in_parts_is_refused_as_what_is_given_at_once(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    let batches = [
        writer.batch(events(0..2)),
        writer.full_batch(events(2..602)),
    ];
    fill(&*store, &batches[..1]);
    let mut parts = Parts::of(&batches[1], &[300, 300]);
    match store.append_incoming(TreeSize::new(1), &mut parts) {
        Err(AppendError::Conflict(size)) => assert_eq!(size, TreeSize::new(2)),
        other => panic!("{other:?}"),
    }
    for taken in [0, 2] {
        let mut repeating = batches[1].clone();
        repeating.events[599] = events(taken..taken + 1).remove(0);
        let mut parts = Parts::of(&repeating, &[300, 200, 100]);
        match store.append_incoming(TreeSize::new(2), &mut parts) {
            Err(AppendError::Failed(error)) => assert_eq!(error.kind(), ErrorKind::Conflict),
            other => panic!("{other:?}"),
        }
        assert_eq!(Picture::of(&*store), Picture::expected(&batches[..1]));
    }
    let mut parts = Parts::of(&batches[1], &[300, 300]);
    store.append_incoming(TreeSize::new(2), &mut parts).unwrap();
    assert_eq!(Picture::of(&*store), Picture::expected(&batches));
}

/// Nothing at all, where some was announced.
pub fn fewer_events_than_announced_are_an_error(setup: &impl Setup) {
    struct Fewer(Batch);
    impl Incoming for Fewer {
        fn count(&self) -> usize {
            self.0.events.len() + 1
        }
        fn events(&mut self, from: usize) -> piperoll::Result<&[Event]> {
            Ok(self.0.events.get(from..).unwrap_or_default())
        }
        fn whole(&mut self) -> piperoll::Result<Append<'_>> {
            Ok(self.0.append())
        }
    }
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    let batches = [writer.batch(events(0..2))];
    fill(&*store, &batches);
    let mut fewer = Fewer(writer.batch(events(2..302)));
    match store.append_incoming(TreeSize::new(2), &mut fewer) {
        Err(AppendError::Failed(error)) => assert_eq!(error.kind(), ErrorKind::Internal),
        other => panic!("{other:?}"),
    }
    assert_eq!(Picture::of(&*store), Picture::expected(&batches));
}
