//! What accounts for a payload that is gone, and what does not.

use crate::attacks::{at, run};
use crate::tamper::{Bench, assert_found, verified};
use piperoll::event::{Action, Draft, Kind, Outcome, Payload, Phase};
use piperoll::verify::Level;
use piperoll::verify::Verdict::{Altered, Missing};
use piperoll_testkit::tamper::{Insider, Shape, raw};
use rusqlite::Connection;

/// Destroys payloads, salts and attributes, as an erasure does.
fn wipe(c: &Connection, first: u64, last: u64) {
    let sql = format!(
        "UPDATE entries SET payload = NULL, salt = NULL, attributes = NULL WHERE seq BETWEEN {first} AND {last}"
    );
    c.execute(&sql, []).unwrap();
}

#[test]
fn a_payload_that_is_gone_without_a_tombstone_is_missing() {
    let bench = Bench::new(Shape::Small);
    let report = bench.report(|c| wipe(c, 10, 16));
    // Of 14 there never was one.
    assert_found(
        &report,
        None,
        &[(Missing, Some((10, 13))), (Missing, Some((15, 16)))],
    );
    assert_eq!(report.checked.erased, 2);
    let report = bench.report(|c| run(c, "UPDATE entries SET payload = NULL WHERE seq = 4", 1));
    assert_found(&report, None, &[at(Altered, 4)]);
    let report = bench.report(|c| run(c, "UPDATE entries SET salt = NULL WHERE seq = 4", 1));
    assert_found(&report, None, &[at(Altered, 4)]);
}

#[test]
fn sealed_tombstones_account_for_what_lies_before_them() {
    let bench = Bench::new(Shape::Small);
    for action in [Action::Erase, Action::Purge] {
        let copy = bench.copy();
        let insider = Insider::open(&copy.settings);
        let mut draft = insider.tombstone(&[(10, 12), (11, 13), (15, 15), (16, 16)]);
        draft.action = action;
        insider.append(&[insider.event(&draft)]);
        drop(insider);
        raw(&copy.path, |c| wipe(c, 10, 16));
        let report = verified(&copy, &copy.l1());
        assert_found(&report, Some(Level::L1), &[]);
        // Two of the sample, and 10 to 13, 15 and 16, each once.
        assert_eq!(report.checked.erased, 8);
        // One more than it says.
        raw(&copy.path, |c| wipe(c, 17, 17));
        assert_found(&verified(&copy, &copy.l1()), None, &[at(Missing, 17)]);
    }
}

