//! Runs: recorded one by one and in batches, beside ddeutil-workflow's package in the same run.

use crate::place::{Place, settings};
use crate::report::{Figure, Series};
use piperoll::event::{DraftActor, Json, Value};
use piperoll::runs::{Recording, Run, record};
use piperoll::trail::{Surroundings, Trail};
use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Releases of each workflow.
const RELEASES: usize = 1_000;
/// Runs of one append, where they are many.
const BATCH: usize = 1_000;

/// What `bench/beside_ddeutil.py` runs with: a Python that has the package.
const PYTHON: &str = "PIPEROLL_BENCH_RUNS_PYTHON";

/// The figures of so many runs.
pub fn figures(folder: &Path, saves: usize, runs: usize) -> Result<Vec<Figure>, Box<dyn Error>> {
    let work: Vec<Run> = (0..saves).map(sample).collect::<Result<_, _>>()?;
    let how = Recording {
        actor: Some(DraftActor::named("bench")),
        ..Recording::default()
    };
    let (mut single, mut batches, mut bytes) = (Series::new(), Series::new(), Series::new());
    for number in 0..runs {
        for (size, series) in [(1, &mut single), (BATCH, &mut batches)] {
            let place = Place::new_in(folder, &format!("runs-{number}-{size}"))?;
            let (trail, _) = Trail::create(&settings(place.path())?, Surroundings::default())?;
            let started = Instant::now();
            for some in work.chunks(size) {
                record(&trail, some, &how)?;
            }
            series.push(saves as f64 / started.elapsed().as_secs_f64());
            if size == BATCH {
                drop(trail);
                let files = std::fs::read_dir(place.path())?;
                let sizes = files.map(|file| Ok(file?.metadata()?.len()));
                let all: u64 = sizes.sum::<Result<u64, std::io::Error>>()?;
                bytes.push(all as f64 / saves as f64);
            }
        }
    }
    let beside = beside(folder, saves, runs)?;
    let rate = |name: &str| {
        let taken = beside.as_ref().and_then(|beside| beside.get(name));
        taken.map(|series| saves as f64 / series.median() * 1e3)
    };
    let mut figures = Vec::new();
    let one = |value: f64| {
        let mut series = Series::new();
        series.push(value);
        series
    };
    for (name, ours, least) in [
        ("save file", single.median(), 1.5),
        ("save sqlite", single.median(), 5.0),
        ("save file", batches.median(), 20.0),
    ] {
        if let Some(theirs) = rate(name) {
            let what = if least == 20.0 {
                "batches"
            } else {
                "single runs"
            };
            let name = format!("{what} to ddeutil's {name}");
            figures.push(Figure::at_least(name, "times", least, one(ours / theirs)));
        }
    }
    figures.push(Figure::told(
        "record single runs".to_owned(),
        "a second",
        single,
    ));
    figures.push(Figure::told(
        format!("record {BATCH} runs at once"),
        "a second",
        batches,
    ));
    figures.push(Figure::told("on disk, a run".to_owned(), "bytes", bytes));
    for (name, series) in beside.into_iter().flat_map(|beside| beside.0) {
        let unit = if name.starts_with("bytes") {
            "bytes"
        } else {
            "ms"
        };
        figures.push(Figure::told(
            format!("ddeutil 0.0.86: {name}"),
            unit,
            series,
        ));
    }
    Ok(figures)
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

/// What the package takes, by name.
struct Beside(Vec<(String, Series)>);

impl Beside {
    fn get(&self, name: &str) -> Option<&Series> {
        let mut all = self.0.iter();
        all.find(|(known, _)| known == name)
            .map(|(_, series)| series)
    }
}

/// The package, where there is a Python that has it.
fn beside(folder: &Path, saves: usize, runs: usize) -> Result<Option<Beside>, Box<dyn Error>> {
    let Some(python) = std::env::var_os(PYTHON).filter(|python| !python.is_empty()) else {
        return Ok(None);
    };
    let place = Place::new_in(folder, "ddeutil")?;
    let output = Command::new(python)
        .arg("bench/beside_ddeutil.py")
        .arg(place.path())
        .args([saves, RELEASES.min(saves), runs].map(|number| number.to_string()))
        .output()?;
    if !output.status.success() {
        return Err(format!("ddeutil: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let json =
        Json::parse(output.stdout.trim_ascii()).map_err(|problems| format!("{problems:?}"))?;
    let Value::Object(members) = Value::from_json(json) else {
        return Err("ddeutil: no object".into());
    };
    let mut all = Vec::new();
    for (name, values) in members {
        let Value::Array(values) = values else {
            return Err(format!("ddeutil: {name}").into());
        };
        let mut series = Series::new();
        for value in values {
            series.push(match value {
                Value::Real(number) => number,
                Value::Int(number) => number as f64,
                Value::Typed(_, text) => text.parse()?,
                other => return Err(format!("ddeutil: {name}: {other:?}").into()),
            });
        }
        all.push((name, series));
    }
    Ok(Some(Beside(all)))
}
