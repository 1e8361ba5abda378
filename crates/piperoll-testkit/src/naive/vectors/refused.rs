//! Lines that are refused, and where the fault is.

use super::{OTHER, RESOURCE, bytes, event, stamp, with_payload};
use crate::naive::Fault;
use crate::naive::json::Json;
use crate::naive::record::record;

/// Name and line, in bytes because one is no UTF-8.
fn cases() -> Vec<(&'static str, Vec<u8>)> {
    let mut cases = vec![("no UTF-8", b"{\"kind\":\"\xff\"}".to_vec())];
    let texts = unreadable()
        .into_iter()
        .chain(header())
        .chain(instants())
        .chain(payload());
    cases.extend(texts.map(|(name, line)| (name, line.into_bytes())));
    cases
}

fn unreadable() -> Vec<(&'static str, String)> {
    let deep = format!("{}{}", "[".repeat(127), "]".repeat(127));
    vec![
        ("no JSON", "kind=row".to_owned()),
        ("no object", "[]".to_owned()),
        ("two objects", "{}{}".to_owned()),
        ("comments", event("access", "READ", "/* none */")),
        ("depth 129", with_payload(&format!(r#"{{"after":{deep}}}"#))),
        ("a lone surrogate", with_payload(r#"{"after":"\udead"}"#)),
        (
            "a lone surrogate in a name",
            with_payload(r#"{"after":{"\ud800":1}}"#),
        ),
        (
            "a byte order mark inside the input",
            "\u{feff}{}".to_owned(),
        ),
    ]
}

fn header() -> Vec<(&'static str, String)> {
    let access = |more: &str| event("access", "READ", more);
    let actor = |actor: &str| {
        format!(r#"{{"kind":"access","action":"READ","actor":{actor},"resource":{RESOURCE}}}"#)
    };
    let resource = |resource: &str| {
        format!(
            r#"{{"kind":"access","action":"READ","actor":{{"name":"ana"}},"resource":{resource}}}"#
        )
    };
    let actor_name = "n".repeat(65_535);
    vec![
        ("equal names", access(r#","reason":"a","reason":"a""#)),
        ("an unknown key", access(r#","colour":"red""#)),
        (
            "a key of the header that is not the line's",
            access(r#","recorded_at":"2026-11-01T08:00:00Z""#),
        ),
        ("the version", access(r#","v":1"#)),
        ("kind trail", event("trail", "READ", "")),
        ("kind in capitals", event("Row", "READ", "")),
        (
            "no kind",
            format!(r#"{{"action":"READ","actor":{{"name":"ana"}},"resource":{RESOURCE}}}"#),
        ),
        (
            "kind null",
            format!(
                r#"{{"kind":null,"action":"READ","actor":{{"name":"ana"}},"resource":{RESOURCE}}}"#
            ),
        ),
        (
            "no action",
            format!(r#"{{"kind":"access","actor":{{"name":"ana"}},"resource":{RESOURCE}}}"#),
        ),
        ("an unknown action", event("access", "SELECT", "")),
        (
            "an action of the trail",
            event("security", "KEY_ROTATE", ""),
        ),
        ("an action in lower case", event("access", "read", "")),
        ("an own action of two parts", event("access", "x.peek", "")),
        (
            "an own action of four parts",
            event("access", "x.a.b.c", ""),
        ),
        (
            "an own action with an empty part",
            event("access", "x..peek", ""),
        ),
        (
            "an own action with another letter",
            event("access", "x.shop.\u{e9}", ""),
        ),
        ("an id that is no UUID", access(r#","id":"42""#)),
        (
            "an id without hyphens",
            access(r#","id":"01890a5dac96774bbcceb302099a8057""#),
        ),
        (
            "an id in braces",
            access(r#","id":"{01890a5d-ac96-774b-bcce-b302099a8057}""#),
        ),
        (
            "an id of version 4",
            access(r#","id":"01890a5d-ac96-474b-bcce-b302099a8057""#),
        ),
        (
            "an id of another variant",
            access(r#","id":"01890a5d-ac96-774b-ccce-b302099a8057""#),
        ),
        ("an empty id", access(r#","id":"""#)),
        ("an id that is a number", access(r#","id":7"#)),
        ("an unknown phase", access(r#","phase":"start""#)),
        (
            "an outcome that closes nothing",
            access(r#","phase":"outcome""#),
        ),
        (
            "a correction of nothing",
            event("business", "CORRECTION", ""),
        ),
        (
            "an action that is unknown; of may be right",
            event("business", "CORRECTOIN", &format!(r#","of":"{OTHER}""#)),
        ),
        (
            "a phase that is unknown; of may be right",
            access(&format!(r#","phase":"end","of":"{OTHER}""#)),
        ),
        ("of without need", access(&format!(r#","of":"{OTHER}""#))),
        (
            "of for an intent",
            access(&format!(r#","phase":"intent","of":"{OTHER}""#)),
        ),
        (
            "of that is no id",
            access(r#","phase":"outcome","of":"first""#),
        ),
        ("an unknown outcome", access(r#","outcome":"ok""#)),
        ("an outcome that is no text", access(r#","outcome":true"#)),
        (
            "a reason of 1,025 bytes",
            access(&format!(r#","reason":"{}a""#, "\u{e4}".repeat(512))),
        ),
        ("a reason that is no text", access(r#","reason":["a"]"#)),
        ("U+0000 in a reason", access(r#","reason":"a\u0000b""#)),
        (
            "no actor",
            format!(r#"{{"kind":"access","action":"READ","resource":{RESOURCE}}}"#),
        ),
        ("actor null", actor("null")),
        ("an actor that is a text", actor(r#""ana""#)),
        ("an actor without name", actor(r#"{"via":"dbt"}"#)),
        ("an actor's name null", actor(r#"{"name":null}"#)),
        ("a blank actor", actor(r#"{"name":" \t\u00a0\u3000"}"#)),
        ("an empty via", actor(r#"{"name":"ana","via":""}"#)),
        (
            "an unknown kind of actor",
            actor(r#"{"name":"ana","kind":"robot"}"#),
        ),
        (
            "a line that vouches for itself",
            actor(r#"{"name":"ana","strength":"authenticated"}"#),
        ),
        (
            "an unknown key of the actor",
            actor(r#"{"name":"ana","email":"a@b"}"#),
        ),
        ("U+0000 in the actor", actor(r#"{"name":"a\u0000"}"#)),
        (
            "no resource",
            r#"{"kind":"access","action":"READ","actor":{"name":"ana"}}"#.to_owned(),
        ),
        ("resource null", resource("null")),
        (
            "a resource without system",
            resource(r#"{"kind":"table","name":"orders"}"#),
        ),
        (
            "a resource's name null",
            resource(r#"{"kind":"table","name":null,"system":"shop"}"#),
        ),
        (
            "a blank resource",
            resource(r#"{"kind":" ","name":"orders","system":"shop"}"#),
        ),
        (
            "a resource's name that is a number",
            resource(r#"{"kind":"table","name":1,"system":"shop"}"#),
        ),
        (
            "an unknown key of the resource",
            resource(r#"{"kind":"table","name":"o","system":"s","url":"x"}"#),
        ),
        (
            "a header that is too long",
            actor(&format!(r#"{{"name":"{actor_name}"}}"#)),
        ),
    ]
}

fn instants() -> Vec<(&'static str, String)> {
    [
        ("at: no offset", "2026-11-01T08:00:00"),
        ("at: a space for T", "2026-11-01 08:00:00Z"),
        ("at: no seconds", "2026-11-01T08:00Z"),
        ("at: no fraction digits", "2026-11-01T08:00:00.Z"),
        ("at: seven digits", "2026-11-01T08:00:00.1234567Z"),
        ("at: comma for a point", "2026-11-01T08:00:00,5Z"),
        ("at: hour 24", "2026-11-01T24:00:00Z"),
        ("at: a day of no calendar", "2026-02-29T08:00:00Z"),
        ("at: a century is no leap year", "1900-02-29T08:00:00Z"),
        ("at: month 13", "2026-13-01T08:00:00Z"),
        ("at: day 00", "2026-01-00T08:00:00Z"),
        ("at: minute 60", "2026-11-01T08:60:00Z"),
        ("at: second 61", "2016-12-31T23:59:61Z"),
        (
            "at: a leap second in the middle of a month",
            "2016-12-30T23:59:60Z",
        ),
        (
            "at: a leap second in the middle of a day",
            "2016-12-31T22:59:60Z",
        ),
        (
            "at: a leap second that is none in UTC",
            "2016-12-31T23:59:60+01:00",
        ),
        ("at: offset without colon", "2026-11-01T08:00:00+0100"),
        ("at: offset of 24 hours", "2026-11-01T08:00:00+24:00"),
        ("at: offset of 60 minutes", "2026-11-01T08:00:00+01:60"),
        (
            "at: before the year 0000 in UTC",
            "0000-01-01T00:00:00+00:01",
        ),
        (
            "at: after the year 9999 in UTC",
            "9999-12-31T23:59:59-00:01",
        ),
        (
            "at: a leap second after the last instant",
            "9999-12-31T23:59:60Z",
        ),
        ("at: five digits of a year", "12026-11-01T08:00:00Z"),
        ("at: white space around", " 2026-11-01T08:00:00Z"),
        ("at: empty", ""),
    ]
    .map(|(name, at)| (name, event("access", "READ", &format!(r#","at":"{at}""#))))
    .into_iter()
    .chain([(
        "at: a number",
        event("access", "READ", r#","at":1793520000"#),
    )])
    .collect()
}

fn payload() -> Vec<(&'static str, String)> {
    vec![
        ("a payload that is no object", with_payload("[]")),
        (
            "an unknown key of the payload",
            with_payload(r#"{"old":1}"#),
        ),
        (
            "a typed value for a payload",
            with_payload(r#"{"$int":"1"}"#),
        ),
        ("key null", with_payload(r#"{"key":null}"#)),
        ("key an empty object", with_payload(r#"{"key":{}}"#)),
        ("key an empty array", with_payload(r#"{"key":[]}"#)),
        ("a row without payload", event("row", "INSERT", "")),
        (
            "a row whose payload is null",
            event("row", "INSERT", r#","payload":null"#),
        ),
        (
            "a row without key",
            event("row", "INSERT", r#","payload":{"after":{"id":1}}"#),
        ),
        (
            "context that is a text",
            with_payload(r#"{"context":"nightly"}"#),
        ),
        (
            "context that is an array",
            with_payload(r#"{"context":[]}"#),
        ),
        (
            "context that is a typed value",
            with_payload(r#"{"context":{"$date":"2026-11-01"}}"#),
        ),
        (
            "equal names deep inside",
            with_payload(r#"{"after":{"a":[0,{"b":1,"\u0062":1}]}}"#),
        ),
        (
            "U+0000 deep inside",
            with_payload(r#"{"after":{"a":[0,{"b":"\u0000"}]}}"#),
        ),
        (
            "U+0000 in a name",
            with_payload(r#"{"context":{"a":{"\u0000":1}}}"#),
        ),
        (
            "equal names in what looks typed",
            with_payload(r#"{"after":{"$int":"1","$int":"1"}}"#),
        ),
    ]
}

pub(crate) fn section() -> Json {
    let case = |(name, line): (&str, Vec<u8>)| {
        let place = match record(&line, &stamp(0, false)) {
            Err(faults) => place(&faults),
            // Nobody is to mistake a broken case for a vector.
            Ok(_) => "accepted".to_owned(),
        };
        let line = match std::str::from_utf8(&line) {
            Ok(text) => ("line", Json::text(text)),
            Err(_) => ("line_base64", bytes(&line)),
        };
        Json::object([
            ("name", Json::text(name)),
            line,
            ("place", Json::Text(place)),
        ])
    };
    Json::Array(cases().into_iter().map(case).collect())
}

/// Each of these lines has one fault only; two show as such.
fn place(faults: &[Fault]) -> String {
    let places: Vec<&str> = faults.iter().map(|fault| fault.place.as_str()).collect();
    places.join(" ")
}
