//! Ed25519 keys: those that sign, and those that check.

use super::name::{KeyId, Origin, is_key_name};
use crate::error::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hkdf::Hkdf;
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// Before the name in the text of a key that signs.
const PRIVATE: &str = "PRIVATE+KEY+";
/// What the seed of the clock key is derived for.
const CLOCK_INFO: &[u8] = b"piperoll clock v1";

/// What a key's signatures mean, by the type byte of signed notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureType {
    /// 0x01: Ed25519 over the text of the note.
    Ed25519,
    /// 0x04: Ed25519 over the text of a checkpoint and a time (cosignature/v1).
    Cosignature,
}

impl SignatureType {
    const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }
}

/// Why a text is not a public key that is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VkeyFault {
    /// It is not written as a vkey is, or its key cannot be one.
    Form(&'static str),
    /// It is a key of this type, which is not understood.
    Type(u8),
}

/// A public key with its name. Its text is the vkey `<name>+<key ID>+<base64(type || public key)>`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key_id: KeyId,
    kind: SignatureType,
    key: VerifyingKey,
}

impl VerifierKey {
    fn new(name: String, kind: SignatureType, key: VerifyingKey) -> Self {
        let key_id = KeyId::of(&name, kind.byte(), key.as_bytes());
        Self {
            name,
            key_id,
            kind,
            key,
        }
    }

    /// The key that is written so.
    ///
    /// # Errors
    /// `InvalidInput` when it is no vkey, its ID is not its own, or its point is not on the curve or of small order;
    /// `Unsupported` for a type other than 0x01 and 0x04.
    pub fn parse(vkey: &str) -> Result<Self> {
        Self::read(vkey).map_err(|fault| match fault {
            VkeyFault::Form(what) => Error::invalid_input(format!(
                "`{}` is not a verifier key: {what}",
                vkey.escape_debug()
            )),
            VkeyFault::Type(other) => {
                let name = split(vkey).map(|(name, _, _)| name).unwrap_or_default();
                Error::unsupported(format!(
                    "verifier key of `{name}` has type 0x{other:02x}; types 0x01 and 0x04 are understood"
                ))
            }
        })
    }

    /// As [`Self::parse`]; the fault does not repeat the text.
    pub(super) fn read(vkey: &str) -> Result<Self, VkeyFault> {
        let (name, key_id, bytes) = split(vkey).ok_or(VkeyFault::Form(
            "it is written <name>+<8 hex digits>+<base64>",
        ))?;
        let bytes = STANDARD
            .decode(bytes)
            .map_err(|_| VkeyFault::Form("its last part is not base64"))?;
        let (kind, public) = match bytes.split_first() {
            Some((0x01, public)) => (SignatureType::Ed25519, public),
            Some((0x04, public)) => (SignatureType::Cosignature, public),
            Some((other, _)) => return Err(VkeyFault::Type(*other)),
            None => return Err(VkeyFault::Form("its last part is empty")),
        };
        let public = public
            .try_into()
            .map_err(|_| VkeyFault::Form("a public key has 32 bytes"))?;
        let key = VerifyingKey::from_bytes(public)
            .ok()
            .filter(|key| !key.is_weak())
            .ok_or(VkeyFault::Form("its bytes are no public key"))?;
        let key = Self::new(name.to_owned(), kind, key);
        if key.key_id.to_string() != key_id {
            return Err(VkeyFault::Form("its key ID is that of another key"));
        }
        Ok(key)
    }

    /// This key as if its ID collided with another's, for which two keys must be found in earnest.
    #[cfg(test)]
    pub(super) fn with_key_id(self, key_id: KeyId) -> Self {
        Self { key_id, ..self }
    }

    /// The name of the key; of a log key, the origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ID that goes with the name.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// What its signatures mean.
    pub fn signature_type(&self) -> SignatureType {
        self.kind
    }

    /// Whether `signature` is this key's over exactly these bytes. Notes are checked by
    /// [`Note::verify`](super::Note::verify).
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.key
            .verify_strict(message, &Signature::from_bytes(signature))
            .is_ok()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.kind.byte()];
        bytes.extend_from_slice(self.key.as_bytes());
        write!(
            f,
            "{}+{}+{}",
            self.name,
            self.key_id,
            STANDARD.encode(bytes)
        )
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The log key of a trail: it signs checkpoints and is named as the origin. Its seed is wiped when it is dropped.
pub struct Signer {
    origin: Origin,
    key_id: KeyId,
    key: SigningKey,
}

