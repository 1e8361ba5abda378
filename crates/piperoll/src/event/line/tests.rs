use super::*;

const GOOD: &str = r#"{"kind":"row","action":"UPDATE","actor":{"name":"alice"},"resource":{"system":"shop","name":"shop.main.orders","kind":"table"},"payload":{"key":7}}"#;

fn faults(line: &str) -> Vec<String> {
    match Draft::from_line(line.as_bytes(), &LineDefaults::default()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_iter().map(|p| p.to_string()).collect(),
    }
}

#[test]
fn all_faults_of_a_line_come_at_once() {
    let line = r#"{"kind":"rwo","action":"update","actor":{"name":" ","strength":"authenticated","age":3},"resource":{"system":"shop","kind":7},"at":"yesterday","reasn":"x","payload":{"new":1}}"#;
    assert_eq!(
        faults(line),
        [
            "at: `yesterday` is not an RFC 3339 date and time with an offset, such as 2026-11-01T08:00:00Z",
            "kind: `rwo` is not one of schema, run, row, access, security, config, quality, business",
            "action: `update` is an unknown action; did you mean `UPDATE`?",
            "actor.name: is blank",
            "actor.strength: a line cannot claim `authenticated`; use `asserted` or `inferred`",
            "actor.age: is an unknown key",
            "resource.name: is missing (where it happened: the name)",
            "resource.kind: must be text, not a number",
            "payload.new: is an unknown key; a payload has key, before, differences, after, context",
            "reasn: is an unknown key",
        ]
    );
}

#[test]
fn each_rule_names_its_key() {
    let cases: &[(&str, &str, &str)] = &[
        (
            r#""kind":"row","#,
            "",
            "kind: is missing (what family it is)",
        ),
        (
            r#""kind":"row""#,
            r#""kind":"trail""#,
            "kind: `trail` is Piperoll's own; no event given to it may claim that",
        ),
        (
            r#""UPDATE""#,
            r#""ERASE""#,
            "action: `ERASE` is Piperoll's own; no event given to it may claim that",
        ),
        (
            r#","payload":{"key":7}"#,
            "",
            "payload.key: is missing; an event of kind `row` names its row",
        ),
        (
            r#"{"key":7}"#,
            r#"{"key":null}"#,
            "payload.key: must not be null or empty",
        ),
        (
            r#"{"key":7}"#,
            r#"[7]"#,
            "payload: must be an object, not an array",
        ),
        (
            r#"{"key":7}"#,
            r#"{"key":7,"context":[]}"#,
            "payload.context: must be an object",
        ),
        (
            r#"{"key":7}"#,
            r#"{"key":7,"key":8}"#,
            "payload.key: stands twice in one object",
        ),
        (
            r#"{"key":7}"#,
            r#"{"key":"\u0000"}"#,
            "payload.key: holds U+0000, which no store keeps in text",
        ),
        (
            r#"{"name":"alice"}"#,
            r#""alice""#,
            "actor: must be an object, not text",
        ),
        (
            r#""kind":"row""#,
            r#""kind":"row","phase":"outcome""#,
            "of: is missing; an outcome names the id of its intent",
        ),
        (
            r#""UPDATE""#,
            r#""CORRECTION""#,
            "of: is missing; a CORRECTION names the id of the entry that it corrects",
        ),
        (
            r#""kind":"row""#,
            r#""kind":"row","of":"01932c07-a000-7000-8000-000000000001""#,
            "of: goes with `phase: outcome` or the action CORRECTION only",
        ),
        (
            r#""kind":"row""#,
            r#""kind":"row","id":"3f2504e0-4f89-41d3-9a0c-0305e82c3301""#,
            "id: `3f2504e0-4f89-41d3-9a0c-0305e82c3301` must be a UUID of version 7 or 8, such as 01932c07-a000-7000-8000-000000000001",
        ),
        (
            r#""kind":"row""#,
            r#""kind":"row","v":1"#,
            "v: is set by Piperoll; leave it out",
        ),
        (
            r#"{"name":"alice"}"#,
            "null",
            "actor: is missing (who did it, such as {\"name\":\"alice\"}; or give --actor)",
        ),
    ];
    for (from, to, fault) in cases {
        assert_eq!(faults(&GOOD.replace(from, to)), [*fault], "{to}");
    }
    assert_eq!(faults(GOOD), Vec::<String>::new());
    assert_eq!(faults("[1]"), ["must be a JSON object, not an array"]);
}

#[test]
fn limits_are_at_their_edge() {
    let with_reason = |length: usize| {
        GOOD.replace(
            r#""kind":"row""#,
            &format!(r#""kind":"row","reason":"{}""#, "x".repeat(length)),
        )
    };
    assert_eq!(faults(&with_reason(1024)), Vec::<String>::new());
    assert_eq!(
        faults(&with_reason(1025)),
        ["reason: has 1025 bytes; at most 1024 are kept"]
    );

    let with_name = |length: usize| GOOD.replace("shop.main.orders", &"n".repeat(length));
    let draft = Draft::from_line(with_name(1).as_bytes(), &LineDefaults::default()).unwrap();
    let stamp = crate::event::Stamp {
        id: EventId::parse("01932c07-a000-7000-8000-000000000001").unwrap(),
        recorded_at: Instant::from_micros(0).unwrap(),
        salt: crate::event::Salt::new([0; 32]),
        secret: &crate::event::Secret::new([0; 32]),
    };
    let rest = draft.stamp(&stamp).unwrap().header_bytes.len() - 1;
    assert_eq!(faults(&with_name(65_535 - rest)), Vec::<String>::new());
    assert_eq!(
        faults(&with_name(65_536 - rest)),
        [
            "header: has 65536 bytes; at most 65535 are kept: shorten the names, or move text to the payload"
        ]
    );

    let with_payload =
        |length: usize| GOOD.replace("\"key\":7", &format!("\"key\":\"{}\"", "k".repeat(length)));
    let most = 16 * 1024 * 1024 - r#"{"key":""}"#.len();
    assert_eq!(faults(&with_payload(most)), Vec::<String>::new());
    assert_eq!(
        faults(&with_payload(most + 1)),
        ["payload: has 16777217 bytes; at most 16777216 (16 MiB) are kept"]
    );
}

#[test]
fn defaults_fill_what_a_line_leaves_out() {
    let defaults = LineDefaults {
        actor: Some("etl".into()),
        reason: Some("nightly".into()),
    };
    let line = GOOD.replace(r#""actor":{"name":"alice"},"#, "");
    let draft = Draft::from_line(line.as_bytes(), &defaults).unwrap();
    assert_eq!(draft.actor, DraftActor::named("etl"));
    assert_eq!(draft.reason.as_deref(), Some("nightly"));
    let draft = Draft::from_line(GOOD.as_bytes(), &defaults).unwrap();
    assert_eq!(draft.actor.name, "alice");
}
