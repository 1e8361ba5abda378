use super::KeySource;
use super::turn::KeyPair;
use crate::error::{Error, Result};
use crate::fs;
use crate::limits::ENDORSEMENTS_BYTES_MAX;
use crate::seal::{Signer, VerifierKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// What a key says before it ends: which key comes after it. The lines are kept beside the key (`<key>.turns`), so that a backup from before a turn can still be
/// adopted when the key that signed it is gone. They are public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endorsement {
    /// The keys that end.
    pub old: KeyPair,
    /// The keys that begin.
    pub new: KeyPair,
    /// The old key's signature over [`endorsement_text`].
    signature: [u8; 64],
}

/// What a key signs of the one after it.
pub fn endorsement_text(new: &KeyPair) -> String {
    format!("piperoll turn v1\nkey {}\nclock {}\n", new.log, new.clock)
}

impl Endorsement {
    fn sign(old: &Signer, new: &KeyPair) -> Result<Self> {
        Ok(Self {
            old: KeyPair::of(old)?,
            new: new.clone(),
            signature: old.sign(endorsement_text(new).as_bytes()),
        })
    }

    /// Reads a line, without its end; `None` when it is none. The signature is checked.
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let mut word = || words.next();
        let (old, old_clock, log, clock, signature) = (word()?, word()?, word()?, word()?, word()?);
        let endorsement = Self {
            old: KeyPair::parse(old, old_clock)?,
            new: KeyPair::parse(log, clock)?,
            signature: STANDARD.decode(signature).ok()?.try_into().ok()?,
        };
        let text = endorsement_text(&endorsement.new);
        let signed = endorsement
            .old
            .log
            .verify(text.as_bytes(), &endorsement.signature);
        (words.next().is_none() && signed).then_some(endorsement)
    }

    /// The endorsements beside a key. Lines that are none are passed over: without them a backup may be impossible to adopt, and nothing worse.
    pub(super) fn beside(key: &KeySource) -> Result<Vec<Self>> {
        let Some(path) = key.turns_path() else {
            return Ok(Vec::new());
        };
        let bytes = fs::read(&path, ENDORSEMENTS_BYTES_MAX)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.lines().filter_map(Self::parse).collect())
    }

    /// Adds the endorsement of `new` by `old` to those beside the key, durably.
    pub(super) fn add(key: &KeySource, old: &Signer, new: &KeyPair) -> Result<()> {
        let path = key
            .turns_path()
            .ok_or_else(|| Error::internal("a turn of a key without a file"))?;
        let mut bytes = fs::read(&path, ENDORSEMENTS_BYTES_MAX)?.unwrap_or_default();
        bytes.extend_from_slice(format!("{}\n", Self::sign(old, new)?).as_bytes());
        fs::write(&path, &bytes)
    }

    /// Those that lead to a key, from as far back as is known, in their order.
    pub(super) fn chain(all: &[Self], to: &VerifierKey) -> Vec<Self> {
        let mut chain: Vec<Self> = Vec::new();
        let mut at = to;
        // A key may have endorsed several, when a turn failed; each was endorsed once. A circle has no beginning.
        while let Some(step) = all.iter().find(|step| step.new.log == *at)
            && chain.len() < all.len()
        {
            at = &step.old.log;
            chain.push(step.clone());
        }
        chain.reverse();
        chain
    }
}

impl KeySource {
    /// The keys before this one, as far as the endorsements beside it tell; oldest first.
    ///
    /// # Errors
    /// `Denied` without the right to read them, `Unavailable` when they cannot be read.
    pub fn predecessors(&self, key: &VerifierKey) -> Result<Vec<KeyPair>> {
        let all = Endorsement::beside(self)?;
        let chain = Endorsement::chain(&all, key);
        Ok(chain.into_iter().map(|step| step.old).collect())
    }
}

/// The line, without its end.
impl fmt::Display for Endorsement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signature = STANDARD.encode(self.signature);
        write!(
            f,
            "{} {} {} {} {signature}",
            self.old.log, self.old.clock, self.new.log, self.new.clock
        )
    }
}
