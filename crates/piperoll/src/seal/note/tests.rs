use super::super::vectors::{DEMO_NOTE, DEMO_VKEY, WITNESS_SECONDS, WITNESS_VKEY};
use super::super::{Origin, Signer};
use super::*;

const FOO_VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const FOO_NOTE: &str = "This is an example message.\n\n\
    \u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
const GO_SIGNER: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const GO_VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn key(vkey: &str) -> VerifierKey {
    VerifierKey::parse(vkey).unwrap()
}

fn parse(text: &str) -> Result<Note, NoteError> {
    Note::parse(text.as_bytes())
}

#[test]
fn known_notes_verify_and_are_written_as_they_were() {
    for (text, vkeys, seconds) in [
        (FOO_NOTE, vec![FOO_VKEY], vec![None]),
        (GO_NOTE, vec![GO_VKEY], vec![None]),
        (
            DEMO_NOTE,
            vec![DEMO_VKEY, WITNESS_VKEY],
            vec![None, Some(WITNESS_SECONDS)],
        ),
    ] {
        let note = parse(text).unwrap();
        assert_eq!(note.to_string(), text);
        let keys: Vec<_> = vkeys.iter().map(|vkey| key(vkey)).collect();
        let wanted: Vec<_> = keys
            .iter()
            .zip(seconds)
            .map(|(key, seconds)| Verified { key, seconds })
            .collect();
        assert_eq!(note.verify(&keys), Ok(wanted));
    }
}

#[test]
fn the_same_key_gives_the_same_signature() {
    let signer = Signer::parse(GO_SIGNER).unwrap();
    let text = GO_NOTE.split_once("\n\n").unwrap().0.to_owned() + "\n";
    let signature = NoteSignature {
        name: "PeterNeumann".to_owned(),
        key_id: signer.key_id(),
        signature: signer.sign(text.as_bytes()).to_vec(),
    };
    assert_eq!(Note::new(text, signature).unwrap().to_string(), GO_NOTE);
}

#[test]
fn c2_19_the_text_ends_at_the_last_blank_line() {
    let (_, line) = FOO_NOTE.split_once("\n\n").unwrap();
    for text in [
        "a\n",
        "\n",
        "a\n\nb\n",
        "a\n\n\n",
        "\u{2014} a AAAAAAA=\n\nb\n",
    ] {
        let note = parse(&format!("{text}\n{line}")).unwrap();
        assert_eq!(note.text(), text);
        assert_eq!(note.signatures().len(), 1);
        assert_eq!(
            note.verify(&[key(FOO_VKEY)]).unwrap_err().to_string(),
            "the signature of `example.com/foo` with key ID 530d903a is false"
        );
    }
}

#[test]
fn c2_19_departures_from_the_format_are_refused() {
    let line = "\u{2014} a AAAAAAA=\n";
    assert_eq!(
        parse(&format!("x\n\n{line}")).unwrap().signatures().len(),
        1
    );
    let in_line = |line: &str| format!("x\n\n{line}\n");
    for (text, error) in [
        (String::new(), NoteError::Layout),
        ("x\n".to_owned(), NoteError::Layout),
        ("x\n\n".to_owned(), NoteError::Layout),
        (format!("x\n{line}"), NoteError::Layout),
        (format!("\n{line}"), NoteError::Layout),
        (format!("x\n\n{}", line.trim_end()), NoteError::Layout),
        (format!("x\n\n{line}\n"), NoteError::Layout),
        (format!("x\r\n\r\n{line}"), NoteError::NotText),
        (
            format!("x\n\n{}", line.replace('\n', "\r\n")),
            NoteError::NotText,
        ),
        (format!("x\t\n\n{line}"), NoteError::NotText),
        (format!("x\0\n\n{line}"), NoteError::NotText),
        (format!("x\n\n{line}trailing\n"), NoteError::Line(2)),
        (in_line("a AAAAAAA="), NoteError::Line(1)),
        (in_line("- a AAAAAAA="), NoteError::Line(1)),
        (in_line("\u{2013} a AAAAAAA="), NoteError::Line(1)),
        (in_line("\u{2015} a AAAAAAA="), NoteError::Line(1)),
        (in_line("\u{2014}a AAAAAAA="), NoteError::Line(1)),
        (in_line("\u{2014}\u{a0}a AAAAAAA="), NoteError::Line(1)),
        (in_line("\u{2014} AAAAAAA="), NoteError::Line(1)),
        (in_line("\u{2014}  AAAAAAA="), NoteError::Line(1)),
        (in_line("\u{2014} a+b AAAAAAA="), NoteError::Line(1)),
        (in_line("\u{2014} a\u{a0}b AAAAAAA="), NoteError::Line(1)),
        (in_line("\u{2014} a b AAAAAAA="), NoteError::Line(1)),
        (in_line("\u{2014} a AAAAAAA= "), NoteError::Line(1)),
        (in_line("\u{2014} a AAAAAAA"), NoteError::Line(1)),
        (in_line("\u{2014} a AAAAAAB="), NoteError::Line(1)),
        (in_line("\u{2014} a AAAAAA=="), NoteError::Line(1)),
        (in_line("\u{2014} a "), NoteError::Line(1)),
        (in_line("\u{2014} a"), NoteError::Line(1)),
    ] {
        assert_eq!(parse(&text), Err(error), "{text:?}");
    }
    assert_eq!(
        Note::parse(b"\xff\n\n\xe2\x80\x94 a AAAAAAA=\n"),
        Err(NoteError::NotText)
    );
    let large = format!("{}\n\n{line}", "x".repeat(NOTE_BYTES_MAX - 2 - line.len()));
    assert_eq!(
        parse(&large).unwrap().text().len(),
        NOTE_BYTES_MAX - 1 - line.len()
    );
    assert_eq!(parse(&format!("x{large}")), Err(NoteError::TooLarge));
}

