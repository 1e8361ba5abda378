//! What was signed: the head, the kept checkpoints, the meta, and the pin.

mod kept;
mod pin;

pub(super) use self::pin::Pin;

use super::Request;
use super::findings::Findings;
use super::keys::{Keys, Span};
use super::report::{Level, Verdict};
use super::witnesses;
use crate::error::{Error, Result};
use crate::event::Secret;
use crate::seal::{
    Checkpoint, CheckpointError, Note, Origin, SignatureType, SignedCheckpoint, TreeSize,
    VerifierKey,
};
use crate::store::{Head, Meta, Snapshot};
use crate::trail::is_meta_signed;

/// What is known of a trail before its entries are read.
#[derive(Debug)]
pub(super) struct Signatures {
    pub(super) origin: Origin,
    pub(super) keys: Keys,
    /// How many entries the trail has: what the newest checkpoint signs, else what the head's row says.
    pub(super) size: Option<u64>,
    /// What the newest checkpoint says.
    pub(super) head: Option<Said>,
    /// The kept checkpoints that are to be believed, by number.
    pub(super) kept: Vec<(i64, Checkpoint)>,
    /// The latest time that the clock has signed, in seconds since 1970.
    pub(super) newest_time: Option<u64>,
    pub(super) pin: Option<Pin>,
    /// Whether the witnesses that the policy asks for have cosigned the pin.
    pub(super) witnessed: bool,
    pub(super) secret: Option<Secret>,
}

/// What a note says.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) checkpoint: Checkpoint,
    /// Whether the log key signed it; without a key, what is stored is taken as it is.
    pub(super) trusted: bool,
    /// The name and time of each cosignature that holds.
    times: Vec<(String, u64)>,
}

impl Signatures {
    pub(super) fn check(
        snapshot: &dyn Snapshot,
        request: &Request,
        findings: &mut Findings,
    ) -> Result<Self> {
        let stored_head = snapshot
            .head()
            .map(Some)
            .or_else(|error| findings.unreadable("table `head`", error).map(|()| None))?;
        let meta = match snapshot.meta() {
            Ok(Some(meta)) => Some(meta),
            Ok(None) => {
                let detail = "the meta of the trail is gone";
                findings.object(Verdict::Missing, Level::L0, detail);
                None
            }
            Err(error) => {
                findings.unreadable("table `meta`", error)?;
                None
            }
        };
        let said = stored_head
            .as_ref()
            .and_then(|head| said_by(head.checkpoint.as_bytes()));
        let origin = expected_origin(request, said.as_ref(), meta.as_ref())?;
        let newest = stored_head.as_ref().map(|head| head.checkpoint.as_bytes());
        let keys = Keys::of(snapshot, request, &origin, newest, findings)?;
        if !keys.is_known() {
            findings.unchecked("signatures: no key of this trail was given".to_owned());
        } else {
            keys.unreached(request, &origin, findings);
        }
        let checker = Checker {
            origin: &origin,
            keys: &keys,
        };
        let head = stored_head
            .as_ref()
            .and_then(|head| checker.head(head, findings));
        let signed = head.as_ref().filter(|head| head.trusted);
        let size = signed
            .map(|head| head.checkpoint.size())
            .or(stored_head.as_ref().map(|head| head.size))
            .map(TreeSize::get);
        let kept = checker.kept(snapshot, stored_head.as_ref(), size, findings)?;
        let pin = checker.pin(request, findings)?;
        // Without a key nobody is known to have signed what the witnesses cosigned.
        let witnessed = keys.is_known() && witnesses::judge(request, &keys, findings)?;
        let secret = checker.meta(meta, findings);
        Ok(Self {
            origin,
            keys,
            size,
            head,
            kept: kept.checkpoints,
            newest_time: kept.newest_time,
            pin,
            witnessed,
            secret,
        })
    }

    /// The sizes whose roots are compared, in order, each once.
    pub(super) fn sizes(&self, head_file: Option<u64>) -> Vec<u64> {
        let mut sizes: Vec<u64> = self
            .kept
            .iter()
            .map(|(_, checkpoint)| checkpoint)
            .chain(self.head.as_ref().map(|head| &head.checkpoint))
            .chain(self.pin.as_ref().map(|pin| &pin.checkpoint))
            .map(|checkpoint| checkpoint.size().get())
            .chain(self.keys.kept().map(|(_, kept)| kept.size().get()))
            .chain(head_file)
            .collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }
}

/// The origin that the trail must have. Another one is no finding but a mistake, unless only a part of the trail says so.
fn expected_origin(
    request: &Request,
    said: Option<&Checkpoint>,
    meta: Option<&Meta>,
) -> Result<Origin> {
    let by_key = request
        .keys
        .iter()
        .filter(|key| key.signature_type() == SignatureType::Ed25519)
        .find_map(|key| Origin::parse(key.name()).ok());
    let said = said.map(Checkpoint::origin);
    let stored = meta.and_then(|meta| Origin::parse(&meta.origin).ok());
    // A trail that was set back and adopted goes on under its own name with a number.
    let of = |base: &Origin| said.is_some_and(|said| said.incarnation_of(base).is_some());
    let own = || match (&stored, said) {
        (Some(stored), _) if of(stored) => Some(stored.clone()),
        (stored, said) => said.cloned().or_else(|| stored.clone()),
    };
    let Some(expected) = request.origin.clone().or(by_key) else {
        return own().ok_or_else(|| Error::corrupt("the trail says nowhere what it is called"));
    };
    if let Some(stored) = &stored
        && of(stored)
        && expected.incarnation_of(stored).is_some()
    {
        return Ok(stored.clone());
    }
    if said.is_some_and(|said| said.incarnation_of(&expected).is_some()) {
        return Ok(expected);
    }
    let elsewhere = |origin: Option<&Origin>| origin.is_some_and(|origin| *origin != expected);
    if elsewhere(said) && (stored.is_none() || elsewhere(stored.as_ref())) {
        let found = said.map(Origin::to_string).unwrap_or_default();
        return Err(Error::invalid_input(format!(
            "the trail is that of `{found}`, not of `{expected}`"
        ))
        .hint("name the trail and the key, or the project, that belong together"));
    }
    Ok(expected)
}

