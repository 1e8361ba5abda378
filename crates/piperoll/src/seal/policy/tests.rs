use super::*;
use crate::error::{Error, ErrorKind};
use crate::limits::{POLICY_BYTES_MAX, PROBLEMS_MAX};
use crate::seal::Signer;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

fn signer(name: &str) -> Signer {
    let mut seed = [7; 32];
    seed.iter_mut()
        .zip(name.bytes())
        .for_each(|(to, from)| *to = from);
    Signer::from_seed(Origin::parse(name).unwrap(), &seed)
}

fn log(name: &str) -> String {
    signer(name).vkey().to_string()
}

fn witness(name: &str) -> String {
    signer(name).clock().unwrap().vkey().to_string()
}

/// The example of the specification: two of X, and one of Y.
fn example() -> String {
    let mut text = format!("log {}\n\n", log("shop.example/audit"));
    for name in ["X1", "X2", "X3"] {
        writeln!(text, "witness {name} {}", witness(name)).unwrap();
    }
    text.push_str("group X-witnesses 2 X1 X2 X3\n\n");
    for name in ["Y1", "Y2", "Y3"] {
        writeln!(text, "witness {name} {}", witness(name)).unwrap();
    }
    text + "group Y-witnesses any Y1 Y2 Y3\n\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
}

fn parse(text: &str) -> Result<Policy> {
    Policy::parse(text.as_bytes(), "p")
}

