//! The witnesses: whether those that a policy asks for have cosigned the checkpoint that the verifier kept elsewhere.

use super::Request;
use super::findings::Findings;
use super::keys::{Keys, Span};
use super::report::{Level, Verdict};
use crate::error::{Error, Result};
use crate::seal::{Note, NoteError, Origin, VerifierKey};

/// The key of the log by the policy. Where it lists several of this origin, the one whose signature the pin has.
pub(super) fn log_key(request: &Request, origin: &Origin) -> Option<VerifierKey> {
    let policy = request.policy.as_ref()?;
    let note = request.pin.as_deref().and_then(|pin| Note::parse(pin).ok());
    let has_signed = |key: &&VerifierKey| {
        note.as_ref()
            .is_some_and(|note| note.signature_of(key).is_some())
    };
    let key = policy
        .log_keys(origin)
        .find(has_signed)
        .or_else(|| policy.log_keys(origin).next());
    key.cloned()
}

/// Whether the quorum has cosigned the pin, which a key of the trail has signed. If it has not, `findings` says why.
pub(super) fn judge(request: &Request, own: &Keys, findings: &mut Findings) -> Result<bool> {
    let Some(policy) = &request.policy else {
        return Ok(false);
    };
    let is_listed = |span: &Span| {
        let mut listed = policy.log_keys(&span.origin);
        listed.any(|key| Some(key) == span.log.as_ref())
    };
    if policy.lists_logs() && !own.all().iter().any(is_listed) {
        let logs: Vec<String> = own.logs().map(|log| format!("`{log}`")).collect();
        let message = format!(
            "the policy lists logs, and not the key of this trail: {}",
            logs.join(", ")
        );
        return Err(Error::invalid_input(message).hint("give the policy that is for this trail"));
    }
    let keys: Vec<VerifierKey> = policy
        .witnesses()
        .filter_map(|witness| witness.key().cloned())
        .collect();
    let clocks: Vec<String> = own
        .all()
        .iter()
        .map(|span| span.origin.clock_name())
        .collect();
    if let Some(clock) = clocks
        .iter()
        .find(|clock| keys.iter().any(|key| key.name() == *clock))
    {
        let message = format!("the policy takes `{clock}` for a witness, the trail's own clock");
        return Err(Error::invalid_input(message)
            .hint("a witness is somebody else: take that line out of the policy"));
    }
    let unchecked = |findings: &mut Findings, why: &str| {
        findings.unchecked(format!("witnesses: {why}"));
        Ok(false)
    };
    let Some(pin) = &request.pin else {
        return unchecked(findings, "no checkpoint that they cosigned was given");
    };
    if !policy.asks_for_witnesses() {
        return unchecked(findings, "the policy asks for none");
    }
    let note = Note::parse(pin).map_err(|error| {
        Error::invalid_input("the checkpoint to compare with is none").because(error)
    })?;
    let verified = match note.verify(&keys) {
        Ok(verified) => verified,
        Err(NoteError::NotSigned) => Vec::new(),
        Err(error @ NoteError::False { .. }) => {
            let detail = format!("the checkpoint kept elsewhere: {error}");
            findings.object(Verdict::Forged, Level::L2, &detail);
            return Ok(false);
        }
        Err(error) => {
            let message = "the cosignatures of the checkpoint to compare with cannot be told apart";
            return Err(Error::invalid_input(message).because(error));
        }
    };
    let cosigned: Vec<&[u8]> = policy
        .witnesses()
        .filter(|witness| verified.iter().any(|v| Some(v.key) == witness.key()))
        .map(|witness| witness.name())
        .collect();
    match policy.judge(&cosigned) {
        Ok(()) => Ok(true),
        Err(shortfall) => unchecked(
            findings,
            &format!("the quorum of the policy is not reached: {shortfall}"),
        ),
    }
}
