//! What was signed: the head, the kept checkpoints, the meta, and the pin.

use super::Request;
use super::findings::Findings;
use super::kept_order::KeptOrder;
use super::report::{Level, Verdict};
use super::witnesses;
use crate::error::{Error, Result};
use crate::event::Secret;
use crate::seal::{
    Checkpoint, Note, Origin, SignatureType, SignedCheckpoint, TreeSize, VerifierKey,
};
use crate::store::{Head, Meta, Snapshot};
use crate::trail::is_meta_signed;
use std::ops::ControlFlow;

/// What is known of a trail before its entries are read.
#[derive(Debug)]
pub(super) struct Signatures {
    pub(super) origin: Origin,
    pub(super) log_key: Option<VerifierKey>,
    /// How many entries the trail has: what the newest checkpoint signs, else what the head's row says.
    pub(super) size: Option<u64>,
    /// What the newest checkpoint says.
    pub(super) head: Option<Said>,
    /// The kept checkpoints that are to be believed, by number.
    pub(super) kept: Vec<(i64, Checkpoint)>,
    pub(super) pin: Option<Checkpoint>,
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
        let log_key = request
            .keys
            .iter()
            .find(|key| {
                key.name() == origin.as_str() && key.signature_type() == SignatureType::Ed25519
            })
            .cloned()
            .or_else(|| witnesses::log_key(request, &origin));
        if log_key.is_none() {
            findings.unchecked("signatures: no key of this trail was given".to_owned());
        }
        let clock_key = request
            .keys
            .iter()
            .find(|key| {
                key.name() == origin.clock_name()
                    && key.signature_type() == SignatureType::Cosignature
            })
            .cloned();

