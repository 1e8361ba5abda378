use super::action::Action;
use super::actor::{Actor, ActorKind, Strength};
use super::canonical::write_text;
use super::draft::{Outcome, Phase};
use super::id::EventId;
use super::instant::Instant;
use super::json::Json;
use super::kind::Kind;
use super::payload::Commitment;
use super::resource::Resource;
use std::borrow::Cow;
use std::iter::Peekable;
use std::vec::IntoIter;

mod canonical;

pub(crate) use self::canonical::PlainHeader;

/// What is sealed of an event: its canonical bytes are a leaf of the tree. `docs/format.md` section 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The id, unique in the trail.
    pub id: EventId,
    /// When it happened.
    pub at: Instant,
    /// When Piperoll took it.
    pub recorded_at: Instant,
    /// The family.
    pub kind: Kind,
    /// What was done.
    pub action: Action,
    /// Which end of it.
    pub phase: Option<Phase>,
    /// The intent it closes, or the entry it corrects.
    pub of: Option<EventId>,
    /// Who.
    pub actor: Actor,
    /// Where.
    pub resource: Resource,
    /// How it ended.
    pub outcome: Outcome,
    /// Why.
    pub reason: Option<String>,
    /// What it says of the payload; `None` when there never was one.
    pub payload: Option<Commitment>,
}

/// Why stored bytes are no header of this format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// A later version of the format.
    #[error("has format version {0}; this Piperoll reads version 1")]
    Newer(String),
    /// Not of the form of version 1.
    #[error("is no header of format version 1: {0}")]
    Form(String),
}

impl Header {
    /// The canonical bytes (RFC 8785), which are hashed into the tree.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer {
            bytes: Vec::with_capacity(512),
            first: true,
        };
        out.open();
        out.member("action", self.action.as_str());
        out.key("actor");
        out.open();
        out.member("kind", self.actor.kind.as_str());
        out.member("name", &self.actor.name);
        out.member("strength", self.actor.strength.as_str());
        out.optional("via", self.actor.via.as_deref());
        out.close();
        let (mut id, mut at, mut recorded_at) = ([0; 36], [0; 27], [0; 27]);
        let at = self.at.write_to(&mut at).unwrap_or_default();
        // Most events are recorded when they happen.
        let recorded_at = match self.recorded_at == self.at {
            true => at,
            false => self
                .recorded_at
                .write_to(&mut recorded_at)
                .unwrap_or_default(),
        };
        out.plain_member("at", at);
        out.plain_member("id", self.id.write_to(&mut id));
        out.member("kind", self.kind.as_str());
        out.optional("of", self.of.map(|of| of.to_string()).as_deref());
        out.member("outcome", self.outcome.as_str());
        if let Some(payload) = &self.payload {
            let mut text = [0; 44];
            out.plain_member("payload", payload.write_to(&mut text));
        }
        out.optional("phase", self.phase.map(Phase::as_str));
        out.optional("reason", self.reason.as_deref());
        out.plain_member("recorded_at", recorded_at);
        out.key("resource");
        out.open();
        out.member("kind", &self.resource.kind);
        out.member("name", &self.resource.name);
        out.member("system", &self.resource.system);
        out.close();
        out.key("v");
        out.bytes.push(b'1');
        out.close();
        out.bytes
    }

    /// Reads stored bytes. They need not be canonical: what was sealed is hashed as it is.
    ///
    /// # Errors
    /// [`HeaderError`] says why they are no header of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, HeaderError> {
        match PlainHeader::read(bytes) {
            Some(header) => Ok(header.into_header()),
            None => Self::decode_any(bytes),
        }
    }

    /// Reads a header in any spelling.
    fn decode_any(bytes: &[u8]) -> Result<Self, HeaderError> {
        let json = Json::parse(bytes).map_err(|problems| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            HeaderError::Form(problems.join("; "))
        })?;
        Self::from_json(json)
    }

    /// The header that JSON from outside stands for. Its canonical bytes are those of [`Header::encode`].
    ///
    /// # Errors
    /// [`HeaderError`] says why it is none of this version.
    pub fn from_json(json: Json<'_>) -> Result<Self, HeaderError> {
        check_version(&json)?;
        let mut top = Members::new("header", Some(json))?;
        let action = top.read("action", Action::parse)?;
        let mut members = Members::new("actor", top.take("actor")?)?;
        let actor = Actor {
            kind: members.read("kind", ActorKind::parse)?,
            name: members.read("name", own)?,
            strength: members.read("strength", Strength::parse)?,
            via: members.read_optional("via", own)?,
        };
        members.finish()?;
        let at = top.read("at", instant)?;
        let id = top.read("id", EventId::parse)?;
        let kind = top.read("kind", Kind::parse)?;
        let of = top.read_optional("of", EventId::parse)?;
        let outcome = top.read("outcome", Outcome::parse)?;
        let payload = top.read_optional("payload", Commitment::parse)?;
        let phase = top.read_optional("phase", Phase::parse)?;
        let reason = top.read_optional("reason", own)?;
        let recorded_at = top.read("recorded_at", instant)?;
        let mut members = Members::new("resource", top.take("resource")?)?;
        let resource = Resource {
            kind: members.read("kind", own)?,
            name: members.read("name", own)?,
            system: members.read("system", own)?,
        };
        members.finish()?;
        top.take("v")?;
        top.finish()?;
        Ok(Self {
            id,
            at,
            recorded_at,
            kind,
            action,
            phase,
            of,
            actor,
            resource,
            outcome,
            reason,
            payload,
        })
    }
}

