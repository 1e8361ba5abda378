//! A text in blocks: those that lie in it as they are, and those that have to be put together.

use crate::compress::{compress, compress_both};
use crate::{BLOCK_BYTES, Block, Runs, State};
use std::fmt;

/// What is hashed: a text, perhaps behind one byte.
#[derive(Clone, Copy)]
pub struct Text<'t> {
    prefix: Option<u8>,
    text: &'t [u8],
}

/// A text with the padding of SHA-256 (FIPS 180-4, section 5.1.1), in runs of blocks.
pub(crate) struct Padded<'t> {
    /// The prefix with the begin of the text, where that makes a block.
    first: Option<Block>,
    whole: &'t [Block],
    last: [Block; 2],
    /// How many of the last there are.
    lasts: usize,
}

impl<'t> Text<'t> {
    /// The text itself.
    pub fn new(text: &'t [u8]) -> Self {
        Self { prefix: None, text }
    }

    /// The text behind a byte.
    pub fn behind(prefix: u8, text: &'t [u8]) -> Self {
        Self {
            prefix: Some(prefix),
            text,
        }
    }

    #[cfg(test)]
    pub(crate) fn parts(&self) -> (&[u8], &[u8]) {
        (self.prefix.as_slice(), self.text)
    }

    /// Its blocks, behind so many that were hashed before.
    pub(crate) fn padded(self, blocks_before: usize) -> Padded<'t> {
        let Self { prefix, text } = self;
        let bytes = blocks_before * BLOCK_BYTES + prefix.as_slice().len() + text.len();
        let mut first = None;
        let mut rest = text;
        // Where the text does not fill the first block, the prefix is in the last.
        let mut begin = prefix;
        if let Some((prefix, (head, behind))) = prefix.zip(text.split_first_chunk()) {
            first = Some(block_behind(prefix, head));
            rest = behind;
            begin = None;
        }
        let (whole, tail) = rest.as_chunks();
        let mut last = [[0; BLOCK_BYTES]; 2];
        let mut room = last.as_flattened_mut();
        for part in [begin.as_slice(), tail, &[0x80]] {
            let (here, behind) = room.split_at_mut(part.len());
            here.copy_from_slice(part);
            room = behind;
        }
        // Behind the end of the text its length in bits takes eight bytes.
        let tail_bytes = begin.as_slice().len() + tail.len();
        let lasts = (tail_bytes + 9).div_ceil(BLOCK_BYTES);
        let end = last.get_mut(lasts - 1).and_then(|it| it.last_chunk_mut());
        if let Some(end) = end {
            *end = (bytes as u64).wrapping_mul(8).to_be_bytes();
        }
        Padded {
            first,
            whole,
            last,
            lasts,
        }
    }
}

impl Padded<'_> {
    pub(crate) fn hash(&self, state: &mut State) {
        compress(state, &self.runs());
    }

    fn runs(&self) -> Runs<'_> {
        let last = self.last.get(..self.lasts).unwrap_or(&self.last);
        [self.first.as_slice(), self.whole, last]
    }
}

/// Takes both texts into their states, side by side as far as both go.
pub(crate) fn hash_both(states: [&mut State; 2], texts: [&Padded<'_>; 2]) {
    let [first, second] = states;
    let [ones, others] = texts.map(Padded::runs);
    let both = count(&ones).min(count(&others));
    let [[ones, one_rest], [others, other_rest]] = [ones, others].map(|runs| split(runs, both));
    compress_both([&mut *first, &mut *second], [&ones, &others]);
    compress(first, &one_rest);
    compress(second, &other_rest);
}

fn count(runs: &Runs<'_>) -> usize {
    runs.iter().map(|run| run.len()).sum()
}

/// The first blocks of runs, so many, and the rest.
fn split(runs: Runs<'_>, blocks: usize) -> [Runs<'_>; 2] {
    let mut left = blocks;
    let parts = runs.map(|run| {
        let parts = run.split_at(left.min(run.len()));
        left -= parts.0.len();
        parts
    });
    [parts.map(|(first, _)| first), parts.map(|(_, rest)| rest)]
}

fn block_behind(prefix: u8, head: &[u8; BLOCK_BYTES - 1]) -> Block {
    let mut block = [prefix; BLOCK_BYTES];
    let [_, rest @ ..] = &mut block;
    *rest = *head;
    block
}

/// How long it is: what it says may be a secret.
impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Text({} bytes)",
            self.prefix.as_slice().len() + self.text.len()
        )
    }
}
