//! A machine that keeps a trail on a disk which may lose its power, and what the trail has acknowledged to it.

use crate::place::{Place, assert_sound, entries, fact};
use crate::random::{Random, SeededEntropy, SteppingClock};
use piperoll::event::{
    Action, Draft, DraftActor, EventId, Instant, Json, Kind, Outcome, Payload, Phase, Resource,
    Salt, Stamp, Value,
};
use piperoll::seal::{Checkpoint, Edge, EntryIndex, TreeSize, leaf_hash};
use piperoll::store::{Access, Append, Erased};
use piperoll::trail::{Entry, Surroundings, Trail};
use piperoll_testkit::disk::Disk;
use std::ops::ControlFlow;
use std::sync::Arc;

/// What the machine does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Ends the process, if there is one, and begins another that opens the trail; makes it when it is not there.
    Open,
    /// Records a batch of so many events.
    Record(u64),
    Keep,
    /// Appends a tombstone and erases the payload of a random entry.
    Erase,
}

pub(crate) struct Machine {
    pub(crate) disk: Disk,
    pub(crate) random: Random,
    place: Place,
    surroundings: Surroundings,
    trail: Option<Trail>,
    made: bool,
    acknowledged: Vec<Event>,
    kept: Vec<String>,
    /// What was under way when the power went.
    doubt: Doubt,
    numbers: u64,
}

#[derive(Clone)]
struct Event {
    draft: Draft,
    erased: bool,
}

enum Doubt {
    Nothing,
    /// A batch may be there whole, or not at all.
    Batch(Vec<Event>),
    /// An entry may have its payload, or not.
    Erasure(usize),
    /// A checkpoint is kept, or it is not.
    Kept,
}

impl Machine {
    pub(crate) fn new(seed: u64) -> Self {
        let place = Place::in_memory();
        Self {
            disk: Disk::under(place.path()),
            random: Random::new(seed),
            place,
            surroundings: Surroundings {
                clock: Arc::new(SteppingClock::new()),
                entropy: Arc::new(SeededEntropy::new(seed)),
            },
            trail: None,
            made: false,
            acknowledged: Vec::new(),
            kept: Vec::new(),
            doubt: Doubt::Nothing,
            numbers: 0,
        }
    }

    /// How many events are acknowledged.
    pub(crate) fn acknowledged(&self) -> usize {
        self.acknowledged.len()
    }

    pub(crate) fn step(&mut self, step: Step) -> piperoll::Result<()> {
        match step {
            Step::Open => self.open(),
            Step::Record(count) => {
                let batch = (0..count).map(|_| self.event()).collect();
                self.record(batch)
            }
            Step::Keep => {
                let kept = self.trail().keep_checkpoint();
                let kept = kept.inspect_err(|_| self.doubt = Doubt::Kept)?;
                assert_eq!(kept.warnings, [""; 0]);
                self.kept.push(kept.note);
                Ok(())
            }
            Step::Erase => self.erase(),
        }
    }

    /// Any step.
    pub(crate) fn any(&mut self) -> Step {
        match self.random.below(8) {
            0 => Step::Open,
            1 => Step::Keep,
            2 => Step::Erase,
            _ => Step::Record(self.random.below(5) + 1),
        }
    }

    /// Cuts the power, if it is not off yet, and looks at what is left.
    pub(crate) fn restart(&mut self) {
        self.trail = None;
        let random = &mut self.random;
        self.disk.restore(&mut || random.next());
        // The first to come may read only.
        if self.made && self.random.below(2) == 0 {
            self.compare();
        }
        self.open().unwrap();
        self.settle();
    }

