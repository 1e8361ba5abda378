use super::super::vectors::{
    CT_ROOTS, DEMO_NOTE, DEMO_VKEY, Tiles, WITNESS_SECONDS, WITNESS_VKEY, ct_leaves, hex,
};
use super::super::{NoteError, TreeSize, inclusion_proof};
use super::*;

/// The example of the specification, up to its checkpoint.
const HEAD: &str = "c2sp.org/tlog-proof@v1\nindex 5\n\
    vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\n\
    yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=\n\
    037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=\n\n";

fn key(vkey: &str) -> VerifierKey {
    VerifierKey::parse(vkey).unwrap()
}

fn parse(text: &str) -> Result<ProofFile, ProofFileError> {
    ProofFile::parse(text.as_bytes())
}

#[test]
fn the_example_is_made_read_and_believed() {
    let text = format!("{HEAD}{DEMO_NOTE}");
    let leaves = ct_leaves();
    let index = EntryIndex::new(5);
    let proof = inclusion_proof(index, TreeSize::new(8), &Tiles::of(&leaves)).unwrap();
    let made = ProofFile {
        index,
        proof,
        checkpoint: DEMO_NOTE.to_owned(),
    };
    assert_eq!(made.to_string(), text);
    let file = parse(&text).unwrap();
    assert_eq!(file, made);
    let signed = file
        .verify(&leaves[5], &key(DEMO_VKEY), &[key(WITNESS_VKEY)])
        .unwrap();
    assert_eq!(signed.checkpoint.root(), hex(CT_ROOTS[8]));
    assert_eq!(
        signed.cosignatures,
        [("witness.example/w1".to_owned(), WITNESS_SECONDS)]
    );
    let result = file.verify(&leaves[4], &key(DEMO_VKEY), &[]);
    assert_eq!(result, Err(ProofFileError::Proof(ProofError::Root)));
    let result = file.verify(&leaves[5], &key(WITNESS_VKEY), &[]);
    assert!(matches!(
        result,
        Err(ProofFileError::Checkpoint(
            CheckpointError::OtherOrigin { .. }
        ))
    ));
    let other = parse(&text.replace("index 5", "index 4")).unwrap();
    let result = other.verify(&leaves[5], &key(DEMO_VKEY), &[]);
    assert_eq!(result, Err(ProofFileError::Proof(ProofError::Root)));
    let unsigned = parse(&text.replace("\n8\n", "\n9\n")).unwrap();
    let (name, key_id) = ("piperoll.example/demo".to_owned(), key(DEMO_VKEY).key_id());
    let is_false = CheckpointError::Note(NoteError::False { name, key_id });
    let result = unsigned.verify(&leaves[5], &key(DEMO_VKEY), &[]);
    assert_eq!(result, Err(ProofFileError::Checkpoint(is_false)));
}

#[test]
fn an_extra_line_means_nothing() {
    let text = format!("{HEAD}{DEMO_NOTE}");
    let extra = text.replacen("index", "extra AAAA\nindex", 1);
    assert_eq!(parse(&extra), parse(&text));
}

#[test]
fn a_tree_of_one_entry_has_an_empty_proof() {
    let file = parse("c2sp.org/tlog-proof@v1\nindex 0\n\nx").unwrap();
    assert_eq!(
        file,
        ProofFile {
            index: EntryIndex::new(0),
            proof: vec![],
            checkpoint: "x".to_owned()
        }
    );
}

#[test]
fn departures_from_the_format_are_refused() {
    let text = format!("{HEAD}{DEMO_NOTE}");
    let malformed = ProofFileError::Malformed;
    let version = malformed("its first line is not `c2sp.org/tlog-proof@v1`");
    let index = malformed("it has no line `index <n>`");
    for (wrong, error) in [
        (
            String::new(),
            malformed("it has no blank line before a checkpoint"),
        ),
        (text.replace("@v1", "@v2"), version.clone()),
        (format!(" {text}"), version.clone()),
        (
            text.replace('\n', "\r\n"),
            malformed("it has no blank line before a checkpoint"),
        ),
        (text.replacen("index 5\n", "", 1), index.clone()),
        (text.replacen("index 5", "index 05", 1), index.clone()),
        (text.replacen("index 5", "index +5", 1), index.clone()),
        (
            text.replacen("index 5", "index 18446744073709551616", 1),
            index.clone(),
        ),
        (
            text.replacen("index 5", "extra A\nextra B\nindex 5", 1),
            index.clone(),
        ),
        (text.replacen("nms=", "nms", 1), ProofError::Hash(1).into()),
        (
            text.replacen("CuA=\n", "CuA=\nAAAA\n", 1),
            ProofError::Hash(3).into(),
        ),
    ] {
        assert_eq!(parse(&wrong), Err(error), "{wrong:?}");
    }
    assert_eq!(
        ProofFile::parse(b"\xff\n\n"),
        Err(malformed("it is not UTF-8"))
    );
    let large = vec![b'x'; 2 * NOTE_BYTES_MAX + 1];
    assert_eq!(ProofFile::parse(&large), Err(malformed("it is too large")));
}
