use super::plain::{self, Plain};
use super::text::write_pairs;
use super::{AttributeName, Secret, attributes_of, attributes_text};
use crate::error::Problem;
use crate::event::kind::Kind;
use crate::event::payload::Payload;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Derives attributes from stored payloads, as the text that is kept beside them: many, under the secret of one trail.
#[derive(Clone)]
pub struct Derivation {
    secret: Secret,
    /// Room for the texts of a key.
    key: Vec<u8>,
}

impl Derivation {
    /// Under a secret.
    pub fn new(secret: Secret) -> Self {
        Self {
            secret,
            key: Vec::new(),
        }
    }

    /// The text of the attributes of a payload, given as its stored bytes: that of [`attributes_of`], and empty when there are none. It is written in the
    /// place of what `text` holds.
    ///
    /// # Errors
    /// Why the bytes are no payload.
    pub fn write_text(
        &mut self,
        kind: Kind,
        payload: &[u8],
        text: &mut String,
    ) -> Result<(), Vec<Problem>> {
        text.clear();
        if let Some(plain) = plain::read(payload, &mut self.key) {
            self.write_plain(kind, &plain, text);
            return Ok(());
        }
        let payload = Payload::from_bytes(payload)?;
        let attributes = attributes_of(kind, &payload, &self.secret);
        text.push_str(&attributes_text(&attributes).unwrap_or_default());
        Ok(())
    }

    fn write_plain(&self, kind: Kind, plain: &Plain<'_>, text: &mut String) {
        let mut letters = [0; 24];
        let key = plain.has_key.then(|| {
            let hash = self.secret.hmac(&self.key);
            let (first, _) = hash.split_at(16);
            // 16 bytes are 24 letters, all of them ASCII.
            let length = STANDARD
                .encode_slice(first, &mut letters)
                .unwrap_or_default();
            std::str::from_utf8(letters.get(..length).unwrap_or_default()).unwrap_or_default()
        });
        let (release, status, change_key) = match kind {
            Kind::Run => (plain.release, plain.status, None),
            Kind::Schema => (None, None, plain.change_key),
            _ => (None, None, None),
        };
        let pairs = [
            (AttributeName::ChangeKey, change_key),
            (AttributeName::Key, key),
            (AttributeName::Release, release),
            (AttributeName::Status, status),
        ];
        let mut pairs = pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name.as_str(), value?)))
            .peekable();
        if pairs.peek().is_some() {
            write_pairs(text, pairs);
        }
    }
}

impl std::fmt::Debug for Derivation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Derivation(..)")
    }
}

#[cfg(test)]
mod tests;
