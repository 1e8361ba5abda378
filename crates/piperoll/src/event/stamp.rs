use super::attributes::{Attribute, Secret, attributes_of};
use super::draft::{Draft, Outcome};
use super::header::Header;
use super::id::EventId;
use super::instant::Instant;
use super::payload::{Commitment, Payload, Salt};
use crate::error::Problem;
use crate::limits::HEADER_BYTES_MAX;
use std::sync::Arc;

/// What recording adds to a draft.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    /// The id of an event that has none.
    pub id: EventId,
    /// When Piperoll took it.
    pub recorded_at: Instant,
    /// The salt of the payload.
    pub salt: Salt,
    /// The secret of the trail.
    pub secret: &'a Secret,
}

/// An event that is ready to be sealed.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What is sealed.
    pub header: Header,
    /// Its canonical bytes.
    pub header_bytes: Vec<u8>,
    /// The canonical payload and its salt.
    pub payload: Option<(Arc<[u8]>, Salt)>,
    /// What it is found by.
    pub attributes: Vec<Attribute>,
}

/// What is still known of a stored payload when an id is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SamePayload {
    /// It is there, with this salt.
    Kept(Salt),
    /// It was erased: the header alone decides.
    Erased,
}

impl Draft {
    /// Gives the draft its id, times and commitment.
    ///
    /// # Errors
    /// The one fault that only shows now: a header of more than 65,535 bytes.
    pub fn stamp(&self, stamp: &Stamp<'_>) -> Result<Event, Problem> {
        let payload = self.payload.as_ref();
        let commitment = payload.map(|it| Commitment::to_payload(it.as_bytes(), &stamp.salt));
        self.stamp_committed(stamp, commitment)
    }

