//! Runs: recorded one by one and in batches, found and asked for, beside ddeutil-workflow's package in the same run.

mod beside;

use crate::place::{Place, settings};
use crate::report::{Figure, Series};
use beside::Beside;
use piperoll::event::DraftActor;
use piperoll::runs::{Latest, Query, Recording, Run, find, is_pointed, record};
use piperoll::trail::{Surroundings, Trail};
use std::collections::BTreeMap;
use std::error::Error;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

/// Releases of each workflow.
const RELEASES: usize = 1_000;
/// Runs of one append, where they are many.
const BATCH: usize = 1_000;
/// How often the latest is asked for.
const LATEST: usize = 10;

/// The figures of so many runs.
pub fn figures(folder: &Path, saves: usize, runs: usize) -> Result<Vec<Figure>, Box<dyn Error>> {
    let work: Vec<Run> = (0..saves).map(sample).collect::<Result<_, _>>()?;
    let package = Beside::there();
    let mut ours: BTreeMap<&str, Series> = BTreeMap::new();
    let mut theirs: BTreeMap<String, Series> = BTreeMap::new();
    let mut ratios: BTreeMap<&str, Series> = BTreeMap::new();
    for number in 0..runs {
        // Both in turn, so that what disturbs the machine disturbs both.
        let measured = measure(folder, &work, number)?;
        let beside = match &package {
            Some(package) => package.measure(folder, saves, RELEASES.min(saves))?,
            None => BTreeMap::new(),
        };
        for ratio in &RATIOS {
            let pair = measured.get(ratio.ours).zip(beside.get(ratio.theirs));
            if let Some((ours, theirs)) = pair {
                ratios.entry(ratio.name).or_default().push(theirs / ours);
            }
        }
        for (name, value) in measured {
            ours.entry(name).or_default().push(value);
        }
        for (name, value) in beside {
            theirs.entry(name).or_default().push(value);
        }
    }
    let mut figures = Vec::new();
    for ratio in &RATIOS {
        if let Some(series) = ratios.remove(ratio.name) {
            let name = ratio.name.to_owned();
            figures.push(Figure::at_least(name, "times", ratio.least, series));
        }
    }
    for (name, series) in ours {
        let (unit, most) = match name {
            FIND => ("ms", Some(5.0)),
            LATEST_AGAIN => ("ms", Some(0.1)),
            BYTES => ("bytes", None),
            _ => ("ms", None),
        };
        figures.push(match most {
            Some(most) => Figure::at_most(name.to_owned(), unit, most, series),
            None => Figure::told(name.to_owned(), unit, series),
        });
    }
    for (name, series) in theirs {
        let is_size = name.starts_with("bytes");
        let unit = if is_size { "bytes" } else { "ms" };
        figures.push(Figure::told(
            format!("ddeutil 0.0.86: {name}"),
            unit,
            series,
        ));
    }
    Ok(figures)
}

const SINGLE: &str = "runs, recorded one by one";
const BATCHES: &str = "runs, recorded 1000 at once";
const FIND: &str = "runs, find 1000 of one workflow";
const FIND_JSON: &str = "runs, find 1000 and write them as JSON";
const LATEST_FIRST: &str = "runs, latest of 1000, asked first";
const LATEST_AGAIN: &str = "runs, latest of 1000, asked again";
const POINTED: &str = "runs, is_pointed 1000 times";
const BYTES: &str = "runs, on disk, of one";

/// A figure of ours that is to be so many times better than one of theirs: both are the less the better.
struct Ratio {
    name: &'static str,
    ours: &'static str,
    theirs: &'static str,
    least: f64,
}

const RATIOS: [Ratio; 9] = [
    ratio("single runs to ddeutil's files", SINGLE, "save file", 1.5),
    ratio(
        "single runs to ddeutil's SQLite",
        SINGLE,
        "save sqlite",
        5.0,
    ),
    ratio("batches to ddeutil's files", BATCHES, "save file", 20.0),
    ratio("find 1000 to ddeutil's files", FIND, "find file", 1.0),
    ratio("find 1000 to ddeutil's SQLite", FIND, "find sqlite", 1.0),
    ratio(
        "latest to ddeutil's SQLite",
        LATEST_AGAIN,
        "latest sqlite",
        1.0,
    ),
    ratio(
        "is_pointed to ddeutil's files",
        POINTED,
        "pointed file",
        1.0,
    ),
    ratio(
        "is_pointed to ddeutil's SQLite",
        POINTED,
        "pointed sqlite",
        1.0,
    ),
    ratio("on disk to ddeutil's files", BYTES, "bytes file", 1.0),
];

