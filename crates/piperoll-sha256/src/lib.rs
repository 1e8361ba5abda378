//! SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), also of two texts beside each other.
//!
//! The instructions that processors have for SHA-256 wait for their own results: the blocks of one text come one after the other, and each takes twice as long as the
//! processor works. What has two texts to hash at hand is faster with both at once. Where there are no such instructions, and for what is left of the longer text, the
//! blocks go to the crate `sha2`.
//!
//! This is a crate of its own so that it is optimised in builds for tests, too.
//!
//! ```
//! use piperoll_sha256::{Key, Text, digest, digest_pair};
//!
//! let leaf = Text::behind(0, b"header");
//! let both = digest_pair(leaf, Text::new(b"abc"));
//! assert_eq!(both, [digest(leaf), digest(Text::new(b"abc"))]);
//!
//! let key = Key::new(&[7; 32]);
//! let (mac, hash) = key.hmac_beside(b"payload", leaf);
//! assert_eq!((mac, hash), (key.hmac(b"payload"), digest(leaf)));
//! ```

mod compress;
mod hmac;
mod text;

pub use hmac::{Key, hmac_pair};
pub use text::Text;

/// Bytes of a hash.
pub const HASH_BYTES: usize = 32;

/// Bytes that are hashed at once.
const BLOCK_BYTES: usize = 64;

type Block = [u8; BLOCK_BYTES];

/// The blocks of a text, in the runs in which they lie.
type Runs<'t> = [&'t [Block]; 3];

/// The eight words between two blocks.
type State = [u32; 8];

/// Where each hash begins (FIPS 180-4, section 5.3.3).
const BEGIN: State = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The hash of a text.
pub fn digest(text: Text<'_>) -> [u8; HASH_BYTES] {
    let mut state = BEGIN;
    text.padded(0).hash(&mut state);
    bytes(&state)
}

/// The hashes of two texts.
pub fn digest_pair(first: Text<'_>, second: Text<'_>) -> [[u8; HASH_BYTES]; 2] {
    let mut states = [BEGIN; 2];
    let [one, other] = &mut states;
    text::hash_both([one, other], [&first.padded(0), &second.padded(0)]);
    states.map(|state| bytes(&state))
}

fn bytes(state: &State) -> [u8; HASH_BYTES] {
    let mut bytes = [0; HASH_BYTES];
    let (quarters, _) = bytes.as_chunks_mut();
    for (to, word) in quarters.iter_mut().zip(state) {
        *to = word.to_be_bytes();
    }
    bytes
}

#[cfg(test)]
mod tests;
