use super::super::vectors::{
    CT_ROOTS, DEMO_NOTE, DEMO_VKEY, WITNESS_SECONDS, WITNESS_VKEY, demo_signer, hex,
};
use super::*;

const ROOT: &str = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=";
const CLOCK_LINE: &str = "\u{2014} piperoll.example/demo/clock Mm+F2QAAAABlU/EA1VsFtCx8unO1MwZQ6k4B8FmrOtawQoQqgVsaYhyYqpO0HGCdKq5yD4elY01oxm7Db2Dgp/ddVp/tgR4oXps6CA==\n";

fn key(vkey: &str) -> VerifierKey {
    VerifierKey::parse(vkey).unwrap()
}

fn demo() -> Checkpoint {
    let origin = Origin::parse("piperoll.example/demo").unwrap();
    Checkpoint::new(origin, TreeSize::new(8), hex(CT_ROOTS[8]))
}

#[test]
fn the_example_is_signed_opened_and_cosigned() {
    let note = demo().sign(&demo_signer()).unwrap();
    assert!(DEMO_NOTE.starts_with(&note.to_string()));
    let witness = [key(WITNESS_VKEY)];
    let signed = SignedCheckpoint::open(DEMO_NOTE.as_bytes(), &key(DEMO_VKEY), &witness).unwrap();
    assert_eq!(signed.checkpoint, demo());
    assert_eq!(
        signed.cosignatures,
        [("witness.example/w1".to_owned(), WITNESS_SECONDS)]
    );
    assert_eq!(signed.note.to_string(), DEMO_NOTE);
    let signed = SignedCheckpoint::open(DEMO_NOTE.as_bytes(), &key(DEMO_VKEY), &[]).unwrap();
    assert_eq!((signed.checkpoint, signed.cosignatures), (demo(), vec![]));
}

#[test]
fn the_clock_adds_its_line() {
    let signer = demo_signer();
    let clock = signer.clock().unwrap();
    let mut note = demo().sign(&signer).unwrap();
    let before = note.to_string();
    cosign(&mut note, &clock, WITNESS_SECONDS).unwrap();
    assert_eq!(note.to_string(), format!("{before}{CLOCK_LINE}"));
    let keys = [clock.vkey()];
    let signed =
        SignedCheckpoint::open(note.to_string().as_bytes(), &signer.vkey(), &keys).unwrap();
    assert_eq!(
        signed.cosignatures,
        [(clock.name().to_owned(), WITNESS_SECONDS)]
    );
    let last = i64::MAX as u64;
    assert_eq!(cosign(&mut note, &clock, last), Ok(()));
    assert_eq!(
        cosign(&mut note, &clock, last + 1),
        Err(CheckpointError::Time(last + 1))
    );
    assert_eq!(note.signatures().len(), 3);
}

#[test]
fn a_key_of_another_origin_neither_signs_nor_opens() {
    let signer = demo_signer();
    let other = Signer::from_seed(Origin::parse("other.example").unwrap(), &[1; 32]);
    let refused = |key: &str| CheckpointError::OtherOrigin {
        origin: demo().origin().clone(),
        key: key.to_owned(),
    };
    assert_eq!(demo().sign(&other), Err(refused("other.example")));
    let mut note = demo().sign(&signer).unwrap();
    let result = cosign(&mut note, &other.clock().unwrap(), 1);
    assert_eq!(result, Err(refused("other.example/clock")));
    let open = |note: &Note, log: &VerifierKey| {
        SignedCheckpoint::open(note.to_string().as_bytes(), log, &[])
            .map(|signed| signed.checkpoint)
    };
    assert_eq!(open(&note, &other.vkey()), Err(refused("other.example")));
    let other_key = Signer::from_seed(signer.origin().clone(), &[2; 32]);
    assert_eq!(
        open(&note, &other_key.vkey()),
        Err(NoteError::NotSigned.into())
    );
    assert_eq!(open(&note, &signer.vkey()), Ok(demo()));
    assert_eq!(
        refused("k").to_string(),
        "the checkpoint of `piperoll.example/demo` does not go with key `k`"
    );
}

#[test]
fn a_cosignature_alone_is_not_the_log() {
    let signer = demo_signer();
    let clock = signer.clock().unwrap();
    let mut note = demo().sign(&signer).unwrap();
    cosign(&mut note, &clock, 1).unwrap();
    let line = note.signatures()[1].clone();
    let only_clock = Note::new(note.text().to_owned(), line).unwrap().to_string();
    let result = SignedCheckpoint::open(only_clock.as_bytes(), &signer.vkey(), &[clock.vkey()]);
    assert_eq!(
        result,
        Err(CheckpointError::NotByLog(
            "piperoll.example/demo".to_owned()
        ))
    );
}

