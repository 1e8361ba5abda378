use super::Instant;
use crate::clock::Entropy;
use crate::error::Result;
use std::fmt;
use uuid::{Builder, Uuid, Variant};

/// The id of an event: a UUID (RFC 9562) of version 7, or 8 for what is imported or collected. Unique in a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(Uuid);

impl EventId {
    /// A new id of version 7, from an instant and ten random bytes.
    ///
    /// # Errors
    /// Those of `entropy`.
    pub fn generate(at: Instant, entropy: &dyn Entropy) -> Result<Self> {
        let mut random = [0u8; 10];
        entropy.fill(&mut random)?;
        let millis = u64::try_from(at.as_micros().div_euclid(1000)).unwrap_or(0);
        Ok(Self(
            Builder::from_unix_timestamp_millis(millis, &random).into_uuid(),
        ))
    }

    /// The id that `text` is, in its hyphenated form and any case; `None` for another form, version or variant.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 36 {
            return None;
        }
        let uuid = Uuid::try_parse(text).ok()?;
        let known = matches!(uuid.get_version_num(), 7 | 8);
        (known && uuid.get_variant() == Variant::RFC4122).then_some(Self(uuid))
    }

    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}
