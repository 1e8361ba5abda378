//! SHA-256, HMAC, HKDF and base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

const BLOCK: usize = 64;

/// SHA-256 of the parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    Sha256::digest(parts.concat()).into()
}

/// HMAC-SHA-256 by its definition in RFC 2104.
pub fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = if key.len() > BLOCK {
        sha256(&[key]).to_vec()
    } else {
        key.to_vec()
    };
    block.resize(BLOCK, 0);
    let inner: Vec<u8> = block.iter().map(|byte| byte ^ 0x36).collect();
    let outer: Vec<u8> = block.iter().map(|byte| byte ^ 0x5c).collect();
    sha256(&[&outer, &sha256(&[&inner, message])])
}

/// HKDF-SHA256 (RFC 5869) without salt, 32 bytes long: one round of the expansion.
pub fn hkdf(ikm: &[u8], info: &[u8]) -> [u8; 32] {
    let prk = hmac(&[0; 32], ikm);
    hmac(&prk, &[info, &[1]].concat())
}

/// RFC 4648 section 4, with padding.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Whether the text is base64 that an encoder could have written: padded, unused bits zero.
pub fn is_base64(text: &str) -> bool {
    STANDARD
        .decode(text)
        .is_ok_and(|bytes| base64(&bytes) == text)
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