#[test]
fn a_false_cosignature_rejects_the_checkpoint() {
    let changed = DEMO_NOTE.replace("AABlU/EA", "AABlU/EB");
    assert_ne!(changed, DEMO_NOTE);
    let open = |cosigners: &[VerifierKey]| {
        SignedCheckpoint::open(changed.as_bytes(), &key(DEMO_VKEY), cosigners)
            .map(|signed| signed.cosignatures)
    };
    assert_eq!(open(&[]), Ok(vec![]));
    let witness = key(WITNESS_VKEY);
    let (name, key_id) = (witness.name().to_owned(), witness.key_id());
    assert_eq!(
        open(&[witness]),
        Err(NoteError::False { name, key_id }.into())
    );
}

#[test]
fn c2_19_a_text_has_one_reading() {
    let text = demo().to_string();
    assert_eq!(text, format!("piperoll.example/demo\n8\n{ROOT}\n"));
    assert_eq!(Checkpoint::parse(&text), Ok(demo()));
    let largest = format!("a\n9223372036854775807\n{ROOT}\n");
    assert_eq!(Checkpoint::parse(&largest).unwrap().size(), TreeSize::MAX);
    let empty = format!("a\n0\n{EMPTY_ROOT}\n");
    assert_eq!(Checkpoint::parse(&empty).unwrap().root(), EMPTY_ROOT);
    for (wrong, error) in [
        (String::new(), CheckpointError::Lines),
        ("\n".to_owned(), CheckpointError::Lines),
        ("a\n8\n".to_owned(), CheckpointError::Lines),
        (text.trim_end().to_owned(), CheckpointError::Lines),
        (format!("{text}\n"), CheckpointError::Lines),
        (format!("\n{text}"), CheckpointError::Lines),
        (text.replace("8\n", "8\n\n"), CheckpointError::Lines),
        (format!("{text}x\n\ny\n"), CheckpointError::Lines),
        (text.replace('\n', "\r\n"), CheckpointError::Origin),
        (text.replace("demo\n", "demo \n"), CheckpointError::Origin),
        (text.replace("demo\n", "de+mo\n"), CheckpointError::Origin),
        (text.replace("8\n", "08\n"), CheckpointError::Size),
        (text.replace("8\n", "+8\n"), CheckpointError::Size),
        (text.replace("8\n", "-8\n"), CheckpointError::Size),
        (text.replace("8\n", " 8\n"), CheckpointError::Size),
        (text.replace("8\n", "8.0\n"), CheckpointError::Size),
        (text.replace("8\n", "0x8\n"), CheckpointError::Size),
        (text.replace("8\n", "00\n"), CheckpointError::Size),
        (
            text.replace("8\n", "9223372036854775808\n"),
            CheckpointError::Size,
        ),
        (
            text.replace("8\n", "18446744073709551616\n"),
            CheckpointError::Size,
        ),
        (text.replace("8\n", "0\n"), CheckpointError::Root),
        (text.replace("Qyg=", "Qyg"), CheckpointError::Root),
        (text.replace("Qyg=", "Qyh="), CheckpointError::Root),
        (text.replace("Qyg=", "Qyg= "), CheckpointError::Root),
        (text.replace("Qyg=", ""), CheckpointError::Root),
        (
            text.replace(ROOT, "5dc9da79a70659a9ad559cb701ded9a2"),
            CheckpointError::Root,
        ),
    ] {
        assert_eq!(Checkpoint::parse(&wrong), Err(error), "{wrong:?}");
    }
}

#[test]
fn c2_19_extension_lines_are_kept_and_covered_by_the_signature() {
    let text = format!("{}first\nsecond 2\n", demo());
    let checkpoint = Checkpoint::parse(&text).unwrap();
    assert_eq!(checkpoint.extensions(), ["first", "second 2"]);
    assert_eq!(checkpoint.to_string(), text);
    assert_ne!(checkpoint, demo());
    let signer = demo_signer();
    let note = checkpoint.sign(&signer).unwrap().to_string();
    let open = |note: &str| {
        SignedCheckpoint::open(note.as_bytes(), &signer.vkey(), &[]).map(|signed| signed.checkpoint)
    };
    assert_eq!(open(&note), Ok(checkpoint));
    let (name, key_id) = (signer.origin().to_string(), signer.key_id());
    let is_false = Err(CheckpointError::Note(NoteError::False { name, key_id }));
    assert_eq!(open(&note.replace("second 2\n", "")), is_false);
}
