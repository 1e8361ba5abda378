//! Events and appends, as a trail's writer makes them; the same ones in every run.

use piperoll::event::{
    Action, Draft, DraftActor, Event, EventId, Instant, Json, Kind, Outcome, Payload, Resource,
    Salt, Secret, Stamp,
};
use piperoll::seal::{Edge, TileWrite, leaf_hash};
use piperoll::store::{Append, Meta, Store};

/// The first moment of a sample event, in microseconds since 1970.
pub const START: i64 = 1_790_000_000_000_000;

/// What a sample trail is made with.
pub fn meta() -> Meta {
    Meta {
        origin: "shop.example/audit".to_owned(),
        created: instant(0),
        secret: Secret::new([7; 32]),
        signature: "c2lnbmF0dXJl".to_owned(),
    }
}

/// The checkpoint that a sample trail is made with.
pub const FIRST_CHECKPOINT: &str = "the checkpoint of nothing\n";

/// The instant `seconds` after the first.
pub fn instant(seconds: i64) -> Instant {
    Instant::from_micros(START + seconds * 1_000_000).unwrap()
}

/// The id that stands for a number.
pub fn id(number: u64) -> EventId {
    EventId::parse(&format!("00000000-0000-7000-8000-{number:012x}")).unwrap()
}

/// A plain fact.
pub fn draft(number: u64) -> Draft {
    Draft {
        id: Some(id(number)),
        at: Some(instant(number as i64)),
        outcome: Some(Outcome::Success),
        ..Draft::new(
            Kind::Business,
            Action::parse("UPDATE").unwrap(),
            DraftActor::named("alice"),
            Resource::new("shop", "shop.main.orders", "table"),
        )
    }
}

/// A version of a row, which has a payload and an attribute.
pub fn row(number: u64) -> Draft {
    let payload = format!(r#"{{"after":{{"n":{number}}},"key":{number}}}"#);
    Draft {
        kind: Kind::Row,
        payload: Some(payload_of(&payload)),
        ..draft(number)
    }
}

/// The payload that a JSON text stands for.
pub fn payload_of(json: &str) -> Payload {
    Payload::from_json(Json::parse(json.as_bytes()).unwrap()).unwrap()
}

/// The event that a draft becomes. Its salt is told by its id.
pub fn event(draft: &Draft) -> Event {
    let id = draft.id.unwrap();
    let mut salt = [0x5a; 32];
    salt[..16].copy_from_slice(id.as_bytes());
    let stamp = Stamp {
        id,
        recorded_at: instant(1_000_000),
        salt: Salt::new(salt),
        secret: &meta().secret,
    };
    draft.stamp(&stamp).unwrap()
}

/// Plain facts and rows in turn, of these numbers.
pub fn events(numbers: std::ops::Range<u64>) -> Vec<Event> {
    numbers
        .map(|number| match number % 2 {
            0 => event(&row(number)),
            _ => event(&draft(number)),
        })
        .collect()
}

/// What is appended, owned.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The events.
    pub events: Vec<Event>,
    /// Their tiles.
    pub tiles: Vec<TileWrite>,
    /// The checkpoint after them.
    pub checkpoint: String,
    /// The checkpoint to keep.
    pub keep: Option<String>,
    /// The cursors to set.
    pub cursors: Vec<(String, String)>,
}

impl Batch {
    /// As a store takes it.
    pub fn append(&self) -> Append<'_> {
        Append {
            events: &self.events,
            tiles: &self.tiles,
            checkpoint: &self.checkpoint,
            keep: self.keep.as_deref(),
            cursors: &self.cursors,
        }
    }
}

/// Makes appends that follow each other, with the tiles that a tree of their events has.
#[derive(Debug, Clone, Default)]
pub struct Writer {
    edge: Edge,
}

impl Writer {
    /// The next append. Its notes tell the size that they stand for.
    pub fn batch(&mut self, events: Vec<Event>) -> Batch {
        let leaves: Vec<_> = events.iter().map(|e| leaf_hash(&e.header_bytes)).collect();
        let tiles = self.edge.append(&leaves);
        let size = self.edge.size();
        Batch {
            events,
            tiles,
            checkpoint: format!("checkpoint {size}\n"),
            keep: None,
            cursors: Vec::new(),
        }
    }

    /// The next append, which keeps a checkpoint and sets the cursor `source` to its size.
    pub fn full_batch(&mut self, events: Vec<Event>) -> Batch {
        let batch = self.batch(events);
        let size = self.edge.size();
        Batch {
            keep: Some(format!("kept {size}\n")),
            cursors: vec![("source".to_owned(), size.to_string())],
            ..batch
        }
    }
}

/// Makes the sample trail, and appends to it.
pub fn fill(store: &dyn Store, batches: &[Batch]) {
    store.create(&meta(), FIRST_CHECKPOINT).unwrap();
    append_all(store, 0, batches);
}

/// Appends to a trail of so many entries.
pub fn append_all(store: &dyn Store, mut size: u64, batches: &[Batch]) {
    for batch in batches {
        let at = piperoll::seal::TreeSize::new(size);
        store.append(at, &batch.append()).unwrap();
        size += batch.events.len() as u64;
    }
}
