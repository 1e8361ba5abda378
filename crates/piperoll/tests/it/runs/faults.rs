use super::{found, how, of, record_all, release, run, told};
use crate::place::{Place, assert_sound, process, settings_in, task};
use piperoll::event::Instant;
use piperoll::runs::{
    Latest, Query, Recording, Release, Run, RunEntry, Status, is_pointed, of_release, record,
};
use piperoll::trail::{Surroundings, Trail};
use std::path::Path;
use std::process::Stdio;

#[test]
fn d_f1_one_trail_records_every_release() {
    let place = Place::in_memory();
    let trail = place.make();
    for day in 1..=30 {
        record_all(
            &trail,
            &[run(
                "load",
                &format!("2026-11-{day:02}"),
                "r",
                Status::Success,
            )],
        );
    }
    assert_eq!(found(&trail, &of("load")).len(), 30);
}

#[test]
fn d_f5_a_release_is_found_by_every_spelling_of_its_instant() {
    let place = Place::in_memory();
    let trail = place.make();
    for (at, others) in [
        (
            "2024-01-15T10:30:00+07:00",
            [
                "2024-01-15 03:30:00Z",
                "2024-01-15T03:30:00",
                "2024-01-14T20:30:00-07:00",
            ],
        ),
        (
            "2024-01-15T10:30:59.5+05:30",
            [
                "2024-01-15T05:00:59.500000Z",
                "2024-01-15T05:00:59.5",
                "2024-01-15 10:30:59.50+0530",
            ],
        ),
        (
            "2024-01-16",
            [
                "2024-01-16T00:00:00+00:00",
                "20240116000000",
                "2024-01-16T01:00:00+01:00",
            ],
        ),
    ] {
        record_all(&trail, &[run("load", at, at, Status::Success)]);
        for other in others {
            let found = of_release(&trail, "load", &release(other)).unwrap();
            assert_eq!(found.len(), 1, "{other}");
            assert_eq!(found[0].run.run_id, at);
            // Its own offset is kept.
            assert_eq!(found[0].run.release.to_string(), release(at).to_string());
            assert!(
                is_pointed(&trail, "load", &release(other), true).unwrap(),
                "{other}"
            );
        }
    }
}

#[test]
fn d_f13_releases_that_differ_in_offset_or_microseconds_are_distinct() {
    let place = Place::in_memory();
    let trail = place.make();
    let all = [
        "2024-01-15T10:30:00+07:00",
        "2024-01-15T10:30:00Z",
        "2024-01-15T10:30:00.000001Z",
    ];
    record_all(&trail, &all.map(|at| run("load", at, at, Status::Success)));
    assert_eq!(found(&trail, &of("load")).len(), 3);
    for at in all {
        let found = of_release(&trail, "load", &release(at)).unwrap();
        assert_eq!(
            found
                .iter()
                .map(|e| e.run.run_id.as_str())
                .collect::<Vec<_>>(),
            [at]
        );
    }
}

#[test]
fn d_f12_no_attempt_overwrites_another() {
    let place = Place::in_memory();
    let trail = place.make();
    let mut children = ["a", "b"].map(|id| run("load", "2026-11-01", id, Status::Success));
    for child in &mut children {
        child.parent_run_id = Some("parent".into());
    }
    record_all(&trail, &children);
    // Forced, with the id that the first has.
    let mut forced = run("load", "2026-11-01", "a", Status::Failed);
    forced.run_type = piperoll::runs::ReleaseType::Force.into();
    record_all(&trail, &[forced]);
    assert_eq!(
        told(&trail, &of("load")),
        ["a 3 FAILED", "b 2 SUCCESS", "a 1 SUCCESS"]
    );
}

const WRITERS: usize = 8;
const EACH: usize = 100;
const WORKER: &str = "runs::faults::a_process_records_runs_as_it_is_told";

#[test]
fn d_f9_eight_writers_lose_nothing() {
    let place = Place::in_memory();
    drop(place.make());
    let binary = std::env::current_exe().unwrap();
    let children: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let task = format!("{writer} {}", place.path().display());
            process(&binary, WORKER, &task)
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let trail = place.open().unwrap();
    let all = found(&trail, &of("load"));
    assert_eq!(all.len(), WRITERS * EACH);
    // Every release was recorded by each of them.
    assert_eq!(
        of_release(&trail, "load", &release("2026-11-01T00:00:07Z"))
            .unwrap()
            .len(),
        WRITERS
    );
    assert_sound(&place.settings(), None);
}

