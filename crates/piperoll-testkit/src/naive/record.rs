//! From an event to what the trail keeps of it.

use super::attributes::attributes;
use super::bytes::{base64, hmac};
use super::canonical::canonical;
use super::json::{self, Json};
use super::line::{self, Command, Event, Writer};
use super::{Fault, instant};

/// The longest header.
pub const HEADER_BYTES_MAX: usize = 65_535;

/// What recording adds to an event.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// The id of an event that gives none, in lower case.
    pub id: String,
    /// The instant of recording, in the form of section 1.
    pub recorded_at: String,
    pub salt: [u8; 32],
    /// The secret of the trail.
    pub secret: Vec<u8>,
    /// What the command says for lines that do not.
    pub command: Command,
}

/// What is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub header: Vec<u8>,
    pub payload: Option<Vec<u8>>,
    /// Names and values, in this order.
    pub attributes: Vec<(String, String)>,
}

/// Reads and stamps one line.
///
/// # Errors
///
/// The faults of the line.
pub fn record(line: &[u8], stamp: &Stamp) -> Result<Recorded, Vec<Fault>> {
    finish(line::read(line, Writer::Line, &stamp.command)?, stamp)
}

/// Like [`record`], for what Piperoll says of the trail itself in the form of a line.
///
/// # Errors
///
/// The faults of the line.
pub fn record_own(line: &[u8], stamp: &Stamp) -> Result<Recorded, Vec<Fault>> {
    finish(line::read(line, Writer::Piperoll, &stamp.command)?, stamp)
}

/// The commitment to a payload.
pub fn commitment(salt: &[u8; 32], payload: &[u8]) -> String {
    base64(&hmac(salt, payload))
}

/// What the trail keeps of an entry, as far as a repeated id needs it.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    pub header: &'a [u8],
    /// `None` when there never was a payload or when it has been erased.
    pub salt: Option<&'a [u8; 32]>,
}

/// Whether a line whose id is that of a stored entry has the content of that entry.
///
/// # Errors
///
/// The faults of the line, and a stored header that cannot be read, at `header`.
pub fn is_repeat(line: &[u8], command: &Command, stored: &Stored<'_>) -> Result<bool, Vec<Fault>> {
    let event = line::read(line, Writer::Line, command)?;
    let unreadable = |what: String| vec![Fault::new("header", what)];
    let text = std::str::from_utf8(stored.header).map_err(|error| unreadable(error.to_string()))?;
    let header = json::read(text).map_err(unreadable)?;
    let nothing = Json::Null;
    let inner = |outer: &str, name: &str| -> Option<&str> {
        header
            .get(outer)
            .unwrap_or(&nothing)
            .get(name)
            .and_then(Json::as_text)
    };
    let plain = |name: &str| header.get(name).and_then(Json::as_text);
    let same = |given: Option<&str>, kept: Option<&str>| given.is_none_or(|_| given == kept);

    let payload = match (&event.payload, plain("payload"), stored.salt) {
        (Some(payload), Some(kept), Some(salt)) => {
            commitment(salt, canonical(payload).as_bytes()) == kept
        }
        (payload, kept, _) => payload.is_some() == kept.is_some(),
    };
    Ok(payload
        && same(event.at.map(instant::print).as_deref(), plain("at"))
        && same(event.outcome.as_deref(), plain("outcome"))
        && same(event.actor.kind.as_deref(), inner("actor", "kind"))
        && same(event.actor.strength.as_deref(), inner("actor", "strength"))
        && Some(event.kind.as_str()) == plain("kind")
        && Some(event.action.as_str()) == plain("action")
        && event.phase.as_deref() == plain("phase")
        && event.of.as_deref() == plain("of")
        && Some(event.actor.name.as_str()) == inner("actor", "name")
        && event.actor.via.as_deref() == inner("actor", "via")
        && Some(event.resource.kind.as_str()) == inner("resource", "kind")
        && Some(event.resource.name.as_str()) == inner("resource", "name")
        && Some(event.resource.system.as_str()) == inner("resource", "system")
        && event.reason.as_deref() == plain("reason"))
}

fn finish(event: Event, stamp: &Stamp) -> Result<Recorded, Vec<Fault>> {
    let actor = event.actor;
    let or = |text: Option<String>, default: &str| text.unwrap_or_else(|| default.to_owned());
    let payload = event.payload.as_ref().map(canonical);
    let at = event
        .at
        .map_or_else(|| stamp.recorded_at.clone(), instant::print);
    let mut actor_members = vec![
        ("kind".to_owned(), Json::Text(or(actor.kind, "user"))),
        ("name".to_owned(), Json::Text(actor.name)),
        (
            "strength".to_owned(),
            Json::Text(or(actor.strength, "asserted")),
        ),
    ];
    let via = actor.via.map(|via| ("via".to_owned(), Json::Text(via)));
    actor_members.extend(via);
    let mut members = vec![
        ("v".to_owned(), Json::Number("1".to_owned())),
        ("actor".to_owned(), Json::Object(actor_members)),
        (
            "resource".to_owned(),
            Json::object([
                ("kind", Json::Text(event.resource.kind)),
                ("name", Json::Text(event.resource.name)),
                ("system", Json::Text(event.resource.system)),
            ]),
        ),
    ];
    let kind = event.kind.clone();
    let texts = [
        ("id", Some(event.id.unwrap_or_else(|| stamp.id.clone()))),
        ("at", Some(at)),
        ("recorded_at", Some(stamp.recorded_at.clone())),
        ("kind", Some(event.kind)),
        ("action", Some(event.action)),
        ("phase", event.phase),
        ("of", event.of),
        (
            "outcome",
            Some(event.outcome.unwrap_or_else(|| "success".to_owned())),
        ),
        ("reason", event.reason),
        (
            "payload",
            payload
                .as_ref()
                .map(|text| commitment(&stamp.salt, text.as_bytes())),
        ),
    ];
    for (name, text) in texts {
        members.extend(text.map(|text| (name.to_owned(), Json::Text(text))));
    }
    let header = canonical(&Json::Object(members)).into_bytes();
    if header.len() > HEADER_BYTES_MAX {
        let what = format!("is longer than {HEADER_BYTES_MAX} bytes");
        return Err(vec![Fault::new("header", what)]);
    }
    let attributes = (event.payload.as_ref())
        .map(|payload| attributes(&kind, payload, &stamp.secret))
        .unwrap_or_default();
    Ok(Recorded {
        header,
        payload: payload.map(String::into_bytes),
        attributes,
    })
}
