use crate::key::{clock, log};
use piperoll::seal::{ProofFile, leaf_hash, verify_inclusion};

/// The entry that the corpus proves: leaf 0 of the vectors' tree.
const ENTRY: &[u8] = b"0";

/// A proof file can be printed and read again; what it shows is inside the tree that its checkpoint signs.
pub(crate) fn run(data: &[u8]) {
    let Ok(file) = ProofFile::parse(data) else {
        return;
    };
    assert_eq!(
        ProofFile::parse(file.to_string().as_bytes()).as_ref(),
        Ok(&file)
    );
    let leaf = leaf_hash(ENTRY);
    if let Ok(signed) = file.verify(&leaf, &log().vkey(), &[clock().vkey()]) {
        let checkpoint = &signed.checkpoint;
        assert!(file.index.get() < checkpoint.size().get());
        assert_eq!(signed.note.to_string(), file.checkpoint);
        let mut longer = file.proof.clone();
        longer.push(leaf);
        let (size, root) = (checkpoint.size(), checkpoint.root());
        assert!(verify_inclusion(file.index, size, &leaf, &longer, &root).is_err());
    }
}
