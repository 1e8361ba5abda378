//! The time that a kept checkpoint states.

use crate::error::{Error, Result};
use crate::limits::CLOCK_BACK_SECONDS_MAX;
use crate::seal::SignedCheckpoint;
use crate::store::Snapshot;
use crate::trail::KeyPair;
use std::ops::ControlFlow;

/// The time to cosign with, where the clock says `now`. Those of one size and one key are in order by their times alone, so that none is before the last one.
pub(super) fn kept_time(snapshot: &dyn Snapshot, keys: &KeyPair, now: u64) -> Result<u64> {
    let size = i64::try_from(snapshot.head()?.size.get()).ok();
    let mut last = None;
    snapshot.checkpoints(&mut |stored| {
        if Some(stored.size) == size {
            last = Some(stored.note.to_owned());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let Some(note) = last else { return Ok(now) };
    // One that is false is named by `verify`, and states no time; one of the key before is in order by its key.
    let Ok(signed) = SignedCheckpoint::open(
        note.as_bytes(),
        &keys.log,
        std::slice::from_ref(&keys.clock),
    ) else {
        return Ok(now);
    };
    let times = signed.cosignatures.iter().map(|(_, seconds)| *seconds);
    let earlier = times.max().unwrap_or(0);
    if now.saturating_add(CLOCK_BACK_SECONDS_MAX) < earlier {
        let back = earlier - now;
        return Err(Error::conflict(format!(
            "the clock is {back} seconds before the time of the last checkpoint that was kept of these entries"
        ))
        .hint("set the clock right; after the next event a checkpoint can be kept, whatever it says"));
    }
    Ok(now.max(earlier))
}
