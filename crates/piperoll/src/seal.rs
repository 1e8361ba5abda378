//! Tree, tiles, proofs, notes, checkpoints, keys and policies: bytes only. `docs/format.md` sections 5 and 6 say what they mean.
//!
//! Nothing here reads a file, a clock or a store. A store hands its tiles over through [`HashReader`].
//!
//! # Example: two entries sealed, and the first one proved
//!
//! ```
//! use piperoll::seal::{
//!     Checkpoint, Edge, EntryIndex, Hash, HashReader, Origin, SignedCheckpoint, Signer, TileId,
//!     inclusion_proof, leaf_hash, verify_inclusion,
//! };
//! use std::collections::HashMap;
//!
//! struct Tiles(HashMap<TileId, Vec<u8>>);
//!
//! impl HashReader for Tiles {
//!     fn tiles(&self, ids: &[TileId]) -> piperoll::Result<Vec<Option<Vec<u8>>>> {
//!         Ok(ids.iter().map(|id| self.0.get(id).cloned()).collect())
//!     }
//! }
//!
//! let leaves: [Hash; 2] = [leaf_hash(b"first"), leaf_hash(b"second")];
//! let mut edge = Edge::new();
//! let tiles = Tiles(edge.append(&leaves).into_iter().map(|w| (w.id, w.hashes)).collect());
//!
//! let signer = Signer::from_seed(Origin::parse("shop.example/audit")?, &[7; 32]);
//! let checkpoint = Checkpoint::new(signer.origin().clone(), edge.size(), edge.root());
//! let note = checkpoint.sign(&signer)?.to_string();
//!
//! let proof = inclusion_proof(EntryIndex::new(0), edge.size(), &tiles)?;
//! let signed = SignedCheckpoint::open(note.as_bytes(), &signer.vkey(), &[])?.checkpoint;
//! verify_inclusion(EntryIndex::new(0), signed.size(), &leaves[0], &proof, &signed.root())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
mod policy;
mod proof_file;

pub use hash::{EMPTY_ROOT, Hash, leaf_hash, node_hash};
pub(crate) use hash::{leaf_hashes, leaf_text, root_over};
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
pub use policy::{Policy, Shortfall, Witness};
pub use proof_file::{ProofFile, ProofFileError};

#[cfg(test)]
mod vectors;