#[test]
fn what_is_no_tombstone_accounts_for_nothing() {
    let ranges = |text: &str| {
        let payload = format!(r#"{{"context":{{"entries":{text}}}}}"#);
        Some(Payload::from_bytes(payload.as_bytes()).unwrap())
    };
    type Change = Box<dyn Fn(&mut Draft)>;
    let cases: Vec<(&str, Change)> = vec![
        ("an intent", Box::new(|d| d.phase = Some(Phase::Intent))),
        ("no phase", Box::new(|d| d.phase = None)),
        (
            "a failure",
            Box::new(|d| d.outcome = Some(Outcome::Failure)),
        ),
        ("a denial", Box::new(|d| d.outcome = Some(Outcome::Denied))),
        ("unknown", Box::new(|d| d.outcome = Some(Outcome::Unknown))),
        ("another kind", Box::new(|d| d.kind = Kind::Config)),
        ("another action", Box::new(|d| d.action = Action::Archive)),
        ("no payload", Box::new(|d| d.payload = None)),
        ("no array", Box::new(move |d| d.payload = ranges("5"))),
        ("no ranges", Box::new(move |d| d.payload = ranges("[4,4]"))),
        ("one end", Box::new(move |d| d.payload = ranges("[[4]]"))),
        (
            "three ends",
            Box::new(move |d| d.payload = ranges("[[4,4,4]]")),
        ),
        (
            "text",
            Box::new(move |d| d.payload = ranges(r#"[["4","4"]]"#)),
        ),
        (
            "typed",
            Box::new(move |d| d.payload = ranges(r#"[[{"$int":"4"},{"$int":"4"}]]"#)),
        ),
        (
            "backwards",
            Box::new(move |d| d.payload = ranges("[[5,3]]")),
        ),
        (
            "negative",
            Box::new(move |d| d.payload = ranges("[[-1,4]]")),
        ),
    ];
    let bench = Bench::new(Shape::Small);
    for (what, change) in cases {
        let copy = bench.copy();
        let insider = Insider::open(&copy.settings);
        let mut draft = insider.tombstone(&[(4, 4)]);
        change(&mut draft);
        insider.append(&[insider.event(&draft)]);
        drop(insider);
        raw(&copy.path, |c| wipe(c, 4, 4));
        let report = verified(&copy, &copy.l1());
        println!("{what}");
        assert_found(&report, None, &[at(Missing, 4)]);
    }
}

#[test]
fn a_tombstone_accounts_for_nothing_at_or_behind_itself() {
    let bench = Bench::new(Shape::Small);
    let copy = bench.copy();
    let size = copy.size;
    let insider = Insider::open(&copy.settings);
    let mut later = insider.tombstone(&[]);
    later.kind = Kind::Business;
    let tombstone = insider.tombstone(&[(4, size + 1), (size + 1, u64::from(u32::MAX))]);
    insider.append(&[insider.event(&tombstone)]);
    insider.append(&[insider.event(&later)]);
    drop(insider);
    raw(&copy.path, |c| wipe(c, size + 1, size + 1));
    assert_found(&verified(&copy, &copy.l1()), None, &[at(Missing, size + 1)]);
    raw(&copy.path, |c| wipe(c, 7, 7));
    assert_found(&verified(&copy, &copy.l1()), None, &[at(Missing, size + 1)]);
}

#[test]
fn a_tombstone_without_its_payload_accounts_for_nothing() {
    let bench = Bench::new(Shape::Small);
    let tombstone = bench.sound().size - 1;
    let report = bench.report(|c| wipe(c, tombstone, tombstone));
    assert_found(
        &report,
        None,
        &[(Missing, Some((5, 6))), at(Missing, tombstone)],
    );
    // Another tombstone that lists the first one does not help: those of kind `trail` are never erased.
    let copy = bench.copy();
    let insider = Insider::open(&copy.settings);
    insider.erase(&[(tombstone, tombstone)]);
    drop(insider);
    let expected = [(Missing, Some((5, 6))), at(Missing, tombstone)];
    assert_found(&verified(&copy, &copy.l1()), None, &expected);
}

#[test]
fn a_tombstone_that_nobody_sealed_accounts_for_nothing() {
    let bench = Bench::new(Shape::Small);
    let tombstone = bench.sound().size - 1;
    // Entry 21 becomes a copy of the tombstone with another range; its commitment fits, its leaf does not.
    let copy = bench.copy();
    let insider = Insider::open(&copy.settings);
    let event = insider.event(&insider.tombstone(&[(4, 4)]));
    drop(insider);
    raw(&copy.path, |c| {
        wipe(c, 4, 4);
        let (payload, salt) = event.payload.clone().unwrap();
        let sql = "UPDATE entries SET id = ?1, header = ?2, payload = ?3, salt = ?4 WHERE seq = 21";
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let values = (
            event.header.id.to_string(),
            text(event.header_bytes.clone()),
            text(payload.to_vec()),
            salt.as_bytes(),
        );
        assert_eq!(c.execute(sql, values).unwrap(), 1);
    });
    assert_found(
        &verified(&copy, &copy.l1()),
        None,
        &[at(Missing, 4), at(Altered, 21)],
    );
    // A sealed one whose stored hash alone was changed still counts.
    let report = bench.report(|c| {
        let sql = format!(
            "UPDATE tiles SET hashes = CAST(substr(hashes, 1, {tombstone} * 32) || zeroblob(32) AS BLOB)"
        );
        run(c, &sql, 1);
    });
    assert_found(&report, None, &[(Altered, None)]);
    assert_eq!(report.checked.erased, 2);
}

#[test]
fn what_is_left_of_an_erased_payload_is_found() {
    let bench = Bench::new(Shape::Small);
    for (sql, words) in [
        (
            "UPDATE entries SET salt = zeroblob(32) WHERE seq = 5",
            "the payload is gone, its salt is not",
        ),
        (
            "UPDATE entries SET payload = '{}' WHERE seq = 5",
            "the salt is gone",
        ),
        (
            "UPDATE entries SET attributes = '{\"key\":\"x\"}' WHERE seq = 5",
            "attribute `key` does not come from the payload",
        ),
    ] {
        let report = bench.report(|c| run(c, sql, 1));
        assert_found(&report, None, &[at(Altered, 5)]);
        assert_eq!(report.findings[0].detail, words);
    }
}
