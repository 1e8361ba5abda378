use super::*;
use crate::event::{Outcome, Salt, Secret, Stamp};
use crate::runs::{Recording, draft};

const DOCUMENT: &str = r#"{"name":"w/\u00e9","release":"2026-11-01 10:00:00.5+07:00","type":"event","status":"FAILED","run_id":"r","parent_run_id":"p",
  "context":{"params":{"n":1.0,"x":{"$dec":"1"}},"errors":{"name":"E"}},"runs_metadata":{"timeout":600},"attempt":2,
  "started_at":"2026-11-01T03:00:00Z","ended_at":"2026-11-01T03:00:01.25Z","actor":{"name":"etl","kind":"service","strength":"inferred"}}"#;

fn entry_of(draft: &Draft) -> Entry {
    let stamp = Stamp {
        id: EventId::parse("01932c07-a005-7000-8000-000000000005").unwrap(),
        recorded_at: Instant::parse("2026-11-01T08:00:00Z").unwrap(),
        salt: Salt::new([7; 32]),
        secret: &Secret::new([1; 32]),
    };
    let event = draft.stamp(&stamp).unwrap();
    Entry {
        index: EntryIndex::new(0),
        header: event.header,
        header_bytes: event.header_bytes,
        payload: event.payload.map(|(bytes, _)| bytes.to_vec()),
        salt: None,
    }
}

#[test]
fn a_run_comes_back_from_its_entry_as_it_was() {
    let run = Run::parse(DOCUMENT.as_bytes()).unwrap();
    let draft = draft(&run, &Part::Whole, &Recording::default()).unwrap();
    assert_eq!(draft.at, run.started_at);
    let entry = entry_of(&draft);
    let payload = String::from_utf8(entry.payload.clone().unwrap()).unwrap();
    assert_eq!(
        payload,
        r#"{"context":{"attempt":2,"context":{"errors":{"name":"E"},"params":{"n":{"$dec":"1.0"},"x":{"$obj":{"$dec":"1"}}}},"ended_at":"2026-11-01T03:00:01.250000Z","offset":"+07:00","parent_run_id":"p","release":"2026-11-01T03:00:00.5Z","release_type":"normal","run_id":"r","runs_metadata":{"timeout":600},"started_at":"2026-11-01T03:00:00.000000Z","status":"FAILED","type":"event"}}"#
    );
    let read = RunEntry::read(&entry).unwrap().unwrap();
    assert_eq!(read.run, run);
    assert_eq!(read.run.release.offset(), Some(7 * 3600));
    assert_eq!(read.part, Part::Whole);
    assert_eq!(entry.header.outcome, Outcome::Failure);
    assert_eq!(entry.header.resource.name, "w/\u{e9}");
}

#[test]
fn a_run_that_has_not_ended_is_an_intent_and_its_end_an_outcome() {
    let mut run = Run::parse(DOCUMENT.as_bytes()).unwrap();
    run.status = Status::Running;
    let start = draft(&run, &Part::of(&run), &Recording::default()).unwrap();
    assert_eq!(start.phase, Some(Phase::Intent));
    assert_eq!(start.outcome, Some(Outcome::Unknown));
    let start = entry_of(&start);
    run.status = Status::Cancel;
    let end = draft(&run, &Part::End(start.header.id), &Recording::default()).unwrap();
    assert_eq!((end.at, end.of), (run.ended_at, Some(start.header.id)));
    let read = RunEntry::read(&entry_of(&end)).unwrap().unwrap();
    assert_eq!(read.part, Part::End(start.header.id));
    assert_eq!(read.run, run);
}

#[test]
fn a_run_that_was_recorded_as_an_event_is_read_with_what_stands_beside() {
    let line = br#"{"kind":"run","action":"RUN","actor":{"name":"etl"},"resource":{"system":"shop","name":"load","kind":"workflow"},
        "payload":{"context":{"release":"2026-11-01T00:00:00Z","status":"RUNNING","run_id":"r-1","params":{"date":"2026-11-01"}}}}"#;
    let given = Draft::from_line(line, &crate::event::LineDefaults::default()).unwrap();
    let read = RunEntry::read(&entry_of(&given)).unwrap().unwrap();
    assert_eq!(read.run.status, Status::Running);
    assert_eq!(
        read.run.params().unwrap().canonical(),
        r#"{"date":"2026-11-01"}"#
    );
    let texts = ["2026-11-01T00:00:00+00:00", "2026-11-01", "soon"];
    for other in texts {
        let line = String::from_utf8(line.to_vec()).unwrap();
        let line = line.replace("2026-11-01T00:00:00Z", other);
        let given = Draft::from_line(line.as_bytes(), &crate::event::LineDefaults::default());
        assert_eq!(
            RunEntry::read(&entry_of(&given.unwrap())).unwrap(),
            None,
            "{other}"
        );
    }
}

#[test]
fn a_run_without_anybody_is_refused() {
    let run = Run::new("w", Release::parse("2026-11-01").unwrap(), "r");
    let problems = draft(&run, &Part::Whole, &Recording::default()).unwrap_err();
    assert_eq!(problems[0].to_string(), "actor: is missing");
    let how = Recording {
        actor: Some(DraftActor::named("etl")),
        ..Recording::default()
    };
    assert_eq!(draft(&run, &Part::Whole, &how).unwrap().actor.name, "etl");
}
