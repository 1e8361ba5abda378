//! Headers as `encode` writes them, read without a tree of JSON in between: nearly all are, and `verify` reads every one.

use super::{Header, instant};
use crate::event::action::Action;
use crate::event::actor::{Actor, ActorKind, Strength};
use crate::event::draft::{Outcome, Phase};
use crate::event::id::EventId;
use crate::event::instant::Instant;
use crate::event::json::plain_length;
use crate::event::kind::Kind;
use crate::event::payload::Commitment;
use crate::event::resource::Resource;

/// A header whose texts are those of somebody else.
#[derive(Debug)]
pub(crate) struct PlainHeader<'a> {
    pub(crate) id: EventId,
    pub(crate) at: Instant,
    pub(crate) kind: Kind,
    pub(crate) action: Action,
    pub(crate) actor: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) outcome: Outcome,
    pub(crate) payload: Option<Commitment>,
    pub(crate) rest: Others<'a>,
}

/// What is seldom needed.
#[derive(Debug)]
pub(crate) struct Others<'a> {
    pub(crate) recorded_at: Instant,
    pub(crate) phase: Option<Phase>,
    pub(crate) of: Option<EventId>,
    pub(crate) actor_kind: ActorKind,
    pub(crate) strength: Strength,
    pub(crate) via: Option<&'a str>,
    resource_kind: &'a str,
    system: &'a str,
    reason: Option<&'a str>,
}

impl<'a> PlainHeader<'a> {
    /// The header in canonical bytes; `None` for any other bytes, and where a text is escaped.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        Self::read_expecting(bytes, None)
    }

    /// As [`PlainHeader::read`], where the header is expected to have a commitment: it is recognised by its text, which takes less than reading it.
    pub(crate) fn read_expecting(bytes: &'a [u8], expected: Option<Commitment>) -> Option<Self> {
        let mut buffer = [0; 44];
        let expected = expected.map(|it| (it, it.write_to(&mut buffer)));
        let commitment = |text: &str| match expected {
            Some((expected, its_text)) if its_text == text => Some(expected),
            _ => Commitment::parse(text),
        };
        let mut rest = Rest {
            text: std::str::from_utf8(bytes).ok()?,
            at: 0,
        };
        let action = Action::parse(rest.text(b"{\"action\":\"")?)?;
        let actor_kind = ActorKind::parse(rest.text(b",\"actor\":{\"kind\":\"")?)?;
        let actor = rest.text(b",\"name\":\"")?;
        let strength = Strength::parse(rest.text(b",\"strength\":\"")?)?;
        let via = rest.optional(b",\"via\":\"")?;
        let at_text = rest.text(b"},\"at\":\"")?;
        let at = instant(at_text)?;
        let id = EventId::parse(rest.text(b",\"id\":\"")?)?;
        let kind = Kind::parse(rest.text(b",\"kind\":\"")?)?;
        let of = rest.parsed(b",\"of\":\"", EventId::parse)?;
        let outcome = Outcome::parse(rest.text(b",\"outcome\":\"")?)?;
        let payload = rest.parsed(b",\"payload\":\"", commitment)?;
        let phase = rest.parsed(b",\"phase\":\"", Phase::parse)?;
        let reason = rest.optional(b",\"reason\":\"")?;
        // Most events are recorded when they happen.
        let recorded_at = match rest.text(b",\"recorded_at\":\"")? {
            text if text == at_text => at,
            text => instant(text)?,
        };
        let resource_kind = rest.text(b",\"resource\":{\"kind\":\"")?;
        let resource = rest.text(b",\"name\":\"")?;
        let system = rest.text(b",\"system\":\"")?;
        (rest.bytes() == b"},\"v\":1}").then_some(Self {
            id,
            at,
            kind,
            action,
            actor,
            resource,
            outcome,
            payload,
            rest: Others {
                recorded_at,
                phase,
                of,
                actor_kind,
                strength,
                via,
                resource_kind,
                system,
                reason,
            },
        })
    }

    /// The same with its own texts.
    pub(super) fn into_header(self) -> Header {
        let rest = self.rest;
        Header {
            id: self.id,
            at: self.at,
            recorded_at: rest.recorded_at,
            kind: self.kind,
            action: self.action,
            phase: rest.phase,
            of: rest.of,
            actor: Actor {
                name: self.actor.to_owned(),
                kind: rest.actor_kind,
                via: rest.via.map(str::to_owned),
                strength: rest.strength,
            },
            resource: Resource {
                kind: rest.resource_kind.to_owned(),
                name: self.resource.to_owned(),
                system: rest.system.to_owned(),
            },
            outcome: self.outcome,
            reason: rest.reason.map(str::to_owned),
            payload: self.payload,
        }
    }
}

/// What is still to be read.
struct Rest<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// The text behind `start`, up to its quote.
    fn text<const N: usize>(&mut self, start: &[u8; N]) -> Option<&'a str> {
        let (found, rest) = self.bytes().split_first_chunk()?;
        if found != start {
            return None;
        }
        let from = self.at + N;
        let length = plain_length(rest);
        if rest.get(length) != Some(&b'"') {
            return None;
        }
        self.at = from + length + 1;
        self.text.get(from..from + length)
    }

    /// The text behind `start`, or none where something else stands; no answer when the text has no plain end.
    fn optional<const N: usize>(&mut self, start: &[u8; N]) -> Option<Option<&'a str>> {
        if self.bytes().first_chunk() == Some(start) {
            self.text(start).map(Some)
        } else {
            Some(None)
        }
    }

    /// As [`Rest::optional`], of a text with a form.
    fn parsed<const N: usize, T>(
        &mut self,
        start: &[u8; N],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.optional(start)? {
            Some(text) => parse(text).map(Some),
            None => Some(None),
        }
    }
}
