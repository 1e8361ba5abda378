//! HMAC (RFC 2104) with SHA-256, under keys of 32 bytes.

use crate::compress::compress_both;
use crate::text::hash_both;
use crate::{BEGIN, BLOCK_BYTES, HASH_BYTES, State, Text, bytes};
use std::fmt;

/// A key, taken in: what is hashed before and behind each text.
#[derive(Clone)]
pub struct Key {
    inner: State,
    outer: State,
}

impl Key {
    /// Takes a key in.
    pub fn new(key: &[u8; HASH_BYTES]) -> Self {
        let mut blocks = [[0x36; BLOCK_BYTES], [0x5c; BLOCK_BYTES]];
        for block in &mut blocks {
            for (byte, of_key) in block.iter_mut().zip(key) {
                *byte ^= of_key;
            }
        }
        let [mut inner, mut outer] = [BEGIN; 2];
        let [one, other] = &blocks;
        let [ones, others] = [one, other].map(|it| [std::slice::from_ref(it), &[], &[]]);
        compress_both([&mut inner, &mut outer], [&ones, &others]);
        Self { inner, outer }
    }

    /// The HMAC of a text.
    pub fn hmac(&self, text: &[u8]) -> [u8; HASH_BYTES] {
        let mut inner = self.inner;
        Text::new(text).padded(1).hash(&mut inner);
        self.outer_hash(&inner)
    }

    /// The HMAC of a text, and the hash of another beside it.
    pub fn hmac_beside(
        &self,
        text: &[u8],
        beside: Text<'_>,
    ) -> ([u8; HASH_BYTES], [u8; HASH_BYTES]) {
        let (mut inner, mut hash) = (self.inner, BEGIN);
        let texts = [&Text::new(text).padded(1), &beside.padded(0)];
        hash_both([&mut inner, &mut hash], texts);
        (self.outer_hash(&inner), bytes(&hash))
    }

    fn outer_hash(&self, inner: &State) -> [u8; HASH_BYTES] {
        let mut outer = self.outer;
        Text::new(&bytes(inner)).padded(1).hash(&mut outer);
        bytes(&outer)
    }
}

/// The HMACs of two texts, each under its key.
pub fn hmac_pair(keys: [&Key; 2], texts: [&[u8]; 2]) -> [[u8; HASH_BYTES]; 2] {
    let mut inner = keys.map(|key| key.inner);
    let mut outer = keys.map(|key| key.outer);
    take(&mut inner, texts);
    let hashes = inner.map(|state| bytes(&state));
    take(
        &mut outer,
        hashes.each_ref().map(<[u8; HASH_BYTES]>::as_slice),
    );
    outer.map(|state| bytes(&state))
}

/// Takes two texts into states that have taken one block in.
fn take(states: &mut [State; 2], texts: [&[u8]; 2]) {
    let [one, other] = texts.map(|text| Text::new(text).padded(1));
    hash_both(states.each_mut(), [&one, &other]);
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}
