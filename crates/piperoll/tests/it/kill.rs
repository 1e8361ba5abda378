//! C5.35: a process is killed while it records, hundreds of times, at random moments. What it acknowledged is there, and nothing is broken.

use crate::place::{Place, assert_sound, entries, fact, process, settings_in, task};
use crate::random::Random;
use piperoll::event::{Draft, EventId};
use piperoll::trail::{Entry, Surroundings, Trail};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

const TRAILS: u64 = 21;
const KILLS_OF_A_TRAIL: u64 = 10;
/// More than any is let to record.
const BATCHES: u64 = 1_000;
const CHILD: &str = "kill::a_process_acknowledges_what_it_records";

/// An event that a child said was recorded.
struct Acknowledged {
    index: usize,
    id: EventId,
    who: String,
    number: u64,
}

/// What became of the kills.
#[derive(Debug, Default)]
struct Count {
    before_the_first: u64,
    between: u64,
    after_the_last: u64,
    acknowledged: u64,
    whole_but_not_acknowledged: u64,
}

#[test]
fn c5_35_what_was_acknowledged_survives_210_kills() {
    let seed = Random::seed();
    println!("seed {seed}");
    let mut random = Random::new(seed);
    let start = Instant::now();
    let mut count = Count::default();
    for _ in 0..TRAILS {
        let place = Place::new();
        let mut acknowledged = Vec::new();
        for kill in 0..KILLS_OF_A_TRAIL {
            let batches = kill_one(&place, kill, &mut random, &mut acknowledged);
            match batches {
                0 => count.before_the_first += 1,
                BATCHES => count.after_the_last += 1,
                _ => count.between += 1,
            }
            let settings = place.settings();
            let (trail, _) = Trail::open_or_create(&settings, Surroundings::default()).unwrap();
            let receipt = trail.record(&[fact("parent", kill)]).unwrap();
            assert_eq!(receipt.warnings, [""; 0], "seed {seed}");
            drop(trail);
            let entries = entries(&settings);
            assert_there(&entries, &acknowledged);
            assert_whole_batches(&entries);
            assert_sound(&settings, None);
            let by_children = entries.len() as u64 - (kill + 1);
            if kill == KILLS_OF_A_TRAIL - 1 {
                count.acknowledged += acknowledged.len() as u64;
                count.whole_but_not_acknowledged += by_children - acknowledged.len() as u64;
            }
        }
    }
    let kills = count.before_the_first + count.between + count.after_the_last;
    println!("{kills} kills in {:?}: {count:?}", start.elapsed());
    assert_eq!(kills, TRAILS * KILLS_OF_A_TRAIL);
    assert!(count.between >= 50, "too few kills while recording");
}

/// Starts a child, and kills it at a random moment. Returns how many batches it acknowledged.
fn kill_one(
    place: &Place,
    kill: u64,
    random: &mut Random,
    acknowledged: &mut Vec<Acknowledged>,
) -> u64 {
    let mut child = start(place.path(), &format!("child {kill}"), BATCHES);
    let lines = lines_of(&mut child);
    // Every third is killed while it starts; of a new trail, while it makes it.
    let wait_for = if random.below(3) == 0 {
        0
    } else {
        random.below(10)
    };
    let extra = if wait_for == 0 { 60_000 } else { 12_000 };
    let extra = Duration::from_micros(random.below(extra));
    let mut batches = 0;
    while batches < wait_for {
        let line = lines.recv_timeout(Duration::from_secs(60)).unwrap();
        batches += acknowledge(&line, acknowledged);
    }
    let deadline = Instant::now() + extra;
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => batches += acknowledge(&line, acknowledged),
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => panic!("the child ended by itself"),
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said before it was killed counts.
    for line in lines {
        batches += acknowledge(&line, acknowledged);
    }
    batches
}

fn start(folder: &Path, who: &str, batches: u64) -> Child {
    let binary = std::env::current_exe().unwrap();
    let task = format!("{batches} {who}\n{}", folder.display());
    let mut command = process(&binary, CHILD, &task);
    command.stdout(Stdio::piped()).spawn().unwrap()
}

