use super::Trail;
use crate::error::{Error, Result};
use crate::seal::{EntryIndex, ProofFile, inclusion_proof};

/// The evidence of one entry.
#[derive(Debug, Clone)]
pub struct Proven {
    /// The proof file: where the entry is in the tree, and the checkpoint of that tree.
    pub file: ProofFile,
    /// What was noticed and did not stop it.
    pub warnings: Vec<String>,
}

impl Trail {
    /// Proves that the entry at an index is in the trail. Its checkpoint leaves the machine with the proof, so it is kept for ever.
    ///
    /// # Errors
    /// `NotFound` when there is no such entry, `Corrupt` when the tree's tiles do not give its signed root, and those of sealing.
    pub fn prove(&self, index: EntryIndex) -> Result<Proven> {
        let entry = self.entry_at(index)?;
        let kept = self.keep_checkpoint()?;
        let snapshot = self.store().snapshot()?;
        let size = kept.checkpoint.size();
        let proof = inclusion_proof(index, size, &*snapshot)?;
        let root = kept.checkpoint.root();
        crate::seal::verify_inclusion(index, size, &entry.leaf(), &proof, &root).map_err(
            |source| {
                Error::corrupt(format!("entry {index} is not the one that the tree holds"))
                    .because(source)
                    .hint("`piperoll verify` names what was changed")
            },
        )?;
        let file = ProofFile {
            index,
            proof,
            checkpoint: kept.note,
        };
        Ok(Proven {
            file,
            warnings: kept.warnings,
        })
    }
}
