//! The keys of a trail.

use ed25519_dalek::{Signer as _, SigningKey};

use super::bytes::{base64, hex, hkdf, sha256};

/// The type of a log key.
pub const LOG: u8 = 0x01;
/// The type of a key that cosigns.
pub const COSIGNER: u8 = 0x04;

/// An Ed25519 key of signed notes.
pub struct Key {
    name: String,
    kind: u8,
    seed: [u8; 32],
    signing: SigningKey,
}

impl Key {
    /// The log key of an origin.
    pub fn log(origin: &str, seed: [u8; 32]) -> Self {
        Self::new(origin, LOG, seed)
    }

    /// The clock key that belongs to a log key.
    pub fn clock(&self) -> Self {
        let name = format!("{}/clock", self.name);
        Self::new(&name, COSIGNER, hkdf(&self.seed, b"piperoll clock v1"))
    }

    /// The key of a witness.
    pub fn cosigner(name: &str, seed: [u8; 32]) -> Self {
        Self::new(name, COSIGNER, seed)
    }

    fn new(name: &str, kind: u8, seed: [u8; 32]) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            seed,
            signing: SigningKey::from_bytes(&seed),
        }
    }

    /// The name in vkey and note.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The 32 bytes that the key is made from.
    pub fn seed(&self) -> [u8; 32] {
        self.seed
    }

    /// The key ID.
    pub fn id(&self) -> [u8; 4] {
        let hash = sha256(&[self.name.as_bytes(), b"\n", &[self.kind], &self.public()]);
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// The public key.
    pub fn public(&self) -> [u8; 32] {
        self.signing.verifying_key().to_bytes()
    }

    /// The public key as text.
    pub fn vkey(&self) -> String {
        let key = [&[self.kind], self.public().as_slice()].concat();
        format!("{}+{}+{}", self.name, hex(&self.id()), base64(&key))
    }

    /// The text of the key file, LF included.
    pub fn file(&self) -> String {
        let key = [&[self.kind], self.seed.as_slice()].concat();
        let id = hex(&self.id());
        format!("PRIVATE+KEY+{}+{id}+{}\n", self.name, base64(&key))
    }

    /// The Ed25519 signature of a message.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }
}

/// Whether the text can name a trail: 1 to 255 bytes of `A-Z a-z 0-9 . _ - / :`.
pub fn is_origin(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-/:".contains(&byte))
}
