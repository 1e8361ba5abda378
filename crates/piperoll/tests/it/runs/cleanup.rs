use super::{Hand, claim_of, dead_process, how, of, record_all, run, told, trail_at};
use crate::place::{Place, assert_sound};
use piperoll::event::{Action, DraftActor, Header, Instant, Kind, Phase};
use piperoll::runs::{By, Cleaned, Cleanup, Latest, Status, claim, cleanup};
use piperoll::trail::Trail;
use piperoll_testkit::tamper::Insider;

fn clean(trail: &Trail, before: &str, by: By, keeps: &dyn Fn(&Header) -> bool) -> Cleaned {
    let wanted = Cleanup {
        before: Instant::parse(before).unwrap(),
        by,
        keeps,
        actor: DraftActor::named("ops"),
        reason: Some("policy".into()),
    };
    cleanup(trail, &wanted).unwrap()
}

#[test]
fn d_f3_d_f15_age_counts_from_the_recording_and_the_count_is_what_went() {
    let place = Place::in_memory();
    let clock = Hand::at("2026-01-01T00:00:00Z");
    let trail = trail_at(&place, &clock);
    record_all(
        &trail,
        &[
            run("load", "2026-01-01", "old-1", Status::Success),
            run("load", "2026-01-02", "old-2", Status::Failed),
        ],
    );
    clock.set("2026-06-01T00:00:00Z");
    // Caught up on: their releases are years ago.
    let backfill = ["2020-01-01", "2020-01-02", "2020-01-03"];
    record_all(
        &trail,
        &backfill.map(|at| run("load", at, at, Status::Success)),
    );
    let latest = Latest::default();
    assert_eq!(
        latest
            .by_release(&trail, "load")
            .unwrap()
            .unwrap()
            .run
            .run_id,
        "old-2"
    );
    let cleaned = clean(&trail, "2026-03-01T00:00:00Z", By::Recorded, &|_| false);
    assert_eq!(
        (cleaned.runs, cleaned.entries, cleaned.ids.len()),
        (2, 2, 1)
    );
    assert_eq!(cleaned.kept.len(), 1);
    let left = [
        "2020-01-03 1 SUCCESS",
        "2020-01-02 1 SUCCESS",
        "2020-01-01 1 SUCCESS",
    ];
    assert_eq!(told(&trail, &of("load")), left);
    // What was the newest is gone, and is not remembered.
    assert_eq!(
        latest
            .by_release(&trail, "load")
            .unwrap()
            .unwrap()
            .run
            .run_id,
        "2020-01-03"
    );
    let report = assert_sound(&place.settings(), Some(&cleaned.kept[0]));
    assert_eq!(report.checked.erased, 2);
    // A second time there is nothing, and nothing is said.
    let again = clean(&trail, "2026-03-01T00:00:00Z", By::Recorded, &|_| false);
    assert_eq!((again.runs, again.ids.len()), (0, 0));
    let by_release = clean(&trail, "2020-01-03T00:00:00Z", By::Release, &|_| false);
    assert_eq!(by_release.runs, 2);
    assert_eq!(told(&trail, &of("load")), ["2020-01-03 1 SUCCESS"]);
    assert_sound(&place.settings(), None);
}

#[test]
fn the_purge_says_who_and_how_many_and_what_is_held_stays() {
    let place = Place::in_memory();
    let clock = Hand::at("2026-01-01T00:00:00Z");
    let trail = trail_at(&place, &clock);
    record_all(
        &trail,
        &[
            run("a", "2026-01-01", "1", Status::Success),
            run("b", "2026-01-01", "2", Status::Success),
        ],
    );
    let cleaned = clean(&trail, "2027-01-01T00:00:00Z", By::Recorded, &|header| {
        header.resource.name == "b"
    });
    assert_eq!(cleaned.runs, 1);
    assert_eq!(told(&trail, &of("b")), ["2 1 SUCCESS"]);
    let purge = trail.entry(cleaned.ids[0]).unwrap();
    assert_eq!(
        (purge.header.kind, &purge.header.action),
        (Kind::Trail, &Action::Purge)
    );
    assert_eq!(purge.header.phase, Some(Phase::Outcome));
    assert_eq!(
        (
            purge.header.actor.name.as_str(),
            purge.header.reason.as_deref()
        ),
        ("ops", Some("policy"))
    );
    assert_eq!(purge.tombstone(), [(0, 0)]);
    let payload = String::from_utf8(purge.payload.unwrap()).unwrap();
    assert!(
        payload.contains(r#""runs":1"#) && payload.contains(r#""by":"recorded""#),
        "{payload}"
    );
    assert_sound(&place.settings(), None);
}

#[test]
fn what_has_not_ended_stays_and_a_start_goes_with_its_end() {
    let place = Place::in_memory();
    let trail = place.make();
    let open = run("load", "2026-11-01", "open", Status::Running);
    claim(&trail, &open, &claim_of(dead_process()), &how()).unwrap();
    record_all(&trail, &[run("load", "2026-11-02", "x", Status::Running)]);
    record_all(&trail, &[run("load", "2026-11-02", "x", Status::Success)]);
    let cleaned = clean(&trail, "2100-01-01T00:00:00Z", By::Recorded, &|_| false);
    assert_eq!((cleaned.runs, cleaned.entries), (1, 2));
    assert_eq!(told(&trail, &of("load")), ["open 1 RUNNING"]);
    assert_sound(&place.settings(), None);
}

#[test]
fn a_purge_that_was_interrupted_is_finished_by_the_next() {
    let place = Place::in_memory();
    let trail = place.make();
    record_all(
        &trail,
        &[
            run("load", "2026-11-01", "a", Status::Success),
            run("load", "2026-11-02", "b", Status::Success),
        ],
    );
    let purged = clean(&trail, "2100-01-01T00:00:00Z", By::Recorded, &|_| false);
    drop(trail);
    // As it is when the process dies before the outcome: a trail whose last entry is the intent.
    let copy = Place::new();
    let other = copy.make();
    record_all(
        &other,
        &[
            run("load", "2026-11-01", "a", Status::Success),
            run("load", "2026-11-02", "b", Status::Success),
        ],
    );
    drop(other);
    let intent = {
        let trail = place.open().unwrap();
        let outcome = trail.entry(purged.ids[0]).unwrap();
        trail.entry(outcome.header.of.unwrap()).unwrap()
    };
    let insider = Insider::open(&copy.settings());
    let mut draft = insider.tombstone(&[(0, 1)]);
    draft.action = intent.header.action.clone();
    draft.phase = intent.header.phase;
    draft.of = None;
    insider.append(&[insider.event(&draft)]);
    drop(insider);
    let trail = copy.open().unwrap();
    assert_eq!(told(&trail, &of("load")).len(), 2);
    let cleaned = clean(&trail, "2000-01-01T00:00:00Z", By::Recorded, &|_| false);
    assert_eq!((cleaned.runs, cleaned.ids.len()), (0, 1));
    assert_eq!(told(&trail, &of("load")), [""; 0]);
    assert_eq!(assert_sound(&copy.settings(), None).checked.erased, 2);
}
