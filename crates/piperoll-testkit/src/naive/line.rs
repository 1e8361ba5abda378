//! Input lines: JSON Lines to events.

use super::fields::Fields;
use super::json::{self, Json};
use super::shape::{self, KINDS, TRAIL_ACTIONS};
use super::{Fault, canonical, instant, typed};

/// The longest line, without its CR and LF: 128 MiB.
pub const LINE_BYTES_MAX: usize = 128 << 20;
/// The longest canonical payload: 16 MiB.
pub const PAYLOAD_BYTES_MAX: usize = 16 << 20;
/// The longest reason.
pub const REASON_BYTES_MAX: usize = 1024;

/// Who writes: what each may say differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// A line of input.
    Line,
    /// Piperoll itself, of its trail: kind `trail` and nothing else.
    Piperoll,
}

/// What the command says for lines that do not say it themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Command {
    /// The name of who acts.
    pub actor: Option<String>,
    pub reason: Option<String>,
}

/// What a line gives, normalised; what it leaves out is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub id: Option<String>,
    /// Microseconds since 0000-01-01.
    pub at: Option<i64>,
    pub kind: String,
    pub action: String,
    pub phase: Option<String>,
    pub of: Option<String>,
    /// That of the line, else that of the command.
    pub actor: Actor,
    pub resource: Resource,
    pub outcome: Option<String>,
    /// That of the line, else that of the command.
    pub reason: Option<String>,
    /// The payload with its values in kept form.
    pub payload: Option<Json>,
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub name: String,
    pub kind: Option<String>,
    pub strength: Option<String>,
    pub via: Option<String>,
}

/// What was acted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    pub kind: String,
    pub name: String,
    pub system: String,
}

