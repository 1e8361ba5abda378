//! Lines that are taken, and what becomes of them.

mod cases;

use crate::naive::json::Json;
use crate::naive::record::{Recorded, Stamp, commitment, record, record_own};
use crate::naive::vectors::{bytes, stamp, utf8};
use crate::naive::{Fault, tree};

/// A line and who says it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) line: String,
    /// The command says what `command` has.
    pub(crate) by_command: bool,
    /// Piperoll writes it.
    pub(crate) own: bool,
}

/// The cases with their stamps and what comes of them, in the order of the trail.
pub(crate) fn recorded() -> Vec<(Case, Stamp, Result<Recorded, Vec<Fault>>)> {
    let record = |(i, case): (usize, Case)| {
        let stamp = stamp(i, case.by_command);
        let line = case.line.as_bytes();
        let recorded = if case.own {
            record_own(line, &stamp)
        } else {
            record(line, &stamp)
        };
        (case, stamp, recorded)
    };
    cases::cases().into_iter().enumerate().map(record).collect()
}

pub(crate) fn section() -> Json {
    let case = |(case, stamp, recorded): (Case, Stamp, Result<Recorded, Vec<Fault>>)| {
        let mut members = vec![
            ("name", Json::text(case.name)),
            ("line", Json::Text(case.line)),
            ("by_command", Json::Bool(case.by_command)),
            ("own", Json::Bool(case.own)),
            ("id", Json::Text(stamp.id)),
            ("recorded_at", Json::Text(stamp.recorded_at)),
            ("salt", bytes(&stamp.salt)),
        ];
        match recorded {
            Ok(recorded) => members.extend(outcome(&recorded, &stamp.salt)),
            // Nobody is to mistake a broken case for a vector.
            Err(faults) => members.push(("broken", Json::Text(format!("{faults:?}")))),
        }
        Json::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    };
    Json::Array(recorded().into_iter().map(case).collect())
}

fn outcome(recorded: &Recorded, salt: &[u8; 32]) -> Vec<(&'static str, Json)> {
    let payload = recorded.payload.as_deref();
    let attributes = recorded.attributes.iter();
    vec![
        ("header", utf8(&recorded.header)),
        ("payload", payload.map_or(Json::Null, utf8)),
        (
            "commitment",
            payload.map_or(Json::Null, |payload| Json::Text(commitment(salt, payload))),
        ),
        (
            "attributes",
            Json::Object(
                attributes
                    .map(|(name, value)| (name.clone(), Json::text(value)))
                    .collect(),
            ),
        ),
        ("leaf", bytes(&tree::leaf(&recorded.header))),
    ]
}
