//! Bytes of the file that somebody changes or cuts off without SQLite: `verify` ends quickly, and what it says is true.
#![expect(clippy::disallowed_methods, reason = "files are broken here, not kept")]

use crate::tamper::Bench;
use piperoll::ErrorKind;
use piperoll::verify::{Report, Verdict};
use piperoll_testkit::tamper::{Sample, Shape, dump};
use std::time::{Duration, Instant};

/// Most time that one look at a small file may take on a busy machine.
const TIME_MAX: Duration = Duration::from_secs(20);

/// Verifies bytes in the place of the file. An error is one of those that say what is wrong with it.
fn verify(copy: &Sample, bytes: &[u8], what: &str) -> Option<Report> {
    std::fs::write(&copy.path, bytes).unwrap();
    let started = Instant::now();
    let report = copy.verify(&copy.l1());
    assert!(
        started.elapsed() < TIME_MAX,
        "{what}: {:?}",
        started.elapsed()
    );
    match report {
        Ok(report) => Some(report),
        Err(error) => {
            let kind = error.kind();
            let chain = error.chain();
            assert!(
                matches!(kind, ErrorKind::Corrupt | ErrorKind::InvalidInput),
                "{what}: {kind:?}: {chain}"
            );
            None
        }
    }
}

/// Numbers that look random and are the same in every run.
fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    })
}

/// Flips bytes one at a time; returns how many were found, unreadable, and slack.
fn flip(places: impl Iterator<Item = usize>, seed: u64) -> [usize; 3] {
    let bench = Bench::new(Shape::Small);
    let copy = bench.copy();
    let sound = std::fs::read(&copy.path).unwrap();
    let before = dump(&copy.path).unwrap();
    let mut counts = [0; 3];
    for (place, random) in places.zip(numbers(seed)) {
        let place = place % sound.len();
        let mut bytes = sound.clone();
        let mask = u8::try_from(random % 255 + 1).unwrap();
        bytes[place] ^= mask;
        let what = format!("byte {place} xor {mask} (seed {seed})");
        match verify(&copy, &bytes, &what) {
            None => {
                // Whoever asks SQLite itself reads no trail there either.
                assert!(
                    dump(&copy.path).ok().as_ref() != Some(&before),
                    "{what}: is refused, but can be read"
                );
                counts[1] += 1;
            }
            Some(report) if report.findings.is_empty() => {
                assert!(dump(&copy.path).unwrap() == before, "{what}: is not found");
                counts[2] += 1;
            }
            Some(_) => counts[0] += 1,
        }
    }
    counts
}

#[test]
fn each_byte_of_the_first_page_before_its_cells() {
    let [found, unreadable, slack] = flip(0..220, 1);
    println!("{found} found, {unreadable} unreadable, {slack} slack");
    assert!(
        unreadable > 20 && found > 10,
        "{found} {unreadable} {slack}"
    );
}

#[test]
fn bytes_anywhere_in_the_file() {
    let places = numbers(7).map(|number| usize::try_from(number).unwrap());
    let [found, unreadable, slack] = flip(places.take(900), 2);
    println!("{found} found, {unreadable} unreadable, {slack} slack");
    assert!(found > 150, "{found} {unreadable} {slack}");
}

#[test]
fn a_page_of_entries_that_cannot_be_read_takes_only_its_own_with_it() {
    let bench = Bench::new(Shape::Tiles);
    let copy = bench.copy();
    let mut bytes = std::fs::read(&copy.path).unwrap();
    // A leaf of a table begins with 0x0d; only those of `entries` hold headers.
    let holds_headers = |page: &[u8]| {
        let header = br#"{"action":"#;
        page[0] == 0x0d && page.windows(header.len()).filter(|at| at == header).count() > 3
    };
    let pages = bytes.chunks_mut(4_096).skip(1);
    let mut pages: Vec<&mut [u8]> = pages.filter(|page| holds_headers(page)).collect();
    assert!(pages.len() > 20);
    let middle = pages.len() / 2;
    pages[middle][0] = 0;
    let report = verify(&copy, &bytes, "a page").unwrap();
    let unread: Vec<(u64, u64)> = report
        .findings
        .iter()
        .filter(|finding| finding.detail.contains("cannot be read"))
        .filter_map(|finding| finding.entries)
        .collect();
    assert_eq!(unread.len(), 1, "{report:#?}");
    // What lies behind it in the same block is not read either; the other block is.
    let (first, last) = unread[0];
    assert!(first > 100 && last == 255, "{unread:?}");
    assert_eq!(report.checked.entries, copy.size - (last - first + 1));
    assert_eq!(report.level, None);
    assert!(
        !report
            .findings
            .iter()
            .any(|f| f.verdict != Verdict::Altered),
        "{report:#?}"
    );
}

#[test]
fn the_file_is_cut_at_every_page() {
    let bench = Bench::new(Shape::Small);
    let copy = bench.copy();
    let sound = std::fs::read(&copy.path).unwrap();
    let pages = sound.len() / 4_096;
    assert!(pages > 20 && sound.len().is_multiple_of(4_096));
    for page in 1..pages {
        for more in [0, 1, 2_000] {
            let what = format!("cut after page {page} and {more} bytes");
            if let Some(report) = verify(&copy, &sound[..page * 4_096 + more], &what) {
                assert!(report.is_negative(), "{what}: {report:#?}");
                assert_eq!(report.level, None, "{what}");
            }
        }
    }
    for length in [512, 4_095] {
        assert_eq!(verify(&copy, &sound[..length], "cut"), None);
    }
    // To SQLite so little may be a new database.
    for length in [0, 1, 100, 511] {
        std::fs::write(&copy.path, &sound[..length]).unwrap();
        let error = copy.verify(&copy.l1()).unwrap_err();
        let kind = error.kind();
        assert!(
            kind == ErrorKind::NotFound || length > 0 && kind == ErrorKind::Corrupt,
            "{}",
            error.chain()
        );
    }
}
