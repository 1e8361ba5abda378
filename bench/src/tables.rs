//! Declared tables: reading and comparing one wide table, beside Layker's package; applying and planning many.

use crate::place::{Place, settings};
use crate::report::{Figure, Series};
use piperoll::event::DraftActor;
use piperoll::fs::Process;
use piperoll::tables::{Request, SnapshotFormat, Spec, apply, differences, plan};
use piperoll::target::{SqliteTarget, State};
use piperoll::trail::{Surroundings, Trail};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// The columns of the wide table, and those of each of many.
const WIDE: usize = 1_000;
const NARROW: usize = 100;

/// What `bench/beside_layker.py` runs with: a Python that has Layker and PyYAML.
const PYTHON: &str = "PIPEROLL_BENCH_PYTHON";

/// The figures of tables; of many tables, `most` at most.
pub fn figures(folder: &Path, most: usize, runs: usize) -> Result<Vec<Figure>, Box<dyn Error>> {
    let mut figures = wide(folder, runs)?;
    let mut seconds_before = None;
    for count in [100, 300, 1_000] {
        if count > most {
            break;
        }
        let place = Place::new_in(folder, &format!("tables-{count}"))?;
        let specs = many(count)?;
        let target = SqliteTarget::new("shop", &place.path().join("plain.db"));
        let seconds = applied(&specs, &target, None)?;
        figures.push(told(
            format!("create {count} tables, no trail"),
            "s",
            seconds,
        ));
        if let Some((fewer, before)) = seconds_before {
            let growth: f64 = seconds / before / (count as f64 / fewer as f64);
            let name = format!("a table of {count} to one of {fewer}");
            figures.push(Figure::at_most(name, "times", 2.0, one(growth)));
        }
        seconds_before = Some((count, seconds));

        let mut series = Series::new();
        for _ in 0..runs {
            let started = Instant::now();
            let plan = plan(&target, &specs)?;
            series.push(started.elapsed().as_secs_f64());
            if !plan.is_empty() {
                return Err("the tables are not as they were made".into());
            }
        }
        let name = format!("plan {count} tables that are up to date");
        figures.push(Figure::at_most(name, "s", count as f64 / 1e3, series));

        let (trail, _) = Trail::create(&settings(place.path())?, Surroundings::default())?;
        let target = SqliteTarget::new("shop", &place.path().join("audited.db"));
        let seconds = applied(&specs, &target, Some(&trail))?;
        figures.push(told(
            format!("create {count} tables, with a trail"),
            "s",
            seconds,
        ));
    }
    Ok(figures)
}

/// Plans, and applies table by table: as the program does.
fn applied(
    specs: &[Spec],
    target: &SqliteTarget,
    trail: Option<&Trail>,
) -> Result<f64, Box<dyn Error>> {
    let request = Request {
        actor: DraftActor::named("bench"),
        reason: None,
        env: None,
        run_id: None,
        notes: None,
        snapshot_format: SnapshotFormat::default(),
        allow_destructive: false,
        process: Process::current(),
    };
    let started = Instant::now();
    for table in plan(target, specs)?.tables {
        apply(&table.spec, target, trail, &request, None)?;
    }
    Ok(started.elapsed().as_secs_f64())
}

