//! The compression function, of one text and of two.

#[cfg(target_arch = "x86_64")]
mod x86;

use crate::{Runs, State};
use sha2::block_api::compress256;

/// Takes the blocks of one text in.
pub(crate) fn compress(state: &mut State, runs: &Runs<'_>) {
    let runs = runs.iter().filter(|run| !run.is_empty());
    runs.for_each(|run| compress256(state, run));
}

/// Takes the blocks of two texts in, of which there are as many of the one as of the other.
pub(crate) fn compress_both(states: [&mut State; 2], [ones, others]: [&Runs<'_>; 2]) {
    let [first, second] = states;
    #[cfg(target_arch = "x86_64")]
    x86::compress_both(first, second, ones, others);
    #[cfg(not(target_arch = "x86_64"))]
    {
        compress(first, ones);
        compress(second, others);
    }
}
