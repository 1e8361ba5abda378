//! The attacks of the suite by their numbers: content (C1), keys (C3), time (C4) and hostile input (C8).

use crate::tamper::{Bench, assert_found, verified};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use piperoll::event::{Draft, LineDefaults};
use piperoll::seal::{Hash, Origin, Signer};
use piperoll::trail::Trail;
use piperoll::verify::Verdict::{Altered, Forged};
use piperoll::verify::{Level, Verdict};
use piperoll::{Error, ErrorKind};
use piperoll_testkit::tamper::{Fixed, Sample, Shape, raw};
use rusqlite::Connection;
use rusqlite::types::Value;

/// Executes a statement that changes so many rows.
pub(crate) fn run(connection: &Connection, sql: &str, rows: usize) {
    assert_eq!(connection.execute(sql, []).unwrap(), rows, "{sql}");
}

pub(crate) const fn at(verdict: Verdict, index: u64) -> (Verdict, Option<(u64, u64)>) {
    (verdict, Some((index, index)))
}

#[test]
fn c1_1_one_byte_of_a_payload() {
    let bench = Bench::new(Shape::Tiles);
    for index in [0, 4, 255, 257, 297] {
        let report = bench.report(|c| {
            let sql = format!(
                "UPDATE entries SET payload = '[' || substr(payload, 2) WHERE seq = {index}"
            );
            run(c, &sql, 1);
        });
        assert_found(&report, None, &[at(Altered, index)]);
    }
}

#[test]
fn c1_2_each_header_field_in_turn() {
    let fields = [
        ("id", "'01932c07-a000-7000-8000-0000000000ff'"),
        ("at", "'2026-11-01T08:00:00.000001Z'"),
        ("recorded_at", "'2026-11-01T08:00:00.000001Z'"),
        ("kind", "'config'"),
        ("action", "'REVOKE'"),
        ("phase", "'outcome'"),
        ("of", "'01932c07-a000-7000-8000-0000000000ff'"),
        ("actor.name", "'mallory'"),
        ("actor.kind", "'service'"),
        ("actor.strength", "'authenticated'"),
        ("actor.via", "'sqlite3'"),
        ("resource.name", "'shop.main.other'"),
        ("resource.system", "'other'"),
        ("resource.kind", "'view'"),
        ("outcome", "'denied'"),
        ("reason", "'asked for'"),
        ("payload", "'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='"),
        ("v", "2"),
        ("extra", "1"),
    ];
    let bench = Bench::new(Shape::Small);
    for (field, value) in fields {
        let report = bench.report(|c| {
            let sql = format!(
                "UPDATE entries SET header = json_set(header, '$.{field}', {value}) WHERE seq = 4"
            );
            run(c, &sql, 1);
        });
        assert_found(&report, None, &[at(Altered, 4)]);
        assert!(
            report.findings[0].detail.contains("sealed"),
            "{field}: {report:#?}"
        );
    }
    for (field, index) in [
        ("payload", 4),
        ("reason", 8),
        ("phase", 9),
        ("actor.via", 4),
    ] {
        let report = bench.report(|c| {
            let sql = format!(
                "UPDATE entries SET header = json_remove(header, '$.{field}') WHERE seq = {index}"
            );
            run(c, &sql, 1);
        });
        assert_found(&report, None, &[at(Altered, index)]);
    }
    // A payload is promised that never was.
    let report = bench.report(|c| {
        let sql = "UPDATE entries SET header = json_set(header, '$.payload', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=') WHERE seq = 3";
        run(c, sql, 1);
    });
    assert_found(&report, None, &[at(Altered, 3)]);
}

