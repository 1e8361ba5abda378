//! A large trail: building it, its size, `verify`, proofs and searches.

use crate::place::{Place, settings};
use crate::report::{Figure, Series};
use crate::sample::drafts;
use crate::statements;
use piperoll::event::{Attribute, AttributeName, Kind, Outcome, Value, key_attribute};
use piperoll::seal::{EntryIndex, inclusion_proof};
use piperoll::store::{Access, Filter, Glob, Order, Page};
use piperoll::trail::{Surroundings, Trail};
use piperoll::verify::{Request, verify};
use rusqlite::Connection;
use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const BATCH: u64 = 10_000;

/// Everything about one trail of so many entries. Times that grow with it are held against the aim in proportion.
pub fn large(folder: &Path, entries: u64, runs: usize) -> Result<Vec<Figure>, Box<dyn Error>> {
    let place = Place::new_in(folder, "large")?;
    let settings = settings(place.path())?;
    let mut figures = Vec::new();
    let (trail, seconds) = build(place.path(), entries)?;
    let name = format!("build of {entries} entries");
    figures.push(Figure::at_least(
        name,
        "events/s",
        60_000.0,
        one(entries as f64 / seconds),
    ));
    let kept = trail.prove(EntryIndex::new(entries / 2))?;
    let secret = trail.secret().clone();
    drop(trail);

    let bytes = std::fs::metadata(place.path().join("trail.db"))?.len();
    let per_entry = |bytes: f64| one(bytes / entries as f64);
    figures.push(Figure::at_most(
        "on disk".to_owned(),
        "B/entry",
        1_300.0,
        per_entry(bytes as f64),
    ));
    let connection = Connection::open(place.path().join("trail.db"))?;
    let proofs: i64 = connection.query_row(statements::TILE_BYTES, [], |row| row.get(0))?;
    drop(connection);
    figures.push(Figure::at_most(
        "of it proofs".to_owned(),
        "B/entry",
        40.0,
        per_entry(proofs as f64),
    ));

    let share = entries as f64 / 1e6;
    let (mut single, mut double, mut memory) = (Series::new(), Series::new(), Series::new());
    for _ in 0..runs.min(3) {
        let (seconds, _) = child(place.path(), Some("0"))?;
        single.push(seconds);
        let (seconds, kibibytes) = child(place.path(), None)?;
        double.push(seconds);
        memory.push(kibibytes / 1024.0);
    }
    figures.push(Figure::at_most(
        "verify on one core".to_owned(),
        "s",
        2.5 * share,
        single,
    ));
    figures.push(Figure::at_most(
        "verify on all cores".to_owned(),
        "s",
        1.3 * share,
        double,
    ));
    figures.push(Figure::at_most(
        "verify, most memory".to_owned(),
        "MiB",
        16.0,
        memory,
    ));

    let store = settings.location.open(Access::Read)?;
    let snapshot = store.snapshot()?;
    let size = snapshot.head()?.size;
    let mut proof = Series::new();
    for number in 0..200u64 {
        let index = EntryIndex::new(number.wrapping_mul(7_919_777) % entries);
        let started = Instant::now();
        inclusion_proof(index, size, &*snapshot)?;
        proof.push(started.elapsed().as_secs_f64() * 1e3);
    }
    figures.push(Figure::at_most(
        "a proof from stored tiles".to_owned(),
        "ms",
        0.3,
        proof,
    ));
    let length = kept.file.to_string().len() as f64;
    figures.push(Figure::at_most(
        "a proof, with its checkpoint".to_owned(),
        "B",
        1_500.0,
        one(length),
    ));
    drop(snapshot);

    for (name, filter) in filters(entries, &secret)? {
        for order in [Order::NewestFirst, Order::OldestFirst] {
            let mut series = Series::new();
            for run in 0..runs.max(3) {
                let after = (run % 2 == 1).then(|| EntryIndex::new(entries / 2));
                let page = Page {
                    order,
                    after,
                    limit: 50,
                };
                let started = Instant::now();
                store.snapshot()?.find(&filter, &page)?;
                series.push(started.elapsed().as_secs_f64() * 1e3);
            }
            let order = match order {
                Order::NewestFirst => "newest",
                Order::OldestFirst => "oldest",
            };
            let name = format!("page of 50 by {name}, {order} first");
            figures.push(Figure::at_most(name, "ms", 5.0, series));
        }
    }
    Ok(figures)
}