        let checker = Checker {
            origin: &origin,
            log_key: log_key.as_ref(),
            clock_key,
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
        let pin = checker.pin(request)?;
        let witnessed = match &log_key {
            Some(key) => witnesses::judge(request, &origin, key, findings)?,
            // Nobody is known to have signed what the witnesses cosigned.
            None => false,
        };
        let secret = checker.meta(meta, findings);
        Ok(Self {
            origin,
            log_key,
            size,
            head,
            kept,
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
            .chain(&self.pin)
            .map(|checkpoint| checkpoint.size().get())
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
    let Some(expected) = request.origin.clone().or(by_key) else {
        let own = said.cloned().or(stored);
        return own.ok_or_else(|| Error::corrupt("the trail says nowhere what it is called"));
    };
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
    origin: &'a Origin,
    log_key: Option<&'a VerifierKey>,
    clock_key: Option<VerifierKey>,
}

impl Checker<'_> {
    /// What a note says, with what is wrong with it named.
    fn note(
        &self,
        what: &str,
        note: &[u8],
        cosigners: &[VerifierKey],
        findings: &mut Findings,
    ) -> Option<Said> {
        let said = |trusted, times| {
            said_by(note).map(|checkpoint| Said {
                checkpoint,
                trusted,
                times,
            })
        };
        let Some(key) = self.log_key else {
            let said = said(true, times_in(note, cosigners));
            if said.is_none() {
                let detail = format!("{what} is no checkpoint");
                findings.object(Verdict::Altered, Level::L0, &detail);
            }
            return said;
        };
        match SignedCheckpoint::open(note, key, cosigners) {
            Ok(signed) => Some(Said {
                checkpoint: signed.checkpoint,
                trusted: true,
                times: signed.cosignatures,
            }),
            Err(error) => {
                let detail = format!("{what}: {error}");
                findings.object(Verdict::Forged, Level::L1, &detail);
                said(false, Vec::new())
            }
        }
    }

    fn head(&self, head: &Head, findings: &mut Findings) -> Option<Said> {
        let note = head.checkpoint.as_bytes();
        let said = self.note("the newest checkpoint", note, &[], findings)?;
        let checkpoint = &said.checkpoint;
        if checkpoint.origin() != self.origin {
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

    fn kept(
        &self,
        snapshot: &dyn Snapshot,
        head: Option<&Head>,
        size: Option<u64>,
        findings: &mut Findings,
    ) -> Result<Vec<(i64, Checkpoint)>> {
        let mut kept: Vec<(i64, Checkpoint)> = Vec::new();
        let mut next = 0i64;
        let mut without_time = 0u64;
        let cosigners: Vec<VerifierKey> = self.clock_key.iter().cloned().collect();
        let mut order = KeptOrder::default();
        let visited = snapshot.checkpoints(&mut |stored| {
            if order.is_full() {
                return Ok(ControlFlow::Break(()));
            }
            if stored.number > next {
                let detail = match stored.number - next {
                    1 => format!("kept checkpoint {next} is gone"),
                    _ => format!("kept checkpoints {next} to {} are gone", stored.number - 1),
                };
                findings.object(Verdict::Missing, Level::L0, &detail);
            } else if stored.number < next {
                let detail = format!("a kept checkpoint is numbered {}", stored.number);
                findings.object(Verdict::Forged, Level::L0, &detail);
            }
            next = next.max(stored.number.saturating_add(1));
            if order.is_same(&stored) {
                return Ok(ControlFlow::Continue(()));
            }
            let what = format!("kept checkpoint {}", stored.number);
            let note = self.note(&what, stored.note.as_bytes(), &cosigners, findings);
            let Some(said) = note else {
                return Ok(ControlFlow::Continue(()));
            };
            let checkpoint = said.checkpoint;
            if Ok(checkpoint.size().get()) != u64::try_from(stored.size) {
                let detail = format!(
                    "{what} is stored with size {}, and signs {}",
                    stored.size,
                    checkpoint.size()
                );
                findings.object(Verdict::Altered, Level::L0, &detail);
            }
            match &self.clock_key {
                Some(clock)
                    if said.trusted && !said.times.iter().any(|(name, _)| name == clock.name()) =>
                {
                    let detail = format!("{what} has no cosignature of `{}`", clock.name());
                    findings.object(Verdict::Forged, Level::L1, &detail);
                }
                Some(_) => {}
                None => without_time += 1,
            }
            if kept
                .last()
                .is_some_and(|(_, before)| checkpoint.size() < before.size())
            {
                let detail = format!("{what} signs fewer entries than the one before it");
                findings.object(Verdict::Reordered, Level::L0, &detail);
            }
            let clock = self.clock_key.as_ref().filter(|_| said.trusted);
            let mut times = said.times.iter();
            let time = clock.and_then(|clock| times.find(|(name, _)| name == clock.name()));
            if order.goes_back(&stored, time.map(|(_, seconds)| *seconds)) {
                let detail =
                    format!("{what} was cosigned before the one before it, of the same size");
                findings.object(Verdict::Reordered, Level::L1, &detail);
            }
            if said.trusted {
                kept.push((stored.number, checkpoint));
            }
            Ok(ControlFlow::Continue(()))
        });
        if let Err(error) = visited {
            findings.unreadable("table `checkpoints`", error)?;
        } else if order.is_too_long() {
            let detail = format!("kept checkpoints from {next} on: more than are looked at");
            findings.object(Verdict::Unverifiable, Level::L0, &detail);
        } else if let Some(head) = head
            && i64::try_from(head.kept) != Ok(next)
        {
            let detail = format!(
                "table `head` counts {} kept checkpoints, there are {next}",
                head.kept
            );
            let fewer = u64::try_from(next).is_ok_and(|next| next < head.kept);
            let verdict = if fewer {
                Verdict::Missing
            } else {
                Verdict::Altered
            };
            findings.object(verdict, Level::L0, &detail);
        }
        if without_time > 0 {
            findings.unchecked(format!(
                "the times of {without_time} kept checkpoints: no key of `{}` was given",
                self.origin.clock_name()
            ));
        }
        for (number, checkpoint) in &kept {
            let signed = checkpoint.size().get();
            if size.is_some_and(|size| signed > size) {
                let detail =
                    format!("kept checkpoint {number} signs {signed} entries, more than there are");
                findings.object(Verdict::Missing, Level::L0, &detail);
            }
        }
        Ok(kept)
    }

    fn pin(&self, request: &Request) -> Result<Option<Checkpoint>> {
        let Some(bytes) = &request.pin else {
            return Ok(None);
        };
        let hint = "give a file that `piperoll checkpoint --out` wrote for this trail";
        let Some(key) = self.log_key else {
            // Nobody vouches for it then, but it must be one.
            return match said_by(bytes).filter(|said| said.origin() == self.origin) {
                Some(said) => Ok(Some(said)),
                None => Err(Error::invalid_input(
                    "the checkpoint to compare with is none of this trail",
                )
                .hint(hint)),
            };
        };
        match SignedCheckpoint::open(bytes, key, &[]) {
            Ok(signed) => Ok(Some(signed.checkpoint)),
            Err(error) => Err(Error::invalid_input(
                "the checkpoint to compare with is none that the key of this trail has signed",
            )
            .because(error)
            .hint(hint)),
        }
    }

    fn meta(&self, meta: Option<Meta>, findings: &mut Findings) -> Option<Secret> {
        let meta = meta?;
        if meta.origin != self.origin.as_str() {
            let detail = format!("table `meta` says that the trail is `{}`", meta.origin);
            findings.object(Verdict::Altered, Level::L0, &detail);
        }
        if self.log_key.is_some_and(|key| !is_meta_signed(&meta, key)) {
            let detail = "table `meta` is not as the log key signed it";
            findings.object(Verdict::Altered, Level::L1, detail);
        }
        Some(meta.secret)
    }
}
