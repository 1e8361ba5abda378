//! Integrity: what is here is untouched. Recomputes everything from the stored bytes, in one stream, and says at which level it holds.
//!
//! It trusts neither the writer nor the store: the store's head, its tiles, its checkpoints and what it searches by are all compared with what the headers
//! give. What was never recorded it cannot see; that is `check`.

mod classify;
mod erasures;
mod evidence;
mod findings;
mod kept_order;
mod keys;
mod lane;
mod report;
mod scan;
mod signatures;
mod witnesses;

use self::findings::Findings;
use self::scan::{Scan, Scanned};
use self::signatures::{Pin, Signatures};
use crate::error::{Error, Result};
use crate::limits::VERIFY_THREADS_MAX;
use crate::seal::{Checkpoint, Hash, Origin, Policy, VerifierKey};
use crate::store::{Snapshot, Store};
use crate::trail::HeadState;
use std::path::PathBuf;

pub use evidence::{Evidence, EvidenceReport, PayloadState, verify_proof};
pub use report::{Checked, Finding, Level, Report, Verdict};

/// What is to be verified, and with what.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The origin that the trail must have; without one, that of the key, else the trail's own.
    pub origin: Option<Origin>,
    /// Public keys of the log and its clock.
    pub keys: Vec<VerifierKey>,
    /// A checkpoint that the verifier kept elsewhere, as a signed note.
    pub pin: Option<Vec<u8>>,
    /// Which witnesses must have cosigned the pin. The keys of its logs serve where `keys` has none of this trail.
    pub policy: Option<Policy>,
    /// What the head file beside the key said, and where it is. Read it before the trail is verified, never after: it goes on while others record.
    pub head: Option<(PathBuf, HeadState)>,
    /// How old the newest kept checkpoint may be: the present and the greatest age, both in seconds, the present since 1970.
    pub max_age: Option<(u64, u64)>,
    /// The level that is asked for.
    pub level: Level,
    /// How many threads may read entries beside the one that calls, at most [`VERIFY_THREADS_MAX`]; where there is one, another goes through the index of the ids. With 0 all is
    /// done by the one that calls. The report is the same.
    pub threads: usize,
}

