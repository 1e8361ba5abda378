//! Random lines: JSON that is right or nearly so.

use super::values::{json, label, object, scalar, space, text, words};
use proptest::prelude::*;
use proptest::sample::{Index, select};

type Members = BoxedStrategy<Vec<String>>;

/// A line in which most is right.
pub(super) fn line() -> BoxedStrategy<String> {
    let outcome = mostly(
        words(&["success", "failure", "denied", "unknown"]),
        words(&["ok"]),
    );
    let members = vec![
        at_times(2, "id", mostly(words(&IDS), words(&NO_IDS))),
        at_times(3, "at", instant().prop_map(|at| format!("\"{at}\""))),
        once(
            "kind",
            mostly(words(&KINDS), words(&["trail", "rwo", "Row", ""])),
        ),
        act(),
        once("actor", actor()),
        once("resource", resource()),
        at_times(3, "outcome", outcome),
        at_times(3, "reason", prop_oneof![5 => text(), 1 => long()]),
        at_times(7, "payload", payload()),
        astray("payloadx"),
        astray("resourceful"),
        astray("recorded_at"),
    ];
    let members = members.prop_map(|members| members.concat()).prop_shuffle();
    let line = (members, space()).prop_map(|(members, space)| object(&members, &space));
    mostly(line, json())
}

/// A line in which some bytes are lost, added or replaced.
pub(super) fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        select(b"{}[]\",:\\ue0-. \t\r\x00\xff".to_vec()),
        any::<u8>()
    ];
    let change = (any::<Index>(), byte, 0..3_u8);
    (line(), prop::collection::vec(change, 1..4)).prop_map(|(line, changes)| {
        let mut line = line.into_bytes();
        for (at, byte, how) in changes {
            if line.is_empty() {
                break;
            }
            let at = at.index(line.len());
            match how {
                0 => line[at] = byte,
                1 => line.insert(at, byte),
                _ => drop(line.remove(at)),
            }
        }
        line
    })
}

pub(super) fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let letters = b"{}[]\"\\,: truefalsn0123456789.-+eE\xc3\xa4\xf0\x9f\x98\x80";
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        prop::collection::vec(select(letters.to_vec()), 0..60),
        (1..200_usize).prop_map(|depth| b"[".repeat(depth)),
    ]
}

/// An instant; about half are right.
pub(super) fn instant() -> BoxedStrategy<String> {
    let right = "(0000|1900|1969|2024|2026|9999)-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?([Zz]|[+-](0[0-9]|1[0-9]):[0-5][0-9])";
    let near = "(0000|2026)-(0[0-9]|1[0-3])-([0-2][0-9]|3[0-2])[Tt ]([01][0-9]|2[0-4]):[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,7})?(Z|[+-]([01][0-9]|2[0-4]):[0-6][0-9])?";
    let leap = "(2016-12-31|2024-02-29|9999-12-31|2015-06-30|0000-01-01)T(23:59:60|22:59:60|00:59:60)(\\.5)?(Z|[+-]01:00)";
    prop_oneof![4 => right, 1 => near, 1 => leap].boxed()
}

