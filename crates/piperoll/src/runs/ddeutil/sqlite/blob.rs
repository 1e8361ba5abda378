//! JSON under zlib, as the table's blobs hold it.

use crate::error::Problem;
use crate::limits::PAYLOAD_BYTES_MAX;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use std::io::{self, Read as _, Write as _};

/// Largest blob that is looked at: zlib makes what cannot be compressed a little larger.
pub(super) const BLOB_BYTES_MAX: i64 = 17 * 1024 * 1024;
const _: () = assert!(BLOB_BYTES_MAX as usize > PAYLOAD_BYTES_MAX);
/// The level that Python's `zlib.compress` takes by itself.
const LEVEL: u32 = 6;

/// The text in a blob, at most [`PAYLOAD_BYTES_MAX`] bytes: a blob of a few kilobytes can hold gigabytes.
///
/// # Errors
/// What is wrong with it.
pub(super) fn inflated(blob: &[u8]) -> Result<Vec<u8>, Problem> {
    let most = u64::try_from(PAYLOAD_BYTES_MAX).unwrap_or(u64::MAX);
    let mut text = Vec::new();
    ZlibDecoder::new(blob)
        .take(most.saturating_add(1))
        .read_to_end(&mut text)
        .map_err(|error| Problem::new("", format!("is no zlib data: {error}")))?;
    if text.len() > PAYLOAD_BYTES_MAX {
        let message = format!("has more than {PAYLOAD_BYTES_MAX} bytes when it is inflated");
        return Err(Problem::new("", message));
    }
    Ok(text)
}

/// A blob of a text.
///
/// # Errors
/// Those of memory.
pub(super) fn deflated(text: &str) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(LEVEL));
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blobs_are_as_python_makes_and_reads_them() {
        // zlib.compress(b'{"a": 1}')
        let python = b"\x78\x9c\xab\x56\x4a\x54\xb2\x52\x30\xac\x05\x00\x09\xe5\x02\x29";
        assert_eq!(inflated(python).unwrap(), br#"{"a": 1}"#);
        let ours = deflated(r#"{"a": 1}"#).unwrap();
        assert_eq!(ours[..2], [0x78, 0x9c]);
        assert_eq!(inflated(&ours).unwrap(), br#"{"a": 1}"#);
    }

    #[test]
    fn d_f11_a_damaged_blob_or_a_bomb_is_a_fault() {
        let bomb = deflated(&" ".repeat(PAYLOAD_BYTES_MAX + 1)).unwrap();
        assert!(bomb.len() < 20_000);
        let fits = deflated(&" ".repeat(PAYLOAD_BYTES_MAX)).unwrap();
        assert_eq!(inflated(&fits).unwrap().len(), PAYLOAD_BYTES_MAX);
        let cut = &fits[..fits.len() / 2];
        for (blob, expected) in [
            (
                &bomb[..],
                "has more than 16777216 bytes when it is inflated",
            ),
            (cut, "is no zlib data"),
            (b"", "is no zlib data"),
            (b"{}", "is no zlib data"),
        ] {
            let problem = inflated(blob).unwrap_err();
            assert!(problem.message.starts_with(expected), "{problem}");
        }
    }
}
