//! C4.33: several writers at once, in threads and in processes: no fork, no gap, no loss, each index once.

use crate::place::{Place, assert_sound, entries, fact, process, settings_in, task};
use piperoll::trail::{Receipt, Surroundings, Trail};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Barrier;
use std::time::Instant;

const WRITERS: usize = 8;
const EVENTS: u64 = 1_000;
const WORKER: &str = "concurrency::a_process_records_what_it_is_told";

/// What a writer was told of each of its events: where it is.
type Told = Vec<u64>;

fn name(writer: usize) -> String {
    format!("writer {writer}")
}

fn record_one_by_one(trail: &Trail, writer: usize, events: u64) -> Told {
    let who = name(writer);
    let index = |receipt: Receipt| {
        assert_eq!(receipt.warnings, [""; 0]);
        assert_eq!(receipt.entries.len(), 1);
        assert!(receipt.entries[0].new);
        // The checkpoint of the receipt covers the entry.
        assert!(receipt.checkpoint.size().get() > receipt.entries[0].index.get());
        receipt.entries[0].index.get()
    };
    (0..events)
        .map(|number| index(trail.record(&[fact(&who, number)]).unwrap()))
        .collect()
}

/// The trail holds each event of each writer where the writer was told, once, in the writer's order, and nothing else.
fn assert_complete(place: &Place, told: &[Told]) {
    let entries = entries(&place.settings());
    let all: usize = told.iter().map(Vec::len).sum();
    assert_eq!(entries.len(), all);
    let mut taken = HashSet::new();
    for (writer, indices) in told.iter().enumerate() {
        assert!(indices.is_sorted(), "the order of writer {writer}");
        for (number, index) in indices.iter().enumerate() {
            assert!(taken.insert(index), "index {index} was given twice");
            let header = &entries[*index as usize].header;
            let found = (header.actor.name.as_str(), header.reason.as_deref());
            let number = number.to_string();
            assert_eq!(found, (name(writer).as_str(), Some(number.as_str())));
        }
    }
    let ids: HashSet<_> = entries.iter().map(|entry| entry.header.id).collect();
    assert_eq!(ids.len(), all);
    let report = assert_sound(&place.settings(), None);
    assert_eq!(report.checked.entries, all as u64);
    assert_eq!(report.checked.payloads, all as u64);
}

/// Runs a closure per writer in a thread of its own, all at once.
fn in_threads<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(WRITERS);
    let run = |writer| {
        start.wait();
        work(writer)
    };
    let run = &run;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..WRITERS)
            .map(|writer| scope.spawn(move || run(writer)))
            .collect();
        let ends = threads.into_iter().map(|thread| thread.join().unwrap());
        ends.collect()
    })
}

#[test]
fn c4_33_eight_threads_share_one_trail() {
    let place = Place::in_memory();
    let trail = place.make();
    let start = Instant::now();
    let told = in_threads(|writer| record_one_by_one(&trail, writer, EVENTS));
    println!("8 threads x {EVENTS}: {:?}", start.elapsed());
    drop(trail);
    assert_complete(&place, &told);
}

#[test]
fn c4_33_eight_threads_have_a_trail_each() {
    let place = Place::in_memory();
    drop(place.make());
    let start = Instant::now();
    let told = in_threads(|writer| {
        let trail = place.open().unwrap();
        record_one_by_one(&trail, writer, EVENTS)
    });
    println!("8 trails x {EVENTS}: {:?}", start.elapsed());
    assert_complete(&place, &told);
}

#[test]
fn c4_33_eight_processes_record_at_once() {
    let place = Place::in_memory();
    drop(place.make());
    let start = Instant::now();
    let children: Vec<_> = (0..WRITERS)
        .map(|writer| child(place.path(), writer, EVENTS))
        .collect();
    let told: Vec<_> = children.into_iter().map(told_by).collect();
    println!("8 processes x {EVENTS}: {:?}", start.elapsed());
    assert_complete(&place, &told);
}

#[test]
fn c4_33_eight_processes_race_to_make_the_trail() {
    for round in 0..8 {
        let place = Place::new();
        let children: Vec<_> = (0..WRITERS)
            .map(|writer| child(place.path(), writer, 3))
            .collect();
        let told: Vec<_> = children.into_iter().map(told_by).collect();
        assert_complete(&place, &told);
        let mut files = place.files();
        files.retain(|name| !name.starts_with("trail.db-"));
        let one_key = ["trail.db", "trail.key", "trail.key.head"];
        assert_eq!(files, one_key, "round {round}");
    }
}

#[test]
fn c4_33_eight_threads_race_to_make_the_trail() {
    for _ in 0..20 {
        let place = Place::new();
        let told = in_threads(|writer| {
            let settings = place.settings();
            let (trail, _) = Trail::open_or_create(&settings, Surroundings::default()).unwrap();
            record_one_by_one(&trail, writer, 1)
        });
        assert_complete(&place, &told);
    }
}

/// A process that opens or makes the trail in a folder and records in it.
fn child(folder: &Path, writer: usize, events: u64) -> Child {
    let binary = std::env::current_exe().unwrap();
    let task = format!("{writer} {events} {}", folder.display());
    let mut command = process(&binary, WORKER, &task);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn told_by(mut child: Child) -> Told {
    let (mut said, mut errors) = (String::new(), String::new());
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut errors)
        .unwrap();
    let status = child.wait().unwrap();
    assert!(status.success(), "{said}{errors}");
    let told = |line: &str| Some(line.strip_prefix("told ")?.parse().unwrap());
    said.lines().filter_map(told).collect()
}

/// With a task, it records as a process of the tests above; without one, it starts itself with one.
#[test]
fn a_process_records_what_it_is_told() {
    let Some(task) = task() else {
        let place = Place::new();
        let told = told_by(child(place.path(), 0, 5));
        assert_eq!(told, [0, 1, 2, 3, 4]);
        assert_complete(&place, &[told]);
        return;
    };
    let [writer, events, folder] = task.splitn(3, ' ').collect::<Vec<_>>()[..] else {
        panic!("{task}");
    };
    let settings = settings_in(Path::new(folder));
    let (trail, _) = Trail::open_or_create(&settings, Surroundings::default()).unwrap();
    let told = record_one_by_one(&trail, writer.parse().unwrap(), events.parse().unwrap());
    let mut said = String::from("\n");
    for index in told {
        writeln!(said, "told {index}").unwrap();
    }
    println!("{said}");
}