/// Verifies a trail. `progress` is told how many entries of how many are done.
///
/// # Errors
/// `InvalidInput` when the request does not go with the trail (another origin, a pin that is no checkpoint of its key, a policy of other logs); `Corrupt` only when nothing can be read at
/// all; and those of a store that does not answer, such as `Unavailable`. Whatever else is wrong is a finding.
pub fn verify(
    store: &dyn Store,
    request: &Request,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report> {
    // One for each thread that helps, and one to walk through the ids meanwhile.
    let helpers = match request.threads.min(VERIFY_THREADS_MAX) {
        0 => 0,
        threads => threads + 1,
    };
    let mut others = store.snapshots(1 + helpers)?;
    let Some(snapshot) = others.pop() else {
        return Err(Error::internal("a store shows at least one view"));
    };
    let snapshot = &*snapshot;
    let mut findings = Findings::default();
    match snapshot.faults() {
        Ok(faults) => {
            for fault in faults {
                let detail = format!("{} {}", fault.object, fault.detail);
                findings.object(Verdict::Altered, Level::L0, &detail);
            }
        }
        Err(error) => findings.unreadable("the make of the store", error)?,
    }
    let signatures = Signatures::check(snapshot, request, &mut findings)?;
    let head_file = match &request.head {
        Some((_, HeadState::At(line))) => Some(line.size().get()),
        _ => None,
    };
    let sizes = signatures.sizes(head_file);
    let scanned = Scan::run(
        snapshot,
        others,
        &signatures,
        &sizes,
        &mut findings,
        progress,
    )?;
    compare(&signatures, &scanned, request, &mut findings);
    let untold = |size: &&u64| **size <= scanned.size && scanned.root_at(**size).is_none();
    if let Some(size) = sizes.iter().find(untold) {
        findings.unchecked(format!(
            "the signed trees of {size} entries and more: an entry is gone, and its hash with it"
        ));
    }
    Ok(report(snapshot, request, &signatures, &scanned, findings))
}

/// Compares what was signed with what the stored bytes give.
fn compare(signatures: &Signatures, scanned: &Scanned, request: &Request, findings: &mut Findings) {
    if let Some(head) = &signatures.head
        && differs(scanned, &head.checkpoint)
    {
        let detail = "the entries do not give the tree that the newest checkpoint signs";
        findings.object(Verdict::Forged, Level::L0, detail);
    }
    for (number, checkpoint) in &signatures.kept {
        if differs(scanned, checkpoint) {
            let size = checkpoint.size();
            let detail = format!(
                "the entries do not give the tree that checkpoint {number} (size {size}) signs"
            );
            findings.object(Verdict::Forged, Level::L0, &detail);
        }
    }
    for (index, kept) in signatures.keys.kept() {
        if differs(scanned, &kept) {
            let detail = "the adoption names another tree than the one that is here";
            findings.entries(Verdict::Forged, Level::L0, index, index, detail);
        }
    }
    compare_age(signatures, request, findings);
    compare_pin(signatures, scanned, findings);
    compare_head_file(signatures, scanned, request, findings);
}

fn differs(scanned: &Scanned, checkpoint: &Checkpoint) -> bool {
    scanned
        .root_at(checkpoint.size().get())
        .is_some_and(|root| root != checkpoint.root())
}

fn compare_pin(signatures: &Signatures, scanned: &Scanned, findings: &mut Findings) {
    let Some(pin) = &signatures.pin else { return };
    let Pin {
        checkpoint: pin,
        lost_after,
        at_the_cut,
    } = pin;
    let size = pin.size().get();
    if let Some(left) = lost_after {
        let detail = format!(
            "the checkpoint kept elsewhere signs {size} entries; those from {left} on were lost before the trail was adopted"
        );
        findings.entries(
            Verdict::Unverifiable,
            Level::L2,
            *left,
            size.saturating_sub(1).max(*left),
            &detail,
        );
    } else if size > scanned.size {
        let detail = format!(
            "the checkpoint kept elsewhere signs {size} entries, the trail has {}",
            scanned.size
        );
        findings.entries(Verdict::Missing, Level::L2, scanned.size, size - 1, &detail);
    } else if differs(scanned, pin) {
        let detail = format!(
            "the trail is not the one that the checkpoint kept elsewhere signs at size {size}"
        );
        findings.object(Verdict::Forged, Level::L2, &detail);
    } else if *at_the_cut && !signatures.kept.iter().any(|(_, kept)| kept == pin) {
        findings.unchecked(format!(
            "whether the checkpoint kept elsewhere (size {size}) was kept: the trail was set back there"
        ));
    } else if !signatures.kept.iter().any(|(_, kept)| kept == pin) {
        let detail = format!(
            "the checkpoint kept elsewhere (size {size}) is not among those that the trail keeps"
        );
        findings.object(Verdict::Missing, Level::L2, &detail);
    }
}

/// A trail whose newest time is long ago may be an old copy, served today.
fn compare_age(signatures: &Signatures, request: &Request, findings: &mut Findings) {
    let Some((now, max_age)) = request.max_age else {
        return;
    };
    let Some(newest) = signatures.newest_time else {
        let detail = "how old the trail is: no checkpoint with a time that can be checked is kept; `piperoll checkpoint` keeps one";
        findings.object(Verdict::Unverifiable, Level::L2, detail);
        return;
    };
    if now.saturating_sub(newest) > max_age {
        let age = now - newest;
        let detail = format!(
            "the newest checkpoint with a time is {age} seconds old, and may be {max_age}: `piperoll checkpoint` keeps a new one"
        );
        findings.object(Verdict::Stale, Level::L2, &detail);
    }
}

fn compare_head_file(
    signatures: &Signatures,
    scanned: &Scanned,
    request: &Request,
    findings: &mut Findings,
) {
    let Some((path, state)) = &request.head else {
        return;
    };
    let path = path.display();
    match state {
        HeadState::At(line) if line.size().get() > scanned.size => {
            let size = line.size();
            let detail = format!(
                "the key has signed {size} entries (`{path}`), the trail has {}: it was set back",
                scanned.size
            );
            findings.entries(
                Verdict::Stale,
                Level::L2,
                scanned.size,
                size.get() - 1,
                &detail,
            );
        }
        HeadState::At(line) => {
            if scanned
                .root_at(line.size().get())
                .is_some_and(|root| root != line.root())
            {
                let detail = format!(
                    "the trail is not the one that the key signed at size {} (`{path}`)",
                    line.size()
                );
                findings.object(Verdict::Forged, Level::L2, &detail);
            }
        }
        HeadState::Missing if signatures.keys.is_known() => {
            findings.unchecked(format!(
                "whether the trail was set back: `{path}` is missing"
            ));
        }
        HeadState::Missing => {}
        HeadState::Unreadable(why) => {
            findings.unchecked(format!("whether the trail was set back: `{path}` is {why}"));
        }
    }
}

fn report(
    snapshot: &dyn Snapshot,
    request: &Request,
    signatures: &Signatures,
    scanned: &Scanned,
    findings: Findings,
) -> Report {
    let possible = match (signatures.keys.is_known(), &signatures.pin) {
        (false, _) => Level::L0,
        (true, None) => Level::L1,
        (true, Some(pin)) if pin.lost_after.is_some() => Level::L1,
        (true, Some(_)) if signatures.witnessed => Level::L3,
        (true, Some(_)) => Level::L2,
    };
    let reached = findings.reached(possible);
    let pinned = signatures
        .pin
        .as_ref()
        .map(|pin| pin.checkpoint.size().get());
    let (found, more, unchecked) = findings.finish(|index| scan::id_at(snapshot, index));
    Report {
        level: reached,
        requested: request.level,
        witnessed: pinned.filter(|_| reached == Some(Level::L3)),
        key: signatures.keys.given.as_ref().map(VerifierKey::to_string),
        turns: signatures.keys.turns.clone(),
        origin: signatures.origin.to_string(),
        size: scanned.size,
        root: scanned.root_at(scanned.size).map(Hash::to_base64),
        checked: scanned.checked,
        findings: found,
        findings_left_out: more,
        unchecked,
    }
}
