//! The lines themselves.

use super::Case;
use crate::naive::vectors::{OTHER, RESOURCE, event, with_payload};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = kinds();
    cases.extend(header());
    cases.extend(instants());
    cases.extend(payload());
    cases.extend(typed());
    cases.extend(keys());
    cases
}

fn case(name: &'static str, line: impl Into<String>) -> Case {
    Case {
        name,
        line: line.into(),
        by_command: false,
        own: false,
    }
}

fn kinds() -> Vec<Case> {
    let of = |phase: &str| format!(r#","phase":"{phase}","of":"{OTHER}""#);
    vec![
        case(
            "row: insert",
            event(
                "row",
                "INSERT",
                r#","payload":{"key":{"id":42},"after":{"id":42,"total":12.50}}"#,
            ),
        ),
        case(
            "row: update",
            event(
                "row",
                "UPDATE",
                r#","payload":{"key":[7,"eu"],"before":{"city":"Ulm"},"differences":["city"],"after":{"city":"Bonn"}}"#,
            ),
        ),
        case(
            "schema: attribute `change_key`, and no `release` for this kind",
            event(
                "schema",
                "ALTER",
                r#","payload":{"context":{"change_key":"orders@7","release":"2026-11-01"}}"#,
            ),
        ),
        case(
            "run: the intent, with attributes `release` and `status`, and no `change_key`",
            event(
                "run",
                "RUN",
                r#","phase":"intent","payload":{"context":{"release":"2026-11-01","status":"started","change_key":"c"}}"#,
            ),
        ),
        case(
            "run: the outcome; a `status` that is no text is no attribute",
            event(
                "run",
                "RUN",
                &(of("outcome")
                    + r#","outcome":"failure","payload":{"context":{"release":"","status":3}}"#),
            ),
        ),
        case("access: without payload", event("access", "READ", "")),
        case(
            "security: denied",
            event("security", "GRANT", r#","outcome":"denied""#),
        ),
        case(
            "config: outcome unknown",
            event(
                "config",
                "POLICY_CHANGE",
                r#","outcome":"unknown","reason":"annual review""#,
            ),
        ),
        case(
            "quality",
            event("quality", "CHECK", r#","payload":{"context":{"rows":0}}"#),
        ),
        case(
            "business: an action of the caller's own",
            event("business", "x.shop-2.Refund_approved", ""),
        ),
        case(
            "a correction says what it corrects",
            event(
                "business",
                "CORRECTION",
                &format!(r#","of":"{OTHER}","reason":"wrong rate""#),
            ),
        ),
        case(
            "a correction may itself be an intent",
            event("business", "CORRECTION", &of("intent")),
        ),
        Case {
            own: true,
            ..case(
                "trail: what Piperoll says of an erasure",
                format!(
                    r#"{{"kind":"trail","action":"ERASE","phase":"outcome","of":"{OTHER}","actor":{{"name":"dpo","strength":"authenticated","via":"piperoll"}},"resource":{{"kind":"trail","name":"shop.example/audit","system":"piperoll"}},"reason":"request 17","payload":{{"context":{{"entries":[[0,0],[3,4]]}}}}}}"#
                ),
            )
        },
    ]
}

fn header() -> Vec<Case> {
    let reason = "\u{e4}".repeat(512);
    vec![
        Case {
            by_command: true,
            ..case(
                "the command names the actor and the reason",
                format!(r#"{{"kind":"access","action":"READ","resource":{RESOURCE}}}"#),
            )
        },
        Case {
            by_command: true,
            ..case(
                "actor and reason of the line stand alone",
                event(
                    "access",
                    "EXPORT",
                    r#","reason":"month end","payload":{"context":{"to":"s3"}}"#,
                ),
            )
        },
        case(
            "actor with everything",
            format!(
                r#"{{"resource":{RESOURCE},"actor":{{"via":"dbt","strength":"inferred","kind":"system","name":"loader"}},"action":"MERGE","kind":"quality"}}"#
            ),
        ),
        case(
            "null is absence",
            format!(
                r#"{{"id":null,"at":null,"kind":"access","action":"REPORT","phase":null,"of":null,"actor":{{"name":"ana","kind":null,"via":null,"strength":null}},"resource":{RESOURCE},"outcome":null,"reason":null,"payload":null}}"#
            ),
        ),
        Case {
            by_command: true,
            ..case(
                "actor null and an empty reason are absence",
                format!(
                    r#"{{"kind":"access","action":"READ","actor":null,"resource":{RESOURCE},"reason":""}}"#
                ),
            )
        },
        case(
            "an empty reason is no reason",
            event("access", "READ", r#","reason":"""#),
        ),
        case(
            "a blank reason is a reason",
            event("access", "READ", r#","reason":" ""#),
        ),
        case(
            "a reason of 1,024 bytes",
            event("access", "READ", &format!(r#","reason":"{reason}""#)),
        ),
        case(
            "ids in upper case, version 8 and variant b",
            event(
                "security",
                "CORRECTION",
                r#","id":"0189ABCD-EF01-8ABC-BDEF-0123456789AB","of":"01890A5D-AC96-774B-BCCE-B302099A8057""#,
            ),
        ),
        case(
            "white space between the parts, names and texts escaped",
            concat!(
                " { \"kin\\u0064\" :\t\"sec\\u0075rity\" , \"action\":\"LOGIN_FAILED\",\"outcome\":\"failure\",",
                "\"actor\":{\"name\":\" J\\u00fcrgen \\ud83d\\ude00\\/\"},",
                "\"resource\":{\"system\":\"shop\",\"name\":\"a\\tb\\\"\\\\\\u007f\\u2028\",\"kind\":\"t\"} }\r",
            ),
        ),
        case(
            "characters without width are not blank",
            r#"{"kind":"security","action":"LOGIN","actor":{"name":"\u200b","via":"\u2060"},"resource":{"kind":"-","name":".","system":"0"}}"#,
        ),
    ]
}

fn instants() -> Vec<Case> {
    [
        ("at: no fraction, lower case", "2026-10-31t23:59:59z"),
        ("at: six digits", "2026-11-01T07:59:59.999999Z"),
        (
            "at: offset to the east, three digits",
            "2026-11-01T00:15:00.250+05:45",
        ),
        (
            "at: offset to the west, into the next year",
            "2025-12-31T20:00:00.5-08:00",
        ),
        ("at: offset -00:00", "2024-02-29T12:00:00-00:00"),
        ("at: the greatest offset", "2000-03-01T12:00:00+23:59"),
        ("at: a leap second", "2016-12-31T23:59:60Z"),
        (
            "at: a leap second elsewhere, with fraction",
            "2015-07-01T05:29:60.75+05:30",
        ),
        (
            "at: the last second of any month may be 60",
            "2024-02-29T23:59:60.000001Z",
        ),
        ("at: the first instant", "0000-01-01T00:00:00Z"),
        ("at: the last instant", "9999-12-31T23:59:59.999999Z"),
    ]
    .map(|(name, at)| case(name, event("access", "READ", &format!(r#","at":"{at}""#))))
    .into()
}

fn payload() -> Vec<Case> {
    let deep = format!("{}{}", "[".repeat(126), "]".repeat(126));
    let payloads = [
        ("an empty payload is a payload", "{}"),
        (
            "null is a value of before, differences, after; not of context",
            r#"{"before":null,"differences":null,"after":null,"context":null}"#,
        ),
        (
            "before, differences, after are anything",
            r#"{"before":true,"differences":"","after":[[],{},[null,false]]}"#,
        ),
        (
            "integers",
            "{\"after\":[0,-1,9007199254740991,-9007199254740991,9007199254740992,-9007199254740992,123456789012345678901234567890,-0]}",
        ),
        (
            "doubles in ECMAScript form",
            r#"{"after":[0.5,-0.1,4503599627370495.5,0.000001,1e-7,-1.5e-7,5e-324,2.2250738585072014e-308,1424953923781206.2]}"#,
        ),
        (
            "numbers kept as written",
            r#"{"after":[1.0,12.50,-0.0,0.0,1e3,1E3,1e+21,1E-7,1e-07,0.0000001,0.1000000000000000055,9007199254740993.0,1e999,-1e-999,0e0,1424953923781206.3,1424953923781206.25]}"#,
        ),
        (
            "names by UTF-16 code units, at every depth",
            "{\"context\":{\"\u{20ac}\":1,\"\\r\":2,\"\u{fb33}\":{\"b\":1,\"\u{ffff}\":2,\"\u{10000}\":3,\"B\":4},\"1\":4,\"\u{1f600}\":5,\"\u{80}\":6,\"\u{f6}\":7}}",
        ),
        (
            "text in its canonical escapes",
            r#"{"after":"\u0001\b\t\n\u000b\f\r\u001f\"\\\/\u007f\u00e9e\u0301\u2028\ufffe"}"#,
        ),
    ];
    let mut cases: Vec<Case> = payloads
        .into_iter()
        .map(|(name, payload)| case(name, with_payload(payload)))
        .collect();
    cases.push(case(
        "depth 128",
        with_payload(&format!(r#"{{"after":{deep}}}"#)),
    ));
    cases
}

fn typed() -> Vec<Case> {
    [
        (
            "typed values",
            r#"{"after":[{"$int":"9007199254740993"},{"$int":"-0"},{"$int":"1"},{"$real":"1.0"},{"$real":"-0.0"},{"$real":"NaN"},{"$real":"Infinity"},{"$real":"-Infinity"},{"$real":"007"},{"$dec":"12.50"},{"$dec":"-00.0E+05"},{"$bytes":""},{"$bytes":"AP8="},{"$json":"{\"a\": 1.0}"},{"$json":"no JSON"}]}"#,
        ),
        (
            "typed dates and times",
            r#"{"after":[{"$date":"2026-02-31"},{"$time":"08:00:00.5"},{"$time":"23:59:60.123456789"},{"$ts":"2026-11-01T08:00:00"},{"$ts":"0000-12-31T00:00:00.000"},{"$tstz":"2026-11-01T08:00:00+01:00"},{"$tstz":"2026-11-01T08:00:00.25-23:59"},{"$tstz":"2026-11-01T08:00:00Z"}]}"#,
        ),
        (
            "numbers that are not well formed are the caller's own",
            r#"{"after":[{"$int":"01"},{"$int":"1.0"},{"$int":""},{"$int":"+1"},{"$int":1},{"$dec":".5"},{"$dec":"1."},{"$dec":"1e"},{"$dec":"NaN"},{"$real":"nan"},{"$real":"+Infinity"},{"$real":" 1"},{"$dec":null}]}"#,
        ),
        (
            "bytes that are not well formed are the caller's own",
            r#"{"after":[{"$bytes":"AP8"},{"$bytes":"AP9="},{"$bytes":"_-8="},{"$bytes":"AP 8="},{"$bytes":"=AAA"},{"$bytes":["AP8="]}]}"#,
        ),
        (
            "dates and times that are not well formed are the caller's own",
            r#"{"after":[{"$date":"2026-13-01"},{"$date":"2026-00-01"},{"$date":"2026-01-32"},{"$date":"26-01-01"},{"$time":"24:00:00"},{"$time":"08:60:00"},{"$time":"08:00:61"},{"$time":"08:00"},{"$time":"08:00:00."},{"$time":"08:00:00.1234567890"},{"$ts":"2026-11-01 08:00:00"},{"$ts":"2026-11-01t08:00:00"},{"$ts":"2026-11-01T08:00:00Z"},{"$tstz":"2026-11-01T08:00:00"},{"$tstz":"2026-11-01T08:00:00z"},{"$tstz":"2026-11-01T08:00:00+24:00"},{"$tstz":"2026-11-01T08:00:00+0100"}]}"#,
        ),
        (
            "unknown names are the caller's own, and what is in them is treated in turn",
            r#"{"after":[{"$":1.0},{"$oid":{"$date":"2026-11-01"}},{"$a":{"$b":{"$c":"d"}}},{"$Int":"1"},{"$json":[1.0]}]}"#,
        ),
        (
            "$obj stays as it is, and what is in it is treated in turn",
            r#"{"after":[{"$obj":{"$int":"1"}},{"$obj":{"$x":1.0}},{"$obj":{"$obj":{"$x":2}}},{"$obj":{"$obj":{"$obj":{"$x":2}}}}]}"#,
        ),
        (
            "$obj that is not well formed is the caller's own",
            r#"{"after":[{"$obj":1},{"$obj":{}},{"$obj":{"a":1.0}},{"$obj":{"$a":1,"$b":2}},{"$obj":"$x"}]}"#,
        ),
        (
            "two keys, or none with a dollar, are a plain object",
            r#"{"after":[{"$int":"1","$dec":"2"},{"$int":"1","a":1.0},{"a$":1},{"":1},{}]}"#,
        ),
        ("context whose only key starts with a dollar", r#"{"context":{"$user":"ana"}}"#),
        ("context that is wrapped already", r#"{"context":{"$obj":{"$int":"1"}}}"#),
        (
            "every part of a payload is treated",
            r#"{"key":{"$oid":1.0},"before":{"$x":2.0},"differences":{"$int":"x"},"after":-0,"context":{"a":{"$b":1e3}}}"#,
        ),
    ]
    .map(|(name, payload)| case(name, with_payload(payload)))
    .into()
}

fn keys() -> Vec<Case> {
    [
        ("key: a number", "42"),
        ("key: the same as text", r#""42""#),
        ("key: the same as an array", r#"["42"]"#),
        ("key: the same as an object", r#"{"id":42}"#),
        ("key: the same as a decimal", r#"{"$dec":"42"}"#),
        ("key: values in the order of their names", "{\"\u{fb33}\":1,\"\u{1f600}\":2,\"b\":3,\"B\":4}"),
        (
            "key: all sorts of values",
            r#"[null,true,false,"",-0.5,1.50,9007199254740993,{"$date":"2026-11-01"},[1,[2.0]],{"b":1,"a":{"$x":1}}]"#,
        ),
        ("key: false", "false"),
        ("key: empty text", r#""""#),
        ("key: an array of null", "[null]"),
        ("key: an object that is wrapped", r#"{"$oid":"5f"}"#),
        ("key: the value of what is wrapped", r#""5f""#),
        ("key: a wrapped object as it is kept", r#"{"$obj":{"$oid":"5f"}}"#),
        ("key: wrapped twice", r#"{"$obj":{"$obj":{"$oid":"5f"}}}"#),
    ]
    .map(|(name, key)| {
        let payload = format!(r#","payload":{{"key":{key}}}"#);
        case(name, event("row", "DELETE", &payload))
    })
    .into()
}
