//! Turns of a trail: the entries with which it changes its key, or goes on after a part of it was lost (`docs/format.md` section 8).

use super::Trail;
use super::endorsement::Endorsement;
use crate::error::{Error, Result};
use crate::event::{
    Action, Commitment, Draft, DraftActor, EventId, Header, Instant, Kind, Outcome, Payload,
    Resource, Salt, Value,
};
use crate::limits::TURNS_MAX;
use crate::seal::{Checkpoint, HeadLine, Origin, SignatureType, Signer, VerifierKey};
use crate::store::{Filter, Order, Page, Snapshot, StoredEntry};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The two public keys of a signer: what it signs checkpoints with, and what states the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPair {
    /// The log key.
    pub log: VerifierKey,
    /// The key of its clock.
    pub clock: VerifierKey,
}

impl KeyPair {
    /// The public keys of a signer.
    ///
    /// # Errors
    /// `Internal` when the clock's key cannot be derived.
    pub fn of(signer: &Signer) -> Result<Self> {
        Ok(Self {
            log: signer.vkey(),
            clock: signer.clock()?.vkey(),
        })
    }

    /// The two keys, when they are of the right types and names.
    pub(super) fn parse(log: &str, clock: &str) -> Option<Self> {
        let log = VerifierKey::parse(log).ok()?;
        let clock = VerifierKey::parse(clock).ok()?;
        let origin = Origin::parse(log.name()).ok()?;
        let fits = log.signature_type() == SignatureType::Ed25519
            && clock.signature_type() == SignatureType::Cosignature
            && clock.name() == origin.clock_name();
        fits.then_some(Self { log, clock })
    }
}

/// An entry with which a trail turns to another key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Where it is.
    pub index: u64,
    /// Its id.
    pub id: EventId,
    /// When it happened.
    pub at: Instant,
    /// Who did it.
    pub actor: String,
    /// Why.
    pub reason: Option<String>,
    /// The keys that end.
    pub old: KeyPair,
    /// The keys that begin.
    pub new: KeyPair,
    /// For an adoption: what was kept, and what was lost.
    pub adoption: Option<Adoption>,
}

/// A store that was set back, and that its owner goes on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// The head of what is left, signed by the old key.
    pub kept: HeadLine,
    /// The last head that the trail is known to have had; `None` when nobody knows.
    pub lost: Option<HeadLine>,
    /// How the keys of the trail led to the one that adopts, from as far back as is known: what each said of the next. Empty when there was only that one.
    pub endorsements: Vec<Endorsement>,
    /// The signature of the key that adopts, over [`adoption_text`].
    signature: [u8; 64],
}

/// What the last key of a trail signs when the trail is adopted.
pub fn adoption_text(
    origin: &str,
    kept: &HeadLine,
    lost: Option<&HeadLine>,
    new: &KeyPair,
) -> String {
    let lost = lost.map_or_else(
        || "unknown".to_owned(),
        |lost| format!("{} {}", lost.size(), lost.root()),
    );
    format!(
        "piperoll adopt v1\norigin {origin}\nkept {} {}\nlost {lost}\nkey {}\nclock {}\n",
        kept.size(),
        kept.root(),
        new.log,
        new.clock
    )
}

impl Adoption {
    /// What is left at `kept` and what is known to be lost, signed by the last key of the trail.
    pub(super) fn sign(
        last: &Signer,
        kept: HeadLine,
        lost: Option<HeadLine>,
        endorsements: Vec<Endorsement>,
        new: &KeyPair,
    ) -> Self {
        let text = adoption_text(last.origin().as_str(), &kept, lost.as_ref(), new);
        let signature = last.sign(text.as_bytes());
        Self {
            kept,
            lost,
            endorsements,
            signature,
        }
    }

    /// The log keys that led to the adoption. Those that are not otherwise keys of the trail signed what was lost.
    pub fn earlier_keys(&self) -> impl Iterator<Item = &VerifierKey> {
        self.endorsements
            .iter()
            .flat_map(|step| [&step.old.log, &step.new.log])
    }
}

