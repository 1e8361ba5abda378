//! Checkpoints, their signatures, and the other texts that the log key signs.

use super::bytes::{base64, sha256};
use super::key::Key;
use super::tree::Hash;

/// The text of a checkpoint, which is what its signatures cover.
pub fn text(origin: &str, size: u64, root: &Hash) -> String {
    format!("{origin}\n{size}\n{}\n", base64(root))
}

/// A checkpoint signed by the log key.
pub fn checkpoint(log: &Key, size: u64, root: &Hash) -> String {
    let text = text(log.name(), size, root);
    let signature = [log.id().as_slice(), &log.sign(text.as_bytes())].concat();
    format!("{text}\n{}", signature_line(log, &signature))
}

/// A checkpoint that the clock has cosigned as well, after the log key.
pub fn kept_checkpoint(log: &Key, size: u64, root: &Hash, seconds: u64) -> String {
    let cosignature = cosignature(&log.clock(), &text(log.name(), size, root), seconds);
    checkpoint(log, size, root) + &signature_line(&log.clock(), &cosignature)
}

/// A cosignature/v1: key ID, time, signature.
pub fn cosignature(clock: &Key, text: &str, seconds: u64) -> Vec<u8> {
    let message = format!("cosignature/v1\ntime {seconds}\n{text}");
    let signature = clock.sign(message.as_bytes());
    [clock.id().as_slice(), &seconds.to_be_bytes(), &signature].concat()
}

/// The line of the head file, LF included.
pub fn head(log: &Key, size: u64, root: &Hash) -> String {
    let signature = log.sign(text(log.name(), size, root).as_bytes());
    format!("{size:020} {} {}\n", base64(root), base64(&signature))
}

/// The text that the meta signature covers. `created` is an instant.
pub fn meta_text(origin: &str, created: &str, secret: &[u8]) -> String {
    let secret = base64(&sha256(&[secret]));
    format!("piperoll meta v1\norigin {origin}\ncreated {created}\nsecret {secret}\n")
}

/// The meta signature, 64 bytes.
pub fn meta_signature(log: &Key, created: &str, secret: &[u8]) -> [u8; 64] {
    log.sign(meta_text(log.name(), created, secret).as_bytes())
}

/// A line under a note: ID and signature of a key, after its name.
pub fn signature_line(key: &Key, signature: &[u8]) -> String {
    format!("\u{2014} {} {}\n", key.name(), base64(signature))
}
