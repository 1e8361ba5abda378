//! Random operations on a trail, compared with a plain list after each of them.

use crate::place::{Place, assert_sound, entries};
use crate::random::{Random, SeededEntropy, SteppingClock};
use piperoll::event::{
    Action, Draft, DraftActor, EventId, Instant, Kind, Outcome, Payload, Phase, Resource, Salt,
    Stamp, Value,
};
use piperoll::seal::{Checkpoint, Edge, EntryIndex, TreeSize, leaf_hash};
use piperoll::store::{Append, Erased};
use piperoll::trail::{RecordError, Surroundings, Trail};
use std::sync::Arc;

const CASES: u64 = 16;
const STEPS: u64 = 40;

#[test]
fn a_trail_is_the_list_of_what_was_recorded() {
    let first = Random::seed();
    for seed in (0..CASES).map(|case| first.wrapping_add(case)) {
        let run = std::panic::catch_unwind(|| Case::new(seed).run());
        if let Err(panic) = run {
            println!("the case failed with PIPEROLL_TEST_SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

/// What the list knows of an entry.
struct Recorded {
    id: EventId,
    draft: Draft,
    erased: bool,
}

struct Case {
    random: Random,
    place: Place,
    surroundings: Surroundings,
    /// Two handles on one trail; either may be the one that acts.
    trails: [Trail; 2],
    list: Vec<Recorded>,
    /// The notes of kept checkpoints with their sizes.
    kept: Vec<(u64, String)>,
    names: u64,
}

impl Case {
    fn new(seed: u64) -> Self {
        let place = Place::in_memory();
        let surroundings = Surroundings {
            clock: Arc::new(SteppingClock::new()),
            entropy: Arc::new(SeededEntropy::new(seed)),
        };
        let (first, _) = Trail::create(&place.settings(), surroundings.clone()).unwrap();
        let second = Trail::open(&place.settings(), surroundings.clone()).unwrap();
        Self {
            random: Random::new(seed),
            place,
            surroundings,
            trails: [first, second],
            list: Vec::new(),
            kept: Vec::new(),
            names: 0,
        }
    }

    fn run(mut self) {
        for _ in 0..STEPS {
            match self.random.below(12) {
                0..=4 => self.record(),
                5 => self.repeat_with_other_content(),
                6 => self.record_what_is_wrong(),
                7 => self.reopen(),
                8 | 9 => self.keep_checkpoint(),
                _ => self.erase(),
            }
            self.compare();
        }
        let pin = self.kept.last().map(|(_, note)| note.as_str());
        let report = assert_sound(&self.place.settings(), pin);
        assert_eq!(report.size, self.list.len() as u64);
        let erased = self.list.iter().filter(|entry| entry.erased).count();
        assert_eq!(report.checked.erased, erased as u64);
        for (size, note) in &self.kept {
            assert!(note.contains(&format!("\n{size}\n")), "{note}");
        }
    }

    fn trail(&mut self) -> usize {
        self.random.below(2) as usize
    }

    /// New events with ids and without, and ones that are there already, from the trail and from the same batch.
    fn record(&mut self) {
        let mut drafts: Vec<Draft> = Vec::new();
        // Where each draft must be found, when it is not new.
        let mut expected: Vec<Option<u64>> = Vec::new();
        let size = self.list.len() as u64;
        let mut new = 0;
        for _ in 0..self.random.below(7) {
            let with_ids: Vec<usize> = (0..drafts.len())
                .filter(|place| drafts[*place].id.is_some())
                .collect();
            match self.random.below(6) {
                0 if !with_ids.is_empty() => {
                    let place = *self.random.pick(&with_ids);
                    drafts.push(drafts[place].clone());
                    expected.push(Some(expected[place].unwrap_or_else(|| {
                        let before = expected[..place].iter().filter(|at| at.is_none());
                        size + before.count() as u64
                    })));
                }
                1 if !self.list.is_empty() => {
                    let index = self.random.below(size);
                    let entry = &self.list[index as usize];
                    if entry.draft.kind != Kind::Trail {
                        let id = Some(entry.id);
                        let draft = entry.draft.clone();
                        drafts.push(Draft { id, ..draft });
                        expected.push(Some(index));
                    }
                }
                _ => {
                    drafts.push(self.draft());
                    expected.push(None);
                    new += 1;
                }
            }
        }
        let trail = self.trail();
        let receipt = self.trails[trail].record(&drafts).unwrap();
        assert_eq!(receipt.warnings, [""; 0]);
        assert_eq!(receipt.checkpoint.size().get(), size + new);
        assert_eq!(receipt.entries.len(), drafts.len());
        for ((draft, found), expected) in drafts.into_iter().zip(receipt.entries).zip(expected) {
            assert_eq!(found.new, expected.is_none());
            let index = expected.unwrap_or(self.list.len() as u64);
            assert_eq!(found.index, EntryIndex::new(index));
            assert!(draft.id.is_none_or(|id| id == found.id));
            if found.new {
                self.list.push(Recorded {
                    id: found.id,
                    draft,
                    erased: false,
                });
            } else {
                assert_eq!(found.id, self.list[index as usize].id);
            }
        }
    }

    /// An id that is taken, in the trail or in the batch; nothing of the batch is recorded.
    fn repeat_with_other_content(&mut self) {
        let sound = Draft {
            id: Some(self.id()),
            ..self.draft()
        };
        let trail = self.trail();
        let refused = |drafts: &[Draft]| self.trails[trail].record(drafts).unwrap_err();
        let other = Draft {
            reason: Some("another".to_owned()),
            ..sound.clone()
        };
        match refused(&[sound.clone(), other.clone()]) {
            RecordError::TakenTwice { position, id } => {
                assert_eq!((position, Some(id)), (1, sound.id));
            }
            error => panic!("{error:?}"),
        }
        if let Some(entry) = self.list.last() {
            let taken = Draft {
                id: Some(entry.id),
                ..other
            };
            match refused(&[sound, taken]) {
                RecordError::Taken {
                    position,
                    id,
                    index,
                } => {
                    let last = self.list.len() as u64 - 1;
                    assert_eq!((position, id, index.get()), (1, entry.id, last));
                }
                error => panic!("{error:?}"),
            }
        }
    }

    fn record_what_is_wrong(&mut self) {
        let sound = self.draft();
        let mut blank = self.draft();
        blank.actor.name = " ".to_owned();
        let mut forged = self.draft();
        forged.kind = Kind::Trail;
        let trail = self.trail();
        match self.trails[trail].record(&[sound, blank, forged]) {
            Err(RecordError::Invalid(problems)) => {
                let places: Vec<_> = problems
                    .iter()
                    .map(|(position, problem)| (*position, problem.place.as_str()))
                    .collect();
                assert_eq!(places, [(1, "actor.name"), (2, "kind")]);
            }
            other => panic!("{other:?}"),
        }
    }

    fn reopen(&mut self) {
        let which = self.trail();
        let opened = Trail::open(&self.place.settings(), self.surroundings.clone());
        self.trails[which] = opened.unwrap();
    }

    fn keep_checkpoint(&mut self) {
        let trail = self.trail();
        let kept = self.trails[trail].keep_checkpoint().unwrap();
        assert_eq!(kept.warnings, [""; 0]);
        let size = kept.checkpoint.size().get();
        assert_eq!(size, self.list.len() as u64);
        self.kept.push((size, kept.note));
    }

    /// Appends a tombstone as the future command will, and then erases.
    fn erase(&mut self) {
        let erasable: Vec<u64> = (0..)
            .zip(&self.list)
            .filter(|(_, entry)| entry.draft.payload.is_some() && entry.draft.kind != Kind::Trail)
            .map(|(index, _)| index)
            .collect();
        if erasable.is_empty() {
            return;
        }
        let index = *self.random.pick(&erasable);
        let tombstone = self.tombstone(index);
        let settings = self.place.settings();
        let signer = settings.key.read(&settings.origin).unwrap().unwrap();
        let trail = self.trail();
        let trail = &self.trails[trail];
        let event = tombstone
            .stamp(&Stamp {
                id: tombstone.id.unwrap(),
                recorded_at: Instant::from_micros(1_795_000_000_000_000).unwrap(),
                salt: Salt::new([9; 32]),
                secret: trail.secret(),
            })
            .unwrap();
        let size = TreeSize::new(self.list.len() as u64);
        let store = trail.store();
        let mut edge = Edge::load(size, &*store.snapshot().unwrap()).unwrap();
        let tiles = edge.append(&[leaf_hash(&event.header_bytes)]);
        let checkpoint = Checkpoint::new(settings.origin, edge.size(), edge.root());
        let append = Append {
            events: &[event],
            tiles: &tiles,
            checkpoint: &checkpoint.sign(&signer).unwrap().to_string(),
            keep: None,
            cursors: &[],
        };
        store.append(size, &append).unwrap();
        assert_eq!(
            store.erase(&[EntryIndex::new(index)]).unwrap(),
            Erased::Gone
        );
        let erased = trail.entry_at(EntryIndex::new(index)).unwrap();
        // The first tombstone stands, where there are several.
        let first = self.list.iter().find(|entry| {
            entry.draft.kind == Kind::Trail && entry.draft.reason == tombstone.reason
        });
        let by = first.map(|entry| entry.id).or(tombstone.id);
        assert_eq!(
            trail.erased_by(&erased).unwrap(),
            by.filter(|_| erased.is_erased())
        );
        self.list[index as usize].erased = true;
        self.list.push(Recorded {
            id: tombstone.id.unwrap(),
            draft: tombstone,
            erased: false,
        });
    }

    fn tombstone(&mut self, index: u64) -> Draft {
        let index = Value::Int(index as i64);
        let range = Value::Array(vec![index.clone(), index.clone()]);
        let ranges = ("entries".to_owned(), Value::Array(vec![range]));
        let context = Value::Object([ranges].into());
        Draft {
            id: Some(self.id()),
            phase: Some(Phase::Outcome),
            of: Some(self.id()),
            outcome: Some(Outcome::Success),
            reason: Some(format!("{index:?}")),
            payload: Some(Payload::new(None, None, None, None, Some(context)).unwrap()),
            ..Draft::new(
                Kind::Trail,
                Action::parse("ERASE").unwrap(),
                DraftActor::named("officer"),
                Resource::new("piperoll", "shop.example/audit", "trail"),
            )
        }
    }

    fn compare(&self) {
        let entries = entries(&self.place.settings());
        assert_eq!(entries.len(), self.list.len());
        for (entry, recorded) in entries.iter().zip(&self.list) {
            let (header, draft) = (&entry.header, &recorded.draft);
            assert_eq!(header.id, recorded.id);
            assert_eq!(header.kind, draft.kind);
            assert_eq!(header.action, draft.action);
            assert_eq!(header.actor, draft.actor.resolve());
            assert_eq!(header.resource, draft.resource);
            assert_eq!(header.reason, draft.reason);
            assert_eq!(header.outcome, draft.outcome.unwrap_or(Outcome::Success));
            assert!(draft.at.is_none_or(|at| at == header.at));
            let payload = draft.payload.as_ref().filter(|_| !recorded.erased);
            let payload = payload.map(|payload| payload.as_bytes());
            assert_eq!(entry.payload.as_deref(), payload);
            assert_eq!(entry.salt.is_some(), payload.is_some());
            assert_eq!(entry.is_erased(), recorded.erased);
        }
        let erased = self.list.iter().any(|entry| entry.erased);
        let report = assert_sound(&self.place.settings(), None);
        assert_eq!(report.checked.erased > 0, erased);
    }

    fn draft(&mut self) -> Draft {
        self.names += 1;
        let action = *self.random.pick(&["INSERT", "UPDATE", "READ"]);
        let kinds = [Kind::Business, Kind::Row, Kind::Run, Kind::Access];
        let kind = *self.random.pick(&kinds);
        let outcomes = [None, Some(Outcome::Success), Some(Outcome::Failure)];
        let with_payload = kind == Kind::Row || self.random.below(2) == 0;
        let key = (kind == Kind::Row).then(|| Value::Int(self.random.below(5) as i64));
        let after = Value::Text("x".repeat(self.random.below(200) as usize));
        let at = 1_780_000_000_000_000 + self.random.below(1_000_000) as i64;
        Draft {
            id: (self.random.below(2) == 0).then(|| self.id()),
            at: (self.random.below(2) == 0).then(|| Instant::from_micros(at).unwrap()),
            outcome: *self.random.pick(&outcomes),
            reason: (self.random.below(2) == 0).then(|| format!("reason {}", self.names)),
            payload: with_payload
                .then(|| Payload::new(key, None, None, Some(after), None).unwrap()),
            ..Draft::new(
                kind,
                Action::parse(action).unwrap(),
                DraftActor::named(format!("actor {}", self.random.below(4))),
                Resource::new("shop", format!("table {}", self.random.below(4)), "table"),
            )
        }
    }

    fn id(&mut self) -> EventId {
        self.names += 1;
        EventId::parse(&format!("00000000-0000-7000-8000-{:012x}", self.names)).unwrap()
    }
}