fn wide(folder: &Path, runs: usize) -> Result<Vec<Figure>, Box<dyn Error>> {
    let place = Place::new_in(folder, "wide")?;
    let (declared, live) = (yaml("wide", WIDE, 0), yaml("wide", WIDE, 4));
    let state = State::new(Spec::parse(&live, "live.yaml", None)?.table);
    let (mut both, mut parsed, mut compared) = (Series::new(), Series::new(), Series::new());
    for _ in 0..runs.max(5) * 4 {
        let started = Instant::now();
        let spec = Spec::parse(&declared, "wide.yaml", None)?;
        let reading = started.elapsed();
        let found = differences(&spec, Some(&state));
        let all = started.elapsed();
        if found.changes.len() != WIDE.div_ceil(4) {
            return Err(format!("{} differences", found.changes.len()).into());
        }
        parsed.push(reading.as_secs_f64() * 1e3);
        compared.push((all - reading).as_secs_f64() * 1e3);
        both.push(all.as_secs_f64() * 1e3);
    }
    let ours = both.median();
    let mut figures = vec![
        Figure::at_most(format!("read and compare {WIDE} columns"), "ms", 15.0, both),
        Figure::told("of it reading and checking".to_owned(), "ms", parsed),
        Figure::told("of it comparing".to_owned(), "ms", compared),
    ];
    if let Some(python) = std::env::var_os(PYTHON).filter(|python| !python.is_empty()) {
        let path = |name: &str| place.path().join(name);
        std::fs::write(path("wide.yaml"), &declared)?;
        std::fs::write(path("live.yaml"), &live)?;
        let output = Command::new(python)
            .arg("bench/beside_layker.py")
            .args([path("wide.yaml"), path("live.yaml")])
            .arg(runs.to_string())
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        let mut layker = Series::new();
        for number in text.split_whitespace() {
            layker.push(number.parse()?);
        }
        if !output.status.success() || layker.is_empty() {
            return Err(format!("layker: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        let ratio = layker.median() / ours;
        figures.push(Figure::told(
            "the same by Layker 0.1.0".to_owned(),
            "ms",
            layker,
        ));
        figures.push(Figure::told(
            "Layker to ours".to_owned(),
            "times",
            one(ratio),
        ));
    }

    let mut planned = Series::new();
    let mut statements = 0;
    let specs = [Spec::parse(&declared, "wide.yaml", None)?];
    let target = SqliteTarget::new("shop", &place.path().join("none.db"));
    for _ in 0..runs {
        let started = Instant::now();
        let plan = plan(&target, &specs)?;
        planned.push(started.elapsed().as_secs_f64() * 1e3);
        statements = plan
            .tables
            .iter()
            .map(|table| table.statements().len())
            .sum();
    }
    let name = format!("plan its creation, {WIDE} columns");
    figures.push(Figure::told(name, "ms", planned));
    figures.push(Figure::at_most(
        "statements that create it".to_owned(),
        "",
        4.0,
        one(statements as f64),
    ));
    Ok(figures)
}

fn many(count: usize) -> Result<Vec<Spec>, Box<dyn Error>> {
    let specs = (0..count).map(|at| {
        let name = format!("table_{at:04}");
        Spec::parse(&yaml(&name, NARROW, 0), &format!("{name}.yaml"), None)
    });
    Ok(specs.collect::<Result<_, _>>()?)
}

/// A specification that Layker reads, too. Of every `changed` columns one has another comment.
fn yaml(table: &str, columns: usize, changed: usize) -> String {
    let mut yaml = format!(
        "catalog: shop\nschema: main\ntable: {table}\ntable_comment: Measured\ntags: {{domain: sales}}\nprimary_key: [c_0001]\ncolumns:\n"
    );
    let types = [
        "string",
        "bigint",
        "double",
        "boolean",
        "timestamp",
        "array<string>",
    ];
    for number in 1..=columns {
        let datatype = types[number % types.len()];
        let nullable = number != 1;
        let other = if changed > 0 && number % changed == 0 {
            "was"
        } else {
            "is"
        };
        // Writing to a String does not fail.
        let _ = write!(
            yaml,
            "  {number}:\n    name: c_{number:04}\n    datatype: {datatype}\n    nullable: {nullable}\n    active: true\n    comment: What column {number} {other} for\n    tags: {{domain: sales, level: '{}'}}\n",
            number % 3
        );
    }
    yaml
}

fn one(value: f64) -> Series {
    let mut series = Series::new();
    series.push(value);
    series
}

fn told(name: String, unit: &'static str, value: f64) -> Figure {
    Figure::told(name, unit, one(value))
}
