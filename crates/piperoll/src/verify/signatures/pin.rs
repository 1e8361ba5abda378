//! The checkpoint that the verifier kept elsewhere.

use super::{Checker, open_with, said_by};
use crate::error::{Error, Result};
use crate::seal::{Checkpoint, CheckpointError, SignedCheckpoint};
use crate::verify::Request;
use crate::verify::findings::Findings;
use crate::verify::keys::Span;
use crate::verify::report::{Level, Verdict};

/// The checkpoint that the verifier kept elsewhere.
#[derive(Debug)]
pub(in crate::verify) struct Pin {
    pub(in crate::verify) checkpoint: Checkpoint,
    /// The size up to which what its key signed is still here, where an adoption tells that the rest was lost, and the pin is of the rest.
    pub(in crate::verify) lost_after: Option<u64>,
    /// Whether it was taken where the trail was set back: what was kept since then is lost, too.
    pub(in crate::verify) at_the_cut: bool,
}

impl Checker<'_> {
    /// Reads the pin, and finds the key that has signed it.
    pub(super) fn pin(&self, request: &Request, findings: &mut Findings) -> Result<Option<Pin>> {
        let Some(bytes) = &request.pin else {
            return Ok(None);
        };
        let hint = "give a file that `piperoll checkpoint --out` wrote for this trail";
        let spans = self.keys.all();
        let pin = |span: Option<&Span>, checkpoint: Checkpoint| {
            let size = checkpoint.size().get();
            Ok(Some(Pin {
                lost_after: span.and_then(|span| span.lost_after(size)),
                at_the_cut: span.is_some_and(|span| span.has_lost && span.ends_at(size)),
                checkpoint,
            }))
        };
        if !self.keys.is_known() {
            // Nobody vouches for it then, but it must be one.
            let said = said_by(bytes);
            let said = said.filter(|said| said.origin().incarnation_of(self.origin).is_some());
            let Some(said) = said else {
                return Err(Error::invalid_input(
                    "the checkpoint to compare with is none of this trail",
                )
                .hint(hint));
            };
            let span = spans
                .iter()
                .rev()
                .find(|span| span.origin == *said.origin());
            return pin(span, said);
        }
        let mut refused = None;
        for span in spans.iter().rev() {
            match opened_without_clock(bytes, span) {
                Ok(signed) => {
                    let size = signed.checkpoint.size().get();
                    if !span.holds(size) && span.lost_after(size).is_none() {
                        let detail = format!(
                            "the checkpoint kept elsewhere signs {size} entries, and its key signs {}",
                            span.range()
                        );
                        findings.object(Verdict::Forged, Level::L2, &detail);
                    }
                    return pin(Some(span), signed.checkpoint);
                }
                Err(error) => {
                    refused.get_or_insert(error);
                }
            }
        }
        for (log, kept) in self.keys.lost() {
            if let Ok(signed) = SignedCheckpoint::open(bytes, log, &[]) {
                return Ok(Some(Pin {
                    lost_after: Some(kept),
                    at_the_cut: false,
                    checkpoint: signed.checkpoint,
                }));
            }
        }
        // A key that was given signed it, and the trail does not know that key: what it signed is compared all the same.
        for log in &request.keys {
            if let Ok(signed) = SignedCheckpoint::open(bytes, log, &[])
                && signed
                    .checkpoint
                    .origin()
                    .incarnation_of(self.origin)
                    .is_some()
            {
                return pin(None, signed.checkpoint);
            }
        }
        let error = Error::invalid_input(
            "the checkpoint to compare with is none that the key of this trail has signed",
        );
        Err(match refused {
            Some(refused) => error.because(refused),
            None => error,
        }
        .hint(hint))
    }
}

/// The checkpoint in a note, when the span's key has signed it; what else is under the note is not looked at.
fn opened_without_clock(
    note: &[u8],
    span: &Span,
) -> std::result::Result<SignedCheckpoint, CheckpointError> {
    open_with(note, span, &[])
}
