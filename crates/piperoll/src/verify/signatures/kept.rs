//! The checkpoints that are kept for ever.

use super::{Checker, Findings};
use crate::error::Result;
use crate::seal::{Checkpoint, VerifierKey};
use crate::store::{Head, Snapshot};
use crate::trail::Turn;
use crate::verify::kept_order::KeptOrder;
use crate::verify::report::{Level, Verdict};
use std::ops::ControlFlow;

/// The kept checkpoints that are to be believed.
pub(super) struct Kept {
    /// By number.
    pub(super) checkpoints: Vec<(i64, Checkpoint)>,
    /// The latest time that the clock has signed, in seconds since 1970.
    pub(super) newest_time: Option<u64>,
}

impl Checker<'_> {
    /// Reads the kept checkpoints and names what is wrong with them. `size` is the number of entries, where it is known.
    pub(super) fn kept(
        &self,
        snapshot: &dyn Snapshot,
        head: Option<&Head>,
        size: Option<u64>,
        findings: &mut Findings,
    ) -> Result<Kept> {
        let mut kept: Vec<(i64, Checkpoint)> = Vec::new();
        let mut newest_time = None;
        let mut next = 0i64;
        let mut without_time = 0u64;
        // Where each rotation must be sealed, until it is.
        let mut unsealed: Vec<&Turn> = self
            .keys
            .turns
            .iter()
            .filter(|turn| turn.adoption.is_none() && self.keys.is_known())
            .collect();
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
            let note = self.note(&what, stored.note.as_bytes(), self.keys.all(), findings);
            let Some((said, span)) = note else {
                return Ok(ControlFlow::Continue(()));
            };
            let size = said.checkpoint.size().get();
            unsealed.retain(|turn| {
                let by_old = span.and_then(|span| span.log.as_ref()) == Some(&turn.old.log);
                !(by_old && size == turn.index + 1)
            });
            let checkpoint = said.checkpoint;
            if Ok(checkpoint.size().get()) != u64::try_from(stored.size) {
                let detail = format!(
                    "{what} is stored with size {}, and signs {}",
                    stored.size,
                    checkpoint.size()
                );
                findings.object(Verdict::Altered, Level::L0, &detail);
            }
            // Where nobody is known to have signed it, its time is of no use.
            let span = span.or(self.keys.newest());
            let clocks = span.map_or(&[][..], |span| &span.clocks);
            if clocks.is_empty() {
                without_time += 1;
            } else if said.trusted && said.times.is_empty() {
                let clock = clocks.first().map_or("", VerifierKey::name);
                let detail = format!("{what} has no cosignature of `{clock}`");
                findings.object(Verdict::Forged, Level::L1, &detail);
            }
            if kept
                .last()
                .is_some_and(|(_, before)| checkpoint.size() < before.size())
            {
                let detail = format!("{what} signs fewer entries than the one before it");
                findings.object(Verdict::Reordered, Level::L0, &detail);
            }
            let time = said.times.first().filter(|_| said.trusted);
            let key = span.and_then(|span| self.keys.position(span));
            if order.goes_back(&stored, key.zip(time.map(|(_, seconds)| *seconds))) {
                let detail =
                    format!("{what} was cosigned before the one before it, of the same size");
                findings.object(Verdict::Reordered, Level::L1, &detail);
            }
            if said.trusted {
                newest_time = newest_time.max(said.times.iter().map(|(_, time)| *time).max());
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
        for turn in unsealed {
            let detail = "the rotation is not sealed under the key that it ends: that key's last checkpoint is not kept";
            let (verdict, index) = (Verdict::Forged, turn.index);
            findings.entries(verdict, Level::L1, index, index, detail);
        }
        for (number, checkpoint) in &kept {
            let signed = checkpoint.size().get();
            if size.is_some_and(|size| signed > size) {
                let detail =
                    format!("kept checkpoint {number} signs {signed} entries, more than there are");
                findings.object(Verdict::Missing, Level::L0, &detail);
            }
        }
        Ok(Kept {
            checkpoints: kept,
            newest_time,
        })
    }
}