/// `action`, `phase` and `of`, which go together.
fn act() -> Members {
    let action = |texts: &[&'static str]| once("action", words(texts));
    let phase = |text: &'static str| once("phase", words(&[text]));
    let of = || once("of", words(&IDS));
    let all = |parts: Vec<Members>| parts.prop_map(|parts| parts.concat()).boxed();
    let right = prop_oneof![
        6 => action(&ACTIONS),
        1 => all(vec![action(&ACTIONS), phase("intent")]),
        1 => all(vec![action(&ACTIONS), phase("outcome"), of()]),
        1 => all(vec![action(&["CORRECTION"]), of()]),
        1 => all(vec![action(&["CORRECTION"]), phase("intent"), of()]),
    ];
    let texts = prop_oneof![words(&NO_ACTIONS), words(&ACTIONS), words(&["CORRECTION"])];
    let any = all(vec![
        once("action", texts),
        at_times(5, "phase", words(&["intent", "outcome", "end", ""])),
        at_times(5, "of", prop_oneof![words(&IDS), words(&NO_IDS)]),
    ]);
    prop_oneof![10 => right, 1 => any].boxed()
}

fn actor() -> impl Strategy<Value = String> {
    let kinds = mostly(words(&["user", "service", "system"]), words(&["robot"]));
    let strengths = mostly(
        words(&["asserted", "inferred"]),
        words(&["authenticated", ""]),
    );
    let members = vec![
        once("name", mostly(label(), text())),
        at_times(3, "kind", kinds),
        at_times(3, "strength", strengths),
        at_times(3, "via", mostly(label(), text())),
        astray("age"),
    ];
    members.prop_map(|members| object(&members.concat(), ""))
}

fn resource() -> impl Strategy<Value = String> {
    let members = vec![
        once("system", mostly(label(), text())),
        once("name", mostly(label(), text())),
        once("kind", mostly(label(), text())),
        astray("url"),
    ];
    members.prop_map(|members| object(&members.concat(), ""))
}

fn payload() -> impl Strategy<Value = String> {
    let context = vec![
        at_times(5, "release", prop_oneof![text().boxed(), json()]),
        at_times(5, "status", text()),
        at_times(5, "change_key", text()),
        at_times(3, "$x", json()),
    ];
    let context = context.prop_map(|members| object(&members.concat(), ""));
    let members = vec![
        at_times(7, "key", json()),
        at_times(4, "before", json()),
        at_times(2, "differences", json()),
        at_times(4, "after", json()),
        at_times(6, "context", mostly(context, json())),
        astray("old"),
    ];
    members.prop_map(|members| object(&members.concat(), ""))
}

/// A reason about as long as one may be.
fn long() -> impl Strategy<Value = String> {
    (505..515_usize, 0..10_usize)
        .prop_map(|(wide, plain)| format!("\"{}{}\"", "\u{e4}".repeat(wide), "a".repeat(plain)))
}

fn mostly<T: std::fmt::Debug>(
    right: impl Strategy<Value = T> + 'static,
    wrong: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<T> {
    prop_oneof![40 => right, 1 => wrong].boxed()
}

/// A member; in a few cases none, or one of any kind, or two.
fn once(name: &'static str, value: impl Strategy<Value = String> + 'static) -> Members {
    let member = move |value: String| format!("\"{name}\":{value}");
    let right = value.prop_map(member).boxed();
    let wrong = prop_oneof![
        2 => json().prop_map(member).prop_map(|member| vec![member]),
        1 => Just(Vec::new()),
        1 => prop::collection::vec(right.clone(), 2),
    ];
    mostly(right.prop_map(|member| vec![member]), wrong)
}

/// A member in about so many of ten lines.
fn at_times(
    tenths: u32,
    name: &'static str,
    value: impl Strategy<Value = String> + 'static,
) -> Members {
    prop_oneof![10 - tenths => Just(Vec::new()), tenths => once(name, value)].boxed()
}

/// A member that does not belong there.
fn astray(name: &'static str) -> Members {
    mostly(Just(Vec::new()), once(name, scalar()))
}

const IDS: [&str; 2] = [
    "01890a5d-ac96-774b-bcce-b302099a8057",
    "01890A5D-AC96-874B-8CCE-B302099A8057",
];
const NO_IDS: [&str; 7] = [
    "01890a5d-ac96-474b-bcce-b302099a8057",
    "01890a5d-ac96-774b-ccce-b302099a8057",
    "01890a5dac96774bbcceb302099a8057",
    "01890a5da-c96-774b-bcce-b302099a8057",
    "01890a5d-ac96-774b-bcce-b302099a805g",
    "{01890a5dac96774bbcceb302099a8057}00",
    "42",
];
const KINDS: [&str; 8] = [
    "schema", "run", "row", "access", "security", "config", "quality", "business",
];
const ACTIONS: [&str; 6] = ["INSERT", "UPDATE", "RUN", "ALTER", "READ", "x.a.b-c_9"];
const NO_ACTIONS: [&str; 8] = [
    "x.a",
    "x..a",
    "ERASE",
    "ADOPT",
    "insert",
    "SELECT",
    "X.a.b",
    "x.\u{e4}.b",
];