    /// As [`Draft::stamp`], of two drafts, whose commitments are worked out beside each other.
    ///
    /// # Errors
    /// As [`Draft::stamp`], of either.
    pub(crate) fn stamp_pair(
        drafts: [&Self; 2],
        stamps: [&Stamp<'_>; 2],
    ) -> Result<[Event; 2], Problem> {
        let ([one, other], [stamp, other_stamp]) = (drafts, stamps);
        let (Some(payload), Some(other_payload)) = (&one.payload, &other.payload) else {
            return Ok([one.stamp(stamp)?, other.stamp(other_stamp)?]);
        };
        let payloads = [payload.as_bytes(), other_payload.as_bytes()];
        let [commitment, other_commitment] =
            Commitment::to_payloads(payloads, [&stamp.salt, &other_stamp.salt]);
        Ok([
            one.stamp_committed(stamp, Some(commitment))?,
            other.stamp_committed(other_stamp, Some(other_commitment))?,
        ])
    }

    fn stamp_committed(
        &self,
        stamp: &Stamp<'_>,
        commitment: Option<Commitment>,
    ) -> Result<Event, Problem> {
        let payload = self.payload.as_ref();
        let header = self.header(stamp.id, stamp.recorded_at, commitment);
        let header_bytes = header.encode();
        if header_bytes.len() > HEADER_BYTES_MAX {
            return Err(Problem::new("header", too_long(header_bytes.len())));
        }
        Ok(Event {
            header,
            header_bytes,
            payload: payload.map(|payload| (payload.share_bytes(), stamp.salt)),
            attributes: payload
                .map(|payload| attributes_of(self.kind, payload, stamp.secret))
                .unwrap_or_default(),
        })
    }

    /// The fault of a draft whose header would be too long, whatever its stamp: ids, times and commitments are of one length.
    pub fn header_problem(&self) -> Option<Problem> {
        // A letter takes at most six bytes in JSON; what is far from the limit is not written out to be counted.
        let texts = [
            Some(self.actor.name.len()),
            self.actor.via.as_ref().map(String::len),
            Some(self.resource.system.len()),
            Some(self.resource.name.len()),
            Some(self.resource.kind.len()),
            Some(self.action.as_str().len()),
        ];
        if texts.into_iter().flatten().sum::<usize>() < (HEADER_BYTES_MAX - 8_192) / 6 {
            return None;
        }
        let id = self
            .id
            .or_else(|| EventId::parse("00000000-0000-7000-8000-000000000000"))?;
        let commitment = self
            .payload
            .is_some()
            .then(|| Commitment::to_payload(&[], &Salt::new([0; 32])));
        let length = self
            .header(id, Instant::from_micros(0)?, commitment)
            .encode()
            .len();
        (length > HEADER_BYTES_MAX).then(|| Problem::new("header", too_long(length)))
    }

    /// Whether a stored event with this draft's id has its content: what the draft gives, normalised (`docs/format.md` section 3).
    pub fn is_content_of(&self, stored: &Header, payload: SamePayload) -> bool {
        let actor = &self.actor;
        self.at.is_none_or(|at| at == stored.at)
            && self.kind == stored.kind
            && self.action == stored.action
            && self.phase == stored.phase
            && self.of == stored.of
            && actor.name == stored.actor.name
            && actor.via == stored.actor.via
            && actor.kind.is_none_or(|kind| kind == stored.actor.kind)
            && actor
                .strength
                .is_none_or(|strength| strength == stored.actor.strength)
            && self.resource == stored.resource
            && self.outcome.is_none_or(|outcome| outcome == stored.outcome)
            && self.reason == stored.reason
            && match (&self.payload, stored.payload, payload) {
                (None, None, _) => true,
                (Some(given), Some(commitment), SamePayload::Kept(salt)) => {
                    Commitment::to_payload(given.as_bytes(), &salt) == commitment
                }
                (Some(_), Some(_), SamePayload::Erased) => true,
                (None, Some(_), _) | (Some(_), None, _) => false,
            }
    }

    /// Whether this draft repeats one before it that has the same id: whether it would be skipped when that one is stored.
    pub fn repeats(&self, earlier: &Self) -> bool {
        let Some((id, now)) = earlier.id.zip(Instant::from_micros(0)) else {
            return false;
        };
        // One that gives no time gets that of its recording, which is not known yet.
        if self.at.is_some() && earlier.at.is_none() {
            return false;
        }
        let salt = Salt::new([0; 32]);
        let bytes = earlier.payload.as_ref().map(Payload::as_bytes);
        let commitment = bytes.map(|bytes| Commitment::to_payload(bytes, &salt));
        self.is_content_of(
            &earlier.header(id, now, commitment),
            SamePayload::Kept(salt),
        )
    }

    fn header(&self, id: EventId, recorded_at: Instant, payload: Option<Commitment>) -> Header {
        Header {
            id: self.id.unwrap_or(id),
            at: self.at.unwrap_or(recorded_at),
            recorded_at,
            kind: self.kind,
            action: self.action.clone(),
            phase: self.phase,
            of: self.of,
            actor: self.actor.resolve(),
            resource: self.resource.clone(),
            outcome: self.outcome.unwrap_or(Outcome::Success),
            reason: self.reason.clone(),
            payload,
        }
    }
}

fn too_long(length: usize) -> String {
    format!(
        "has {length} bytes; at most {HEADER_BYTES_MAX} are kept: shorten the names, or move text to the payload"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Action, DraftActor, Kind, Resource};

    #[test]
    fn a_time_is_repeated_only_where_the_earlier_draft_gave_it() {
        let resource = Resource::new("shop", "shop.main.orders", "table");
        let mut draft = Draft::new(Kind::Access, Action::Read, DraftActor::named("a"), resource);
        draft.id = EventId::parse("01932c07-a000-7000-8000-000000000001");
        let at = |micros| Draft {
            at: Instant::from_micros(micros),
            ..draft.clone()
        };
        assert!(draft.repeats(&draft));
        assert!(draft.repeats(&at(0)));
        assert!(at(0).repeats(&at(0)));
        assert!(!at(1).repeats(&at(0)));
        // Also where it is the first microsecond that there is.
        assert!(!at(0).repeats(&draft));
    }
}
