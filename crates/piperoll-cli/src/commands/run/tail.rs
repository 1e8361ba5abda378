//! The end of what a command prints.

use piperoll::runs::Secrets;

/// The last bytes of a stream, and how many there were.
pub(super) struct Tail {
    bytes: Vec<u8>,
    most: usize,
    all: u64,
}

impl Tail {
    /// One that keeps so many bytes, and before them as many as the longest secret has: of one that the cut goes through, all must be known.
    pub(super) fn new(kept: usize, secrets: &Secrets) -> Self {
        Self {
            bytes: Vec::new(),
            most: kept + secrets.bytes_max(),
            all: 0,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.all += bytes.len() as u64;
        self.bytes.extend_from_slice(bytes);
        // Not at each push, which would move everything for each line.
        if self.bytes.len() > 2 * self.most {
            self.bytes.drain(..self.bytes.len() - self.most);
        }
    }

    /// How many bytes there were.
    pub(super) fn all(&self) -> u64 {
        self.all
    }

    /// The last `kept` bytes as text, redacted.
    pub(super) fn text(&self, kept: usize, secrets: &Secrets) -> String {
        let text = String::from_utf8_lossy(&self.bytes);
        // No text of the trail holds it.
        let text = text.replace('\0', "\u{fffd}");
        let mut from = text.len().saturating_sub(kept);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        secrets.redacted_from(&text, from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_kept_and_a_secret_at_the_cut_is_not_seen() {
        let words = ["token".to_owned()];
        let secrets = Secrets::of_pairs([("TOKEN", "abcdefghij")], &words);
        for begin in 0..30 {
            let mut tail = Tail::new(20, &secrets);
            tail.push(&vec![b'.'; 500 + begin]);
            tail.push(b"abcdefghij");
            tail.push(&[b'-'; 15]);
            let text = tail.text(20, &secrets);
            assert_eq!(text, format!("[redacted]{}", "-".repeat(15)), "{begin}");
            assert_eq!(tail.all(), 525 + begin as u64);
        }
        let mut tail = Tail::new(4, &Secrets::default());
        tail.push("\u{e9}\0\u{e9}".as_bytes());
        tail.push(&[0xff]);
        assert_eq!(tail.text(4, &Secrets::default()), "\u{fffd}");
    }
}
