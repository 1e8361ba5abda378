//! A folder of ddeutil's files, into a trail and out of it.

use crate::place::Place;
use piperoll::event::{DraftActor, Instant};
use piperoll::runs::ddeutil::{Files, export_files, import_files};
use piperoll::runs::{Imported, Recording, Release, Run, RunEntry, Status, record};
use piperoll::store::{Filter, Order, Page};
use piperoll::trail::Trail;
use std::path::{Path, PathBuf};

pub(super) fn how() -> Recording {
    Recording {
        actor: Some(DraftActor::named("etl")),
        ..Recording::default()
    }
}

pub(super) fn run(name: &str, release: &str, run_id: &str) -> Run {
    Run::new(name, Release::parse(release).unwrap(), run_id)
}

pub(super) fn import(trail: &Trail, folder: &Path) -> Imported {
    import_files(trail, folder, &how(), &mut |_, _| {}).unwrap()
}

/// The runs of a trail, with the time of each, oldest first.
pub(super) fn runs(trail: &Trail) -> Vec<(Run, Instant)> {
    let page = Page {
        order: Order::OldestFirst,
        after: None,
        limit: 10_000,
    };
    let entries = trail.entries(&Filter::default(), &page).unwrap();
    let read = |entry| Some((RunEntry::read(entry).unwrap()?.run, entry.header.at));
    entries.iter().filter_map(read).collect()
}

fn write(path: &Path, text: impl AsRef<[u8]>) {
    piperoll::fs::create_folder(path.parent().unwrap()).unwrap();
    piperoll::fs::write(path, text.as_ref()).unwrap();
}

/// A document as the package writes it.
fn document(name: &str, run_id: &str, context: &str) -> String {
    format!(
        "{{\n  \"name\": \"{name}\",\n  \"release\": \"2024-01-15 10:30:00\",\n  \"type\": \"normal\",\n  \"context\": {context},\n  \"run_id\": \"{run_id}\",\n  \"parent_run_id\": null,\n  \"runs_metadata\": {{}}\n}}"
    )
}

fn release_folder(folder: &Path) -> PathBuf {
    folder.join("workflow=w/release=20240115103000")
}

#[test]
fn what_the_package_wrote_is_imported_once_with_its_times() {
    let place = Place::in_memory();
    let trail = place.make();
    let folder = place.path().join("audits");
    let info = r#"{"status":"FAILED","info":{"exec_start":"2026-11-22 09:28:06.708877+07:00","exec_end":"2026-11-22 09:28:07+07:00"},"x":NaN}"#;
    write(
        &release_folder(&folder).join("a.log"),
        document("w", "a", info),
    );
    write(
        &release_folder(&folder).join("b.log"),
        document("w", "b", "{}"),
    );
    let first = import(&trail, &folder);
    assert_eq!(
        (first.recorded, first.there, first.skipped.count),
        (2, 0, 0)
    );
    let again = import(&trail, &folder);
    assert_eq!(
        (again.recorded, again.there, again.skipped.count),
        (0, 2, 0)
    );
    let runs = runs(&trail);
    let [(a, at_a), (b, at_b)] = &runs[..] else {
        panic!("{runs:?}");
    };
    assert_eq!((a.run_id.as_str(), a.status), ("a", Status::Failed));
    assert_eq!(at_a.to_string(), "2026-11-22T02:28:06.708877Z");
    assert_eq!(a.release.offset(), None);
    // The other says nothing of its time: it is that of its file.
    let written = std::fs::metadata(release_folder(&folder).join("b.log")).unwrap();
    let written = written
        .modified()
        .unwrap()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    assert_eq!(
        at_b.as_micros(),
        i64::try_from(written.as_micros()).unwrap()
    );
    assert_eq!((b.status, b.started_at), (Status::Success, None));
}

