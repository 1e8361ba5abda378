//! The memory of `verify` does not grow with the trail, whatever was done to it.
#![expect(
    clippy::disallowed_methods,
    reason = "the child is told by its environment what to verify"
)]

use crate::attacks::run;
use piperoll::event::{Draft, LineDefaults};
use piperoll::seal::Origin;
use piperoll::store::{Access, Location};
use piperoll::trail::{KeySource, Settings, Trail};
use piperoll::verify::{Request, verify};
use piperoll_testkit::tamper::{Fixed, raw};
use rusqlite::Connection;
use std::path::{Path, PathBuf};

const TOLD: &str = "PIPEROLL_TEST_MEMORY";
const FEW: usize = 5_000;
const MANY: usize = 10 * FEW;

fn settings(folder: &Path) -> Settings {
    Settings {
        location: Location::Sqlite(folder.join("trail.db")),
        origin: Origin::parse("shop.example/audit").unwrap(),
        key: KeySource::File(folder.join("trail.key")),
    }
}

/// A trail of so many entries of about 1 KB.
fn build(folder: &Path, entries: usize) {
    let (trail, _) = Trail::create(&settings(folder), Fixed::surroundings()).unwrap();
    let line = format!(
        r#"{{"kind":"row","action":"UPDATE","actor":{{"name":"alice"}},"resource":{{"system":"shop","name":"shop.main.orders","kind":"table"}},"payload":{{"key":7,"after":{{"text":"{}"}}}}}}"#,
        "x".repeat(500)
    );
    let draft = Draft::from_line(line.as_bytes(), &LineDefaults::default()).unwrap();
    let drafts = vec![draft; FEW];
    for _ in 0..entries / FEW {
        trail.record(&drafts).unwrap();
    }
    trail.keep_checkpoint().unwrap();
}

/// The peak memory of a process that does nothing but verify, in KiB, and how many findings it has.
fn peak(folder: &Path) -> (i64, usize) {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "verify_memory::the_child_that_is_measured",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(TOLD, folder)
        .output()
        .unwrap();
    let text = String::from_utf8(child.stdout).unwrap();
    let line = text
        .lines()
        .find_map(|line| line.split_once("peak "))
        .unwrap_or_else(|| panic!("{text}"));
    let (peak, findings) = line.1.split_once(' ').unwrap();
    (peak.parse().unwrap(), findings.parse().unwrap())
}

#[test]
fn the_child_that_is_measured() {
    // In an ordinary run of the tests there is nothing to measure.
    let Some(folder) = std::env::var_os(TOLD).map(PathBuf::from) else {
        return;
    };
    let settings = settings(&folder);
    let store = settings.location.open(Access::Read).unwrap();
    let key = settings.key.read(&settings.origin).unwrap().unwrap();
    let request = Request {
        keys: vec![key.vkey(), key.clock().unwrap().vkey()],
        threads: 3,
        ..Request::default()
    };
    let report = verify(&*store, &request, &mut |_, _| {}).unwrap();
    let findings = report.findings.len();
    drop(report);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let peak: i64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    println!("peak {peak} {findings}");
}

#[test]
fn ten_times_the_entries_take_the_same_memory() {
    let few = tempfile::tempdir().unwrap();
    let many = tempfile::tempdir().unwrap();
    build(few.path(), FEW);
    build(many.path(), MANY);
    let (small, none) = peak(few.path());
    assert_eq!(none, 0);
    let (large, none) = peak(many.path());
    assert_eq!(none, 0);
    println!("{small} KiB, and {large} KiB with ten times the entries");
    assert!(large - small <= 2 * 1024, "{small} KiB, then {large} KiB");

    // Every entry is another one; of every other one the payload is gone; and tiles without end.
    let change = |connection: &Connection| {
        run(
            connection,
            "UPDATE entries SET header = replace(header, 'alice', 'mallo')",
            MANY,
        );
        run(
            connection,
            "UPDATE entries SET payload = NULL, salt = NULL WHERE seq % 2 = 0",
            MANY / 2,
        );
        let more = "INSERT INTO tiles WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 50000) SELECT 1, n + 100000, x'' FROM n";
        run(connection, more, 50_000);
    };
    raw(&many.path().join("trail.db"), change);
    let (tampered, findings) = peak(many.path());
    println!("{tampered} KiB and {findings} findings with every entry changed");
    assert!(findings > 10_000, "{findings}");
    // Findings that are kept, and what each thread keeps for the next ones.
    assert!(
        tampered - small <= 10 * 1024,
        "{small} KiB, then {tampered} KiB"
    );
}

/// Whoever has read a block, what it says comes in its order.
#[test]
fn several_threads_say_what_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let (trail, _) = Trail::create(&settings, Fixed::surroundings()).unwrap();
    let line = format!(
        r#"{{"kind":"row","action":"UPDATE","actor":{{"name":"alice"}},"resource":{{"system":"shop","name":"shop.main.orders","kind":"table"}},"payload":{{"key":7,"after":{{"text":"{}"}}}}}}"#,
        "x".repeat(5_000)
    );
    let draft = Draft::from_line(line.as_bytes(), &LineDefaults::default()).unwrap();
    trail.record(&vec![draft; 1_000]).unwrap();
    drop(trail);
    raw(&folder.path().join("trail.db"), |connection| {
        let change = "UPDATE entries SET payload = '{}' WHERE seq IN (3, 200, 259, 500, 770, 999)";
        run(connection, change, 6);
    });
    let store = settings.location.open(Access::Read).unwrap();
    for threads in 0..=3 {
        let request = Request {
            threads,
            ..Request::default()
        };
        let mut last = 0;
        let report = verify(&*store, &request, &mut |done, _| last = done).unwrap();
        let places: Vec<_> = report.findings.iter().map(|it| it.entries).collect();
        let expected = [3, 200, 259, 500, 770, 999].map(|at| Some((at, at)));
        assert_eq!(places, expected, "{threads}");
        assert_eq!((last, report.checked.payloads), (1_000, 994), "{threads}");
    }
}