    /// Compares what is there with what was acknowledged, does again what was in doubt, and goes on recording.
    pub(crate) fn settle(&mut self) {
        if self.trail.is_none() {
            self.open().unwrap();
        }
        let there = self.compare();
        match std::mem::replace(&mut self.doubt, Doubt::Nothing) {
            Doubt::Nothing => {}
            Doubt::Batch(batch) if there == self.acknowledged.len() => {
                // A tombstone is recorded by nobody else.
                if batch.iter().all(|event| event.draft.kind != Kind::Trail) {
                    self.record(batch).unwrap();
                }
            }
            Doubt::Batch(batch) => {
                let drafts: Vec<_> = batch.iter().map(|event| event.draft.clone()).collect();
                if drafts.iter().all(|draft| draft.kind != Kind::Trail) {
                    let receipt = self.trail().record(&drafts).unwrap();
                    assert!(receipt.entries.iter().all(|entry| !entry.new));
                }
                self.acknowledged.extend(batch);
            }
            Doubt::Erasure(index) => self.wipe(index).unwrap(),
            Doubt::Kept => self.kept = self.checkpoints(),
        }
        self.step(Step::Record(1)).unwrap();
        assert_eq!(self.compare(), self.acknowledged.len());
        let settings = self.place.settings();
        let report = assert_sound(&settings, self.kept.last().map(String::as_str));
        assert_eq!(report.size, self.acknowledged.len() as u64);
        let erased = self.acknowledged.iter().filter(|event| event.erased);
        assert_eq!(report.checked.erased, erased.count() as u64);
    }

    /// Ends the process; then nothing that was erased is in any file.
    pub(crate) fn end(&mut self) {
        self.trail = None;
        for (path, bytes) in self.place.store_files() {
            for event in self.acknowledged.iter().filter(|event| event.erased) {
                let payload = event.draft.payload.as_ref().unwrap().as_bytes();
                let found = bytes.windows(payload.len()).any(|window| window == payload);
                assert!(!found, "{}: {:?}", path.display(), event.draft.payload);
            }
        }
    }

    /// How many entries there are: those that are acknowledged, and all of the batch that is in doubt, or none of it.
    pub(crate) fn compare(&self) -> usize {
        let found = entries(&self.place.settings());
        let mut expected = self.acknowledged.clone();
        if let Doubt::Batch(batch) = &self.doubt
            && found.len() > expected.len()
        {
            expected.extend(batch.iter().cloned());
        }
        assert_eq!(found.len(), expected.len(), "entries");
        for (index, (entry, event)) in found.iter().zip(&expected).enumerate() {
            let in_doubt = matches!(self.doubt, Doubt::Erasure(doubtful) if doubtful == index);
            assert_is(entry, event, in_doubt);
        }
        let mut kept = self.checkpoints();
        if let Doubt::Kept = self.doubt
            && kept.len() > self.kept.len()
        {
            kept.pop();
        }
        assert_eq!(kept, self.kept);
        found.len()
    }

