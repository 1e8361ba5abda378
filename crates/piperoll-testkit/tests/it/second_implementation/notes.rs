//! Keys, notes and checkpoints against `signed_note` and `tlog_tiles`.

use piperoll::seal::{
    Checkpoint, Hash, Note, NoteSignature, Origin, SignedCheckpoint, Signer, TreeSize, VerifierKey,
};
use proptest::prelude::*;
use signed_note::{Signer as _, StandardSigner, StandardVerifier, VerifierList};

fn signer(seed: u8) -> Signer {
    Signer::from_seed(Origin::parse("piperoll.example/demo").unwrap(), &[seed; 32])
}

fn sign(text: &str, signer: &Signer) -> Note {
    let signature = NoteSignature {
        name: signer.origin().to_string(),
        key_id: signer.key_id(),
        signature: signer.sign(text.as_bytes()).to_vec(),
    };
    Note::new(text.to_owned(), signature).unwrap()
}

/// How many signatures each implementation verifies, if it accepts the note.
fn verify(note: &[u8], vkeys: &[String]) -> [Option<usize>; 2] {
    let keys: Vec<_> = vkeys
        .iter()
        .map(|vkey| VerifierKey::parse(vkey).unwrap())
        .collect();
    let ours = Note::parse(note)
        .ok()
        .and_then(|note| note.verify(&keys).ok())
        .map(|v| v.len());
    let verifier = |vkey: &String| -> Box<dyn signed_note::Verifier> {
        Box::new(StandardVerifier::new(vkey).unwrap())
    };
    let known = VerifierList::new(vkeys.iter().map(verifier).collect());
    let theirs = signed_note::Note::from_bytes(note)
        .ok()
        .and_then(|note| note.verify(&known).ok())
        .map(|(verified, _)| verified.len());
    [ours, theirs]
}

#[test]
fn keys_are_read_both_ways() {
    let ours = signer(7);
    let theirs = StandardSigner::new(&ours.to_text()).unwrap();
    assert_eq!(theirs.name(), ours.origin().as_str());
    assert_eq!(theirs.key_id().to_be_bytes(), *ours.key_id().as_bytes());
    assert_eq!(theirs.sign(b"text\n").unwrap(), ours.sign(b"text\n"));
    assert!(StandardVerifier::new(&ours.vkey().to_string()).is_ok());
    assert!(signed_note::is_key_name_valid(&ours.origin().clock_name()));
}

#[test]
fn a_note_is_the_same_whoever_signs_it() {
    let (first, second) = (signer(1), signer(2));
    let vkeys = [first.vkey().to_string(), second.vkey().to_string()];
    for text in [
        "a\n",
        "\n",
        "a\n\nb\n",
        "\u{e9}\u{2014} x\n",
        "piperoll.example/demo\n0\nx\n",
    ] {
        let mut ours = sign(text, &first);
        ours.add(sign(text, &second).signatures()[0].clone())
            .unwrap();
        let ours = ours.to_string().into_bytes();
        let mut theirs = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
        let signers =
            [first.to_text(), second.to_text()].map(|key| StandardSigner::new(&key).unwrap());
        theirs.add_sigs(&[&signers[0], &signers[1]]).unwrap();
        assert_eq!(theirs.to_bytes(), ours);
        assert_eq!(verify(&ours, &vkeys), [Some(2); 2]);
        assert_eq!(verify(&ours, &vkeys[..1]), [Some(1); 2]);
        assert_eq!(verify(&ours, &[]), [None; 2]);
    }
}

#[test]
fn every_changed_byte_is_refused_by_both_or_leaves_the_signature() {
    let signer = signer(3);
    let note = sign("a checkpoint\n8\nroot\n", &signer)
        .to_string()
        .into_bytes();
    let vkeys = [signer.vkey().to_string()];
    for at in 0..note.len() {
        for bit in 0..8 {
            let mut changed = note.clone();
            changed[at] ^= 1 << bit;
            assert_eq!(
                verify(&changed, &vkeys),
                [None; 2],
                "bit {bit} of byte {at}"
            );
        }
        assert_eq!(verify(&note[..at], &vkeys), [None; 2], "cut at {at}");
    }
    assert_eq!(verify(&note, &vkeys), [Some(1); 2]);
}

#[test]
fn checkpoints_are_read_both_ways() {
    let signer = signer(4);
    for size in [0, 1, 8, 70_000, i64::MAX as u64] {
        let root = if size == 0 {
            piperoll::seal::EMPTY_ROOT
        } else {
            Hash::new([size as u8; 32])
        };
        let ours = Checkpoint::new(signer.origin().clone(), TreeSize::new(size), root);
        let their_root = tlog_tiles::Hash(*root.as_bytes());
        let theirs =
            tlog_tiles::Checkpoint::new(signer.origin().as_str(), size, their_root, "").unwrap();
        assert_eq!(theirs.to_bytes(), ours.to_string().into_bytes());
        let note = ours.sign(&signer).unwrap().to_string();
        let read = signed_note::Note::from_bytes(note.as_bytes()).unwrap();
        assert_eq!(
            tlog_tiles::Checkpoint::from_bytes(read.text()).unwrap(),
            theirs
        );
        let signed = SignedCheckpoint::open(note.as_bytes(), &signer.vkey(), &[]).unwrap();
        assert_eq!(signed.checkpoint, ours);
    }
}

proptest! {
    /// Texts made of the pieces that notes and their faults consist of.
    #[test]
    fn both_read_and_refuse_the_same_notes(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("\n"), Just("\n\n"), Just("\u{2014} "), Just("\u{2013} "), Just("a "), Just("b+c "),
                Just("AAAAAAA="), Just("AAAAAAAA"), Just("AAAAAA=="), Just("AAAAAAB="), Just(" "),
                Just("\r\n"), Just("x\n\n\u{2014} a AAAAAAA=\n"), Just("\u{2014} a AAAAAAAA\n"),
            ],
            0..7,
        ),
    ) {
        let text = pieces.concat();
        let ours = Note::parse(text.as_bytes()).ok().map(|note| note.to_string());
        let theirs = signed_note::Note::from_bytes(text.as_bytes())
            .ok()
            .map(|note| String::from_utf8(note.to_bytes()).unwrap());
        prop_assert_eq!(&ours, &theirs, "{:?}", text);
        if let Some(written) = ours {
            prop_assert_eq!(written, text);
        }
    }
}
