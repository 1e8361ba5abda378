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
    one_by_one(first, second, ones, others);
}

/// One text after the other, where the processor has no instructions for both.
fn one_by_one(first: &mut State, second: &mut State, ones: &Runs<'_>, others: &Runs<'_>) {
    compress(first, ones);
    compress(second, others);
}