fn lines_of(child: &mut Child) -> Receiver<String> {
    let output = BufReader::new(child.stdout.take().unwrap());
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in output.lines() {
            // A receiver that is gone wants no more.
            if sender.send(line.unwrap()).is_err() {
                break;
            }
        }
    });
    lines
}

/// Reads a line of a child: how many batches it acknowledges, which is one or none.
fn acknowledge(line: &str, acknowledged: &mut Vec<Acknowledged>) -> u64 {
    assert!(!line.starts_with("warning"), "{line}");
    // One that was cut off in the middle acknowledges nothing.
    let Some(line) = line
        .strip_prefix("ack ")
        .and_then(|line| line.strip_suffix(" ."))
    else {
        return 0;
    };
    let (who, events) = line.split_once(": ").unwrap();
    for event in events.split(' ') {
        let [index, id, number] = event.split(',').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        acknowledged.push(Acknowledged {
            index: index.parse().unwrap(),
            id: EventId::parse(id).unwrap(),
            who: who.to_owned(),
            number: number.parse().unwrap(),
        });
    }
    1
}

fn assert_there(entries: &[Entry], acknowledged: &[Acknowledged]) {
    for Acknowledged {
        index,
        id,
        who,
        number,
    } in acknowledged
    {
        let entry = &entries[*index];
        assert_eq!(entry.header.id, *id, "entry {index}");
        assert_eq!(entry.header.actor.name, *who, "entry {index}");
        let payload = fact(who, *number).payload.unwrap();
        assert_eq!(entry.payload.as_deref(), Some(payload.as_bytes()));
    }
}

/// All of a batch or nothing of it: its number, its size and the place in it are in the reason.
fn assert_whole_batches(entries: &[Entry]) {
    let of_children = entries
        .iter()
        .filter(|entry| entry.header.actor.name != "parent");
    let reasons: Vec<_> = of_children
        .map(|entry| entry.header.reason.as_deref().unwrap())
        .collect();
    let mut rest = reasons.as_slice();
    while let Some(first) = rest.first() {
        let (batch, size) = first.strip_suffix(" 0").unwrap().split_once(' ').unwrap();
        let (these, after) = rest.split_at(size.parse().unwrap());
        let expected: Vec<_> = (0..these.len())
            .map(|place| format!("{batch} {size} {place}"))
            .collect();
        assert_eq!(these, expected);
        rest = after;
    }
}

/// With a task, it is the child that is killed above; without one, it starts itself and lets it end.
#[test]
fn a_process_acknowledges_what_it_records() {
    let Some(task) = task() else {
        let place = Place::new();
        let mut child = start(place.path(), "child", 5);
        let mut acknowledged = Vec::new();
        let lines = lines_of(&mut child);
        let batches: u64 = lines
            .iter()
            .map(|line| acknowledge(&line, &mut acknowledged))
            .sum();
        assert!(child.wait().unwrap().success());
        assert_eq!(batches, 5);
        let entries = entries(&place.settings());
        assert_eq!(entries.len(), acknowledged.len());
        assert_there(&entries, &acknowledged);
        assert_whole_batches(&entries);
        return;
    };
    let (what, folder) = task.split_once('\n').unwrap();
    let (batches, who) = what.split_once(' ').unwrap();
    let settings = settings_in(Path::new(folder));
    let (trail, _) = Trail::open_or_create(&settings, Surroundings::default()).unwrap();
    let mut number = 0;
    for batch in 0..batches.parse().unwrap() {
        let size = batch % 5 + 1;
        let drafts: Vec<_> = (0..size)
            .map(|place| Draft {
                reason: Some(format!("{batch} {size} {place}")),
                ..fact(who, number + place)
            })
            .collect();
        let receipt = trail.record(&drafts).unwrap();
        let mut line = format!("ack {who}:");
        for (entry, number) in receipt.entries.iter().zip(number..) {
            line.push_str(&format!(" {},{},{number}", entry.index.get(), entry.id));
        }
        number += size;
        let mut out = std::io::stdout().lock();
        for warning in receipt.warnings {
            writeln!(out, "\nwarning {warning}").unwrap();
        }
        writeln!(out, "\n{line} .").unwrap();
        out.flush().unwrap();
    }
}
