//! The proof file (C2SP tlog-proof): one entry's evidence, to be checked offline.

use super::checkpoint::{CheckpointError, SignedCheckpoint};
use super::hash::Hash;
use super::key::VerifierKey;
use super::proof::{ProofError, parse_proof, verify_inclusion};
use super::tree::EntryIndex;
use crate::limits::NOTE_BYTES_MAX;
use std::fmt;

const VERSION: &str = "c2sp.org/tlog-proof@v1";

/// Why a proof file cannot be read or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofFileError {
    /// It does not have the lines of a proof file.
    #[error("the proof file is malformed: {0}")]
    Malformed(&'static str),
    /// Its checkpoint is wrong.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Its proof does not hold.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// That an entry is at an index of a tree, whose checkpoint is part of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofFile {
    /// The index of the entry.
    pub index: EntryIndex,
    /// The inclusion proof, the leaf's sibling first.
    pub proof: Vec<Hash>,
    /// The checkpoint: a signed note, verbatim.
    pub checkpoint: String,
}

impl ProofFile {
    /// The proof file in these bytes. An `extra` line is passed over: nothing vouches for it.
    ///
    /// # Errors
    /// When they are no proof file. The checkpoint and the proof are not checked.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        let malformed = ProofFileError::Malformed;
        if bytes.len() > 2 * NOTE_BYTES_MAX {
            return Err(malformed("it is too large"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
        let (head, checkpoint) = text
            .split_once("\n\n")
            .ok_or(malformed("it has no blank line before a checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(VERSION) {
            return Err(malformed("its first line is not `c2sp.org/tlog-proof@v1`"));
        }
        lines.next_if(|line| line.starts_with("extra "));
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .and_then(parse_index);
        let index = index.ok_or(malformed("it has no line `index <n>`"))?;
        let proof = parse_proof(lines)?;
        Ok(Self {
            index,
            proof,
            checkpoint: checkpoint.to_owned(),
        })
    }

    /// Checks that the entry with hash `leaf` is in the tree of the checkpoint, and that `log` signed that.
    ///
    /// # Errors
    /// Why the file does not show it.
    pub fn verify(
        &self,
        leaf: &Hash,
        log: &VerifierKey,
        cosigners: &[VerifierKey],
    ) -> Result<SignedCheckpoint, ProofFileError> {
        let signed = SignedCheckpoint::open(self.checkpoint.as_bytes(), log, cosigners)?;
        let (size, root) = (signed.checkpoint.size(), signed.checkpoint.root());
        verify_inclusion(self.index, size, leaf, &self.proof, &root)?;
        Ok(signed)
    }
}

/// The content of the file.
impl fmt::Display for ProofFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{VERSION}\nindex {}", self.index)?;
        self.proof
            .iter()
            .try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

fn parse_index(text: &str) -> Option<EntryIndex> {
    let index = EntryIndex::new(text.parse().ok()?);
    (index.to_string() == text).then_some(index)
}

#[cfg(test)]
mod tests;
