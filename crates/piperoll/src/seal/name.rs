//! Names of keys: the origin of a trail, and the ID that goes with a name in a note.

use crate::error::{Error, Result};
use crate::limits::ORIGIN_BYTES_MAX;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The name of a trail in its checkpoints and of its log key: 1 to 255 bytes of `A-Z a-z 0-9 . _ - / :`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

impl Origin {
    /// The origin of this name.
    ///
    /// # Errors
    /// `InvalidInput` when it is empty, too long, or holds another character.
    pub fn parse(name: &str) -> Result<Self> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-/:".contains(&b);
        if name.is_empty() || name.len() > ORIGIN_BYTES_MAX || !name.bytes().all(allowed) {
            return Err(Error::invalid_input(format!(
                "`{}` is no origin: one has 1 to {ORIGIN_BYTES_MAX} characters of A-Z a-z 0-9 . _ - / :",
                name.escape_debug()
            )));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the key that states the time: `<origin>/clock`.
    pub fn clock_name(&self) -> String {
        format!("{}/clock", self.0)
    }

    /// Which incarnation of the trail `base` this is: 1 for `base` itself, 2 for `<base>/i2`, and so on; `None` for the name of another trail.
    pub fn incarnation_of(&self, base: &Self) -> Option<u32> {
        if self == base {
            return Some(1);
        }
        let number = self.0.strip_prefix(base.as_str())?.strip_prefix("/i")?;
        let incarnation = number.parse().ok().filter(|number| *number >= 2)?;
        // A name has one spelling: no sign, no leading zero.
        (format!("{incarnation}") == number).then_some(incarnation)
    }

    /// The name of the incarnation of `base` after this one.
    ///
    /// # Errors
    /// `InvalidInput` when this is no incarnation of `base`, or the name would be too long.
    pub fn next_incarnation(&self, base: &Self) -> Result<Self> {
        let number = self.incarnation_of(base).ok_or_else(|| {
            Error::invalid_input(format!("`{self}` is no incarnation of `{base}`"))
        })?;
        Self::parse(&format!("{base}/i{}", u64::from(number) + 1))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The first four bytes of a hash over a key and its name; 8 hex digits. It tells keys of one name apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 4]);

impl KeyId {
    /// The ID with these bytes.
    pub const fn new(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// The ID of a key: SHA-256(name || 0x0A || type || public key), truncated.
    pub(super) fn of(name: &str, kind: u8, public: &[u8; 32]) -> Self {
        let hash = Sha256::new()
            .chain_update(name)
            .chain_update([b'\n', kind])
            .chain_update(public)
            .finalize();
        let [a, b, c, d, ..] = <[u8; 32]>::from(hash);
        Self([a, b, c, d])
    }

    /// The four bytes.
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whether a note may have a signature of this name: not empty, no white space, no plus.
pub(super) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_plain_name() {
        let longest = "a".repeat(255);
        for name in ["a", "shop.example/audit", "A_b-c.9:/", &longest] {
            let origin = Origin::parse(name).unwrap();
            assert_eq!(origin.to_string(), name);
            assert!(is_key_name(&origin.clock_name()));
        }
        let too_long = "a".repeat(256);
        for name in ["", " ", "a b", "a+b", "a\n", "\u{e9}", "a\0", &too_long] {
            let error = Origin::parse(name).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidInput);
        }
        assert_eq!(
            Origin::parse("a\nb").unwrap_err().to_string(),
            r"`a\nb` is no origin: one has 1 to 255 characters of A-Z a-z 0-9 . _ - / :"
        );
    }

    #[test]
    fn a_key_name_has_no_space_and_no_plus() {
        for name in ["", " ", "a b", "a+b", "a\u{a0}b", "a\u{2003}", "a\u{85}"] {
            assert!(!is_key_name(name), "{name:?}");
        }
        assert!(is_key_name("example.com/foo"));
        assert!(is_key_name("\u{e9}\u{2014}"));
    }

    #[test]
    fn a_key_id_is_eight_hex_digits() {
        assert_eq!(KeyId::new([0, 1, 0xab, 0xff]).to_string(), "0001abff");
    }
}
