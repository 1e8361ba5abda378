use super::{found, of, record_all, release, run, told};
use crate::place::{Place, fact};
use piperoll::ErrorKind;
use piperoll::event::{Instant, Value};
use piperoll::limits;
use piperoll::runs::{Latest, Query, Status, find, of_release};
use piperoll::trail::Trail;
use std::ops::ControlFlow;

fn with_status(status: Status) -> Query {
    Query {
        status: Some(status),
        ..of("load")
    }
}

/// Runs of two workflows among other things, more than two blocks of the store.
fn filled(trail: &Trail, year: u32) {
    for day in 0..20u32 {
        let mut runs = Vec::new();
        for hour in 0..20u32 {
            let at = format!(
                "{year}-11-{:02}T{:02}:00:00+01:00",
                1 + (day * 7) % 20,
                hour
            );
            let status = if (day + hour) % 10 == 0 {
                Status::Failed
            } else {
                Status::Success
            };
            runs.push(run("load", &at, &format!("r-{day}-{hour}"), status));
            runs.push(run("other", &at, "o", Status::Failed));
        }
        record_all(trail, &runs);
        trail.record(&[fact("alice", day.into())]).unwrap();
    }
}

#[test]
fn the_newest_release_comes_first_and_filters_find_what_they_say() {
    let place = Place::in_memory();
    let trail = place.make();
    filled(&trail, 2026);
    let all = found(&trail, &of("load"));
    assert_eq!(all.len(), 400);
    assert!(all.is_sorted_by(|a, b| a.run.release > b.run.release));
    for status in [
        Status::Failed,
        Status::Success,
        Status::Running,
        Status::Skip,
    ] {
        let expected: Vec<_> = all.iter().filter(|e| e.run.status == status).collect();
        let some = found(&trail, &with_status(status));
        assert_eq!(some.iter().collect::<Vec<_>>(), expected, "{status}");
    }
    let query = Query {
        since: Some(Instant::parse("2026-11-05T10:00:00Z").unwrap()),
        until: Some(Instant::parse("2026-11-05T12:00:00Z").unwrap()),
        ..of("load")
    };
    let times: Vec<String> = found(&trail, &query)
        .iter()
        .map(|e| e.run.release.to_string())
        .collect();
    assert_eq!(
        times,
        ["2026-11-05T12:00:00+01:00", "2026-11-05T11:00:00+01:00"]
    );
    assert_eq!(told(&trail, &of("load*")), [""; 0]);
}

/// What is small is read at once, what is large release by release: nobody sees a difference.
#[test]
fn small_and_large_histories_are_found_alike() {
    let place = Place::in_memory();
    let trail = place.make();
    filled(&trail, 2026);
    let small = found(&trail, &of("load"));
    let window = Query {
        since: Some(Instant::parse("2026-11-05T10:00:00Z").unwrap()),
        until: Some(Instant::parse("2026-11-05T12:00:00Z").unwrap()),
        ..of("load")
    };
    let inside = found(&trail, &window);
    let mut large = run("load", "2020-01-01", "large", Status::Success);
    let filling = Value::Text("x".repeat(limits::RUN_BYTES_AT_ONCE_MAX));
    large.context = [("filling".to_owned(), filling)].into_iter().collect();
    record_all(&trail, &[large]);
    let all = found(&trail, &of("load"));
    let (last, before) = all.split_last().unwrap();
    assert_eq!(last.run.run_id, "large");
    assert_eq!(before, small);
    assert_eq!(found(&trail, &window), inside);
    assert_eq!(inside.len(), 2);
}

