use crate::text;
use piperoll::event::{
    Draft, Event, EventId, Header, Instant, LineDefaults, Lines, Payload, Salt, SamePayload,
    Secret, Stamp, attributes_of,
};
use piperoll::limits::NESTING_MAX;
use piperoll_testkit::naive::line::{self, Command};
use piperoll_testkit::naive::record;
use std::collections::BTreeSet;

const ID: &str = "019abcde-0000-7000-8000-000000000000";
const RECORDED_AT: &str = "2026-11-01T08:00:00.000000Z";
const SALT: [u8; 32] = [3; 32];
const SECRET: [u8; 32] = [4; 32];

/// Input in JSON Lines: both implementations see the same lines, take the same of them and make the same of each.
pub(crate) fn run(data: &[u8]) {
    let mut lines = Lines::new(data);
    let mut seen = Vec::new();
    while let Ok(Some(line)) = lines.next_line() {
        let start = line.offset as usize;
        assert_eq!(data.get(start..start + line.bytes.len()), Some(line.bytes));
        seen.push((line.number as usize, line.bytes.to_vec()));
    }
    let naive: Vec<_> = line::lines(data)
        .into_iter()
        .map(|(number, line)| (number, line.to_vec()))
        .collect();
    assert_eq!(seen, naive);
    for (_, line) in seen {
        record_line(&line);
    }
}

fn record_line(line: &[u8]) {
    let naive = record::record(
        line,
        &record::Stamp {
            id: ID.to_owned(),
            recorded_at: RECORDED_AT.to_owned(),
            salt: SALT,
            secret: SECRET.to_vec(),
            command: Command::default(),
        },
    );
    let draft = match Draft::from_line(line, &LineDefaults::default()) {
        Ok(draft) => draft,
        Err(problems) => {
            let places: BTreeSet<_> = problems.into_iter().map(|one| one.place).collect();
            let faults = naive.err().unwrap_or_default();
            // The library calls the line as a whole nothing, the naive implementation `line`.
            let whole = |place: String| {
                if place == "line" {
                    String::new()
                } else {
                    place
                }
            };
            let faults: BTreeSet<_> = faults.into_iter().map(|one| whole(one.place)).collect();
            assert_eq!(places, faults);
            return;
        }
    };
    assert_eq!(draft.problems(), []);
    let event = stamped(&draft);
    match naive {
        Ok(recorded) => {
            assert_eq!(text(&event.header_bytes), text(&recorded.header));
            let payload = event.payload.as_ref().map(|(payload, _)| text(payload));
            assert_eq!(payload, recorded.payload.as_deref().map(text));
            let attributes: Vec<_> = event
                .attributes
                .iter()
                .map(|one| (one.name.to_string(), one.value.clone()))
                .collect();
            assert_eq!(attributes, recorded.attributes);
        }
        Err(faults) => panic!("only the naive implementation refuses: {faults:?}"),
    }
    assert_eq!(
        Header::decode(&event.header_bytes).as_ref(),
        Ok(&event.header)
    );
    if let Some((bytes, _)) = &event.payload {
        let stored = Payload::from_bytes(bytes);
        assert_eq!(stored.as_ref().ok(), draft.payload.as_ref());
        let attributes =
            stored.map(|stored| attributes_of(draft.kind, &stored, &Secret::new(SECRET)));
        assert_eq!(attributes.as_ref(), Ok(&event.attributes));
    }
    again(&event);
}

/// What is printed can be recorded again and is the same content, unless wrappers have made it deeper than a line may be.
fn again(event: &Event) {
    let printed = printed(event);
    match Draft::from_line(printed.as_bytes(), &LineDefaults::default()) {
        Ok(draft) => {
            let same = SamePayload::Kept(Salt::new(SALT));
            assert!(draft.is_content_of(&event.header, same), "{printed}");
            assert_eq!(stamped(&draft).header_bytes, event.header_bytes);
        }
        Err(problems) => {
            let deep = format!("is nested more than {NESTING_MAX} deep");
            assert!(
                problems.iter().all(|one| one.message == deep),
                "{problems:?} of {printed}"
            );
        }
    }
}

/// The line that gives all that the entry says.
fn printed(event: &Event) -> String {
    let header = text(&event.header_bytes);
    let recorded_at = format!(",\"recorded_at\":\"{}\"", event.header.recorded_at);
    let header = header
        .replacen(&recorded_at, "", 1)
        .replacen(",\"v\":1}", "}", 1);
    match (&event.payload, event.header.payload) {
        (Some((payload, _)), Some(commitment)) => {
            let commitment = format!(",\"payload\":\"{commitment}\"");
            header.replacen(&commitment, &format!(",\"payload\":{}", text(payload)), 1)
        }
        _ => header,
    }
}

fn stamped(draft: &Draft) -> Event {
    let (Some(id), Ok(recorded_at)) = (EventId::parse(ID), Instant::parse(RECORDED_AT)) else {
        panic!("id and time are right");
    };
    let secret = &Secret::new(SECRET);
    let stamp = Stamp {
        id,
        recorded_at,
        salt: Salt::new(SALT),
        secret,
    };
    match draft.stamp(&stamp) {
        Ok(event) => event,
        Err(problem) => panic!("{problem}"),
    }
}