impl Signer {
    /// The log key of `origin` with this seed: 32 bytes that only its holder knows.
    pub fn from_seed(origin: Origin, seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        let key_id = KeyId::of(
            origin.as_str(),
            SignatureType::Ed25519.byte(),
            key.verifying_key().as_bytes(),
        );
        Self {
            origin,
            key_id,
            key,
        }
    }

    /// The log key that is written so; one newline may follow.
    ///
    /// # Errors
    /// `InvalidInput` when it is no Ed25519 signer key, its ID is not its own, or its name is no origin. The message
    /// does not repeat the text.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |what: &str| Error::invalid_input(format!("this is not a log key: {what}"));
        let text = text.strip_suffix('\n').unwrap_or(text);
        let (name, key_id, base64) = text
            .strip_prefix(PRIVATE)
            .and_then(split)
            .ok_or_else(|| wrong("it is written PRIVATE+KEY+<name>+<8 hex digits>+<base64>"))?;
        // The decoder wants room for whole groups of three bytes.
        let mut bytes = Zeroizing::new([0; 36]);
        let length = STANDARD
            .decode_slice(base64, bytes.as_mut_slice())
            .unwrap_or(0);
        let seed = match bytes.get(..length).and_then(<[u8]>::split_first) {
            Some((0x01, seed)) => <&[u8; 32]>::try_from(seed).ok(),
            _ => None,
        };
        let seed = seed.ok_or_else(|| wrong("its last part is not base64 of 0x01 and a seed"))?;
        let signer = Self::from_seed(Origin::parse(name)?, seed);
        if signer.key_id.to_string() != key_id {
            return Err(wrong("its key ID is that of another key"));
        }
        Ok(signer)
    }

    /// The text of the key, without a newline: `PRIVATE+KEY+<name>+<key ID>+<base64(0x01 || seed)>`.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([1; 33]);
        let [_, seed @ ..] = &mut *bytes;
        *seed = *self.key.as_bytes();
        let base64 = Zeroizing::new(STANDARD.encode(bytes.as_slice()));
        Zeroizing::new(format!(
            "{PRIVATE}{}+{}+{}",
            self.origin, self.key_id, *base64
        ))
    }

    /// The origin, which is the key's name.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The ID that goes with the name.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The public key.
    pub fn vkey(&self) -> VerifierKey {
        let name = self.origin.as_str().to_owned();
        VerifierKey::new(name, SignatureType::Ed25519, self.key.verifying_key())
    }

    /// Signs bytes. What is signed must never be mistaken for the text of a checkpoint that was not meant.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }

    /// The key that states the time of kept checkpoints, derived from this one.
    ///
    /// # Errors
    /// `Internal` when the derivation fails, which a key of 32 bytes never does.
    pub fn clock(&self) -> Result<ClockSigner> {
        let mut seed = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, self.key.as_bytes())
            .expand(CLOCK_INFO, seed.as_mut_slice())
            .map_err(|_| Error::internal("the clock key cannot be derived"))?;
        Ok(ClockSigner {
            name: self.origin.clock_name(),
            key: SigningKey::from_bytes(&seed),
        })
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}+{})", self.origin, self.key_id)
    }
}

/// The clock key of a trail: it adds a time to a checkpoint. Its seed is wiped when it is dropped.
pub struct ClockSigner {
    name: String,
    key: SigningKey,
}

impl ClockSigner {
    /// `<origin>/clock`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key, of type 0x04.
    pub fn vkey(&self) -> VerifierKey {
        let key = self.key.verifying_key();
        VerifierKey::new(self.name.clone(), SignatureType::Cosignature, key)
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for ClockSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClockSigner({})", self.name)
    }
}

/// Name, key ID and base64 (which may hold a plus) of the text of a key.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('+')?;
    let (key_id, base64) = rest.split_once('+')?;
    // A note could not hold a control character, and a terminal should not see one.
    (is_key_name(name) && !name.contains(char::is_control)).then_some((name, key_id, base64))
}

#[cfg(test)]
mod tests;