#[test]
fn a_visitor_can_stop() {
    let place = Place::in_memory();
    let trail = place.make();
    filled(&trail, 2026);
    let mut seen = 0;
    find(&trail, &of("load"), &mut |_| {
        seen += 1;
        Ok(match seen {
            3 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
    })
    .unwrap();
    assert_eq!(seen, 3);
}

#[test]
fn executions_are_folded_and_counted_whatever_is_filtered() {
    let place = Place::in_memory();
    let trail = place.make();
    let at = "2026-11-01";
    record_all(&trail, &[run("load", at, "a", Status::Failed)]);
    record_all(&trail, &[run("load", at, "b", Status::Running)]);
    record_all(&trail, &[run("load", at, "c", Status::Success)]);
    record_all(
        &trail,
        &[
            run("load", at, "b", Status::Failed),
            run("load", at, "d", Status::Running),
        ],
    );
    // The same id again is another execution: nothing is overwritten.
    record_all(&trail, &[run("load", at, "a", Status::Success)]);
    let all = [
        "a 5 SUCCESS",
        "d 4 RUNNING",
        "c 3 SUCCESS",
        "b 2 FAILED",
        "a 1 FAILED",
    ];
    assert_eq!(told(&trail, &of("load")), all);
    assert_eq!(
        told(&trail, &with_status(Status::Failed)),
        ["b 2 FAILED", "a 1 FAILED"]
    );
    assert_eq!(told(&trail, &with_status(Status::Running)), ["d 4 RUNNING"]);
    assert_eq!(of_release(&trail, "load", &release(at)).unwrap().len(), 5);
    // A number that was given stands.
    let mut numbered = run("load", at, "e", Status::Success);
    numbered.attempt = Some(41);
    record_all(&trail, &[numbered]);
    assert_eq!(told(&trail, &of("load"))[0], "e 41 SUCCESS");
}

#[test]
fn d_f14_latest_by_release_and_latest_by_recording_are_two_questions() {
    let place = Place::in_memory();
    let trail = place.make();
    let latest = Latest::default();
    assert!(latest.by_release(&trail, "load").unwrap().is_none());
    record_all(
        &trail,
        &[run(
            "load",
            "2026-11-01T00:30:00+02:00",
            "a",
            Status::Success,
        )],
    );
    assert_eq!(
        latest
            .by_release(&trail, "load")
            .unwrap()
            .unwrap()
            .run
            .run_id,
        "a"
    );
    // As text this is before it; as an instant it is after.
    record_all(
        &trail,
        &[run("load", "2026-10-31T23:00:00Z", "b", Status::Success)],
    );
    record_all(
        &trail,
        &[run(
            "load",
            "2020-01-01T00:00:00Z",
            "backfill",
            Status::Success,
        )],
    );
    let fresh = Latest::default();
    for latest in [&latest, &fresh] {
        assert_eq!(
            latest
                .by_release(&trail, "load")
                .unwrap()
                .unwrap()
                .run
                .run_id,
            "b"
        );
        assert_eq!(
            latest
                .by_recording(&trail, "load")
                .unwrap()
                .unwrap()
                .run
                .run_id,
            "backfill"
        );
    }
    record_all(
        &trail,
        &[run(
            "load",
            "2026-11-01T00:00:00+01:00",
            "c",
            Status::Failed,
        )],
    );
    let newest = latest.by_release(&trail, "load").unwrap().unwrap();
    assert_eq!(
        (newest.run.run_id.as_str(), newest.run.attempt),
        ("c", Some(2))
    );
}

/// Neither the newest release nor any other is answered by what somebody has written beside an entry in another form.
#[test]
fn what_is_not_of_its_form_beside_an_entry_is_named() {
    for value in ["'x'", "'{}'", "x'7b7d'", "'{\"release\":7}'"] {
        let place = Place::new();
        let trail = place.make();
        for (day, run_id) in [("2026-11-01", "a"), ("2026-11-02", "b")] {
            record_all(&trail, &[run("load", day, run_id, Status::Success)]);
        }
        let latest = || Latest::default().by_release(&trail, "load");
        assert_eq!(latest().unwrap().unwrap().run.run_id, "b");
        let edit = "DROP TRIGGER entries_update; UPDATE entries SET attributes =";
        place.sql(&format!("{edit} {value} WHERE seq = 1")).unwrap();
        let looked = find(&trail, &of("load"), &mut |_| Ok(ControlFlow::Continue(())));
        for error in [latest().map(drop).unwrap_err(), looked.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{value}");
            let message = "entry 1 cannot be read: its attributes";
            assert_eq!(error.to_string(), message, "{value}");
        }
    }
}
