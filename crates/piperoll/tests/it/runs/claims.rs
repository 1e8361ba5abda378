//! One gets it.

use super::{
    Hand, claim_of, dead_process, found, how, of, record_all, release, run, told, trail_at,
};
use crate::place::{Place, assert_sound, entries, process, settings_in, task};
use piperoll::event::{Outcome, Phase};
use piperoll::fs::Process;
use piperoll::runs::{Claim, Claimed, Query, Run, Status, claim, finish, is_pointed};
use piperoll::trail::{Surroundings, Trail};
use std::path::Path;
use std::process::Stdio;

const PROCESSES: usize = 16;
const WORKER: &str = "runs::claims::a_process_claims_what_it_is_told";

fn claimed(trail: &Trail, run_id: &str, how_claimed: &Claim) -> Result<(Run, Vec<String>), String> {
    let wanted = run("load", "2026-11-01", run_id, Status::Running);
    match claim(trail, &wanted, how_claimed, &how()).unwrap() {
        Claimed::Here {
            run, taken_over, ..
        } => Ok((*run, taken_over)),
        Claimed::Taken(by) => Err(by.run.run_id),
    }
}

#[test]
fn d_f6_of_sixteen_processes_that_claim_a_release_one_gets_it() {
    let place = Place::in_memory();
    drop(place.make());
    let binary = std::env::current_exe().unwrap();
    let children: Vec<_> = (0..PROCESSES)
        .map(|number| {
            let task = format!("{number} {}", place.path().display());
            let mut command = process(&binary, WORKER, &task);
            command.stdout(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut winners = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{said}");
        assert!(
            said.contains("told yes") || said.contains("told no"),
            "{said}"
        );
        winners += usize::from(said.contains("told yes"));
    }
    assert_eq!(winners, 1);
    assert_eq!(entries(&place.settings()).len(), 1);
    assert_sound(&place.settings(), None);
}

/// With a task, it claims as a process of the test above; without one, it does so itself.
#[test]
fn a_process_claims_what_it_is_told() {
    let place = Place::new();
    let (number, folder) = match task() {
        Some(task) => {
            let (number, folder) = task.split_once(' ').unwrap();
            (number.to_owned(), folder.to_owned())
        }
        None => {
            drop(place.make());
            ("0".to_owned(), place.path().display().to_string())
        }
    };
    let trail = Trail::open(&settings_in(Path::new(&folder)), Surroundings::default()).unwrap();
    // A claim that outlives its process is not taken over.
    let holder = claim_of(Process::default());
    let got = claimed(&trail, &number, &holder).is_ok();
    println!("\ntold {}", if got { "yes" } else { "no" });
}

#[test]
fn a_claim_ends_with_its_run_and_then_the_record_stands_in_the_way() {
    let place = Place::in_memory();
    let trail = place.make();
    let here = claim_of(Process::current());
    let wanted = run("load", "2026-11-01", "a", Status::Running);
    let Claimed::Here {
        run: mut mine, id, ..
    } = claim(&trail, &wanted, &here, &how()).unwrap()
    else {
        panic!("nobody else is there");
    };
    assert_eq!(mine.attempt, Some(1));
    assert_eq!(claimed(&trail, "b", &here), Err("a".to_owned()));
    assert!(!is_pointed(&trail, "load", &release("2026-11-01"), false).unwrap());
    mine.status = Status::Failed;
    finish(&trail, &mine, id, &how()).unwrap();
    assert_eq!(claimed(&trail, "b", &here), Err("a".to_owned()));
    assert_eq!(told(&trail, &of("load")), ["a 1 FAILED"]);
    // A release of another workflow, and another one of this.
    for (name, at) in [
        ("load*", "2026-11-01"),
        ("load", "2026-11-01T00:00:00.000001"),
    ] {
        let other = run(name, at, "c", Status::Running);
        let got = claim(&trail, &other, &here, &how()).unwrap();
        assert!(matches!(got, Claimed::Here { .. }), "{name} {at}");
    }
    let again = Claim {
        once: false,
        ..here
    };
    assert_eq!(claimed(&trail, "b", &again).unwrap().0.attempt, Some(2));
}

#[test]
fn d_f4_after_a_failure_a_normal_run_may_come_where_only_success_counts() {
    let place = Place::in_memory();
    let trail = place.make();
    record_all(&trail, &[run("load", "2026-11-01", "a", Status::Failed)]);
    let any = claim_of(Process::current());
    assert_eq!(claimed(&trail, "b", &any), Err("a".to_owned()));
    let success_only = Claim {
        success_only: true,
        ..any
    };
    let (mine, _) = claimed(&trail, "b", &success_only).unwrap();
    assert_eq!(mine.attempt, Some(2));
    assert!(is_pointed(&trail, "load", &release("2026-11-01"), false).unwrap());
    assert!(!is_pointed(&trail, "load", &release("2026-11-01"), true).unwrap());
}

#[test]
fn d_f7_what_a_dead_process_has_left_is_open_and_is_taken_over_at_once() {
    let place = Place::in_memory();
    let trail = place.make();
    let (_, none) = claimed(&trail, "a", &claim_of(dead_process())).unwrap();
    assert_eq!(none, [""; 0]);
    // Reported as open, not as done.
    let running = Query {
        status: Some(Status::Running),
        ..of("load")
    };
    assert_eq!(told(&trail, &running), ["a 1 RUNNING"]);
    assert!(!is_pointed(&trail, "load", &release("2026-11-01"), false).unwrap());
    let (mine, over) = claimed(&trail, "b", &claim_of(dead_process())).unwrap();
    assert_eq!((mine.attempt, over), (Some(2), vec!["a".to_owned()]));
    assert_eq!(told(&trail, &of("load")), ["b 2 RUNNING", "a 1 CANCEL"]);
    // The takeover is an entry, and what was interrupted is no record that stands in the way.
    let all = entries(&place.settings());
    let told_of: Vec<_> = all
        .iter()
        .map(|e| (e.header.phase, e.header.outcome, e.header.of))
        .collect();
    let intent = (Some(Phase::Intent), Outcome::Unknown, None);
    let end = (
        Some(Phase::Outcome),
        Outcome::Unknown,
        Some(all[0].header.id),
    );
    assert_eq!(told_of, [intent, end, intent]);
    let (third, over) = claimed(&trail, "c", &claim_of(Process::current())).unwrap();
    assert_eq!((third.attempt, over), (Some(3), vec!["b".to_owned()]));
    assert_eq!(told(&trail, &running), ["c 3 RUNNING"]);
    assert_sound(&place.settings(), None);
}

#[test]
fn a_lease_ends_when_its_time_is_over_wherever_its_holder_is() {
    let place = Place::in_memory();
    let clock = Hand::at("2026-11-01T08:00:00Z");
    let trail = trail_at(&place, &clock);
    let elsewhere = Claim {
        process: Process {
            host: "elsewhere".into(),
            ..Process::current()
        },
        ..claim_of(Process::current())
    };
    claimed(&trail, "a", &elsewhere).unwrap();
    clock.set("2026-11-01T08:09:59Z");
    assert_eq!(
        claimed(&trail, "b", &claim_of(Process::current())),
        Err("a".to_owned())
    );
    clock.set("2026-11-01T08:10:00Z");
    let (_, over) = claimed(&trail, "b", &claim_of(Process::current())).unwrap();
    assert_eq!(over, ["a"]);
}

#[test]
fn a_record_of_the_same_run_ends_its_claim() {
    let place = Place::in_memory();
    let trail = place.make();
    claimed(&trail, "a", &claim_of(Process::current())).unwrap();
    let mut ended = run("load", "2026-11-01", "a", Status::Success);
    ended.actor = None;
    record_all(&trail, &[ended]);
    assert_eq!(told(&trail, &of("load")), ["a 1 SUCCESS"]);
    assert_eq!(found(&trail, &of("load")).len(), 1);
    assert_eq!(
        claimed(&trail, "b", &claim_of(Process::current())),
        Err("a".to_owned())
    );
}