/// What comes first: a later version may look different in all else.
fn check_version(json: &Json<'_>) -> Result<(), HeaderError> {
    let members = match json {
        Json::Object(members) => members.as_slice(),
        _ => &[],
    };
    match members.iter().rfind(|(name, _)| name == "v") {
        Some((_, Json::Number("1"))) => Ok(()),
        Some((_, Json::Number(version))) => Err(HeaderError::Newer((*version).to_owned())),
        _ => Err(HeaderError::Form("`v` is missing".to_owned())),
    }
}

fn own(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn instant(text: &str) -> Option<Instant> {
    Instant::parse(text).ok()
}

/// Writes JSON members in the order in which they come, which `encode` makes the canonical one.
struct Writer {
    bytes: Vec<u8>,
    first: bool,
}

impl Writer {
    fn open(&mut self) {
        self.bytes.push(b'{');
        self.first = true;
    }

    fn close(&mut self) {
        self.bytes.push(b'}');
        self.first = false;
    }

    fn key(&mut self, key: &str) {
        if !self.first {
            self.bytes.push(b',');
        }
        self.first = false;
        self.plain(key);
        self.bytes.push(b':');
    }

    fn member(&mut self, key: &str, text: &str) {
        self.key(key);
        write_text(&mut self.bytes, text);
    }

    /// A member whose text has nothing to escape.
    fn plain_member(&mut self, key: &str, text: &str) {
        self.key(key);
        self.plain(text);
    }

    fn optional(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.member(key, text);
        }
    }

    fn plain(&mut self, text: &str) {
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(b'"');
    }
}

/// The members of one object of a header. They are taken in the order of their names, in which they come.
struct Members<'a>(Peekable<IntoIter<(Cow<'a, str>, Json<'a>)>>);

impl<'a> Members<'a> {
    fn new(name: &str, json: Option<Json<'a>>) -> Result<Self, HeaderError> {
        match json {
            Some(Json::Object(members)) => Ok(Self(members.into_iter().peekable())),
            _ => Err(HeaderError::Form(format!("`{name}` is no object"))),
        }
    }

    /// The member of that name, if it is there.
    fn take(&mut self, key: &str) -> Result<Option<Json<'a>>, HeaderError> {
        match self.0.next_if(|(name, _)| name.as_ref() <= key) {
            Some((name, _)) if name != key => {
                Err(HeaderError::Form(format!("`{name}` is unknown")))
            }
            member => Ok(member.map(|(_, value)| value)),
        }
    }

    fn read<T>(&mut self, key: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, HeaderError> {
        self.read_optional(key, parse)?
            .ok_or_else(|| HeaderError::Form(format!("`{key}` is missing")))
    }

    fn read_optional<T>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, HeaderError> {
        match self.take(key)? {
            None => Ok(None),
            Some(Json::Text(text)) => match parse(&text) {
                Some(value) => Ok(Some(value)),
                None => Err(HeaderError::Form(format!("`{key}` has no valid value"))),
            },
            Some(_) => Err(HeaderError::Form(format!("`{key}` is no text"))),
        }
    }

    fn finish(mut self) -> Result<(), HeaderError> {
        match self.0.next() {
            Some((name, _)) => Err(HeaderError::Form(format!("`{name}` is unknown"))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
