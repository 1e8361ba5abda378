//! Tree, tiles, proofs, notes, checkpoints and keys: bytes only. `docs/format.md` sections 5 and 6 say what they mean.
//!
//! Nothing here reads a file, a clock or a store. A store hands its tiles over through [`HashReader`].

mod hash;
mod tree;

mod edge;
mod reader;
mod tile;

mod proof;

mod key;
mod name;
mod note;

mod checkpoint;
mod head_line;
mod proof_file;

pub use hash::{EMPTY_ROOT, Hash, leaf_hash, node_hash};
pub use tree::{EntryIndex, Frontier, TreeSize};

pub use edge::{Edge, TileWrite};
pub use reader::{HashReader, consistency_proof, inclusion_proof, range_root};
pub use tile::{TILE_BYTES, TILE_WIDTH, TileId, tiles_of};

pub use proof::{ProofError, parse_proof, verify_consistency, verify_inclusion};

pub use key::{ClockSigner, SignatureType, Signer, VerifierKey};
pub use name::{KeyId, Origin};
pub use note::{Note, NoteError, NoteSignature, Verified};

pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint, cosign};
pub use head_line::HeadLine;
pub use proof_file::{ProofFile, ProofFileError};

#[cfg(test)]
mod vectors;
