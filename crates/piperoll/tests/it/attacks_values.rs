//! The attacks of the suite by their numbers: values of another type and names that mislead (C1.5, C1.6, C8.63).

use crate::attacks::{at, run};
use crate::place::{Place, assert_sound, entries};
use crate::tamper::{Bench, assert_found};
use piperoll::event::{Draft, LineDefaults};
use piperoll::store::{Filter, Order, Page};
use piperoll::verify::Verdict::Altered;
use piperoll_testkit::tamper::Shape;

fn draft(payload: &str) -> Draft {
    let line = format!(
        r#"{{"kind":"row","action":"UPDATE","actor":{{"name":"a"}},"resource":{{"system":"s","name":"t","kind":"table"}},"payload":{payload}}}"#
    );
    Draft::from_line(line.as_bytes(), &LineDefaults::default()).unwrap()
}

/// What differs in a value or in its type alone differs in what is hashed, and none of it is an alarm.
#[test]
fn c1_5_values_of_every_type_are_kept_apart() {
    let values = [
        "null",
        "\"\"",
        "\"null\"",
        "0",
        "-0.0",
        "\"0\"",
        "false",
        "1",
        "1.5",
        "\"1.50\"",
        "9007199254740991",
        "\"9223372036854775807\"",
        "1e400",
        "\"NaN\"",
        "\"Infinity\"",
        "\"2026-11-01T08:00:00Z\"",
        "\"2026-11-01T08:00:00+00:00\"",
        "[]",
        "{}",
        "[null]",
        "{\"$type\":\"bytes\",\"value\":\"AAE=\"}",
    ];
    let place = Place::new();
    let trail = place.make();
    let drafts: Vec<Draft> = values
        .iter()
        .map(|value| draft(&format!(r#"{{"key":1,"after":{{"a":{value}}}}}"#)))
        // The field that is missing is none of them.
        .chain([draft(r#"{"key":1,"after":{}}"#)])
        .collect();
    trail.record(&drafts).unwrap();
    drop(trail);
    assert_sound(&place.settings(), None);
    let payloads: Vec<_> = entries(&place.settings())
        .into_iter()
        .map(|e| e.payload)
        .collect();
    for (at, payload) in payloads.iter().enumerate() {
        let same = payloads.iter().filter(|other| *other == payload).count();
        assert_eq!(same, 1, "{:?}", values.get(at));
    }
    for not_json in ["NaN", "Infinity", "-Infinity"] {
        let line = format!(
            r#"{{"kind":"row","action":"UPDATE","actor":{{"name":"a"}},"resource":{{"system":"s","name":"t","kind":"table"}},"payload":{{"key":{not_json}}}}}"#
        );
        let refused = Draft::from_line(line.as_bytes(), &LineDefaults::default());
        assert!(refused.is_err(), "{not_json}");
    }
}

#[test]
fn c1_5_a_stored_value_of_another_type_is_an_alteration() {
    let bench = Bench::new(Shape::Small);
    // Of the bytes nothing changes: only what SQLite calls them.
    for set in [
        "header = CAST(header AS BLOB)",
        "payload = CAST(payload AS BLOB)",
        "salt = hex(salt)",
        "payload = '', salt = zeroblob(32)",
        "payload = ''",
        "salt = zeroblob(0)",
        "salt = NULL",
    ] {
        let report =
            bench.report(|c| run(c, &format!("UPDATE entries SET {set} WHERE seq = 4"), 1));
        assert_found(&report, None, &[at(Altered, 4)]);
    }
    let set = "UPDATE entries SET id = CAST(id AS BLOB) WHERE seq = 4";
    let report = bench.report(|c| run(c, set, 1));
    assert_found(&report, None, &[(Altered, None), at(Altered, 4)]);
    // A payload whose value only changes its type: a number for its text, nothing for null, and the other way round.
    for (from, to) in [
        (r#""dba4""#, "4"),
        (r#""dba4""#, "null"),
        (r#""dba4""#, r#""""#),
    ] {
        let report = bench.report(|c| {
            let sql = format!("UPDATE entries SET payload = replace(payload, '{from}', '{to}') WHERE seq = 4 AND instr(payload, '{from}')");
            run(c, &sql, 1);
        });
        assert_found(&report, None, &[at(Altered, 4)]);
    }
}

#[test]
fn c1_6_a_seam_that_moves_is_an_alteration() {
    let bench = Bench::new(Shape::Small);
    // A letter goes from one field to its neighbour: the text of both together stays.
    let moved = "json_set(header, '$.resource.name', substr(json_extract(header, '$.resource.name'), 2), '$.resource.system', json_extract(header, '$.resource.system') || substr(json_extract(header, '$.resource.name'), 1, 1))";
    let report = bench.report(|c| {
        let sql = format!("UPDATE entries SET header = {moved} WHERE seq = 4");
        run(c, &sql, 1);
    });
    assert_found(&report, None, &[at(Altered, 4)]);
    // A byte goes from the payload to the salt before it, and a whole block beyond the end of a payload.
    for set in [
        "salt = CAST(salt || substr(CAST(payload AS BLOB), 1, 1) AS BLOB), payload = substr(payload, 2)",
        "payload = payload || char(128) || printf('%.63c', char(0))",
    ] {
        let report =
            bench.report(|c| run(c, &format!("UPDATE entries SET {set} WHERE seq = 4"), 1));
        assert_found(&report, None, &[at(Altered, 4)]);
    }
    // Keys of several parts that are one text when they are joined.
    let place = Place::new();
    let trail = place.make();
    let keys = [
        r#"["ab","c"]"#,
        r#"["a","bc"]"#,
        // By itself it is what an array of it alone is.
        r#"["a","b"]"#,
        r#""a,b""#,
        r#"{"a":"b"}"#,
        r#""{\"a\":\"b\"}""#,
    ];
    let drafts = keys.map(|key| draft(&format!(r#"{{"key":{key}}}"#)));
    trail.record(&drafts).unwrap();
    let all = page();
    let mut found = Vec::new();
    let snapshot = trail.store().snapshot().unwrap();
    snapshot
        .entries(0..i64::MAX, &mut |stored| {
            let attributes = stored.read_attributes()?;
            let keys = attributes.iter().filter(|(name, _)| *name == "key");
            found.extend(keys.map(|(_, value)| value.to_owned()));
            Ok(std::ops::ControlFlow::Continue(()))
        })
        .unwrap();
    assert_eq!(found.len(), keys.len());
    found.sort();
    found.dedup();
    assert_eq!(found.len(), keys.len(), "two keys are one");
    assert_eq!(
        trail.entries(&Filter::default(), &all).unwrap().len(),
        keys.len()
    );
    drop(snapshot);
    drop(trail);
    assert_sound(&place.settings(), None);
}

fn page() -> Page {
    Page {
        order: Order::OldestFirst,
        after: None,
        limit: 100,
    }
}

#[test]
fn c8_63_sql_in_names_is_text() {
    let names = [
        "x'; DROP TABLE entries; --",
        "\" OR 1=1 --",
        "x') UNION SELECT value FROM meta --",
        "?1",
        "%_*",
    ];
    let place = Place::new();
    let trail = place.make();
    for name in names {
        let mut named = draft(r#"{"key":1}"#);
        named.actor.name = name.to_owned();
        named.resource.name = name.to_owned();
        named.reason = Some(name.to_owned());
        trail.record(&[named]).unwrap();
    }
    for name in names {
        let filter = Filter {
            actor: Some(name.to_owned()),
            ..Filter::default()
        };
        let found = trail.entries(&filter, &page()).unwrap();
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].header.resource.name, name);
    }
    drop(trail);
    assert_eq!(
        assert_sound(&place.settings(), None).size,
        names.len() as u64
    );
}
