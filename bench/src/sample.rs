//! Events of 1 KB, and the same as rows that are ready to be inserted.

use piperoll::clock::{Entropy, SystemEntropy};
use piperoll::event::{Draft, EventId, Instant, LineDefaults, Salt, Secret, Stamp};
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

/// The same events as rows.
pub fn rows(drafts: &[Draft], secret: &Secret) -> Result<Vec<Row>, Box<dyn Error>> {
    let now = jiff_now();
    let ids = EventId::generate_many(now, drafts.len(), &SystemEntropy)?;
    let mut salts = vec![0; 32 * drafts.len()];
    SystemEntropy.fill(&mut salts)?;
    let stamped = drafts.iter().zip(ids).zip(salts.chunks_exact(32));
    stamped
        .map(|((draft, id), salt)| {
            let salt = Salt::from_slice(salt).ok_or("a salt has 32 bytes")?;
            let event = draft
                .stamp(&Stamp {
                    id,
                    recorded_at: now,
                    salt,
                    secret,
                })
                .map_err(|problem| problem.to_string())?;
            let (payload, salt) = event.payload.ok_or("each has a payload")?;
            let key = event.attributes.first().ok_or("each has a key")?;
            Ok(Row {
                id: id.to_string(),
                header: String::from_utf8(event.header_bytes)?,
                payload: String::from_utf8(payload)?,
                salt: salt.as_bytes().to_vec(),
                attributes: format!(r#"{{"key":"{}"}}"#, key.value),
            })
        })
        .collect()
}

fn jiff_now() -> Instant {
    use piperoll::clock::Clock as _;
    Instant::from_timestamp(piperoll::clock::SystemClock.now())
}
