//! Events of 1 KB, and the same as rows that are ready to be inserted.

use piperoll::clock::{Entropy, SystemEntropy};
use piperoll::event::{
    Commitment, Draft, Event, EventId, Instant, LineDefaults, Salt, Secret, Stamp,
};
use piperoll::seal::leaf_hash;
use std::error::Error;

/// Names of actors, and as many of tables.
const NAMES: u64 = 1_000;

/// Event `number`: a header of about 400 bytes, a payload of about 600, a key, 1,000 actors, 1,000 tables.
pub fn draft(number: u64) -> Result<Draft, Box<dyn Error>> {
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    let action = ["INSERT", "UPDATE", "DELETE"][(mixed % 3) as usize];
    let outcome = if mixed.is_multiple_of(997) {
        "denied"
    } else {
        "success"
    };
    let (actor, table) = (mixed % NAMES, mixed / NAMES % NAMES);
    let text = "x".repeat(560);
    let line = format!(
        r#"{{"kind":"row","action":"{action}","actor":{{"name":"actor-{actor:04}","via":"psql"}},"outcome":"{outcome}","resource":{{"system":"shop","name":"shop.main.table_{table:04}","kind":"table"}},"payload":{{"key":{number},"after":{{"text":"{text}"}}}}}}"#
    );
    Draft::from_line(line.as_bytes(), &LineDefaults::default())
        .map_err(|problems| format!("{problems:?}").into())
}

/// The events of a range.
pub fn drafts(range: std::ops::Range<u64>) -> Result<Vec<Draft>, Box<dyn Error>> {
    range.map(draft).collect()
}

/// An entry as a row.
pub struct Row {
    pub id: String,
    pub header: String,
    pub payload: String,
    pub salt: Vec<u8>,
    pub attributes: String,
}

/// The same as events that are ready to be sealed: valid, with ids, salts and canonical bytes.
pub fn events(drafts: &[Draft], secret: &Secret) -> Result<Vec<Event>, Box<dyn Error>> {
    let now = jiff_now();
    let ids = EventId::generate_many(now, drafts.len(), &SystemEntropy)?;
    let mut salts = vec![0; 32 * drafts.len()];
    SystemEntropy.fill(&mut salts)?;
    let stamped = drafts.iter().zip(ids).zip(salts.chunks_exact(32));
    stamped
        .map(|((draft, id), salt)| {
            let salt = Salt::from_slice(salt).ok_or("a salt has 32 bytes")?;
            if let Some(problem) = draft.problems().first() {
                return Err(problem.to_string().into());
            }
            let stamp = Stamp {
                id,
                recorded_at: now,
                salt,
                secret,
            };
            Ok(draft.stamp(&stamp).map_err(|problem| problem.to_string())?)
        })
        .collect()
}

/// What sealing takes from each event: the commitment to its payload, and its leaf.
pub fn hash(events: &[Event]) -> u64 {
    let hashed = events.iter().map(|event| {
        let payload = event.payload.as_ref();
        let commitment = payload.map(|(bytes, salt)| Commitment::to_payload(bytes, salt));
        let leaf = leaf_hash(&event.header_bytes);
        std::hint::black_box((commitment, leaf));
        1
    });
    hashed.sum()
}

/// The same as rows.
pub fn rows(events: &[Event]) -> Result<Vec<Row>, Box<dyn Error>> {
    let row = |event: &Event| {
        let (payload, salt) = event.payload.as_ref().ok_or("each has a payload")?;
        let key = event.attributes.first().ok_or("each has a key")?;
        Ok(Row {
            id: event.header.id.to_string(),
            header: String::from_utf8(event.header_bytes.clone())?,
            payload: String::from_utf8(payload.to_vec())?,
            salt: salt.as_bytes().to_vec(),
            attributes: format!(r#"{{"key":"{}"}}"#, key.value),
        })
    };
    events.iter().map(row).collect()
}

fn jiff_now() -> Instant {
    use piperoll::clock::Clock as _;
    Instant::from_timestamp(piperoll::clock::SystemClock.now())
}
