//! Which key may have signed what: the keys of a trail one after another, as its turns tell them.

use super::Request;
use super::findings::Findings;
use super::report::{Level, Verdict};
use super::witnesses;
use crate::error::Result;
use crate::seal::{Checkpoint, Note, Origin, SignatureType, VerifierKey};
use crate::store::Snapshot;
use crate::trail::{Adoption, KeyPair, Turn};

/// The keys of a trail.
#[derive(Debug)]
pub(super) struct Keys {
    /// The key among those given that vouches for the others: in a tree that it signed, each turn names the key before and the key after.
    pub(super) given: Option<VerifierKey>,
    /// In their order; never empty.
    spans: Vec<Span>,
    /// The turns between them, each made by the key before it.
    pub(super) turns: Vec<Turn>,
}

/// A key, and the sizes of the trees that it may sign.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) origin: Origin,
    pub(super) log: Option<VerifierKey>,
    /// Those that may be its clock's: one, where the trail itself tells.
    pub(super) clocks: Vec<VerifierKey>,
    first: u64,
    last: Option<u64>,
    /// Whether it signed more, which is lost: an adoption ended it.
    pub(super) has_lost: bool,
}

impl Span {
    pub(super) fn holds(&self, size: u64) -> bool {
        size >= self.first && self.last.is_none_or(|last| size <= last)
    }

    /// Whether this is the size at which it was set back.
    pub(super) fn ends_at(&self, size: u64) -> bool {
        self.last == Some(size)
    }

    /// The size up to which it is still here, when it signed more than that.
    pub(super) fn lost_after(&self, size: u64) -> Option<u64> {
        self.last.filter(|last| self.has_lost && size > *last)
    }

    /// In words, what it may sign.
    pub(super) fn range(&self) -> String {
        match self.last {
            Some(last) => format!("trees of {} to {last} entries", self.first),
            None => format!("trees of {} entries and more", self.first),
        }
    }
}

impl Keys {
    /// The keys of the trail `base`, whose newest checkpoint is `newest`, of the origin `said`.
    pub(super) fn of(
        snapshot: &dyn Snapshot,
        request: &Request,
        base: &Origin,
        newest: Option<&[u8]>,
        findings: &mut Findings,
    ) -> Result<Self> {
        let turns = match Turn::all(snapshot) {
            Ok(turns) => sound(turns, base, findings),
            Err(error) => {
                findings.unreadable("the turns of the trail", error)?;
                Vec::new()
            }
        };
        let given = |pair: &KeyPair| {
            let by_policy = |log: &VerifierKey| {
                let policy = request.policy.as_ref();
                let origin = Origin::parse(log.name()).ok();
                policy
                    .zip(origin)
                    .is_some_and(|(policy, origin)| policy.log_keys(&origin).any(|key| key == log))
            };
            // Each key vouches for the next, up to the one that has signed the adoption.
            let adopted = turns.iter().filter(|turn| turn.new == *pair);
            let lost = adopted.filter_map(|turn| turn.adoption.as_ref());
            let mut logs = lost.flat_map(Adoption::earlier_keys).chain([&pair.log]);
            logs.any(|log| request.keys.contains(log) || by_policy(log))
        };
        let pairs: Vec<&KeyPair> = turns
            .first()
            .map(|turn| &turn.old)
            .into_iter()
            .chain(turns.iter().map(|turn| &turn.new))
            .collect();
        let anchor = pairs.iter().rev().find(|pair| given(pair));
        let newest = newest.and_then(|note| Note::parse(note).ok());
        let alone = key_alone(request, base, newest.as_ref());
        // A key that is none of the trail's own stands alone: what it has not signed is then told.
        if pairs.is_empty() || (anchor.is_none() && alone.is_some()) {
            let log = alone;
            let origin = log.as_ref().and_then(|log| Origin::parse(log.name()).ok());
            let origin = origin.unwrap_or_else(|| base.clone());
            let clocks = request.keys.iter().filter(|key| {
                key.name() == origin.clock_name()
                    && key.signature_type() == SignatureType::Cosignature
            });
            return Ok(Self {
                given: log.clone(),
                spans: vec![Span {
                    clocks: clocks.cloned().collect(),
                    origin,
                    log,
                    first: 0,
                    last: None,
                    has_lost: false,
                }],
                turns: Vec::new(),
            });
        }
        let given = anchor.map(|pair| pair.log.clone());
        let spans = spans(&pairs, &turns, given.is_some(), base);
        Ok(Self {
            given,
            spans,
            turns,
        })
    }

    /// Whether a key is known that vouches for the rest.
    pub(super) fn is_known(&self) -> bool {
        self.given.is_some()
    }