    fn checkpoints(&self) -> Vec<String> {
        let store = self.place.settings().location.open(Access::Read).unwrap();
        let mut notes = Vec::new();
        let snapshot = store.snapshot().unwrap();
        let mut visit = |kept: piperoll::store::StoredCheckpoint<'_>| {
            notes.push(kept.note.to_owned());
            Ok(ControlFlow::Continue(()))
        };
        snapshot.checkpoints(&mut visit).unwrap();
        notes
    }

    fn trail(&self) -> &Trail {
        self.trail.as_ref().unwrap()
    }

    fn open(&mut self) -> piperoll::Result<()> {
        self.trail = None;
        let settings = self.place.settings();
        let (trail, _) = Trail::open_or_create(&settings, self.surroundings.clone())?;
        self.trail = Some(trail);
        self.made = true;
        Ok(())
    }

    fn record(&mut self, batch: Vec<Event>) -> piperoll::Result<()> {
        let drafts: Vec<_> = batch.iter().map(|event| event.draft.clone()).collect();
        match self.trail().record(&drafts) {
            Ok(receipt) => {
                assert_eq!(receipt.warnings, [""; 0]);
                assert!(receipt.entries.iter().all(|entry| entry.new));
                self.acknowledged.extend(batch);
                Ok(())
            }
            Err(error) => {
                self.doubt = Doubt::Batch(batch);
                Err(error.into())
            }
        }
    }

    fn erase(&mut self) -> piperoll::Result<()> {
        let erasable: Vec<usize> = (0..self.acknowledged.len())
            .filter(|index| !self.acknowledged[*index].erased)
            .filter(|index| self.acknowledged[*index].draft.kind != Kind::Trail)
            .collect();
        if erasable.is_empty() {
            return Ok(());
        }
        let index = *self.random.pick(&erasable);
        let draft = self.tombstone(index as u64);
        let tombstone = vec![Event {
            draft,
            erased: false,
        }];
        if let Err(error) = self.append(&tombstone[0].draft) {
            self.doubt = Doubt::Batch(tombstone);
            return Err(error);
        }
        self.acknowledged.extend(tombstone);
        self.wipe(index).inspect_err(|_| {
            self.doubt = Doubt::Erasure(index);
        })
    }

    fn wipe(&mut self, index: usize) -> piperoll::Result<()> {
        let store = self.trail().store();
        let erased = store.erase(&[EntryIndex::new(index as u64)])?;
        assert_eq!(erased, Erased::Gone);
        self.acknowledged[index].erased = true;
        Ok(())
    }

    /// Appends what only the trail itself records, as the future command will.
    fn append(&self, draft: &Draft) -> piperoll::Result<()> {
        let settings = self.place.settings();
        let signer = settings.key.read(&settings.origin)?.unwrap();
        let stamp = Stamp {
            id: draft.id.unwrap(),
            recorded_at: Instant::from_micros(1_795_000_000_000_000).unwrap(),
            salt: Salt::new([9; 32]),
            secret: self.trail().secret(),
        };
        let event = draft.stamp(&stamp).unwrap();
        let store = self.trail().store();
        let size = TreeSize::new(self.acknowledged.len() as u64);
        let mut edge = Edge::load(size, &*store.snapshot()?)?;
        let tiles = edge.append(&[leaf_hash(&event.header_bytes)]);
        let checkpoint = Checkpoint::new(settings.origin, edge.size(), edge.root());
        let append = Append {
            events: &[event],
            tiles: &tiles,
            checkpoint: &checkpoint.sign(&signer).unwrap().to_string(),
            keep: None,
            cursors: &[],
        };
        store.append(size, &append).map_err(|error| match error {
            piperoll::store::AppendError::Failed(error) => error,
            conflict => panic!("{conflict}"),
        })
    }

    fn event(&mut self) -> Event {
        self.numbers += 1;
        let length = self.random.below(3_000) as usize;
        let text = format!(
            r#"{{"after":{{"text":"private {} {}"}}}}"#,
            self.numbers,
            "x".repeat(length)
        );
        let payload = Payload::from_json(Json::parse(text.as_bytes()).unwrap()).unwrap();
        let draft = Draft {
            id: Some(self.id()),
            kind: Kind::Business,
            payload: Some(payload),
            ..fact("machine", self.numbers)
        };
        Event {
            draft,
            erased: false,
        }
    }

    fn tombstone(&mut self, index: u64) -> Draft {
        let index = Value::Int(index as i64);
        let range = Value::Array(vec![index.clone(), index]);
        let ranges = ("entries".to_owned(), Value::Array(vec![range]));
        let context = Value::Object([ranges].into());
        Draft {
            id: Some(self.id()),
            phase: Some(Phase::Outcome),
            of: Some(self.id()),
            outcome: Some(Outcome::Success),
            payload: Some(Payload::new(None, None, None, None, Some(context)).unwrap()),
            ..Draft::new(
                Kind::Trail,
                Action::parse("ERASE").unwrap(),
                DraftActor::named("officer"),
                Resource::new("piperoll", "shop.example/audit", "trail"),
            )
        }
    }

    fn id(&mut self) -> EventId {
        self.numbers += 1;
        EventId::parse(&format!("00000000-0000-7000-8000-{:012x}", self.numbers)).unwrap()
    }
}

fn assert_is(entry: &Entry, event: &Event, in_doubt: bool) {
    assert_eq!(Some(entry.header.id), event.draft.id);
    assert_eq!(entry.header.reason, event.draft.reason);
    let erased = event.erased || (in_doubt && entry.payload.is_none());
    assert_eq!(entry.is_erased(), erased, "{:?}", entry.header.id);
    assert_eq!(entry.salt.is_none(), erased, "{:?}", entry.header.id);
    let payload = event.draft.payload.as_ref().filter(|_| !erased);
    let payload = payload.map(|payload| payload.as_bytes());
    assert_eq!(entry.payload.as_deref(), payload, "{:?}", entry.header.id);
}