/// The lines of an input with their numbers from 1, without byte order mark, CR, LF and the
/// blank ones.
pub fn lines(input: &[u8]) -> Vec<(usize, &[u8])> {
    let input = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    input
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .enumerate()
        .filter(|(_, line)| !line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')))
        .map(|(i, line)| (i + 1, line))
        .collect()
}

/// Reads one line.
///
/// # Errors
///
/// Everything that the page refuses, each with its place.
pub fn read(line: &[u8], writer: Writer, command: &Command) -> Result<Event, Vec<Fault>> {
    let refuse = |what: String| vec![Fault::new("line", what)];
    if line.len() > LINE_BYTES_MAX {
        return Err(refuse("is longer than 128 MiB".to_owned()));
    }
    let text = std::str::from_utf8(line).map_err(|error| refuse(error.to_string()))?;
    let value = json::read(text).map_err(refuse)?;
    let mut faults = json::equal_names(&value, "");
    faults.extend(json::zeros(&value, ""));
    if !faults.is_empty() {
        return Err(faults);
    }
    event(value, writer, command)
}

fn event(value: Json, writer: Writer, command: &Command) -> Result<Event, Vec<Fault>> {
    let mut fields = Fields::new("", value).map_err(|fault| vec![fault])?;
    let kinds: &[&str] = match writer {
        Writer::Line => &KINDS,
        Writer::Piperoll => &["trail"],
    };
    let id = fields.checked("id", uuid);
    let at = fields.checked("at", instant::read);
    let kind = fields.word("kind", kinds);
    fields.require("kind", kind.as_ref());
    let action = fields.checked("action", |text| action(text, writer));
    fields.require("action", action.as_ref());
    let phase = fields.word("phase", &["intent", "outcome"]);
    let of = fields.checked("of", uuid);
    let outcome = fields.word("outcome", &["success", "failure", "denied", "unknown"]);
    let reason = why(&mut fields, command);
    let actor = match (fields.given("actor"), &command.actor) {
        (Some(value), _) => actor(value, writer, &mut fields),
        (None, Some(name)) => command_actor(name, &mut fields),
        (None, None) => {
            fields.require("actor", None::<&Actor>);
            None
        }
    };
    let resource = match fields.given("resource") {
        Some(value) => resource(value, &mut fields),
        None => {
            fields.require("resource", None::<&Resource>);
            None
        }
    };
    let payload = (fields.given("payload")).and_then(|value| payload(value, &mut fields));

    // The rules between fields are asked only where the fields are right.
    let is_correction = action.as_deref() == Some("CORRECTION");
    if is_correction || phase.as_deref() == Some("outcome") {
        fields.require("of", of.as_ref());
    } else if of.is_some() && action.is_some() && fields.is_right("phase") {
        fields.fault(
            "of",
            "is only for the phase `outcome` and the action `CORRECTION`",
        );
    }
    let has_key = payload
        .as_ref()
        .is_some_and(|payload| payload.get("key").is_some());
    if kind.as_deref() == Some("row") && !has_key && fields.is_right("payload") {
        fields.fault("payload.key", "is missing");
    }
    let faults = fields.finish();
    match (kind, action, actor, resource) {
        (Some(kind), Some(action), Some(actor), Some(resource)) if faults.is_empty() => Ok(Event {
            id,
            at,
            kind,
            action,
            phase,
            of,
            actor,
            resource,
            outcome,
            reason,
            payload,
        }),
        _ => Err(faults),
    }
}

/// The reason of the line, else that of the command.
fn why(fields: &mut Fields, command: &Command) -> Option<String> {
    let given = fields.checked("reason", reason);
    let given = given.filter(|reason| !reason.is_empty());
    let (None, Some(text)) = (&given, &command.reason) else {
        return given;
    };
    match reason(text) {
        Ok(reason) => Some(reason),
        Err(what) => {
            fields.fault("reason", what);
            None
        }
    }
}

/// The command names its actor and says no more of it.
fn command_actor(name: &str, fields: &mut Fields) -> Option<Actor> {
    if shape::is_blank(name) {
        fields.fault("actor.name", "is blank");
        return None;
    }
    Some(Actor {
        name: name.to_owned(),
        kind: None,
        strength: None,
        via: None,
    })
}

fn uuid(text: &str) -> Result<String, String> {
    shape::uuid(text).ok_or_else(|| format!("`{text}` is no UUID of version 7 or 8"))
}

fn action(text: &str, writer: Writer) -> Result<String, String> {
    let is_own = TRAIL_ACTIONS.contains(&text);
    if shape::is_action(text) && is_own == (writer == Writer::Piperoll) {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` is no action here"))
    }
}

fn reason(text: &str) -> Result<String, String> {
    if text.len() > REASON_BYTES_MAX {
        return Err(format!("is longer than {REASON_BYTES_MAX} bytes"));
    }
    Ok(text.to_owned())
}

fn actor(value: Json, writer: Writer, line: &mut Fields) -> Option<Actor> {
    let mut fields = line.inner("actor", value)?;
    let strengths: &[&str] = match writer {
        Writer::Line => &["asserted", "inferred"],
        Writer::Piperoll => &["authenticated", "asserted", "inferred"],
    };
    let name = fields.name("name");
    fields.require("name", name.as_ref());
    let kind = fields.word("kind", &["user", "service", "system"]);
    let strength = fields.word("strength", strengths);
    let via = fields.name("via");
    line.adopt(fields.finish());
    Some(Actor {
        name: name?,
        kind,
        strength,
        via,
    })
}

fn resource(value: Json, line: &mut Fields) -> Option<Resource> {
    let mut fields = line.inner("resource", value)?;
    let parts = ["kind", "name", "system"].map(|part| {
        let text = fields.name(part);
        fields.require(part, text.as_ref());
        text
    });
    line.adopt(fields.finish());
    let [kind, name, system] = parts;
    Some(Resource {
        kind: kind?,
        name: name?,
        system: system?,
    })
}

fn payload(value: Json, line: &mut Fields) -> Option<Json> {
    let mut fields = line.inner("payload", value)?;
    let mut members = Vec::new();
    for name in ["key", "before", "differences", "after", "context"] {
        let value = match name {
            "context" => fields.given(name),
            _ => fields.take(name),
        };
        let Some(value) = value.map(typed::kept) else {
            continue;
        };
        if name == "key" && is_empty(&value) {
            fields.fault(name, "is null or empty");
        }
        // Typed values look like objects, but only `$obj` is one.
        let is_object = matches!(value, Json::Object(_));
        if name == "context" && !(is_object && matches!(typed::dollar(&value), None | Some("$obj")))
        {
            fields.fault(name, "is no object");
        }
        members.push((name.to_owned(), value));
    }
    let faults = fields.finish();
    let is_right = faults.is_empty();
    line.adopt(faults);
    let payload = Json::Object(members);
    if canonical::canonical(&payload).len() > PAYLOAD_BYTES_MAX {
        line.fault("payload", "is longer than 16 MiB in canonical form");
    }
    is_right.then_some(payload)
}

fn is_empty(key: &Json) -> bool {
    match key {
        Json::Null => true,
        Json::Array(elements) => elements.is_empty(),
        Json::Object(members) => members.is_empty(),
        _ => false,
    }
}
