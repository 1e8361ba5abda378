//! The library and the naive implementation read random lines alike: what they take, what they make of it, and where they see faults.

mod lines;
mod values;

use self::lines::{any_bytes, damaged, instant, line};
use self::values::json;
use piperoll::event::{
    Draft, EventId, Instant, Json, LineDefaults, Payload, Salt, Secret, Stamp, Value, attributes_of,
};
use piperoll_testkit::naive::line::Command;
use piperoll_testkit::naive::{self, Fault, canonical, number, record};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;

const ID: &str = "019abcde-0000-7000-8000-000000000000";
const RECORDED_AT: &str = "2026-11-01T08:00:00.000000Z";

/// What an implementation makes of a line: header, payload and attributes, or the places of the faults.
#[derive(Debug, PartialEq)]
enum Made {
    Entry {
        header: String,
        payload: Option<String>,
        attributes: Vec<(String, String)>,
    },
    Faults(BTreeSet<String>),
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn by_library(line: &[u8], command: &Command) -> Made {
    let defaults = LineDefaults {
        actor: command.actor.clone(),
        reason: command.reason.clone(),
    };
    let stamp = Stamp {
        id: EventId::parse(ID).unwrap(),
        recorded_at: Instant::parse(RECORDED_AT).unwrap(),
        salt: Salt::new([3; 32]),
        secret: &Secret::new([4; 32]),
    };
    match Draft::from_line(line, &defaults) {
        Ok(draft) => {
            assert_eq!(draft.problems(), []);
            let event = draft.stamp(&stamp).unwrap();
            if let Some((payload, _)) = &event.payload {
                let stored = Payload::from_bytes(payload).unwrap();
                let attributes = attributes_of(event.header.kind, &stored, stamp.secret);
                assert_eq!(attributes, event.attributes);
            }
            Made::Entry {
                header: utf8(&event.header_bytes),
                payload: event.payload.map(|(payload, _)| utf8(&payload)),
                attributes: event
                    .attributes
                    .into_iter()
                    .map(|pair| (pair.name.to_string(), pair.value))
                    .collect(),
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            Made::Faults(
                problems
                    .into_iter()
                    .map(|problem| whole(problem.place))
                    .collect(),
            )
        }
    }
}

fn by_naive(line: &[u8], command: &Command) -> Made {
    let stamp = record::Stamp {
        id: ID.to_owned(),
        recorded_at: RECORDED_AT.to_owned(),
        salt: [3; 32],
        secret: vec![4; 32],
        command: command.clone(),
    };
    match record::record(line, &stamp) {
        Ok(recorded) => Made::Entry {
            header: utf8(&recorded.header),
            payload: recorded.payload.as_deref().map(utf8),
            attributes: recorded.attributes,
        },
        Err(faults) => {
            let places = faults.into_iter().map(|fault: Fault| whole(fault.place));
            Made::Faults(places.collect())
        }
    }
}

/// The library calls the line as a whole nothing, the naive implementation `line`.
fn whole(place: String) -> String {
    if place == "line" {
        String::new()
    } else {
        place
    }
}

fn command() -> impl Strategy<Value = Command> {
    let text = || {
        prop_oneof![
            6 => Just(None),
            2 => Just(Some("etl".to_owned())),
            1 => Just(Some(" ".to_owned())),
        ]
    };
    (text(), text()).prop_map(|(actor, reason)| Command { actor, reason })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_are_read_alike(line in line(), command in command()) {
        let made = by_library(line.as_bytes(), &command);
        prop_assert_eq!(&made, &by_naive(line.as_bytes(), &command));

        // Section 4: what is printed can be recorded again and is the same content, but for its depth.
        if let Made::Entry { payload: Some(payload), .. } = made {
            match Json::parse(payload.as_bytes()) {
                Ok(json) => {
                    let again = Payload::from_json(json).unwrap();
                    prop_assert_eq!(utf8(again.as_bytes()), payload);
                }
                Err(problems) => prop_assert_eq!(&problems[0].message, "is nested more than 128 deep"),
            }
        }
    }

    #[test]
    fn damaged_lines_are_read_alike(line in damaged()) {
        let command = Command::default();
        prop_assert_eq!(by_library(&line, &command), by_naive(&line, &command));
    }

    #[test]
    fn c8_62_any_bytes_are_read_alike_and_never_panic(bytes in any_bytes()) {
        let command = Command::default();
        prop_assert_eq!(by_library(&bytes, &command), by_naive(&bytes, &command));
        prop_assert!(Payload::from_bytes(&bytes).is_err());
        prop_assert!(piperoll::event::Header::decode(&bytes).is_err());
    }

    #[test]
    fn kept_values_are_canonical(text in json()) {
        if let Ok(json) = Json::parse(text.as_bytes()) {
            let value = Value::from_json(json.clone()).canonical();
            let payload = Json::Object(vec![("after".into(), json)]);
            let payload = Payload::from_json(payload).unwrap();
            prop_assert_eq!(utf8(payload.as_bytes()), format!("{{\"after\":{}}}", value));
            let again = canonical::canonicalize(&value);
            prop_assert!(again.as_ref() == Ok(&value) || again == Err("deeper than 128".to_owned()), "{}", value);
        }
    }

    #[test]
    fn instants_are_read_alike(text in instant()) {
        let library = Instant::parse(&text).map(|instant| instant.to_string());
        let naive = naive::instant::read(&text).map(naive::instant::print);
        prop_assert_eq!(library.ok(), naive.ok());
    }

    #[test]
    fn doubles_are_written_alike(bits in any::<u64>(), near in -1_000_i64..1_000, scale in 0_i32..60) {
        for double in [f64::from_bits(bits), (near as f64 + 0.5) / 2_f64.powi(scale), near as f64 / 1e3] {
            if double.is_finite() && double.fract() != 0.0 {
                prop_assert_eq!(Value::Real(double).canonical(), number::ecmascript(double));
            }
        }
    }
}

/// Else the tests above would compare little.
#[test]
fn random_lines_are_right_about_as_often_as_wrong() {
    let mut runner = TestRunner::deterministic();
    let mut entries = 0;
    let mut payloads = 0;
    let mut places = BTreeSet::new();
    for _ in 0..400 {
        let line = line().new_tree(&mut runner).unwrap().current();
        match by_library(line.as_bytes(), &Command::default()) {
            Made::Entry { payload, .. } => {
                entries += 1;
                payloads += usize::from(payload.is_some());
            }
            Made::Faults(found) => places.extend(found),
        }
    }
    assert!((80..320).contains(&entries), "{entries}");
    assert!(payloads > 40, "{payloads}");
    for place in [
        "",
        "action",
        "actor.name",
        "at",
        "id",
        "kind",
        "of",
        "payload.key",
        "phase",
        "reason",
        "resource",
    ] {
        assert!(places.contains(place), "{place} is not among {places:?}");
    }
}
