//! OpenLineage's run events, into a trail and out of it.

use super::ddeutil_files::{how, run, runs};
use crate::place::Place;
use piperoll::event::{Phase, Value, ValueType};
use piperoll::runs::openlineage::{export_openlineage, import_openlineage};
use piperoll::runs::{Imported, Status, record};
use piperoll::store::{Filter, Order, Page};
use piperoll::trail::{Entry, Trail};
use std::path::Path;

fn event(transition: &str, job: &str, number: u32, time: &str, facets: &str) -> String {
    format!(
        "{{\"eventType\":\"{transition}\",\"eventTime\":\"2026-11-01T{time}Z\",\"run\":{{\"runId\":\"0197fff0-0000-7000-8000-{number:012}\",\"facets\":{{{facets}}}}},\"job\":{{\"namespace\":\"airflow\",\"name\":\"{job}\"}},\"inputs\":[],\"outputs\":[],\"producer\":\"urn:p\",\"schemaURL\":\"https://openlineage.io/spec/2-0-2/OpenLineage.json\"}}"
    )
}

fn import(trail: &Trail, path: &Path) -> Imported {
    import_openlineage(trail, path, &how(), &mut |_, _| {}).unwrap()
}

fn import_lines(place: &Place, trail: &Trail, lines: &[String]) -> Imported {
    let path = place.path().join("events.jsonl");
    piperoll::fs::write(&path, lines.join("\n").as_bytes()).unwrap();
    import(trail, &path)
}

fn counts(imported: &Imported) -> (u64, u64, u64, u64) {
    let Imported {
        recorded, there, ..
    } = imported;
    (
        *recorded,
        *there,
        imported.skipped.count,
        imported.noted.count,
    )
}

fn entries(trail: &Trail) -> Vec<Entry> {
    let page = Page {
        order: Order::OldestFirst,
        after: None,
        limit: 1_000,
    };
    trail.entries(&Filter::default(), &page).unwrap()
}

#[test]
fn runs_are_imported_once_however_their_events_are_mixed() {
    let place = Place::in_memory();
    let trail = place.make();
    let mut lines = Vec::new();
    for number in 0..50 {
        let nominal = r#""nominalTime":{"nominalStartTime":"2026-11-01T00:00:00+02:00"}"#;
        lines.push(event("COMPLETE", "b", number, "09:00:00", ""));
        lines.insert(
            (number * 7) as usize % lines.len(),
            event("START", "b", number, "08:00:00", nominal),
        );
    }
    assert_eq!(counts(&import_lines(&place, &trail, &lines)), (50, 0, 0, 0));
    lines.reverse();
    lines.extend_from_within(..20);
    assert_eq!(counts(&import_lines(&place, &trail, &lines)), (0, 50, 0, 0));
    let runs = runs(&trail);
    assert_eq!(runs.len(), 50);
    let (first, at) = &runs[0];
    assert_eq!(first.release.to_string(), "2026-11-01T00:00:00+02:00");
    assert_eq!(
        (first.status, at.to_string().as_str()),
        (Status::Success, "2026-11-01T08:00:00.000000Z")
    );
}

#[test]
fn c6_50_a_start_without_an_end_stays_open_until_a_later_import_closes_it() {
    let place = Place::in_memory();
    let trail = place.make();
    let start = event("START", "a", 1, "08:00:00", "");
    assert_eq!(
        counts(&import_lines(&place, &trail, std::slice::from_ref(&start))),
        (1, 0, 0, 1)
    );
    let begun = &entries(&trail)[0];
    assert_eq!(begun.header.phase, Some(Phase::Intent));
    assert_eq!(
        counts(&import_lines(&place, &trail, &[start])),
        (0, 1, 0, 1)
    );
    // The end alone does not say which release it is of.
    let end = event(
        "FAIL",
        "a",
        1,
        "08:30:00",
        r#""errorMessage":{"message":"boom"}"#,
    );
    for expected in [(1, 0, 0, 1), (0, 1, 0, 1)] {
        let imported = import_lines(&place, &trail, std::slice::from_ref(&end));
        assert_eq!(counts(&imported), expected);
    }
    let all = entries(&trail);
    assert_eq!(all.len(), 2);
    assert_eq!(all[1].header.of, Some(begun.header.id));
    let runs = runs(&trail);
    assert!(runs[0].0.is_same_as(&runs[1].0));
    assert_eq!(runs[1].0.status, Status::Failed);
}