#[test]
fn d_f11_a_damaged_file_is_named_and_hides_no_other() {
    let place = Place::in_memory();
    let trail = place.make();
    let folder = place.path().join("audits");
    let in_release = |name: &str| release_folder(&folder).join(name);
    write(&in_release("a.log"), document("w", "a", "{}"));
    write(&in_release("b.log"), &document("w", "b", "{}")[..60]);
    write(&in_release("c.log"), "");
    write(&in_release("d.log"), b"\xff\xfe");
    write(
        &in_release("e.log"),
        document("w", "e", r#"{"a":"\u0000"}"#),
    );
    write(&in_release("f.log"), r#"{"name":"w","context":[]}"#);
    write(&in_release("g.log"), document("w", "g", "{}"));
    write(&in_release("h.log/x"), "");
    write(&in_release("i.log.77.1.tmp"), "half");
    write(&in_release("j.txt"), "no run");
    write(&folder.join("workflow=x"), "");
    write(&folder.join("other/k.log"), "");
    let imported = import(&trail, &folder);
    assert_eq!((imported.recorded, imported.there), (2, 0));
    let told: Vec<String> = imported
        .skipped
        .listed
        .iter()
        .map(|p| format!("{} {}", p.place.rsplit('/').next().unwrap(), p.message))
        .collect();
    assert_eq!(
        told,
        [
            "workflow=x is no folder",
            "h.log is no file",
            "b.log is not JSON: a text has no end (column 61)",
            "c.log is not JSON: a value is missing (column 1)",
            "d.log is not JSON: no UTF-8 after byte 0",
            "e.log context.a: holds U+0000, which no store keeps in text",
            "f.log release: is missing; run_id: is missing; context: must be an object, not an array",
        ]
    );
    assert_eq!(imported.skipped.count, 7);
    // Mended, it comes in; the others are there.
    write(&in_release("b.log"), document("w", "b", "{}"));
    let again = import(&trail, &folder);
    assert_eq!(
        (again.recorded, again.there, again.skipped.count),
        (1, 2, 6)
    );
}

#[test]
fn d_f12_every_execution_under_one_name_remains() {
    let place = Place::in_memory();
    let trail = place.make();
    let folder = place.path().join("audits");
    for (context, recorded) in [
        (r#"{"n":1}"#, 1),
        (r#"{"n":2}"#, 1),
        (r#"{"n":1}"#, 0),
        (r#"{"n":2}"#, 0),
    ] {
        write(
            &release_folder(&folder).join("a.log"),
            document("w", "a", context),
        );
        assert_eq!(import(&trail, &folder).recorded, recorded, "{context}");
    }
    // Out again, each has a file; and in again, each is known.
    let out = Files::new(place.path().join("out"));
    let exported = export_files(&trail, &out, &mut |_, _| {}).unwrap();
    assert_eq!((exported.written, exported.there), (2, 0));
    let imported = import(&trail, out.folder());
    assert_eq!((imported.recorded, imported.there), (0, 2));
    let exported = export_files(&trail, &out, &mut |_, _| {}).unwrap();
    assert_eq!((exported.written, exported.there), (0, 2));
}

#[test]
fn what_was_recorded_here_is_not_doubled_and_an_end_closes_its_start() {
    let place = Place::in_memory();
    let trail = place.make();
    let mut here = run("w", "2024-01-15T10:30:00+07:00", "r");
    here.run_type = piperoll::runs::RunType::read("scheduled").unwrap();
    record(&trail, std::slice::from_ref(&here), &how()).unwrap();
    let mut begun = run("w", "2024-01-16", "s");
    begun.status = Status::Running;
    record(&trail, std::slice::from_ref(&begun), &how()).unwrap();
    let out = Files::new(place.path().join("out"));
    let exported = export_files(&trail, &out, &mut |_, _| {}).unwrap();
    assert_eq!((exported.written, exported.running), (1, 1));
    begun.status = Status::Failed;
    out.write(&begun).unwrap();
    let imported = import(&trail, out.folder());
    assert_eq!((imported.recorded, imported.there), (1, 1));
    let page = Page {
        order: Order::NewestFirst,
        after: None,
        limit: 2,
    };
    let entries = trail.entries(&Filter::default(), &page).unwrap();
    assert_eq!(entries[0].header.of, Some(entries[1].header.id));
    assert_eq!(import(&trail, out.folder()).there, 2);
}

#[test]
fn attempts_of_a_release_are_counted_in_the_order_in_which_they_began() {
    let place = Place::in_memory();
    let trail = place.make();
    let folder = place.path().join("audits");
    for (run_id, second) in [("a", 9), ("b", 7), ("c", 8)] {
        let info = format!(r#"{{"info":{{"exec_start":"2026-11-01 08:00:0{second}+00:00"}}}}"#);
        let path = release_folder(&folder).join(format!("{run_id}.log"));
        write(&path, document("w", run_id, &info));
    }
    import(&trail, &folder);
    let ids: Vec<String> = runs(&trail)
        .into_iter()
        .map(|(run, _)| run.run_id)
        .collect();
    assert_eq!(ids, ["b", "c", "a"]);
}

#[test]
fn secrets_are_replaced_on_the_way_in_and_a_second_import_knows_it() {
    let place = Place::in_memory();
    let trail = place.make();
    let folder = place.path().join("audits");
    let context = r#"{"params":{"password":"hunter22"},"note":"with hunter22"}"#;
    write(
        &release_folder(&folder).join("a.log"),
        document("w", "a", context),
    );
    let how = Recording {
        redact: vec![
            "password".to_owned(),
            "run_id".to_owned(),
            "name".to_owned(),
        ],
        ..how()
    };
    for there in [0, 1] {
        let imported = import_files(&trail, &folder, &how, &mut |_, _| {}).unwrap();
        assert_eq!(imported.there, there);
    }
    let runs = runs(&trail);
    let text = runs[0].0.to_json();
    assert!(!text.contains("hunter22"), "{text}");
    // D-F18: whatever is to be hidden, what tells a run apart stays.
    assert_eq!(
        (runs[0].0.name.as_str(), runs[0].0.run_id.as_str()),
        ("w", "a")
    );
}

#[test]
fn one_file_is_imported_and_what_is_not_there_is_an_error() {
    let place = Place::in_memory();
    let trail = place.make();
    let file = place.path().join("a.log");
    write(&file, document("w", "a", "{}"));
    assert_eq!(import(&trail, &file).recorded, 1);
    let gone = place.path().join("gone");
    let error = import_files(&trail, &gone, &how(), &mut |_, _| {}).unwrap_err();
    assert_eq!(error.kind(), piperoll::ErrorKind::NotFound);
}

#[test]
fn a_large_import_goes_in_batches_and_tells_how_far_it_is() {
    let place = Place::in_memory();
    let trail = place.make();
    let files = Files::new(place.path().join("audits"));
    for number in 0..300 {
        let second = number % 60;
        let release = format!("2024-01-15T10:{:02}:{second:02}", number / 60);
        files.write(&run("w", &release, "r")).unwrap();
    }
    let mut told = Vec::new();
    let imported = import_files(&trail, files.folder(), &how(), &mut |done, all| {
        told.push((done, all));
    });
    assert_eq!(imported.unwrap().recorded, 300);
    assert_eq!(
        (told.len(), told[0], told[299]),
        (300, (1, 300), (300, 300))
    );
    assert_eq!(runs(&trail).len(), 300);
}
