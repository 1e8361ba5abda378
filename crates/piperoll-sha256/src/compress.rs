//! The compression function, of one text and of two.

#[cfg(target_arch = "x86_64")]
mod x86;

use crate::{Block, State};
use sha2::block_api::compress256;

/// Takes blocks of one text in.
pub(crate) fn compress(state: &mut State, blocks: &[Block]) {
    compress256(state, blocks);
}

/// Takes blocks of two texts in, as many of each as of the other.
pub(crate) fn compress_both(states: [&mut State; 2], blocks: [&[Block]; 2]) {
    let [first, second] = states;
    let [ones, others] = blocks;
    #[cfg(target_arch = "x86_64")]
    x86::compress_both(first, second, ones, others);
    #[cfg(not(target_arch = "x86_64"))]
    {
        compress(first, ones);
        compress(second, others);
    }
}