#[test]
fn d_f11_a_damaged_line_is_named_and_hides_no_other() {
    let place = Place::in_memory();
    let trail = place.make();
    let lines = [
        event("START", "a", 1, "08:00:00", ""),
        "{\"eventType\":".to_owned(),
        String::new(),
        event("BEGIN", "a", 1, "08:00:00", ""),
        r#"{"eventTime":"2026-11-01T08:00:00Z","job":{"namespace":"n","name":"static"},"producer":"urn:p"}"#.to_owned(),
        event("COMPLETE", "a", 1, "08:00:01", ""),
    ];
    let imported = import_lines(&place, &trail, &lines);
    assert_eq!(counts(&imported), (1, 0, 2, 0));
    let told: Vec<String> = imported
        .skipped
        .listed
        .iter()
        .map(|p| p.to_string().rsplit('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        told,
        [
            "events.jsonl:2: is not JSON: a value is missing (column 14)",
            "events.jsonl:4: eventType: must be one of START, RUNNING, OTHER, COMPLETE, ABORT, FAIL",
        ]
    );
}

#[test]
fn a_folder_of_files_of_one_event_each_is_read_as_one() {
    let place = Place::in_memory();
    let trail = place.make();
    let folder = place.path().join("events");
    piperoll::fs::create_folder(&folder).unwrap();
    let laid_out = event("COMPLETE", "a", 1, "08:00:01", "").replacen('{', "{\n  ", 1);
    piperoll::fs::write(&folder.join("ol-1.json"), laid_out.as_bytes()).unwrap();
    let start = event("START", "a", 1, "08:00:00", "") + "\n";
    piperoll::fs::write(&folder.join("ol-2.json"), start.as_bytes()).unwrap();
    assert_eq!(counts(&import(&trail, &folder)), (1, 0, 0, 0));
    let error = import_openlineage(&trail, &place.path().join("gone"), &how(), &mut |_, _| {});
    assert_eq!(error.unwrap_err().kind(), piperoll::ErrorKind::NotFound);
}

#[test]
fn what_is_exported_comes_back_as_it_was() {
    let place = Place::in_memory();
    let trail = place.make();
    let mut failed = run("load/\u{e9}", "2026-11-01T10:00:00.5+07:00", "r-1");
    failed.status = Status::Failed;
    failed.attempt = Some(2);
    failed.parent_run_id = Some("p-1".into());
    failed.started_at = Some(failed.release.at());
    let date = Value::Typed(ValueType::Date, "2026-11-01".into());
    failed.context.insert("date", date);
    let message = Value::Object([("message".to_owned(), Value::Text("boom".into()))].into());
    failed.context.insert("errors", message);
    let mut parent = run("dag", "2026-11-01", "p-1");
    parent.status = Status::Skip;
    let mut begun = run("dag", "2026-11-02", "0197FFF0-0000-7000-8000-000000000001");
    begun.status = Status::Running;
    begun.started_at = Some(failed.release.at());
    record(&trail, &[failed.clone(), parent, begun.clone()], &how()).unwrap();
    begun.status = Status::Cancel;
    begun.started_at = None;
    let path = place.path().join("out.jsonl");
    let exported = export_openlineage(&trail, &path, &mut |_, _| {}).unwrap();
    assert_eq!((exported.written, exported.running), (2, 1));
    let text = piperoll::fs::read(&path, 100_000).unwrap().unwrap();
    let text = String::from_utf8(text).unwrap();
    let transitions: Vec<&str> = text
        .lines()
        .map(|line| line.split('"').nth(3).unwrap())
        .collect();
    assert_eq!(transitions, ["START", "FAIL", "OTHER", "START"]);
    assert!(text.contains(r#""runId":"0197fff0-0000-7000-8000-000000000001""#));
    assert_eq!(text.matches(r#""name":"dag""#).count(), 6, "{text}");
    let elsewhere = Place::in_memory();
    let other = elsewhere.make();
    assert_eq!(counts(&import(&other, &path)), (3, 0, 0, 0));
    for (before, after) in runs(&trail).iter().zip(runs(&other)) {
        assert_eq!(before.0, after.0);
    }
    assert_eq!(counts(&import(&trail, &path)), (0, 3, 0, 0));
}
