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

    /// New ids of version 7 for the events of one batch, ascending: an index takes them in at its end. The first is as random as one alone, and each of the others
    /// is a random step behind the one before, so that nobody's else can be the same.
    ///
    /// # Errors
    /// Those of `entropy`.
    pub fn generate_many(at: Instant, count: usize, entropy: &dyn Entropy) -> Result<Vec<Self>> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let mut random = [0u8; 10];
        entropy.fill(&mut random)?;
        let mut steps = vec![0u8; 4 * (count - 1)];
        entropy.fill(&mut steps)?;
        let millis = u64::try_from(at.as_micros().div_euclid(1000)).unwrap_or(0);
        // Of the 74 bits that count the highest stays free for the steps.
        let mut number = random
            .iter()
            .fold(0u128, |number, byte| number << 8 | u128::from(*byte))
            & ((1 << 73) - 1);
        let mut steps = steps.chunks_exact(4);
        let mut ids = Vec::with_capacity(count);
        for _ in 0..count {
            let bytes = ((number >> 62) << 64 | number & ((1 << 62) - 1)).to_be_bytes();
            let [_, _, _, _, _, _, random @ ..] = bytes;
            let id = Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
            ids.push(Self(id));
            let step = steps.next().and_then(|step| step.try_into().ok());
            number += 1 + u128::from(step.map_or(0, u32::from_be_bytes));
        }
        Ok(ids)
    }

    /// The id of version 8 of what is imported or collected, from a SHA-256 of its source and identity: 122 bits of it.
    pub fn derived(digest: &[u8; 32]) -> Self {
        let (first, _) = digest.as_chunks();
        let bytes = first.first().copied().unwrap_or_default();
        Self(Builder::from_custom_bytes(bytes).into_uuid())
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

    /// Its text, written into a buffer.
    pub(crate) fn write_to<'b>(&self, buffer: &'b mut [u8; 36]) -> &'b str {
        self.0.as_hyphenated().encode_lower(buffer)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The same byte, as often as one is wanted.
    struct Same(u8);

    impl Entropy for Same {
        fn fill(&self, bytes: &mut [u8]) -> Result<()> {
            bytes.fill(self.0);
            Ok(())
        }
    }

    #[test]
    fn a_derived_id_is_of_version_8_and_always_the_same() {
        let id = EventId::derived(&[0xff; 32]);
        assert_eq!(id.to_string(), "ffffffff-ffff-8fff-bfff-ffffffffffff");
        assert_eq!(EventId::parse(&id.to_string()), Some(id));
        assert_ne!(EventId::derived(&[0xfe; 32]), id);
    }

    #[test]
    fn ids_of_a_batch_ascend_and_are_ids() {
        let at = Instant::from_micros(1_793_520_000_000_000).unwrap();
        for byte in [0, 1, 0x7f, 0xff] {
            let ids = EventId::generate_many(at, 3_000, &Same(byte)).unwrap();
            assert_eq!(ids.len(), 3_000);
            assert!(ids.is_sorted_by(|a, b| a < b), "{byte}");
            for id in ids {
                let text = id.to_string();
                assert_eq!(EventId::parse(&text), Some(id));
                // The milliseconds, then the version.
                assert_eq!(text[..15], *"01a1961f-5c00-7", "{byte}");
            }
        }
        assert_eq!(EventId::generate_many(at, 0, &Same(1)).unwrap(), []);
    }
}
