//! The attacks of the suite by their numbers: proofs and checkpoints of another form (C2.18, C2.19).

use crate::tamper::{Bench, assert_found, found, verified};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use piperoll::ErrorKind;
use piperoll::seal::{Checkpoint, EntryIndex, NoteSignature};
use piperoll::trail::{Entry, Trail};
use piperoll::verify::Verdict::{Altered, Forged};
use piperoll::verify::{Evidence, Level, PayloadState, Verdict, verify_proof};
use piperoll_testkit::tamper::{Fixed, Sample, Shape};

fn json(entry: &Entry) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let payload = entry.payload.as_deref().map_or("null".to_owned(), text);
    let salt = entry.salt.as_deref().unwrap_or_default();
    format!(
        r#"{{"index":{},"header":{},"payload":{payload},"salt":"{}"}}"#,
        entry.index,
        text(&entry.header_bytes),
        STANDARD.encode(salt)
    )
}

/// What the evidence shows: `None` when its form is none; else whether it proves the entry, and the verdicts.
fn shown(sample: &Sample, proof: &str, entry: &str) -> Option<(bool, Vec<Verdict>)> {
    let evidence = Evidence {
        proof: proof.as_bytes(),
        entry: entry.as_bytes(),
        log: &sample.log,
        cosigners: std::slice::from_ref(&sample.clock),
    };
    match verify_proof(&evidence) {
        Ok(report) => {
            let verdicts = report.findings.iter().map(|finding| finding.verdict);
            let verdicts: Vec<Verdict> = verdicts.collect();
            assert_eq!(report.is_negative(), !verdicts.is_empty(), "{report:#?}");
            if report.is_proven() {
                assert_eq!(report.payload, PayloadState::Intact);
            }
            Some((report.is_proven(), verdicts))
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{}", error.chain());
            None
        }
    }
}

#[test]
fn c2_18_no_other_proof_proves_an_entry() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.copy();
    let trail = Trail::open(&sample.settings, Fixed::surroundings()).unwrap();
    let index = EntryIndex::new(4);
    let proof = trail.prove(index).unwrap().file.to_string();
    let entry = json(&trail.entry_at(index).unwrap());
    assert_eq!(shown(&sample, &proof, &entry), Some((true, vec![])));
    // Another kept checkpoint of another size, signed too.
    let (older, _) = (sample.kept[0].clone(), ());
    let (head, checkpoint) = proof.split_once("\n\n").unwrap();
    let lines: Vec<&str> = head.lines().collect();
    let (first, hashes) = lines.split_at(2);
    assert_eq!((first[1], hashes.len()), ("index 4", 5));
    let of = |index: &str, hashes: &[&str]| {
        let lines = [&[first[0], index], hashes].concat().join("\n");
        format!("{lines}\n\n{checkpoint}")
    };
    let swapped = [hashes[1], hashes[0], hashes[2], hashes[3], hashes[4]];
    let zero = STANDARD.encode([0; 32]);
    let altered = [
        of("index 4", &[hashes, &[hashes[0]]].concat()),
        of("index 4", &hashes[..4]),
        of("index 4", &hashes[1..]),
        of("index 4", &swapped),
        of("index 4", &[]),
        of("index 4", &[&hashes[..4], &[&zero]].concat()),
        format!("{head}\n\n{older}"),
    ];
    for proof in altered {
        assert_eq!(
            shown(&sample, &proof, &entry),
            Some((false, vec![Altered])),
            "{proof}"
        );
    }
    // Another index than that of the entry is a matter of the entry, too.
    for index in [
        "index 3",
        "index 5",
        "index 23",
        "index 18446744073709551615",
    ] {
        let (proven, verdicts) = shown(&sample, &of(index, hashes), &entry).unwrap();
        assert!(
            !proven && verdicts.contains(&Altered),
            "{index}: {verdicts:?}"
        );
        assert!(
            verdicts.contains(&Verdict::Reordered),
            "{index}: {verdicts:?}"
        );
    }
    // What is no number, no hash or too much of it is no proof.
    let many = vec![hashes[0]; 64];
    for proof in [
        of("index 18446744073709551616", hashes),
        of("index -1", hashes),
        of("index 04", hashes),
        of("index 4", &[&hashes[..4], &["AAAA"]].concat()),
        of("index 4", &[&hashes[..4], &[&hashes[4][..43]]].concat()),
        of("index 4", &many),
        proof.replace("\n\n", "\n"),
        String::new(),
    ] {
        assert_eq!(shown(&sample, &proof, &entry), None, "{proof}");
    }
    // The size and the root are signed.
    let text: Vec<&str> = checkpoint.lines().collect();
    let (size, root) = (text[1].to_owned(), text[2].to_owned());
    let more = (size.parse::<u64>().unwrap() + 1).to_string();
    let fewer = (size.parse::<u64>().unwrap() - 1).to_string();
    for (from, to) in [(&size, &more), (&size, &fewer), (&root, &zero)] {
        let changed = proof.replacen(&format!("\n{from}\n"), &format!("\n{to}\n"), 1);
        assert_ne!(changed, proof);
        assert_eq!(
            shown(&sample, &changed, &entry),
            Some((false, vec![Forged]))
        );
    }
    // Another entry under the same proof, and a changed one.
    let other =
        json(&trail.entry_at(EntryIndex::new(15)).unwrap()).replace("\"index\":15", "\"index\":4");
    let changed = entry.replace("actor-1", "actor-2");
    assert_ne!(changed, entry);
    for entry in [other, changed] {
        let (proven, verdicts) = shown(&sample, &proof, &entry).unwrap();
        assert!(!proven && verdicts == [Altered], "{verdicts:?}");
    }
}

