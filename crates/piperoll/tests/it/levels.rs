//! Level L3: witnesses that a policy asks for, and the attacks on them by their numbers (C3.27, C3.28, C7.60).

use crate::attacks::run;
use crate::tamper::{Bench, assert_found, verified};
use piperoll::ErrorKind;
use piperoll::seal::{NoteSignature, Policy};
use piperoll::verify::Verdict::{Forged, Missing};
use piperoll::verify::{Level, Report, Request};
use piperoll_testkit::naive::key::Key;
use piperoll_testkit::naive::note::{cosignature, signature_line};
use piperoll_testkit::tamper::{Sample, Shape};

const SECONDS: u64 = 1_793_600_000;

fn witness(number: u8) -> Key {
    Key::cosigner(&format!("witness.example/{number}"), [number; 32])
}

/// A policy of three witnesses, of which so many must have cosigned.
fn of_three(needed: &str) -> String {
    let mut text = String::new();
    for number in 1..=3 {
        text += &format!("witness w{number} {}\n", witness(number).vkey());
    }
    text + &format!("group g {needed} w1 w2 w3\nquorum g\n")
}

fn text_of(note: &str) -> &str {
    &note[..note.find("\n\n").unwrap() + 1]
}

/// The line with which a key cosigns a text.
fn line(key: &Key, text: &str) -> String {
    signature_line(key, &cosignature(key, text, SECONDS))
}

/// The note with the cosignatures of these witnesses under it.
fn cosigned(note: &str, witnesses: &[u8]) -> String {
    let lines = witnesses
        .iter()
        .map(|number| line(&witness(*number), text_of(note)));
    note.to_owned() + &lines.collect::<String>()
}

fn request(sample: &Sample, pin: &str, policy: &str) -> Request {
    Request {
        pin: Some(pin.as_bytes().to_vec()),
        policy: Some(Policy::parse(policy.as_bytes(), "policy").unwrap()),
        level: Level::L3,
        ..sample.l1()
    }
}

fn assert_level(report: &Report, level: Level, witnessed: Option<u64>, unchecked: &[&str]) {
    assert_found(report, Some(level), &[]);
    assert_eq!(report.witnessed, witnessed, "{report:#?}");
    assert_eq!(report.unchecked, unchecked);
    assert_eq!(report.is_complete(), level == Level::L3);
    assert!(!report.is_negative());
}

#[test]
fn a_quorum_of_witnesses_is_level_3_up_to_what_they_cosigned() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.sound();
    for (number, size) in [(0, 12), (1, 22)] {
        let kept = &sample.kept[number];
        for witnesses in [&[1, 2][..], &[3, 1], &[1, 2, 3]] {
            let request = request(sample, &cosigned(kept, witnesses), &of_three("2"));
            assert_level(&verified(sample, &request), Level::L3, Some(size), &[]);
        }
    }
    // A checkpoint that nobody cosigned is still one that was kept elsewhere.
    let mut plain = request(sample, &sample.kept[1], &of_three("2"));
    plain.policy = None;
    plain.level = Level::L2;
    assert_found(&verified(sample, &plain), Some(Level::L2), &[]);
}

#[test]
fn c3_27_a_witness_is_absent() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.sound();
    let kept = &sample.kept[1];
    // One of three may be down when two are enough; the trail itself goes on without any.
    let pin = cosigned(kept, &[2, 3]);
    let report = verified(sample, &request(sample, &pin, &of_three("2")));
    assert_level(&report, Level::L3, Some(22), &[]);
    let cases = [
        (
            pin.as_str(),
            "all",
            "2 of the 3 that it needs, without `w1`",
        ),
        (
            &cosigned(kept, &[1]),
            "2",
            "1 of the 2 that it needs, without `w2`, `w3`",
        ),
        (
            kept,
            "any",
            "0 of the 1 that it needs, without `w1`, `w2`, `w3`",
        ),
        // Witnesses that the policy does not know, and one that signs twice.
        (
            &cosigned(kept, &[1, 8, 9]),
            "2",
            "1 of the 2 that it needs, without `w2`, `w3`",
        ),
        (
            &cosigned(kept, &[1, 1, 1]),
            "2",
            "1 of the 2 that it needs, without `w2`, `w3`",
        ),
    ];
    for (pin, needed, lacks) in cases {
        let report = verified(sample, &request(sample, pin, &of_three(needed)));
        let why =
            format!("witnesses: the quorum of the policy is not reached: group `g` has {lacks}");
        assert_level(&report, Level::L2, None, &[&why]);
    }
}

