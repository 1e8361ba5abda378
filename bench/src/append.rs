//! Appending: in batches beside the baseline, and by many threads.

use crate::place::{Place, settings};
use crate::raw::Raw;
use crate::report::{Figure, Series};
use crate::sample::{drafts, rows};
use piperoll::trail::{Surroundings, Trail};
use std::error::Error;
use std::path::Path;
use std::time::Instant;

/// Batch size, appends in a run, events a second at least.
const BATCHES: [(u64, u64, f64); 4] = [
    (1, 200, 3_500.0),
    (100, 50, 45_000.0),
    (1_000, 20, 90_000.0),
    (10_000, 4, 130_000.0),
];

/// Events before anything is measured.
const WARM: u64 = 10_000;

/// Appends in batches; each run goes from one to the other, so that what disturbs disturbs both.
pub fn batches(folder: &Path, runs: usize, share: u64) -> Result<Vec<Figure>, Box<dyn Error>> {
    let ours = Place::new_in(folder, "ours")?;
    let theirs = Place::new_in(folder, "raw")?;
    let (trail, _) = Trail::create(&settings(ours.path())?, Surroundings::default())?;
    drop(Trail::create(
        &settings(theirs.path())?,
        Surroundings::default(),
    )?);
    let mut raw = Raw::open(&theirs.path().join("trail.db"))?;
    let mut figures = Vec::new();
    let mut costs = Vec::new();
    // The names of all actors and tables get their codes first: that is done once in the life of a trail.
    let mut next = WARM;
    let warm = drafts(0..WARM)?;
    trail.record(&warm)?;
    raw.append(&rows(&warm, trail.secret())?)?;
    for (batch, appends, least) in BATCHES {
        let appends = (appends / share).max(2);
        let (mut a, mut b, mut stamping) = (Series::new(), Series::new(), Series::new());
        let mut over = Series::new();
        for _ in 0..runs {
            let drafts = drafts(next..next + batch * appends)?;
            next += batch * appends;
            let started = Instant::now();
            let ready = rows(&drafts, trail.secret())?;
            let stamp = started.elapsed().as_secs_f64();
            let started = Instant::now();
            for batch in ready.chunks(batch as usize) {
                raw.append(batch)?;
            }
            let raw_time = started.elapsed().as_secs_f64();
            let started = Instant::now();
            for batch in drafts.chunks(batch as usize) {
                trail.record(batch)?;
            }
            let our_time = started.elapsed().as_secs_f64();
            let events = (batch * appends) as f64;
            a.push(events / our_time);
            b.push(events / raw_time);
            stamping.push(stamp / events * 1e6);
            over.push((our_time / raw_time - 1.0) * 100.0);
        }
        figures.push(Figure::at_least(
            format!("append, batches of {batch}"),
            "events/s",
            least,
            a,
        ));
        figures.push(Figure::told(
            format!("  raw inserts of {batch}"),
            "events/s",
            b,
        ));
        if batch >= 100 {
            costs.push(Figure::at_most(
                format!("over raw inserts, batches of {batch}"),
                "%",
                10.0,
                over,
            ));
            costs.push(Figure::told(
                "  of it validating and stamping alone".to_owned(),
                "us/event",
                stamping,
            ));
        }
    }
    figures.extend(costs);
    Ok(figures)
}

/// Single events by several threads.
pub fn threads(folder: &Path, runs: usize, share: u64) -> Result<Vec<Figure>, Box<dyn Error>> {
    let place = Place::new_in(folder, "threads")?;
    let (trail, _) = Trail::create(&settings(place.path())?, Surroundings::default())?;
    let mut figures = Vec::new();
    for (threads, least) in [(1u64, None), (8, None), (64, Some(20_000.0))] {
        let calls = (200 / share).max(20);
        let mut series = Series::new();
        for run in 0..runs as u64 {
            let drafts: Vec<_> = (0..threads)
                .map(|thread| {
                    drafts((run * threads + thread) * calls..(run * threads + thread + 1) * calls)
                })
                .collect::<Result<_, _>>()?;
            let started = Instant::now();
            let failed: usize = std::thread::scope(|scope| {
                let record = |drafts: &[piperoll::event::Draft]| {
                    let results = drafts
                        .iter()
                        .map(|draft| trail.record(std::slice::from_ref(draft)));
                    results.filter(Result::is_err).count()
                };
                let running: Vec<_> = drafts
                    .iter()
                    .map(|drafts| scope.spawn(move || record(drafts)))
                    .collect();
                running
                    .into_iter()
                    .map(|thread| thread.join().unwrap_or(1))
                    .sum()
            });
            if failed > 0 {
                return Err(format!("{failed} calls of {threads} threads failed").into());
            }
            series.push((threads * calls) as f64 / started.elapsed().as_secs_f64());
        }
        let name = format!("single events, threads: {threads}");
        figures.push(match least {
            Some(least) => Figure::at_least(name, "events/s", least, series),
            None => Figure::told(name, "events/s", series),
        });
    }
    Ok(figures)
}

/// What the disk makes of one small write that is waited for, as often a second.
pub fn disk(folder: &Path, runs: usize) -> Result<Figure, Box<dyn Error>> {
    use std::io::Write as _;
    let place = Place::new_in(folder, "disk")?;
    let mut file = std::fs::File::create(place.path().join("file"))?;
    let mut series = Series::new();
    for _ in 0..runs.max(3) * 20 {
        let started = Instant::now();
        file.write_all(&[7; 16_384])?;
        file.sync_data()?;
        series.push(1.0 / started.elapsed().as_secs_f64());
    }
    Ok(Figure::told(
        "the disk: 16 KiB written and waited for".to_owned(),
        "times/s",
        series,
    ))
}
