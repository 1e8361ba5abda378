//! Appending: in batches beside the baseline, and by many threads.

use crate::place::{Place, settings};
use crate::raw::{Raw, Unsealed};
use crate::report::{Figure, Series};
use crate::sample::{drafts, events, hash, rows};
use piperoll::event::Draft;
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

/// Appends in batches; each run goes from one to the other, so that what disturbs disturbs all.
pub fn batches(folder: &Path, runs: usize, share: u64) -> Result<Vec<Figure>, Box<dyn Error>> {
    let ours = Place::new_in(folder, "ours")?;
    let (trail, _) = Trail::create(&settings(ours.path())?, Surroundings::default())?;
    let mut raw = Raw::create_in(folder)?;
    let mut unsealed = Unsealed::create_in(folder)?;
    // The names of all actors and tables get their codes first: that is done once in the life of a trail.
    let mut next = WARM;
    let warm = drafts(0..WARM)?;
    let ready = events(&warm, trail.secret())?;
    trail.record(&warm)?;
    raw.append(&rows(&ready)?)?;
    unsealed.append(&ready)?;
    let mut figures = Vec::new();
    let mut costs = Vec::new();
    for (batch, appends, least) in BATCHES {
        let appends = (appends / share).max(2);
        let mut all = Batches::new();
        for _ in 0..runs {
            let drafts = drafts(next..next + batch * appends)?;
            next += batch * appends;
            all.run(&drafts, batch as usize, &trail, &mut raw, &mut unsealed)?;
        }
        all.figures(batch, least, &mut figures, &mut costs);
    }
    figures.extend(costs);
    Ok(figures)
}

/// What the runs of one size of batches gave.
struct Batches {
    /// Events a second.
    ours: Series,
    raw: Series,
    /// In per cent.
    over_raw: Series,
    sealing: Series,
    /// Microseconds an event.
    making: Series,
    hashing: Series,
    storing: Series,
}

impl Batches {
    fn new() -> Self {
        let [ours, raw, over_raw, sealing, making, hashing, storing] =
            std::array::from_fn(|_| Series::new());
        Self {
            ours,
            raw,
            over_raw,
            sealing,
            making,
            hashing,
            storing,
        }
    }

    fn run(
        &mut self,
        drafts: &[Draft],
        batch: usize,
        trail: &Trail,
        raw: &mut Raw,
        unsealed: &mut Unsealed,
    ) -> Result<(), Box<dyn Error>> {
        let (ready, stamping) = timed(|| events(drafts, trail.secret()))?;
        let (_, hashing) = timed(|| Ok(hash(&ready)))?;
        let prepared = rows(&ready)?;
        let (_, inserting) =
            timed(|| prepared.chunks(batch).try_for_each(|part| raw.append(part)))?;
        let (_, storing) = timed(|| {
            ready
                .chunks(batch)
                .try_for_each(|part| unsealed.append(part))
        })?;
        let record = |part: &[Draft]| trail.record(part).map(drop);
        let (_, recording) = timed(|| Ok(drafts.chunks(batch).try_for_each(record)?))?;
        let count = drafts.len() as f64;
        self.ours.push(count / recording);
        self.raw.push(count / inserting);
        self.over_raw.push((recording / inserting - 1.0) * 100.0);
        let making = stamping - hashing;
        self.sealing
            .push((recording / (making + storing) - 1.0) * 100.0);
        self.making.push(making / count * 1e6);
        self.hashing.push(hashing / count * 1e6);
        self.storing.push(storing / count * 1e6);
        Ok(())
    }

    fn figures(self, batch: u64, least: f64, figures: &mut Vec<Figure>, costs: &mut Vec<Figure>) {
        let name = format!("append, batches of {batch}");
        figures.push(Figure::at_least(name, "events/s", least, self.ours));
        let name = format!("  raw inserts of {batch}, rows ready");
        figures.push(Figure::told(name, "events/s", self.raw));
        if batch < 100 {
            return;
        }
        let name = format!("over raw inserts of ready rows, {batch}");
        costs.push(Figure::at_most(name, "%", 10.0, self.over_raw));
        let name = format!("over recording without sealing, {batch}");
        costs.push(Figure::at_most(name, "%", 10.0, self.sealing));
        for (name, series) in [
            ("  checking and writing out an event", self.making),
            ("  storing it, with what it is found by", self.storing),
            ("  hashing it", self.hashing),
        ] {
            costs.push(Figure::told(name.to_owned(), "us/event", series));
        }
    }
}

fn timed<T>(work: impl FnOnce() -> Result<T, Box<dyn Error>>) -> Result<(T, f64), Box<dyn Error>> {
    let started = Instant::now();
    let made = work()?;
    Ok((made, started.elapsed().as_secs_f64()))
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
                let record = |drafts: &[Draft]| {
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
