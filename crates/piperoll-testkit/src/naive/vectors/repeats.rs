//! Inputs cut into lines, and events whose id is there already.

use super::{OTHER, RESOURCE, bytes, command, number, stamp, utf8};
use crate::naive::json::Json;
use crate::naive::line::{self, Command};
use crate::naive::record::{Stored, is_repeat, record};

pub(crate) fn lines() -> Json {
    let inputs: [(&str, &[u8]); 6] = [
        ("blank lines count", b"{\"a\":1}\n\n \t\n{\"b\":2}\n"),
        (
            "byte order mark, CR LF",
            b"\xef\xbb\xbf{\"a\":1}\r\n\r\n{\"b\":2}\r\n",
        ),
        ("no LF at the end", b"{\"a\":1}\n{\"b\":2}"),
        ("CR alone ends no line", b"{\"a\":1}\r{\"b\":2}\n"),
        ("nothing", b""),
        ("a byte order mark and nothing", b"\xef\xbb\xbf\n"),
    ];
    let case = |(name, input): (&str, &[u8])| {
        let lines = line::lines(input)
            .into_iter()
            .map(|(i, line)| Json::object([("number", number(i)), ("line", utf8(line))]))
            .collect();
        Json::object([
            ("name", Json::text(name)),
            ("input", bytes(input)),
            ("lines", Json::Array(lines)),
        ])
    };
    Json::Array(inputs.map(case).into())
}

/// The line that is in the trail.
fn stored() -> String {
    format!(
        r#"{{"id":"{OTHER}","at":"2026-11-01T08:00:00Z","kind":"row","action":"UPDATE","actor":{{"name":"ana","kind":"service","via":"dbt"}},"resource":{RESOURCE},"outcome":"failure","reason":"late","payload":{{"key":1,"after":{{"a":1.0,"b":[2]}}}}}}"#
    )
}

/// What of the stored line is written otherwise, and whether that is the same content.
const CHANGES: [(&str, &str, &str); 19] = [
    ("the same line", "", ""),
    (
        "the id in capitals",
        OTHER,
        "01890A5D-AC96-774B-BCCE-B302099A8057",
    ),
    ("at in another zone", "08:00:00Z", "09:00:00+01:00"),
    ("at in more digits", "08:00:00Z", "08:00:00.000Z"),
    ("another at", "08:00:00Z", "08:00:01Z"),
    ("at left out", r#""at":"2026-11-01T08:00:00Z","#, ""),
    ("outcome left out", r#""outcome":"failure","#, ""),
    ("another outcome", "failure", "denied"),
    ("the actor's kind left out", r#""kind":"service","#, ""),
    ("another kind of actor", "service", "system"),
    (
        "the strength that was the default",
        r#""via":"dbt""#,
        r#""via":"dbt","strength":"asserted""#,
    ),
    (
        "another strength",
        r#""via":"dbt""#,
        r#""via":"dbt","strength":"inferred""#,
    ),
    ("via left out", r#","via":"dbt""#, ""),
    ("reason left out", r#""reason":"late","#, ""),
    ("another action", "UPDATE", "MERGE"),
    ("the payload as it was kept", "1.0", r#"{"$dec":"1.0"}"#),
    (
        "the payload in another order",
        r#""a":1.0,"b":[2]"#,
        r#""b":[ 2 ], "a":1.0"#,
    ),
    ("another payload", "1.0", "1"),
    (
        "a context that is null",
        r#""key":1"#,
        r#""context":null,"key":1"#,
    ),
];

pub(crate) fn section() -> Json {
    let stamp = stamp(0, false);
    let recorded = record(stored().as_bytes(), &stamp);
    let header = recorded.map(|recorded| recorded.header).unwrap_or_default();
    let case = |(name, from, to): (&str, &str, &str)| {
        let line = stored().replacen(from, to, 1);
        let compared = |salt| {
            let stored = Stored {
                header: &header,
                salt,
            };
            match is_repeat(line.as_bytes(), &stamp.command, &stored) {
                Ok(same) => Json::Bool(same),
                Err(faults) => Json::Text(format!("broken: {faults:?}")),
            }
        };
        Json::object([
            ("name", Json::text(name)),
            ("same", compared(Some(&stamp.salt))),
            ("same_once_erased", compared(None)),
            ("line", Json::Text(line.clone())),
        ])
    };
    Json::object([
        ("stored_line", Json::Text(stored())),
        ("recorded_at", Json::text(&stamp.recorded_at)),
        ("salt", bytes(&stamp.salt)),
        ("stored_header", utf8(&header)),
        ("cases", Json::Array(CHANGES.map(case).into())),
        ("by_command", by_command()),
    ])
}

/// Of the command's actor the name counts, since nothing else of it is given, and its reason counts.
fn by_command() -> Json {
    let line = format!(r#"{{"kind":"access","action":"READ","resource":{RESOURCE}}}"#);
    let recorded = record(line.as_bytes(), &stamp(0, true));
    let header = recorded.map(|recorded| recorded.header).unwrap_or_default();
    let stored = Stored {
        header: &header,
        salt: None,
    };
    let other = |text: &str| Some(text.to_owned());
    let cases = [
        ("the same command", command()),
        (
            "another actor",
            Command {
                actor: other("weekly-import"),
                ..command()
            },
        ),
        (
            "another reason",
            Command {
                reason: other("weekly load"),
                ..command()
            },
        ),
        (
            "no reason",
            Command {
                reason: None,
                ..command()
            },
        ),
    ];
    let case = |(name, command): (&str, Command)| {
        let same = match is_repeat(line.as_bytes(), &command, &stored) {
            Ok(same) => Json::Bool(same),
            Err(faults) => Json::Text(format!("broken: {faults:?}")),
        };
        let given = |text: Option<String>| text.map_or(Json::Null, Json::Text);
        Json::object([
            ("name", Json::text(name)),
            ("actor", given(command.actor)),
            ("reason", given(command.reason)),
            ("same", same),
        ])
    };
    Json::object([
        ("line", Json::text(&line)),
        ("stored_header", utf8(&header)),
        ("cases", Json::Array(cases.map(case).into())),
    ])
}
