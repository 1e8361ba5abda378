//! Tree, tiles, proofs, notes, checkpoints and keys: bytes only.