    pub(super) fn all(&self) -> &[Span] {
        &self.spans
    }

    /// Which of them a span is, counted from the first.
    pub(super) fn position(&self, span: &Span) -> Option<usize> {
        self.spans.iter().position(|own| std::ptr::eq(own, span))
    }

    /// Names the keys that were given for this trail and that it never turned to: it is from before that, or somebody hides it.
    pub(super) fn unreached(&self, request: &Request, base: &Origin, findings: &mut Findings) {
        for key in &request.keys {
            let is_named =
                Origin::parse(key.name()).is_ok_and(|origin| origin.incarnation_of(base).is_some());
            let is_own = || {
                self.logs()
                    .chain(self.lost().map(|(log, _)| log))
                    .any(|log| log == key)
            };
            if is_named && key.signature_type() == SignatureType::Ed25519 && !is_own() {
                findings.unchecked(format!(
                    "the key `{key}`, which was given: the trail has never turned to it; it is from before that turn, or the key is of another trail"
                ));
            }
        }
    }

    /// The key that signs now.
    pub(super) fn newest(&self) -> Option<&Span> {
        self.spans.last()
    }

    /// The keys that led to adoptions, and the size that each left: what one of them signed that is no key of the trail otherwise is lost.
    pub(super) fn lost(&self) -> impl Iterator<Item = (&VerifierKey, u64)> {
        self.turns
            .iter()
            .filter_map(|turn| turn.adoption.as_ref())
            .flat_map(|adoption| {
                let kept = adoption.kept.size().get();
                adoption.earlier_keys().map(move |log| (log, kept))
            })
    }

    /// Every log key that is known.
    pub(super) fn logs(&self) -> impl Iterator<Item = &VerifierKey> {
        self.spans.iter().filter_map(|span| span.log.as_ref())
    }

    /// What each adoption left, and where it stands.
    pub(super) fn kept(&self) -> impl Iterator<Item = (u64, Checkpoint)> {
        self.turns
            .iter()
            .filter_map(|turn| Some((turn.index, turn.kept()?)))
    }
}

/// The turns up to the first that is not what it should be, which is named.
fn sound(turns: Vec<Turn>, base: &Origin, findings: &mut Findings) -> Vec<Turn> {
    let mut sound: Vec<Turn> = Vec::new();
    for turn in turns {
        let broken = sound
            .last()
            .is_some_and(|before| before.new != turn.old || before.index == turn.index)
            .then_some("it does not turn from the key that the turn before it begins");
        if let Some(why) = broken.or_else(|| turn.fault(base)) {
            let what = match turn.adoption {
                Some(_) => "adoption",
                None => "rotation",
            };
            let detail = format!("the {what} is not to be believed: {why}");
            let (verdict, index) = (Verdict::Forged, turn.index);
            findings.entries(verdict, Level::L1, index, index, &detail);
            break;
        }
        sound.push(turn);
    }
    sound
}

/// The span of each key. A rotation is the last entry under the old key, an adoption the first under the new one.
fn spans(pairs: &[&KeyPair], turns: &[Turn], is_known: bool, base: &Origin) -> Vec<Span> {
    let mut first = 0;
    let mut spans = Vec::with_capacity(pairs.len());
    for (position, pair) in pairs.iter().enumerate() {
        let turn = turns.get(position);
        let has_lost = turn.is_some_and(|turn| turn.adoption.is_some());
        let after = turn.map(|turn| turn.index + 1);
        spans.push(Span {
            origin: Origin::parse(pair.log.name()).unwrap_or_else(|_| base.clone()),
            log: is_known.then(|| pair.log.clone()),
            clocks: is_known.then(|| pair.clock.clone()).into_iter().collect(),
            first,
            last: after.map(|after| if has_lost { after - 1 } else { after }),
            has_lost,
        });
        first = after.unwrap_or(first);
    }
    spans
}

/// The key, among those given, of a trail that never turned: the one that signed its newest checkpoint, else the first.
fn key_alone(request: &Request, base: &Origin, newest: Option<&Note>) -> Option<VerifierKey> {
    let mut keys = request.keys.iter().filter(|key| {
        let origin = Origin::parse(key.name()).ok();
        key.signature_type() == SignatureType::Ed25519
            && origin.is_some_and(|origin| origin.incarnation_of(base).is_some())
    });
    let has_signed = |key: &&VerifierKey| {
        newest.is_some_and(|note| note.verify(std::slice::from_ref(key)).is_ok())
    };
    let first = keys.clone().next();
    let key = keys.find(has_signed).or(first).cloned();
    key.or_else(|| witnesses::log_key(request, base))
}
