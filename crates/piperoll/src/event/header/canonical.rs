//! Headers as `encode` writes them, read without a tree of JSON in between: nearly all are, and `verify` reads every one.

use super::{Header, instant};
use crate::event::action::Action;
use crate::event::actor::{Actor, ActorKind, Strength};
use crate::event::draft::{Outcome, Phase};
use crate::event::id::EventId;
use crate::event::json::plain_length;
use crate::event::kind::Kind;
use crate::event::payload::Commitment;
use crate::event::resource::Resource;

/// The header in canonical bytes; `None` for any other bytes, and where a text is escaped.
pub(super) fn read(bytes: &[u8]) -> Option<Header> {
    let mut rest = Rest(std::str::from_utf8(bytes).ok()?);
    let action = Action::parse(rest.text("{\"action\":\"")?)?;
    let actor_kind = ActorKind::parse(rest.text(",\"actor\":{\"kind\":\"")?)?;
    let name = rest.text(",\"name\":\"")?.to_owned();
    let strength = Strength::parse(rest.text(",\"strength\":\"")?)?;
    let via = rest.optional(",\"via\":\"")?.map(str::to_owned);
    let at_text = rest.text("},\"at\":\"")?;
    let at = instant(at_text)?;
    let id = EventId::parse(rest.text(",\"id\":\"")?)?;
    let kind = Kind::parse(rest.text(",\"kind\":\"")?)?;
    let of = rest.parsed(",\"of\":\"", EventId::parse)?;
    let outcome = Outcome::parse(rest.text(",\"outcome\":\"")?)?;
    let payload = rest.parsed(",\"payload\":\"", Commitment::parse)?;
    let phase = rest.parsed(",\"phase\":\"", Phase::parse)?;
    let reason = rest.optional(",\"reason\":\"")?.map(str::to_owned);
    // Most events are recorded when they happen.
    let recorded_at = match rest.text(",\"recorded_at\":\"")? {
        text if text == at_text => at,
        text => instant(text)?,
    };
    let resource = Resource {
        kind: rest.text(",\"resource\":{\"kind\":\"")?.to_owned(),
        name: rest.text(",\"name\":\"")?.to_owned(),
        system: rest.text(",\"system\":\"")?.to_owned(),
    };
    (rest.0 == "},\"v\":1}").then_some(Header {
        id,
        at,
        recorded_at,
        kind,
        action,
        phase,
        of,
        actor: Actor {
            name,
            kind: actor_kind,
            via,
            strength,
        },
        resource,
        outcome,
        reason,
        payload,
    })
}

/// What is still to be read.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// The text behind `start`, up to its quote.
    fn text(&mut self, start: &str) -> Option<&'a str> {
        let rest = self.0.strip_prefix(start)?;
        let (text, rest) = rest.split_at_checked(plain_length(rest.as_bytes()))?;
        self.0 = rest.strip_prefix('"')?;
        Some(text)
    }

    /// The text behind `start`, or none where something else stands; no answer when the text has no plain end.
    fn optional(&mut self, start: &str) -> Option<Option<&'a str>> {
        if self.0.starts_with(start) {
            self.text(start).map(Some)
        } else {
            Some(None)
        }
    }

    /// As [`Rest::optional`], of a text with a form.
    fn parsed<T>(&mut self, start: &str, parse: fn(&str) -> Option<T>) -> Option<Option<T>> {
        match self.optional(start)? {
            Some(text) => parse(text).map(Some),
            None => Some(None),
        }
    }
}