#[test]
fn c2_19_signatures_of_unknown_keys_are_passed_over_and_limited() {
    let (text, line) = FOO_NOTE.split_once("\n\n").unwrap();
    let note = |unknown: usize| {
        format!(
            "{text}\n\n{}{line}",
            "\u{2014} a AAAAAAA=\n".repeat(unknown)
        )
    };
    let keys = [key(FOO_VKEY)];
    for unknown in [16, NOTE_SIGNATURES_MAX - 1] {
        let verified = parse(&note(unknown)).unwrap().verify(&keys).unwrap().len();
        assert_eq!(verified, 1, "after {unknown} others");
    }
    assert_eq!(
        parse(&note(NOTE_SIGNATURES_MAX)),
        Err(NoteError::TooManySignatures)
    );
    let mut full = parse(&note(NOTE_SIGNATURES_MAX - 1)).unwrap();
    let one_more = full.signatures()[0].clone();
    assert_eq!(full.add(one_more), Err(NoteError::TooManySignatures));
    assert_eq!(
        parse(FOO_NOTE).unwrap().verify(&[key(GO_VKEY)]),
        Err(NoteError::NotSigned)
    );
    assert_eq!(
        parse(FOO_NOTE).unwrap().verify(&[]),
        Err(NoteError::NotSigned)
    );
}

#[test]
fn c2_19_a_name_or_an_id_alone_is_unknown_but_both_must_verify() {
    let keys = [key(FOO_VKEY)];
    let good = parse(FOO_NOTE).unwrap();
    let signature = good.signatures()[0].clone();
    let also = |extra: NoteSignature| {
        let mut note = good.clone();
        note.add(extra).unwrap();
        parse(&note.to_string())
            .unwrap()
            .verify(&keys)
            .map(|verified| verified.len())
    };
    assert_eq!(
        also(NoteSignature {
            key_id: KeyId::new([0; 4]),
            ..signature.clone()
        }),
        Ok(1)
    );
    assert_eq!(
        also(NoteSignature {
            name: "other".to_owned(),
            ..signature.clone()
        }),
        Ok(1)
    );
    assert_eq!(also(signature.clone()), Ok(2));
    let name = signature.name.clone();
    let is_false = Err(NoteError::False {
        name,
        key_id: signature.key_id,
    });
    for bytes in [vec![0; 64], signature.signature[..63].to_vec(), vec![0; 72]] {
        assert_eq!(
            also(NoteSignature {
                signature: bytes,
                ..signature.clone()
            }),
            is_false
        );
    }
}

#[test]
fn c2_19_two_known_keys_of_one_name_and_id_are_ambiguous() {
    let foo = key(FOO_VKEY);
    let note = parse(FOO_NOTE).unwrap();
    assert_eq!(note.verify(&[foo.clone(), foo.clone()]).unwrap().len(), 1);
    let twin = Signer::from_seed(Origin::parse("example.com/foo").unwrap(), &[1; 32]).vkey();
    let twin = twin.with_key_id(foo.key_id());
    let ambiguous = NoteError::Ambiguous {
        name: "example.com/foo".to_owned(),
        key_id: foo.key_id(),
    };
    assert_eq!(
        note.verify(&[foo.clone(), twin.clone()]),
        Err(ambiguous.clone())
    );
    assert_eq!(note.verify(&[twin, foo]), Err(ambiguous));
}

#[test]
fn a_cosignature_states_a_time_that_is_signed_and_not_too_late() {
    let witness = [key(WITNESS_VKEY)];
    let note = parse(DEMO_NOTE).unwrap();
    let signature = note.signature_of(&witness[0]).unwrap();
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut changed = signature.clone();
        change(&mut changed.signature);
        Note::new(note.text().to_owned(), changed)
            .unwrap()
            .verify(&witness)
            .map(|v| v.len())
    };
    let (name, key_id) = (signature.name.clone(), signature.key_id);
    let is_false = Err(NoteError::False { name, key_id });
    assert_eq!(with(&|_| ()), Ok(1));
    assert_eq!(with(&|blob| blob[7] ^= 1), is_false);
    assert_eq!(with(&|blob| blob[0] = 0x80), is_false);
    assert_eq!(with(&|blob| blob[20] ^= 1), is_false);
    assert_eq!(with(&|blob| blob.truncate(71)), is_false);
    assert_eq!(with(&|blob| blob.truncate(7)), is_false);
    assert_eq!(with(&|blob| blob.push(0)), is_false);
}

#[test]
fn a_note_that_could_not_be_read_again_is_not_made() {
    let signature = parse(FOO_NOTE).unwrap().signatures()[0].clone();
    let new = |text: &str| Note::new(text.to_owned(), signature.clone());
    assert_eq!(new("x"), Err(NoteError::Layout));
    assert_eq!(new(""), Err(NoteError::Layout));
    assert_eq!(new("x\r\n"), Err(NoteError::NotText));
    assert_eq!(
        new(&"x".repeat(NOTE_BYTES_MAX + 1)),
        Err(NoteError::TooLarge)
    );
    for name in ["", "a b", "a+b", "a\nb"] {
        let signature = NoteSignature {
            name: name.to_owned(),
            ..signature.clone()
        };
        assert_eq!(
            Note::new("x\n".to_owned(), signature),
            Err(NoteError::Line(1)),
            "{name:?}"
        );
    }
    let empty = NoteSignature {
        signature: Vec::new(),
        ..signature.clone()
    };
    assert_eq!(new("x\n").unwrap().add(empty), Err(NoteError::Line(2)));
}