/// The checkpoint in a note, whoever signed it.
fn said_by(note: &[u8]) -> Option<Checkpoint> {
    Note::parse(note)
        .ok()
        .and_then(|note| Checkpoint::parse(note.text()).ok())
}

/// The name and time of each cosignature in a note, whoever else signed it; none when one of them is false.
fn times_in(note: &[u8], cosigners: &[VerifierKey]) -> Vec<(String, u64)> {
    let Ok(note) = Note::parse(note) else {
        return Vec::new();
    };
    let verified = note.verify(cosigners).unwrap_or_default();
    verified
        .iter()
        .filter_map(|v| Some((v.key.name().to_owned(), v.seconds?)))
        .collect()
}

struct Checker<'a> {
    /// The name that the trail was made under.
    origin: &'a Origin,
    keys: &'a Keys,
}

impl<'a> Checker<'a> {
    /// What a note says that one of `spans` must have signed, and which one has; what is wrong with it is named.
    fn note(
        &self,
        what: &str,
        note: &[u8],
        spans: &'a [Span],
        findings: &mut Findings,
    ) -> Option<(Said, Option<&'a Span>)> {
        let said = |trusted, times| {
            said_by(note).map(|checkpoint| Said {
                checkpoint,
                trusted,
                times,
            })
        };
        if !self.keys.is_known() {
            let clocks: Vec<VerifierKey> =
                spans.iter().flat_map(|span| span.clocks.clone()).collect();
            let said = said(true, times_in(note, &clocks));
            if said.is_none() {
                let detail = format!("{what} is no checkpoint");
                findings.object(Verdict::Altered, Level::L0, &detail);
            }
            return said.map(|said| (said, None));
        }
        let size = said_by(note).map(|said| said.size().get());
        let may = |span: &&Span| size.is_none_or(|size| span.holds(size));
        let mut refused = None;
        for span in spans.iter().filter(may) {
            match opened(note, span) {
                Ok(signed) => {
                    let said = Said {
                        checkpoint: signed.checkpoint,
                        trusted: true,
                        times: signed.cosignatures,
                    };
                    return Some((said, Some(span)));
                }
                Err(error) => {
                    refused.get_or_insert(error);
                }
            }
        }
        let outside = spans
            .iter()
            .find(|span| !may(span) && opened(note, span).is_ok());
        let detail = match (outside, refused) {
            (Some(span), _) => format!("{what} is signed by a key that signs {}", span.range()),
            (None, Some(error)) => format!("{what}: {error}"),
            (None, None) => format!("{what} is signed by no key of this trail"),
        };
        findings.object(Verdict::Forged, Level::L1, &detail);
        said(false, Vec::new()).map(|said| (said, None))
    }

    fn head(&self, head: &Head, findings: &mut Findings) -> Option<Said> {
        let note = head.checkpoint.as_bytes();
        let newest = self.keys.all();
        let newest = newest
            .get(newest.len().saturating_sub(1)..)
            .unwrap_or(newest);
        let (said, _) = self.note("the newest checkpoint", note, newest, findings)?;
        let checkpoint = &said.checkpoint;
        let origin = self.keys.newest().map_or(self.origin, |span| &span.origin);
        if checkpoint.origin() != origin {
            let detail = format!("the newest checkpoint is that of `{}`", checkpoint.origin());
            findings.object(Verdict::Forged, Level::L0, &detail);
        }
        if checkpoint.size() != head.size {
            let detail = format!(
                "table `head` says {} entries, the newest checkpoint {}",
                head.size,
                checkpoint.size()
            );
            findings.object(Verdict::Altered, Level::L0, &detail);
        }
        Some(said)
    }

    fn meta(&self, meta: Option<Meta>, findings: &mut Findings) -> Option<Secret> {
        let meta = meta?;
        if meta.origin != self.origin.as_str() {
            let detail = format!("table `meta` says that the trail is `{}`", meta.origin);
            findings.object(Verdict::Altered, Level::L0, &detail);
        }
        let first = self.keys.all().first().and_then(|span| span.log.as_ref());
        if first.is_some_and(|key| !is_meta_signed(&meta, key)) {
            let detail = "table `meta` is not as the log key signed it";
            findings.object(Verdict::Altered, Level::L1, detail);
        }
        Some(meta.secret)
    }
}

/// The checkpoint in a note, when the span's key has signed it; its clock's cosignature is checked where it is there.
fn opened(note: &[u8], span: &Span) -> std::result::Result<SignedCheckpoint, CheckpointError> {
    open_with(note, span, &span.clocks)
}

fn open_with(
    note: &[u8],
    span: &Span,
    clock: &[VerifierKey],
) -> std::result::Result<SignedCheckpoint, CheckpointError> {
    match &span.log {
        Some(log) => SignedCheckpoint::open(note, log, clock),
        None => Err(CheckpointError::NotByLog(span.origin.to_string())),
    }
}
