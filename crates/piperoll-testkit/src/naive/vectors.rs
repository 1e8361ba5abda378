//! The content of `docs/vectors/format-v1.json`, made by the naive implementation.

mod accepted;
mod canonical;
mod pretty;
mod refused;
mod repeats;
mod trail;
mod tree;

use super::json::Json;
use super::line::Command;
use super::record::Stamp;

/// The whole file, with its last LF.
pub fn vectors() -> String {
    let file = Json::object([
        ("format", number(1)),
        ("about", Json::text(ABOUT)),
        ("secret", bytes(&SECRET)),
        (
            "command",
            Json::object([
                ("actor", Json::text(COMMAND_ACTOR)),
                ("reason", Json::text(COMMAND_REASON)),
            ]),
        ),
        ("canonical", canonical::accepted()),
        ("canonical_refused", canonical::refused()),
        ("lines", repeats::lines()),
        ("accepted", accepted::section()),
        ("refused", refused::section()),
        ("repeats", repeats::section()),
        ("trail", trail::section()),
        ("tree", tree::section()),
    ]);
    pretty::print(&file) + "\n"
}

const ABOUT: &str = "Test vectors of docs/format.md. Hashes, signatures, salts and other bytes \
    are base64. `line_base64` stands for a line that is no UTF-8. `place` is where the fault is: a \
    path, or `line` for a line that cannot be read, or `header`. Where `by_command` is true the \
    command says what `command` has; where `own` is true Piperoll writes the entry itself.";

/// The secret of the trail in all vectors.
pub(crate) const SECRET: [u8; 32] = counting(0x20);

/// 32 bytes that count up from `first`.
pub(crate) const fn counting(first: u8) -> [u8; 32] {
    let mut rest: [u8; 32] = [0; 32];
    let mut slice: &mut [u8] = &mut rest;
    let mut value = first;
    while let Some((byte, tail)) = slice.split_first_mut() {
        *byte = value;
        value += 1;
        slice = tail;
    }
    rest
}

/// The stamp of the `i`-th line: everything about it differs from the other lines'.
pub(crate) fn stamp(i: usize, by_command: bool) -> Stamp {
    let byte = u8::try_from(i).unwrap_or(u8::MAX);
    Stamp {
        id: format!("019abcde-0000-7000-8000-{i:012x}"),
        recorded_at: format!("2026-11-01T08:{:02}:{:02}.{i:06}Z", i / 60, i % 60),
        salt: [byte; 32],
        secret: SECRET.to_vec(),
        command: if by_command {
            command()
        } else {
            Command::default()
        },
    }
}

const COMMAND_ACTOR: &str = "nightly-import";
const COMMAND_REASON: &str = "nightly load";

/// What the command says where a vector has `by_command`.
pub(crate) fn command() -> Command {
    Command {
        actor: Some(COMMAND_ACTOR.to_owned()),
        reason: Some(COMMAND_REASON.to_owned()),
    }
}

/// A line with what every line needs, and `more` members (with their comma in front).
pub(crate) fn event(kind: &str, action: &str, more: &str) -> String {
    format!(
        r#"{{"kind":"{kind}","action":"{action}","actor":{{"name":"ana"}},"resource":{RESOURCE}{more}}}"#
    )
}

/// A line of kind `business` with this payload.
pub(crate) fn with_payload(payload: &str) -> String {
    event("business", "CHECK", &format!(r#","payload":{payload}"#))
}

pub(crate) const RESOURCE: &str = r#"{"kind":"table","name":"orders","system":"shop"}"#;

/// A version 7 UUID that is no line's own.
pub(crate) const OTHER: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

pub(crate) fn bytes(bytes: &[u8]) -> Json {
    Json::Text(super::bytes::base64(bytes))
}

pub(crate) fn number(number: usize) -> Json {
    Json::Number(number.to_string())
}

pub(crate) fn utf8(bytes: &[u8]) -> Json {
    Json::Text(String::from_utf8_lossy(bytes).into_owned())
}