/// A trail of so many entries in a folder, and the seconds that recording took.
pub fn build(folder: &Path, entries: u64) -> Result<(Trail, f64), Box<dyn Error>> {
    let (trail, _) = Trail::create(&settings(folder)?, Surroundings::default())?;
    let mut seconds = 0.0;
    for start in (0..entries).step_by(BATCH as usize) {
        let drafts = drafts(start..entries.min(start + BATCH))?;
        let started = Instant::now();
        trail.record(&drafts)?;
        seconds += started.elapsed().as_secs_f64();
    }
    Ok((trail, seconds))
}

fn one(value: f64) -> Series {
    let mut series = Series::new();
    series.push(value);
    series
}

/// Frequent ones, rare ones, and ones that nothing matches.
fn filters(
    entries: u64,
    secret: &piperoll::event::Secret,
) -> Result<Vec<(&'static str, Filter)>, Box<dyn Error>> {
    let any = Filter::default;
    let glob = |text: &str| Glob::parse(text).map(Some);
    let store_key = |number: u64| Attribute {
        name: AttributeName::Key,
        value: key_attribute(&Value::Int(number as i64), secret),
    };
    let early = piperoll::event::Instant::from_micros(0);
    Ok(vec![
        ("nothing", any()),
        (
            "kind",
            Filter {
                kind: Some(Kind::Row),
                ..any()
            },
        ),
        (
            "a kind of none",
            Filter {
                kind: Some(Kind::Access),
                ..any()
            },
        ),
        (
            "action",
            Filter {
                action: Some("DELETE".to_owned()),
                ..any()
            },
        ),
        (
            "actor",
            Filter {
                actor: Some("actor-0042".to_owned()),
                ..any()
            },
        ),
        (
            "actor of none",
            Filter {
                actor: Some("nobody".to_owned()),
                ..any()
            },
        ),
        (
            "resource",
            Filter {
                resource: glob("shop.main.table_0042")?,
                ..any()
            },
        ),
        (
            "glob of ten",
            Filter {
                resource: glob("shop.main.table_004?")?,
                ..any()
            },
        ),
        (
            "outcome, rare",
            Filter {
                outcome: Some(Outcome::Denied),
                ..any()
            },
        ),
        (
            "key",
            Filter {
                attribute: Some(store_key(entries / 3)),
                ..any()
            },
        ),
        (
            "key of none",
            Filter {
                attribute: Some(store_key(entries * 2)),
                ..any()
            },
        ),
        (
            "until of none",
            Filter {
                until: early,
                ..any()
            },
        ),
        (
            "since all",
            Filter {
                since: early,
                ..any()
            },
        ),
        (
            "actor and resource",
            Filter {
                actor: Some("actor-0042".to_owned()),
                resource: glob("shop.main.table_0042")?,
                ..any()
            },
        ),
        (
            "actor, glob, outcome",
            Filter {
                actor: Some("actor-0007".to_owned()),
                resource: glob("shop.main.table_00*")?,
                outcome: Some(Outcome::Denied),
                ..any()
            },
        ),
    ])
}

/// Verifies in a process of its own, on one core or on all. Returns seconds, and the most KiB of memory.
fn child(folder: &Path, core: Option<&str>) -> Result<(f64, f64), Box<dyn Error>> {
    let binary = std::env::current_exe()?;
    let mut command = match core {
        Some(core) => {
            let mut command = Command::new("taskset");
            command.args(["-c", core]).arg(binary);
            command
        }
        None => Command::new(binary),
    };
    let output = command.arg("--verify").arg(folder).output()?;
    let text = String::from_utf8(output.stdout)?;
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    match (output.status.success(), numbers.next(), numbers.next()) {
        (true, Some(seconds), Some(memory)) => Ok((seconds?, memory?)),
        _ => Err(format!("verify: {text}{}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

/// The process that verifies: prints seconds and KiB.
pub fn verify_once(folder: &Path) -> Result<(), Box<dyn Error>> {
    let settings = settings(folder)?;
    let key = settings.key.read(&settings.origin)?.ok_or("no key")?;
    let request = Request {
        keys: vec![key.vkey(), key.clock()?.vkey()],
        threads: std::thread::available_parallelism()?.get() - 1,
        ..Request::default()
    };
    let started = Instant::now();
    let store = settings.location.open(Access::Read)?;
    let report = verify(&*store, &request, &mut |_, _| {})?;
    let seconds = started.elapsed().as_secs_f64();
    if !report.findings.is_empty() {
        return Err(format!("{:?}", report.findings).into());
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.map_or("nan", |peak| peak.trim().trim_end_matches(" kB"));
    println!("{seconds} {peak}");
    Ok(())
}