const fn ratio(name: &'static str, ours: &'static str, theirs: &'static str, least: f64) -> Ratio {
    Ratio {
        name,
        ours,
        theirs,
        least,
    }
}

/// What each takes: milliseconds of all, bytes of one.
fn measure(
    folder: &Path,
    work: &[Run],
    number: usize,
) -> Result<BTreeMap<&'static str, f64>, Box<dyn Error>> {
    let how = Recording {
        actor: Some(DraftActor::named("bench")),
        ..Recording::default()
    };
    let mut measured = BTreeMap::new();
    for (size, name) in [(1, SINGLE), (BATCH, BATCHES)] {
        let place = Place::new_in(folder, &format!("runs-{number}-{size}"))?;
        let settings = settings(place.path())?;
        let (trail, _) = Trail::create(&settings, Surroundings::default())?;
        let taken = timed(|| {
            for some in work.chunks(size) {
                record(&trail, some, &how)?;
            }
            Ok(())
        })?;
        measured.insert(name, taken);
        if size == BATCH {
            drop(trail);
            let files = std::fs::read_dir(place.path())?;
            let sizes = files.map(|file| Ok(file?.metadata()?.len()));
            let all: u64 = sizes.sum::<Result<u64, std::io::Error>>()?;
            measured.insert(BYTES, all as f64 / work.len() as f64);
            let trail = Trail::open_to_read(&settings.location, None, Surroundings::default())?;
            ask(&trail, work, &mut measured)?;
        }
    }
    Ok(measured)
}

/// Asks for what was recorded.
fn ask(
    trail: &Trail,
    work: &[Run],
    measured: &mut BTreeMap<&'static str, f64>,
) -> Result<(), Box<dyn Error>> {
    let asked = work.get(..RELEASES.min(work.len())).unwrap_or_default();
    let name = "workflow-0";
    let latest = Latest::default();
    let newest = || -> Result<(), Box<dyn Error>> {
        let found = latest.by_release(trail, name)?;
        found.map(drop).ok_or_else(|| "no run is the latest".into())
    };
    measured.insert(LATEST_FIRST, timed(newest)?);
    let again = timed(|| (0..LATEST).try_for_each(|_| newest()))?;
    measured.insert(LATEST_AGAIN, again / LATEST as f64);
    let query = Query {
        name: name.to_owned(),
        ..Query::default()
    };
    for (figure, as_json) in [(FIND, false), (FIND_JSON, true)] {
        let mut found = 0;
        let taken = timed(|| {
            find(trail, &query, &mut |entry| {
                if as_json {
                    std::hint::black_box(entry.run.to_json());
                }
                found += 1;
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(())
        })?;
        if found != asked.len() {
            return Err(format!("{found} runs were found, not {}", asked.len()).into());
        }
        measured.insert(figure, taken);
    }
    let taken = timed(|| {
        for run in asked {
            if !is_pointed(trail, &run.name, &run.release, false)? {
                return Err(format!("`{}` is not pointed", run.run_id).into());
            }
        }
        Ok(())
    })?;
    measured.insert(POINTED, taken);
    Ok(())
}

/// Milliseconds that work takes.
fn timed(work: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let started = Instant::now();
    work()?;
    Ok(started.elapsed().as_secs_f64() * 1e3)
}

/// A run of about 2.1 KB, as `sample` of bench/beside_ddeutil.py.
fn sample(number: usize) -> Result<Run, Box<dyn Error>> {
    let stages = (0..12).map(|at| {
        let rows = number + at;
        format!(r#""stage-{at}":{{"outputs":{{"rows":{rows},"path":"warehouse/orders/part-{at}"}},"status":"SUCCESS"}}"#)
    });
    let stages = stages.collect::<Vec<_>>().join(",");
    let (workflow, minute) = (number / RELEASES, number);
    let (day, hour) = (minute / 1_440, minute / 60 % 24);
    let release = format!(
        "2020-01-{:02}T{hour:02}:{:02}:00",
        day % 28 + 1,
        minute % 60
    );
    let document = format!(
        r#"{{"name":"workflow-{workflow}","release":"{release}","run_id":"run-{number}","runs_metadata":{{"timeout":600}},"context":{{"status":"SUCCESS","params":{{"source_table":"users","target_env":"prod","batch":{number}}},"jobs":{{"extract":{{"status":"SUCCESS","stages":{{{stages}}}}}}},"info":{{"exec_start":"2026-11-22 09:28:06.708877+00:00","exec_end":"2026-11-22 09:28:06.710931+00:00","exec_latency":0.002054}}}}}}"#
    );
    Run::parse(document.as_bytes()).map_err(|problems| format!("{problems:?}").into())
}