impl Turn {
    /// Why the turn is none that its old key has made, as far as the entry itself tells. A rotation is moreover sealed under the old key: a kept checkpoint of
    /// that key ends with it.
    pub fn fault(&self, base: &Origin) -> Option<&'static str> {
        let (old, new) = (self.old.log.name(), self.new.log.name());
        let (Ok(old), Ok(new)) = (Origin::parse(old), Origin::parse(new)) else {
            return Some("its keys are named as no origin can be");
        };
        let Some(adoption) = &self.adoption else {
            return (old != new).then_some("a rotation keeps the name of the key");
        };
        // By what each key said of the next, to the one that adopts; the one that signed what is left is among them.
        let steps = &adoption.endorsements;
        let joined = steps.windows(2).all(|pair| match pair {
            [before, after] => before.new == after.old,
            _ => true,
        });
        let last = steps.last().map_or(&self.old.log, |step| &step.new.log);
        let is_old = |key: &VerifierKey| *key == self.old.log;
        if !joined || !(is_old(last) || steps.iter().any(|step| step.old == self.old)) {
            return Some("its endorsements do not lead from one key to the next");
        }
        let Ok(last_origin) = Origin::parse(last.name()) else {
            return Some("its keys are named as no origin can be");
        };
        if last_origin.next_incarnation(base).ok() != Some(new) {
            return Some("the new key is not that of the next incarnation");
        }
        let (kept, lost) = (&adoption.kept, adoption.lost.as_ref());
        let text = adoption_text(last.name(), kept, lost, &self.new);
        if !last.verify(text.as_bytes(), &adoption.signature) {
            return Some("the key that adopts has not signed it");
        }
        let lost_is_signed = lost.is_none_or(|lost| lost.verify(&last_origin, last).is_ok());
        if kept.verify(&old, &self.old.log).is_err() || !lost_is_signed {
            return Some("the heads that it names are not signed by its keys");
        }
        if adoption.kept.size().get() != self.index {
            return Some("it does not stand where what is left ends");
        }
        let behind = |lost: &HeadLine| lost.size() > adoption.kept.size();
        (!adoption.lost.as_ref().is_none_or(behind)).then_some("nothing was lost by what it says")
    }

    /// The checkpoint of what is left, of an adoption.
    pub fn kept(&self) -> Option<Checkpoint> {
        let adoption = self.adoption.as_ref()?;
        let origin = Origin::parse(self.old.log.name()).ok()?;
        let (size, root) = (adoption.kept.size(), adoption.kept.root());
        Some(Checkpoint::new(origin, size, root))
    }

    /// The draft of a turn; the trail's own word, which no input line can say.
    pub(super) fn draft(
        base: &Origin,
        by: DraftActor,
        reason: Option<String>,
        old: &KeyPair,
        new: &KeyPair,
        adoption: Option<&Adoption>,
    ) -> Result<Draft> {
        let action = match adoption {
            Some(_) => Action::Adopt,
            None => Action::KeyRotate,
        };
        let mut context = BTreeMap::new();
        let mut say = |name: &str, text: String| {
            context.insert(name.to_owned(), Value::Text(text));
        };
        say("old", old.log.to_string());
        say("old_clock", old.clock.to_string());
        say("new", new.log.to_string());
        say("new_clock", new.clock.to_string());
        if let Some(adoption) = adoption {
            say("kept", line_text(&adoption.kept));
            if let Some(lost) = &adoption.lost {
                say("lost", line_text(lost));
            }
            say("signature", STANDARD.encode(adoption.signature));
            if !adoption.endorsements.is_empty() {
                let steps = adoption.endorsements.iter();
                let steps = steps.map(|step| Value::Text(step.to_string())).collect();
                context.insert("endorsements".to_owned(), Value::Array(steps));
            }
        }
        let payload = Payload::new(None, None, None, None, Some(Value::Object(context)));
        let resource = Resource::new("piperoll", base.as_str(), "trail");
        let mut draft = Draft::new(Kind::Trail, action, by, resource);
        draft.reason = reason;
        draft.payload = Some(payload.map_err(|problems| {
            Error::internal("the turn cannot be written down").with_problems(problems)
        })?);
        Ok(draft)
    }

    /// The turn that an entry is; `None` for any other entry, and for one whose payload is not the one that it commits to.
    fn read(stored: &StoredEntry<'_>) -> Option<Self> {
        let header = Header::decode(stored.header).ok()?;
        if header.kind != Kind::Trail || header.outcome != Outcome::Success {
            return None;
        }
        let salt = Salt::from_slice(stored.salt?)?;
        let payload = stored.payload?;
        if Some(Commitment::to_payload(payload, &salt)) != header.payload {
            return None;
        }
        let index = u64::try_from(stored.seq).ok()?;
        Self::said(index, header, &Payload::from_bytes(payload).ok()?)
    }

    /// The turn that an entry says, by its header and its payload; `None` when it says none. Whether it is to be believed tells [`Turn::fault`], and who sealed it.
    pub fn said(index: u64, header: Header, payload: &Payload) -> Option<Self> {
        let text = |name: &str| match payload.context(name) {
            Some(Value::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let line = |text: &str| HeadLine::parse(format!("{text}\n").as_bytes()).ok();
        let old = KeyPair::parse(text("old")?, text("old_clock")?)?;
        let new = KeyPair::parse(text("new")?, text("new_clock")?)?;
        let adoption = match header.action {
            Action::KeyRotate => None,
            Action::Adopt => Some(Adoption {
                kept: line(text("kept")?)?,
                lost: match payload.context("lost") {
                    Some(_) => Some(line(text("lost")?)?),
                    None => None,
                },
                endorsements: match payload.context("endorsements") {
                    None => Vec::new(),
                    Some(Value::Array(steps)) => steps
                        .iter()
                        .map(|step| match step {
                            Value::Text(line) => Endorsement::parse(line),
                            _ => None,
                        })
                        .collect::<Option<_>>()?,
                    Some(_) => return None,
                },
                signature: STANDARD.decode(text("signature")?).ok()?.try_into().ok()?,
            }),
            _ => return None,
        };
        Some(Self {
            index,
            id: header.id,
            at: header.at,
            actor: header.actor.name,
            reason: header.reason,
            old,
            new,
            adoption,
        })
    }

    /// The turns of a trail, in their order, as it says them; at most [`TURNS_MAX`]. Nothing of them is to be believed before it is checked.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) fn all(snapshot: &dyn Snapshot) -> Result<Vec<Self>> {
        let mut turns = Vec::new();
        for action in [Action::KeyRotate, Action::Adopt] {
            let filter = Filter {
                kind: Some(Kind::Trail),
                action: Some(action.as_str().to_owned()),
                ..Filter::default()
            };
            let page = Page {
                order: Order::OldestFirst,
                after: None,
                limit: TURNS_MAX,
            };
            for index in snapshot.find(&filter, &page)? {
                let seq = i64::try_from(index.get()).unwrap_or(i64::MAX);
                snapshot.entries(seq..seq.saturating_add(1), &mut |stored| {
                    turns.extend(Self::read(&stored));
                    Ok(ControlFlow::Break(()))
                })?;
            }
        }
        turns.sort_by_key(|turn| turn.index);
        Ok(turns)
    }
}

impl Trail {
    /// The turns of the trail, oldest first: rotations of its key, and adoptions. `verify` checks them.
    ///
    /// # Errors
    /// Those of the store.
    pub fn turns(&self) -> Result<Vec<Turn>> {
        Turn::all(&*self.store.snapshot()?)
    }
}

/// The line as a text without its end.
fn line_text(line: &HeadLine) -> String {
    line.to_string().trim_end().to_owned()
}