#[test]
fn c3_28_one_of_the_witnesses_is_malicious() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.sound();
    let (kept, other) = (&sample.kept[1], &sample.kept[0]);
    let good = cosigned(kept, &[1, 2]);
    let bad = witness(3);
    let alone = Key::cosigner(bad.name(), [9; 32]);
    // The honest blob of another witness, and of itself over another tree, under its own ID.
    let copied = [
        bad.id().as_slice(),
        &cosignature(&witness(1), text_of(kept), SECONDS)[4..],
    ]
    .concat();
    let mut later = cosignature(&bad, text_of(kept), SECONDS);
    later[11] ^= 1;
    let lies = [
        line(&bad, text_of(other)),
        signature_line(&bad, &copied),
        signature_line(&bad, &later),
        signature_line(&bad, &later[..11]),
        signature_line(&bad, &later[..4 + 8 + 63]),
    ];
    for lie in lies {
        let pin = format!("{good}{lie}");
        let report = verified(sample, &request(sample, &pin, &of_three("2")));
        assert_found(&report, Some(Level::L1), &[(Forged, None)]);
        assert_eq!(report.witnessed, None);
        assert!(report.is_negative());
        let detail = &report.findings[0].detail;
        let name = "the checkpoint kept elsewhere: the signature of `witness.example/3`";
        assert!(
            detail.starts_with(name) && detail.ends_with("is false"),
            "{detail}"
        );
        // Whoever does not know that witness passes over its line.
        let two = format!(
            "witness w1 {}\nwitness w2 {}\ngroup g all w1 w2\nquorum g\n",
            witness(1).vkey(),
            witness(2).vkey()
        );
        let report = verified(sample, &request(sample, &pin, &two));
        assert_level(&report, Level::L3, Some(22), &[]);
    }
    // A key of its name that is not its key: another ID, so nobody's.
    let pin = format!("{good}{}", line(&alone, text_of(kept)));
    let report = verified(sample, &request(sample, &pin, &of_three("all")));
    assert_eq!(report.level, Some(Level::L2));
    assert_eq!(report.findings, []);
}

#[test]
fn c3_28_witnesses_do_not_make_another_history_this_one() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.copy();
    // The trail forgets a kept checkpoint that all have cosigned.
    let pin = cosigned(&sample.kept[2], &[1, 2, 3]);
    let sample = bench.changed(|c| {
        run(c, "DELETE FROM checkpoints WHERE number = 2", 1);
        run(c, "UPDATE head SET kept = 2", 1);
    });
    let report = verified(&sample, &request(&sample, &pin, &of_three("all")));
    assert_found(&report, Some(Level::L1), &[(Missing, None)]);
    assert_eq!(report.witnessed, None);
}

#[test]
fn c7_60_signatures_of_unknown_types_are_passed_over() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.sound();
    let kept = &sample.kept[1];
    // A name and an ID that is that of a key of type 0x06, and a signature as long as those of ML-DSA-44 with their time.
    let future = NoteSignature {
        name: "witness.example/m".to_owned(),
        key_id: piperoll::seal::KeyId::new([6, 6, 6, 6]),
        signature: vec![6; 8 + 2_420],
    };
    let with_future = |note: &str| format!("{note}{future}\n");
    let vkey = "witness.example/m+06060606+BgYGBgYG";
    let policy = |needed: &str| {
        format!(
            "witness w1 {}\nwitness m {vkey}\ngroup g {needed} w1 m\nquorum g\n",
            witness(1).vkey()
        )
    };
    let pin = with_future(&cosigned(kept, &[1]));
    let report = verified(sample, &request(sample, &pin, &policy("any")));
    assert_level(&report, Level::L3, Some(22), &[]);
    let report = verified(sample, &request(sample, &pin, &of_three("any")));
    assert_level(&report, Level::L3, Some(22), &[]);
    // Present, and the Ed25519 one absent: it is no forgery, and does not count.
    let pin = with_future(kept);
    let report = verified(sample, &request(sample, &pin, &policy("any")));
    let why = "witnesses: the quorum of the policy is not reached: group `g` has 0 of the 1 that it needs, \
               without `w1`, `m` (whose key has type 0x06, which is not understood)";
    assert_level(&report, Level::L2, None, &[why]);
}

#[test]
fn what_the_policy_says_of_logs_is_heeded() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.sound();
    let pin = cosigned(&sample.kept[1], &[1, 2]);
    let stranger = Key::log("shop.example/audit", [3; 32]);
    let ours = format!(
        "log {}\nlog {}\n{}",
        stranger.vkey(),
        sample.log,
        of_three("2")
    );
    let report = verified(sample, &request(sample, &pin, &ours));
    assert_level(&report, Level::L3, Some(22), &[]);
    // Its key of this log serves where no other is given.
    let mut alone = request(sample, &pin, &ours);
    alone.keys.clear();
    let report = verified(sample, &alone);
    assert_found(&report, Some(Level::L3), &[]);
    assert_eq!(report.key, Some(sample.log.to_string()));

    let theirs = format!("log {}\n{}", stranger.vkey(), of_three("2"));
    let error = sample.verify(&request(sample, &pin, &theirs)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(
        error.to_string(),
        format!(
            "the policy lists logs, and not the key of this trail: `{}`",
            sample.log
        )
    );
    // The clock is the log's own.
    let clock = format!("witness c {}\nquorum c\n", sample.clock);
    let error = sample.verify(&request(sample, &pin, &clock)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(
        error.to_string(),
        "the policy takes `shop.example/audit/clock` for a witness, the trail's own clock"
    );
}

#[test]
fn level_3_is_not_stated_where_nobody_witnessed() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.sound();
    let pin = cosigned(&sample.kept[1], &[1, 2]);
    let report = verified(sample, &request(sample, &pin, "quorum none\n"));
    let why = "witnesses: the policy asks for none";
    assert_level(&report, Level::L2, None, &[why]);
    let mut without_pin = request(sample, &pin, &of_three("any"));
    without_pin.pin = None;
    let report = verified(sample, &without_pin);
    let why = "witnesses: no checkpoint that they cosigned was given";
    assert_level(&report, Level::L1, None, &[why]);
    let mut without_key = request(sample, &pin, &of_three("any"));
    without_key.keys.clear();
    let report = verified(sample, &without_key);
    assert_found(&report, Some(Level::L0), &[]);
    assert_eq!((report.witnessed, report.is_complete()), (None, false));
}