fn problems(error: &Error) -> Vec<String> {
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    error.problems().iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_faults(text: &str, expected: &[&str]) {
    assert_eq!(problems(&parse(text).unwrap_err()), expected, "{text}");
}

fn judged(policy: &Policy, names: &[&str]) -> Result<(), String> {
    let names: Vec<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
    policy.judge(&names).map_err(|lacks| lacks.to_string())
}

#[test]
fn the_example_of_the_specification_is_read_and_judged() {
    let policy = parse(&example()).unwrap();
    let origin = Origin::parse("shop.example/audit").unwrap();
    let keys: Vec<_> = policy.log_keys(&origin).collect();
    assert_eq!(keys, [&signer("shop.example/audit").vkey()]);
    let other = Origin::parse("other").unwrap();
    assert_eq!(policy.log_keys(&other).count(), 0);
    assert!(policy.lists_logs() && policy.asks_for_witnesses());
    let names: Vec<_> = policy.witnesses().map(Witness::name).collect();
    assert_eq!(names, [b"X1", b"X2", b"X3", b"Y1", b"Y2", b"Y3"]);
    let key = signer("X1").clock().unwrap().vkey();
    assert_eq!(policy.witnesses().next().unwrap().key(), Some(&key));

    // Every subset, against the rule in words.
    let names = ["X1", "X2", "X3", "Y1", "Y2", "Y3"];
    for set in 0..64u32 {
        let cosigned: Vec<&str> = (0..6)
            .filter(|bit| set & (1 << bit) != 0)
            .map(|bit| names[bit])
            .collect();
        let expected = (set & 0b111).count_ones() >= 2 && set & 0b11_1000 != 0;
        assert_eq!(judged(&policy, &cosigned).is_ok(), expected, "{cosigned:?}");
    }
    assert_eq!(
        judged(&policy, &["X3", "X3", "x1", "X-witnesses", ""]).unwrap_err(),
        "group `X-and-Y` has 0 of the 2 that it needs, without `X-witnesses`, `Y-witnesses`; \
         group `X-witnesses` has 1 of the 2 that it needs, without `X1`, `X2`; \
         group `Y-witnesses` has 0 of the 1 that it needs, without `Y1`, `Y2`, `Y3`"
    );
}

#[test]
fn space_comments_and_urls_mean_nothing() {
    let text = format!(
        " \t\n# quorum x\n\t # \u{e9}\n \tlog\t{}  https://shop.example/ \nwitness # {} u\ngroup none-such 01 #\nquorum none-such \t",
        log("a"),
        witness("w")
    );
    let policy = parse(&text).unwrap();
    assert_eq!(judged(&policy, &["#"]), Ok(()));
    let lacks = "group `none-such` has 0 of the 1 that it needs, without `#`";
    assert_eq!(judged(&policy, &[]), Err(lacks.to_owned()));
}

#[test]
fn a_quorum_is_a_witness_a_group_or_none() {
    let one = format!("witness w {}\nquorum w\n", witness("w"));
    let policy = parse(&one).unwrap();
    assert!(!policy.lists_logs());
    assert_eq!(judged(&policy, &["w"]), Ok(()));
    assert_eq!(judged(&policy, &[]), Err("`w` has not cosigned".to_owned()));
    let policy = parse("quorum none\n").unwrap();
    assert!(!policy.asks_for_witnesses());
    assert_eq!(judged(&policy, &[]), Ok(()));
    // What is defined after the quorum does it no harm.
    let after = format!("quorum none\nwitness w {}\n", witness("w"));
    assert_eq!(parse(&after).unwrap().witnesses().count(), 1);
}

#[test]
fn names_are_octets() {
    let mut text = b"witness K ".to_vec();
    text.extend(witness("a").bytes());
    text.extend(b"\nwitness \xe2\x84\xaa ");
    text.extend(witness("b").bytes());
    text.extend(b"\nwitness \xff\xa0 ");
    text.extend(witness("c").bytes());
    text.extend(b"\ngroup g all \xff\xa0 \xe2\x84\xaa\nquorum g\n");
    let policy = Policy::parse(&text, "p").unwrap();
    assert_eq!(policy.judge(&[b"\xff\xa0", b"\xe2\x84\xaa"]), Ok(()));
    let lacks = policy.judge(&[b"K", b"\xff\xa0"]).unwrap_err();
    assert_eq!(
        lacks.to_string(),
        "group `g` has 1 of the 2 that it needs, without `\u{212a}`"
    );
}

#[test]
fn each_fault_of_a_line_is_told_with_its_place() {
    let (a, b, l) = (witness("a"), witness("b"), log("l"));
    let two = format!("witness a {a}\nwitness b {b}\n");
    let cases: &[(String, &[&str])] = &[
        (
            String::new(),
            &["p:1:1: there is no `quorum` line, and there must be one"],
        ),
        (
            "quorum none\n quorum none\n".into(),
            &["p:2:9: line 1 is a `quorum` line already; there is only one"],
        ),
        (
            "quorum\nquorum a b\n".into(),
            &[
                "p:1:1: this line is written `quorum <name>|none`",
                "p:2:1: this line is written `quorum <name>|none`",
            ],
        ),
        (
            "quorum g\n".into(),
            &["p:1:8: no earlier line defines a witness or a group `g`"],
        ),
        (
            format!("quorum a\nwitness a {a}\n"),
            &["p:1:8: no earlier line defines a witness or a group `a`"],
        ),
        (
            format!("{two}group g any a g none c\nquorum g\n"),
            &[
                "p:3:15: no earlier line defines a witness or a group `g`",
                "p:3:17: `none` cannot be a member of a group",
                "p:3:22: no earlier line defines a witness or a group `c`",
            ],
        ),
        (
            format!("{two}group g any a a\ngroup h any b a\nquorum h\n"),
            &[
                "p:3:15: `a` is a member on line 3 already; it can be one only once",
                "p:4:15: `a` is a member on line 3 already; it can be one only once",
            ],
        ),
        (
            format!("{two}group g 0 a\ngroup h 2 b\nquorum h\n"),
            &[
                "p:3:9: a group needs `all`, `any` or a number from 1 to that of its members, 1, not `0`",
                "p:4:9: a group needs `all`, `any` or a number from 1 to that of its members, 1, not `2`",
            ],
        ),
        (
            format!("{two}group g +1 a\ngroup h 99999999999999999999999 b\nquorum h\n"),
            &[
                "p:3:9: a group needs `all`, `any` or a number from 1 to that of its members, 1, not `+1`",
                "p:4:9: a group needs `all`, `any` or a number from 1 to that of its members, 1, not `99999999999999999999999`",
            ],
        ),
        (
            format!("{two}group g any\ngroup\nwitness x\nlog\nlogs {l}\nLOG {l}\nquorum a\n"),
            &[
                "p:3:1: this line is written `group <name> all|any|<k> <member>...`",
                "p:4:1: this line is written `group <name> all|any|<k> <member>...`",
                "p:5:1: this line is written `witness <name> <vkey> [<url>]`",
                "p:6:1: this line is written `log <vkey> [<url>]`",
                "p:7:1: `logs` starts no line of a policy; `log`, `witness`, `group`, `quorum` and `#` do",
                "p:8:1: `LOG` starts no line of a policy; `log`, `witness`, `group`, `quorum` and `#` do",
            ],
        ),
        (
            format!("log {l} u v\nwitness a {a} u v\nquorum none x\n"),
            &[
                "p:1:1: this line is written `log <vkey> [<url>]`",
                "p:2:1: this line is written `witness <name> <vkey> [<url>]`",
                "p:3:1: this line is written `quorum <name>|none`",
            ],
        ),
        (
            format!("witness none {a}\nwitness b {b}\ngroup b any b\nquorum none\n"),
            &[
                "p:1:9: `none` is no name of a witness or a group",
                "p:3:7: line 2 defines `b` already",
            ],
        ),
        (
            format!("log {a}\nwitness w {l}\nquorum w\n"),
            &[
                "p:1:5: this is the key of a witness (type 0x04), and not of a log",
                "p:2:11: this is the key of a log (type 0x01), and not of a witness",
            ],
        ),
        (
            "witness \u{e9}\t nonsense\nlog a+00000000+AAAA\nquorum none\r\n\u{7f}\0".into(),
            &[
                "p:1:12: this is not a verifier key: it is written <name>+<8 hex digits>+<base64>",
                "p:3:12: octet 0x0d may not stand in a policy: lines end in LF alone",
                "p:4:1: octet 0x7f may not stand in a policy",
            ],
        ),
    ];
    for (text, expected) in cases {
        assert_faults(text, expected);
    }
    let message = parse("quorum g\n").unwrap_err().to_string();
    assert_eq!(message, "`p` has 1 problem");
}

#[test]
fn a_key_under_another_name_is_the_same_key() {
    let renamed = |vkey: &str, name: &str| {
        let key = signer(vkey);
        let twin = Signer::from_seed(
            Origin::parse(name).unwrap(),
            // The seed that `signer` gives a key of this name.
            &key_seed(vkey),
        );
        assert_ne!(key.vkey().key_id(), twin.vkey().key_id());
        twin
    };
    let twin_log = renamed("l", "other").vkey();
    let twin_witness = renamed("w", "other").clock().unwrap().vkey();
    let text = format!(
        "log {}\nlog {twin_log}\nwitness w {}\n#\nwitness v {twin_witness}\nquorum w\n",
        log("l"),
        witness("w")
    );
    assert_faults(
        &text,
        &[
            "p:2:5: this log has the key of the one on line 1",
            "p:5:11: this witness has the key of the one on line 3",
        ],
    );
}

fn key_seed(name: &str) -> [u8; 32] {
    let text = signer(name).to_text();
    let base64 = text.rsplit('+').next().unwrap();
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(base64)
        .unwrap();
    bytes[1..].try_into().unwrap()
}

#[test]
fn a_key_of_a_type_that_is_not_understood_counts_as_absent() {
    // 0x06 and no more: what follows the type byte is not looked at.
    let text = format!(
        "witness a {}\nwitness m m.example+00000000+BgEC\ngroup g any a m\nquorum g\n",
        witness("a")
    );
    let policy = parse(&text).unwrap();
    let last = policy.witnesses().last().unwrap();
    assert_eq!((last.name(), last.key()), (&b"m"[..], None));
    assert_eq!(judged(&policy, &["a"]), Ok(()));
    assert_eq!(
        judged(&policy, &[]).unwrap_err(),
        "group `g` has 0 of the 1 that it needs, without `a`, `m` (whose key has type 0x06, which is not understood)"
    );
    let twice = "witness m m+00000000+BgEC\nwitness n n+00000001+BgEC\nquorum m\n";
    let expected = "p:2:11: this witness has the key of the one on line 1";
    assert_faults(twice, &[expected]);
}

#[test]
fn a_private_key_is_not_repeated() {
    let secret = signer("l").to_text();
    let text = format!("log {}\n{} x\nquorum none\n", *secret, *secret);
    let error = parse(&text).unwrap_err();
    assert_eq!(error.problems().len(), 2);
    let seed = secret.rsplit('+').next().unwrap();
    for problem in problems(&error) {
        assert!(!problem.contains(seed), "{problem}");
    }
}

#[test]
fn hostile_files_are_refused_soon() {
    let started = Instant::now();
    let too_large = vec![b'\n'; POLICY_BYTES_MAX + 1];
    let error = Policy::parse(&too_large, "p").unwrap_err();
    let expected = format!("p:1:1: a policy has at most {POLICY_BYTES_MAX} bytes");
    assert_eq!(problems(&error), [expected]);

    // One line of very many members, and very many lines at fault.
    let members = format!("group g any{}\nquorum none", " m".repeat(500_000));
    let error = parse(&members).unwrap_err();
    assert_eq!(error.problems().len(), PROBLEMS_MAX);
    assert_eq!(
        error.to_string(),
        format!("`p` has 500000 problems; the first {PROBLEMS_MAX} are listed")
    );
    assert_eq!(
        parse(&"x\n".repeat(500_000)).unwrap_err().problems().len(),
        100
    );

    // As deep as a file can be: each group holds the one before it.
    let mut deep = format!("witness 0 {}\n", witness("w"));
    for depth in 1..40_000 {
        writeln!(deep, "group {depth} 1 {}", depth - 1).unwrap();
    }
    deep.push_str("quorum 39999\n");
    let policy = parse(&deep).unwrap();
    assert_eq!(judged(&policy, &["0"]), Ok(()));
    let lacks = judged(&policy, &[]).unwrap_err();
    assert!(lacks.ends_with("; and 39991 more groups"), "{lacks}");
    assert!(started.elapsed() < Duration::from_secs(20));
}