/// A note in another form, whoever signed it before.
fn other_forms(note: &str) -> Vec<(&'static str, String)> {
    let (text, signatures) = note.split_once("\n\n").unwrap();
    let size = text.lines().nth(1).unwrap();
    let first = signatures.lines().next().unwrap();
    let blob = first.rsplit(' ').next().unwrap();
    let mut bytes = STANDARD.decode(blob).unwrap();
    bytes[10] ^= 1;
    let collision = first.replace(blob, &STANDARD.encode(&bytes));
    let with_size = |other: &str| note.replacen(&format!("\n{size}\n"), &format!("\n{other}\n"), 1);
    vec![
        ("leading zeros", with_size(&format!("0{size}"))),
        ("a plus sign", with_size(&format!("+{size}"))),
        ("u64 overflow", with_size("18446744073709551616")),
        ("CRLF", note.replace('\n', "\r\n")),
        ("no final newline", note.trim_end().to_owned()),
        ("a second blank line", note.replacen("\n\n", "\n\n\n", 1)),
        ("a blank line at the end", format!("{note}\n")),
        ("trailing text", format!("{note}trailing\n")),
        (
            "an extension line that nobody signed",
            format!("{text}\nextension\n\n{signatures}"),
        ),
        (
            "a line that is gone",
            note.replacen(&format!("\n{size}\n"), "\n", 1),
        ),
        ("another dash", note.replace('\u{2014}', "\u{2013}")),
        ("a hyphen", note.replace('\u{2014}', "-")),
        ("a key ID collision", format!("{note}{collision}\n")),
        ("no signature", format!("{text}\n\n")),
        ("nothing", String::new()),
    ]
}

#[test]
fn c2_19_a_checkpoint_of_another_form_is_forged() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.sound();
    let head = {
        let store = sample.store().unwrap();
        let snapshot = store.snapshot().unwrap();
        snapshot.head().unwrap().checkpoint
    };
    for (what, changed) in other_forms(&head) {
        assert_ne!(changed, head, "{what}");
        let copy = bench.changed(|c| {
            let sql = "UPDATE head SET checkpoint = ?1";
            assert_eq!(c.execute(sql, [&changed]).unwrap(), 1);
        });
        let report = verified(&copy, &copy.l1());
        let forged = found(&report).contains(&(Forged, None));
        assert!(
            forged && report.level <= Some(Level::L0),
            "{what}: {report:#?}"
        );
    }
    for (what, changed) in other_forms(&sample.kept[1]) {
        let copy = bench.changed(|c| {
            let sql = "UPDATE checkpoints SET note = ?1 WHERE number = 1";
            assert_eq!(c.execute(sql, [&changed]).unwrap(), 1);
        });
        let report = verified(&copy, &copy.l1());
        let forged = found(&report).contains(&(Forged, None));
        assert!(
            forged && report.level <= Some(Level::L0),
            "{what}: {report:#?}"
        );
        // As a pin it is none, whatever the trail is.
        let mut request = sample.l2(1);
        request.pin = Some(changed.into_bytes());
        let error = sample.verify(&request).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{what}");
    }
}

#[test]
fn c2_19_what_a_checkpoint_may_have_is_no_alarm() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.sound();
    let signer = sample.signer();
    let kept = &sample.kept[1];
    // Sixteen signatures of keys that nobody knows, one with the ID of the log key and one with its name.
    let mut lines: Vec<NoteSignature> = (0..14)
        .map(|number| NoteSignature {
            name: format!("stranger.example/{number}"),
            key_id: piperoll::seal::KeyId::new([number; 4]),
            signature: vec![number; 64],
        })
        .collect();
    lines.push(NoteSignature {
        name: "stranger.example/id".to_owned(),
        key_id: sample.log.key_id(),
        signature: vec![1; 64],
    });
    lines.push(NoteSignature {
        name: sample.log.name().to_owned(),
        key_id: piperoll::seal::KeyId::new([0xee; 4]),
        signature: vec![1; 64],
    });
    let mut pin = kept.clone();
    lines.iter().for_each(|line| pin += &format!("{line}\n"));
    assert_eq!(pin.matches('\u{2014}').count(), 18);
    let mut request = sample.l2(1);
    request.pin = Some(pin.into_bytes());
    assert_found(&verified(sample, &request), Some(Level::L2), &[]);
    // An extension line that the log has signed.
    let copy = bench.changed(|c| {
        let note: String = c
            .query_row("SELECT checkpoint FROM head", [], |row| row.get(0))
            .unwrap();
        let text = note.split_once("\n\n").unwrap().0.to_owned() + "\nextension\n";
        let note = Checkpoint::parse(&text).unwrap().sign(&signer).unwrap();
        c.execute("UPDATE head SET checkpoint = ?1", [note.to_string()])
            .unwrap();
    });
    assert_found(&verified(&copy, &copy.l1()), Some(Level::L1), &[]);
}