#[test]
fn c1_3_two_payloads_are_swapped() {
    let bench = Bench::new(Shape::Small);
    for columns in ["payload", "salt", "payload, salt"] {
        let report = bench.report(|c| {
            let set = columns.replace(", ", ") , (");
            let set: Vec<String> = set
                .split(" , ")
                .map(|column| {
                    let column = column.trim_matches(['(', ')']);
                    format!(
                        "{column} = (SELECT o.{column} FROM old o WHERE o.seq = 19 - entries.seq)"
                    )
                })
                .collect();
            c.execute_batch("CREATE TEMP TABLE old AS SELECT * FROM entries")
                .unwrap();
            let sql = format!("UPDATE entries SET {} WHERE seq IN (4, 15)", set.join(", "));
            run(c, &sql, 2);
        });
        assert_found(&report, None, &[at(Altered, 4), at(Altered, 15)]);
    }
}

#[test]
fn c1_4_the_form_alone_is_an_alteration() {
    let bench = Bench::new(Shape::Small);
    for (column, from, to) in [
        ("header", r#","at""#, r#", "at""#),
        ("header", r#""v":1"#, r#""v":1.0"#),
        ("header", r#""actor-1""#, r#""\u0061ctor-1""#),
        ("header", r#""system":"shop"}"#, r#""system":"shop" }"#),
        (
            "header",
            r#"{"kind":"table","name":"shop.main.t4","#,
            r#"{"name":"shop.main.t4","kind":"table","#,
        ),
        ("payload", r#":"dba4""#, r#": "dba4""#),
        ("payload", r#""dba4""#, r#""\u0064ba4""#),
    ] {
        let report = bench.report(|c| {
            let sql = format!("UPDATE entries SET {column} = replace({column}, ?1, ?2) WHERE seq = 4 AND instr({column}, ?1)");
            assert_eq!(c.execute(&sql, [from, to]).unwrap(), 1, "{from}");
        });
        assert_found(&report, None, &[at(Altered, 4)]);
    }
}

#[test]
fn c1_7_an_inner_node_is_no_entry() {
    let bench = Bench::new(Shape::Small);
    let tile = |c: &Connection| -> Vec<u8> {
        c.query_row("SELECT hashes FROM tiles WHERE level = 0", [], |r| r.get(0))
            .unwrap()
    };
    // Entry 0 becomes the two leaves below their node, with and without the node's prefix; its stored hash becomes the node.
    for prefix in [&[][..], &[1]] {
        let report = bench.report(|c| {
            let mut hashes = tile(c);
            let header = [prefix, &hashes[..64]].concat();
            let [left, right] =
                [&hashes[..32], &hashes[32..64]].map(|h| Hash::from_slice(h).unwrap());
            hashes.splice(..32, *piperoll::seal::node_hash(&left, &right).as_bytes());
            c.execute(
                "UPDATE entries SET header = ?1 WHERE seq = 0",
                [Value::Blob(header)],
            )
            .unwrap();
            c.execute("UPDATE tiles SET hashes = ?1", [hashes]).unwrap();
        });
        assert!(
            report
                .findings
                .iter()
                .any(|f| f.verdict == Altered && f.entries == Some((0, 0))),
            "{report:#?}"
        );
        assert_eq!(report.level, None);
    }
}

#[test]
fn c1_8_a_replayed_entry() {
    let bench = Bench::new(Shape::Small);
    let size = bench.sound().size;
    let fresh = "'01932c07-a000-7000-8000-0000000000ff'";
    let report = bench.report(|c| {
        let sql = format!("INSERT INTO entries SELECT {size}, {fresh}, header, payload, salt, attributes FROM entries WHERE seq = 4");
        run(c, &sql, 1);
    });
    assert_found(&report, None, &[at(Forged, size)]);
    let report = bench.report(|c| {
        let sql = "UPDATE entries SET (header, payload, salt) = (SELECT header, payload, salt FROM entries WHERE seq = 4) WHERE seq = 15";
        run(c, sql, 1);
    });
    assert_found(&report, None, &[at(Altered, 15)]);
}

#[test]
fn c3_21_a_forged_signature() {
    let bench = Bench::new(Shape::Small);
    // The last letters of base64 before its padding are part of the signature.
    let flip = |note: &str| {
        let mut note = note.to_owned();
        let at = note.len() - 20;
        let letter = if note.as_bytes()[at] == b'A' {
            "B"
        } else {
            "A"
        };
        note.replace_range(at..=at, letter);
        note
    };
    for (table, condition, words) in [
        ("head", "id = 1", "the newest checkpoint"),
        ("checkpoints", "number = 1", "kept checkpoint 1"),
    ] {
        let column = if table == "head" {
            "checkpoint"
        } else {
            "note"
        };
        let copy = bench.changed(|c| {
            let sql = format!("SELECT {column} FROM {table} WHERE {condition}");
            let note: String = c.query_row(&sql, [], |r| r.get(0)).unwrap();
            let sql = format!("UPDATE {table} SET {column} = ?1 WHERE {condition}");
            c.execute(&sql, [flip(&note)]).unwrap();
        });
        let report = verified(&copy, &copy.l1());
        assert_found(&report, Some(Level::L0), &[(Forged, None)]);
        assert!(report.findings[0].detail.starts_with(words), "{report:#?}");
        // Nobody who has no key can tell.
        assert_found(&verified(&copy, &copy.l0()), Some(Level::L0), &[]);
    }
    // What another key signed is no better.
    let copy = bench.changed(|c| {
        let other = Signer::from_seed(bench.sound().settings.origin.clone(), &[7; 32]);
        let note: String = c
            .query_row("SELECT checkpoint FROM head", [], |r| r.get(0))
            .unwrap();
        let text = note.split_once("\n\n").unwrap().0.to_owned() + "\n";
        let checkpoint = piperoll::seal::Checkpoint::parse(&text).unwrap();
        let note = checkpoint.sign(&other).unwrap().to_string();
        c.execute("UPDATE head SET checkpoint = ?1", [note])
            .unwrap();
    });
    assert_found(
        &verified(&copy, &copy.l1()),
        Some(Level::L0),
        &[(Forged, None)],
    );
}

#[test]
fn c3_22_the_right_key_under_another_origin() {
    let bench = Bench::new(Shape::Small);
    let copy = bench.copy();
    let text = copy.signer().to_text();
    let base64 = text.splitn(5, '+').nth(4).unwrap();
    let seed = STANDARD.decode(base64).unwrap()[1..].try_into().unwrap();
    let other = Signer::from_seed(Origin::parse("other.example/audit").unwrap(), &seed);
    let mut request = copy.l1();
    request.keys = vec![other.vkey()];
    let error: Error = copy.verify(&request).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(
        error.to_string(),
        "the trail is that of `shop.example/audit`, not of `other.example/audit`"
    );
    // With the origin said, the key is simply none of this trail.
    request.origin = Some(copy.settings.origin.clone());
    let report = verified(&copy, &request);
    assert_found(&report, Some(Level::L0), &[]);
    assert!(!report.is_complete());
    assert_eq!(
        report.unchecked[0],
        "signatures: no key of this trail was given"
    );
}

#[test]
fn c4_30_entries_of_one_instant_have_an_order() {
    let bench = Bench::new(Shape::Small);
    let copy = bench.changed(|c| {
        let sql = "SELECT count(DISTINCT json_extract(header, '$.recorded_at')) FROM entries WHERE seq IN (3, 8)";
        assert_eq!(c.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap(), 1);
        run(c, "UPDATE entries SET seq = 100 WHERE seq = 3", 1);
        run(c, "UPDATE entries SET seq = 3 WHERE seq = 8", 1);
        run(c, "UPDATE entries SET seq = 8 WHERE seq = 100", 1);
    });
    let reordered = [at(Verdict::Reordered, 3), at(Verdict::Reordered, 8)];
    assert_found(&verified(&copy, &copy.l1()), None, &reordered);
}

fn record(sample: &Sample, lines: &[String]) {
    let trail = Trail::open(&sample.settings, Fixed::surroundings()).unwrap();
    let drafts: Vec<Draft> = lines
        .iter()
        .map(|line| Draft::from_line(line.as_bytes(), &LineDefaults::default()).unwrap())
        .collect();
    trail.record(&drafts).unwrap();
}

#[test]
fn c8_61_control_characters_reach_no_finding() {
    let bench = Bench::new(Shape::Small);
    let copy = bench.copy();
    let line = r#"{"kind":"access","action":"READ","actor":{"name":"eve\n\u001b[2J\u2014 shop.example/audit AAAA\n\u202e","via":"</script>"},
        "resource":{"system":"s","name":"a\r\nb","kind":"t"},"reason":"\u001b]0;x\u0007\n\n\u2014 "}"#;
    record(&copy, &[line.replace('\n', " ")]);
    assert_found(&verified(&copy, &copy.l1()), Some(Level::L1), &[]);

    raw(&copy.path, |c| {
        c.execute(
            "UPDATE entries SET attributes = json_object(?1, '') WHERE seq = 0",
            ["\u{1b}[2J\n\u{202e}\u{9b}x"],
        )
        .unwrap();
        c.execute(
            "UPDATE entries SET attributes = json_object(?1, '') WHERE seq = 1",
            ["y".repeat(5_000_000)],
        )
        .unwrap();
        c.execute_batch("CREATE TABLE \"\u{1b}[2J\n\"(a)").unwrap();
        c.execute(
            "UPDATE meta SET value = ?1 WHERE key = 'origin'",
            ["\u{1b}[2J\n"],
        )
        .unwrap();
    });
    let report = verified(&copy, &copy.l1());
    assert!(report.findings.len() >= 4, "{report:#?}");
    for finding in &report.findings {
        assert!(
            !finding
                .detail
                .contains(|c: char| c.is_control() || c == '\u{202e}'),
            "{finding:?}"
        );
        assert!(finding.detail.len() < 3_000, "{}", finding.detail.len());
        assert_eq!(finding.id.as_ref().map_or(36, String::len), 36);
    }
}

#[test]
fn c8_62_large_wide_and_deep_rows() {
    let bench = Bench::new(Shape::Small);
    let copy = bench.copy();
    let first = copy.size;
    let head = r#"{"kind":"row","action":"UPDATE","actor":{"name":"a"},"resource":{"system":"s","name":"t","kind":"table"},"payload":{"key":1,"after":"#;
    let wide: Vec<String> = (0..10_000).map(|n| format!(r#""c{n}":{n}"#)).collect();
    // The line, its payload and the image take three levels.
    let deep = 128 - 3;
    record(
        &copy,
        &[
            format!(r#"{head}{{"text":"{}"}}}}}}"#, "x".repeat(5_000_000)),
            format!("{head}{{{}}}}}}}", wide.join(",")),
            format!("{head}{}{}}}}}", "[".repeat(deep), "]".repeat(deep)),
        ],
    );
    assert_found(&verified(&copy, &copy.l1()), Some(Level::L1), &[]);
    raw(&copy.path, |c| {
        let sql = format!(
            "UPDATE entries SET payload = replace(payload, ',', ', ') WHERE seq >= {first}"
        );
        run(c, &sql, 3);
    });
    let expected = [(Altered, Some((first, first + 2)))];
    assert_found(&verified(&copy, &copy.l1()), None, &expected);
    // Bytes that are no text, and a NUL, in the place of a payload and of a header.
    for (column, bytes) in [("payload", "x'ff00fe'"), ("header", "x'7b00ff'")] {
        let report = bench.report(|c| {
            let sql = format!("UPDATE entries SET {column} = CAST({bytes} AS TEXT) WHERE seq = 4");
            run(c, &sql, 1);
        });
        assert_found(&report, None, &[at(Altered, 4)]);
    }
}
