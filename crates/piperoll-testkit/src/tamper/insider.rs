use super::Fixed;
use piperoll::clock::{Clock as _, Entropy as _};
use piperoll::event::{
    Action, Draft, DraftActor, Event, EventId, Instant, Kind, Outcome, Payload, Phase, Resource,
    Salt, Secret, Stamp,
};
use piperoll::seal::{Checkpoint, Edge, EntryIndex, Signer, leaf_hash};
use piperoll::store::{Access, Append, Store};
use piperoll::trail::{HeadFile, Settings};

/// Somebody who holds the key, and appends what he likes: nothing that he seals was validated.
pub struct Insider {
    store: Box<dyn Store>,
    signer: Signer,
    head_file: HeadFile,
    secret: Secret,
    fixed: Fixed,
}

impl Insider {
    /// Opens a trail with its own key.
    pub fn open(settings: &Settings) -> Self {
        let store = settings.location.open(Access::Write).unwrap();
        let secret = store.snapshot().unwrap().meta().unwrap().unwrap().secret;
        Self {
            store,
            signer: settings.key.read(&settings.origin).unwrap().unwrap(),
            head_file: HeadFile::new(settings.key.head_path()),
            secret,
            fixed: Fixed::default(),
        }
    }

    /// A draft with an id, times and a commitment of its own.
    pub fn event(&self, draft: &Draft) -> Event {
        let size = self.store.snapshot().unwrap().head().unwrap().size.get();
        let mut random = [0; 42];
        self.fixed.fill(&mut random).unwrap();
        let recorded_at = Instant::from_timestamp(self.fixed.now());
        // No two insiders of one trail, and no two events of one insider, draw the same bytes.
        let salt: [u8; 32] = std::array::from_fn(|i| random[i] ^ size.to_be_bytes()[i % 8]);
        let id = format!(
            "01932c07-a000-7000-9000-{:06x}{:06x}",
            size & 0xff_ffff,
            self.fixed.now().as_second() & 0xff_ffff
        );
        draft
            .stamp(&Stamp {
                id: EventId::parse(&id).unwrap(),
                recorded_at,
                salt: Salt::new(salt),
                secret: &self.secret,
            })
            .unwrap()
    }

    /// Seals events and advances the head file, whatever they say.
    pub fn append(&self, events: &[Event]) {
        self.write(events, &[]);
    }

    /// Notes how far a collector has read.
    pub fn set_cursor(&self, name: &str, value: &str) {
        self.write(&[], &[(name.to_owned(), value.to_owned())]);
    }

    /// A draft of what Piperoll says when it has erased the payloads of ranges, both ends included.
    pub fn tombstone(&self, ranges: &[(u64, u64)]) -> Draft {
        let actor = DraftActor::named("dba");
        let resource = Resource::new("piperoll", "trail", "trail");
        let mut draft = Draft::new(Kind::Trail, Action::Erase, actor, resource);
        let ranges: Vec<String> = ranges
            .iter()
            .map(|(first, last)| format!("[{first},{last}]"))
            .collect();
        let payload = format!(r#"{{"context":{{"entries":[{}]}}}}"#, ranges.join(","));
        draft.payload = Some(Payload::from_bytes(payload.as_bytes()).unwrap());
        draft.phase = Some(Phase::Outcome);
        draft.outcome = Some(Outcome::Success);
        draft.of = EventId::parse("01932c07-a000-7000-8000-000000000003");
        draft.reason = Some("asked for by its subject".to_owned());
        draft
    }

    /// Erases the payloads of ranges as Piperoll does: an entry that says so, then the payloads.
    pub fn erase(&self, ranges: &[(u64, u64)]) {
        self.append(&[self.event(&self.tombstone(ranges))]);
        let indices: Vec<EntryIndex> = ranges
            .iter()
            .flat_map(|(first, last)| (*first..=*last).map(EntryIndex::new))
            .collect();
        self.store.erase(&indices).unwrap();
    }

    fn write(&self, events: &[Event], cursors: &[(String, String)]) {
        let snapshot = self.store.snapshot().unwrap();
        let at = snapshot.head().unwrap().size;
        let mut edge = Edge::load(at, &*snapshot).unwrap();
        drop(snapshot);
        let leaves: Vec<_> = events.iter().map(|e| leaf_hash(&e.header_bytes)).collect();
        let tiles = edge.append(&leaves);
        let checkpoint = Checkpoint::new(self.signer.origin().clone(), edge.size(), edge.root());
        let (note, line) = checkpoint.sign_with_head(&self.signer).unwrap();
        let append = Append {
            events,
            tiles: &tiles,
            checkpoint: &note.to_string(),
            keep: None,
            cursors,
        };
        self.store.append(at, &append).unwrap();
        self.head_file
            .advance(&line, self.signer.origin(), &self.signer.vkey())
            .unwrap();
    }
}