/// With a task, it records as a process of the test above; without one, it does so itself.
#[test]
fn a_process_records_runs_as_it_is_told() {
    let place = Place::new();
    let (writer, folder) = match task() {
        Some(task) => {
            let (writer, folder) = task.split_once(' ').unwrap();
            (writer.to_owned(), folder.to_owned())
        }
        None => {
            drop(place.make());
            ("0".to_owned(), place.path().display().to_string())
        }
    };
    let trail = Trail::open(&settings_in(Path::new(&folder)), Surroundings::default()).unwrap();
    let second = Instant::parse("2026-11-01T00:00:00Z").unwrap().as_micros();
    for number in 0..EACH {
        let at = Instant::from_micros(second + number as i64 * 1_000_000).unwrap();
        let one = Run::new("load", Release::utc(at), writer.as_str());
        record(&trail, &[one], &how()).unwrap();
    }
}

#[test]
fn d_f19_a_naive_time_is_utc_whatever_the_zone_of_the_machine() {
    // This process's zone is not asked: nothing in the library reads the environment.
    let one = Run::parse(br#"{"name":"w","release":"2026-07-01 12:00:00","run_id":"r","started_at":"2026-07-01 12:00:00+02:00"}"#).unwrap();
    assert_eq!(one.release.at().to_string(), "2026-07-01T12:00:00.000000Z");
    assert_eq!(
        one.started_at.unwrap().to_string(),
        "2026-07-01T10:00:00.000000Z"
    );
}

#[test]
fn d_f20_status_and_actor_stand_outside_the_payload_and_failed_ones_are_found_without_reading_the_others()
 {
    let place = Place::in_memory();
    let trail = place.make();
    let days: Vec<Run> = (1..=28)
        .map(|day| {
            let status = if day == 13 {
                Status::Failed
            } else {
                Status::Success
            };
            run(
                "load",
                &format!("2026-02-{day:02}"),
                &format!("r{day}"),
                status,
            )
        })
        .collect();
    record_all(&trail, &days);
    let query = Query {
        status: Some(Status::Failed),
        ..of("load")
    };
    let found = found(&trail, &query);
    assert_eq!(
        found
            .iter()
            .map(|e| e.run.run_id.as_str())
            .collect::<Vec<_>>(),
        ["r13"]
    );
    assert_eq!(found[0].run.actor.as_ref().unwrap().name, "etl");
    drop(trail);
    // With the payloads of all others made unreadable, it is found all the same.
    place
        .sql("DROP TRIGGER entries_update; UPDATE entries SET payload = 'no JSON' WHERE seq <> 12")
        .unwrap();
    let trail = place.open().unwrap();
    assert_eq!(super::found(&trail, &query).len(), 1);
    assert!(is_pointed(&trail, "load", &release("2026-02-05"), true).unwrap());
    assert!(!is_pointed(&trail, "load", &release("2026-02-13"), true).unwrap());
}

#[test]
fn d_f17_a_secret_is_in_no_file_of_the_trail() {
    let place = Place::in_memory();
    let trail = place.make();
    let document = br#"{"name":"w","release":"2026-11-01","run_id":"r","status":"FAILED","context":
        {"params":{"db_password":"hunter2-xyzzy"},"errors":{"message":"no login with hunter2-xyzzy"}}}"#;
    let redacting = Recording {
        redact: vec!["password".into()],
        ..how()
    };
    record(&trail, &[Run::parse(document).unwrap()], &redacting).unwrap();
    let read: RunEntry = Latest::default().by_release(&trail, "w").unwrap().unwrap();
    assert!(read.run.to_json().contains("no login with [redacted]"));
    for (path, bytes) in place.store_files() {
        let there = bytes.windows(13).any(|window| window == b"hunter2-xyzzy");
        assert!(!there, "{}", path.display());
    }
}

#[test]
fn hostile_names_and_ids_are_names_and_ids() {
    let place = Place::in_memory();
    let trail = place.make();
    let long = "x".repeat(300);
    let names = [
        "../../etc/passwd",
        "/abs/olute",
        "a*b[",
        "emoji \u{1f600}",
        "nul \u{1} \u{7f}",
        "..",
        &long,
        "a/workflow=b/release=c",
    ];
    for name in names {
        record_all(&trail, &[run(name, "2026-11-01", name, Status::Success)]);
    }
    for name in names {
        let found = found(&trail, &of(name));
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(
            (found[0].run.name.as_str(), found[0].run.run_id.as_str()),
            (name, name)
        );
        assert!(is_pointed(&trail, name, &release("2026-11-01"), true).unwrap());
    }
    let error = record(
        &trail,
        &[run("a\0b", "2026-11-01", "r", Status::Success)],
        &how(),
    )
    .unwrap_err();
    assert_eq!(
        piperoll::Error::from(error).problems()[0].to_string(),
        "event 0: name: holds U+0000, which no store keeps in text"
    );
    assert!(
        record(
            &trail,
            &[run("a", "2026-11-01", "r\0", Status::Success)],
            &how()
        )
        .is_err()
    );
}
