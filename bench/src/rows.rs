//! Row history in SQLite: a table without any, with audite's triggers, and with ours, written in turn.

use crate::place::Place;
use crate::report::{Figure, Series};
use crate::statements::{ROWS_SCHEMA, ROWS_SETTINGS, rows_statements};
use piperoll::rows::{Look, track};
use piperoll::target::Location;
use rusqlite::{Connection, params};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Tells a Python that has audite.
const PYTHON: &str = "PIPEROLL_BENCH_RUNS_PYTHON";
/// Lets audite track the table of a file.
const TRACK: &str = "import sqlite3, sys, audite
db = sqlite3.connect(sys.argv[1])
audite.track_changes(db, tables=['t'])
db.commit()";

/// Who writes the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audit {
    None,
    Audite,
    Ours,
}

/// What is written: all rows by one statement, one row a statement in one transaction, one row a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Bulk,
    Statements,
    Transactions,
}

const WAYS: [(Way, &str); 3] = [
    (Way::Bulk, "all in one statement"),
    (Way::Statements, "a statement a row"),
    (Way::Transactions, "a transaction a row"),
];
const OPERATIONS: [&str; 3] = ["insert", "update", "delete"];
/// What the design's prototype added to each operation in bulk, in microseconds a row.
const PROTOTYPE: [f64; 3] = [3.4, 3.6, 3.7];

/// The figures of so many rows; single transactions are a hundredth of them.
pub fn figures(folder: &Path, rows: usize, runs: usize) -> Result<Vec<Figure>, Box<dyn Error>> {
    let mut figures = Vec::new();
    for (way, words) in WAYS {
        let rows = match way {
            Way::Transactions => (rows / 100).max(100),
            Way::Bulk | Way::Statements => rows,
        };
        // By audit, then by operation.
        let mut costs: Vec<[Series; 3]> = Vec::new();
        let mut bytes: Vec<Series> = Vec::new();
        let audits = audits();
        for _ in &audits {
            costs.push(std::array::from_fn(|_| Series::new()));
            bytes.push(Series::new());
        }
        for run in 0..runs {
            for (at, audit) in audits.iter().enumerate() {
                let place = Place::new_in(folder, &format!("rows-{run}-{at}"))?;
                let file = place.path().join("rows.db");
                prepare(&file, *audit)?;
                for (operation, cost) in measured(&file, way, rows)?.into_iter().enumerate() {
                    if let Some(series) = costs.get_mut(at).and_then(|all| all.get_mut(operation)) {
                        series.push(cost);
                    }
                }
                if let Some(series) = bytes.get_mut(at) {
                    series.push(std::fs::metadata(&file)?.len() as f64 / rows as f64);
                }
            }
        }
        tell(way, words, &audits, costs, bytes, &mut figures);
    }
    Ok(figures)
}

/// Without audite's package there is nothing to be ahead of, and that is said by `scripts/bench`.
fn audits() -> Vec<Audit> {
    match std::env::var(PYTHON) {
        Ok(python) if !python.is_empty() => vec![Audit::None, Audit::Audite, Audit::Ours],
        _ => vec![Audit::None, Audit::Ours],
    }
}

fn prepare(file: &PathBuf, audit: Audit) -> Result<(), Box<dyn Error>> {
    Connection::open(file)?.execute_batch(ROWS_SCHEMA)?;
    match audit {
        Audit::None => {}
        Audit::Audite => {
            let python = std::env::var(PYTHON)?;
            let told = Command::new(python)
                .args(["-c", TRACK])
                .arg(file)
                .output()?;
            if !told.status.success() {
                return Err(String::from_utf8_lossy(&told.stderr).into_owned().into());
            }
        }
        Audit::Ours => {
            let target = Location::Sqlite(file.clone()).open("bench")?;
            let mut session = target.session()?;
            let plan = track(&mut *session.reader(), "bench", "t", None, Look::Schema)?;
            for step in &plan.steps {
                session.execute(step)?;
            }
            session.finish()?;
        }
    }
    Ok(())
}

/// Microseconds a row of each operation.
fn measured(file: &Path, way: Way, rows: usize) -> Result<[f64; 3], Box<dyn Error>> {
    let connection = Connection::open(file)?;
    connection.execute_batch(ROWS_SETTINGS)?;
    let mut costs = [0.0; 3];
    for (operation, cost) in costs.iter_mut().enumerate() {
        let (bulk, single) = rows_statements(operation);
        let started = Instant::now();
        match way {
            Way::Bulk => {
                connection.execute(bulk, params![rows as i64])?;
            }
            Way::Statements => {
                connection.execute_batch("BEGIN")?;
                one_by_one(&connection, single, rows)?;
                connection.execute_batch("COMMIT")?;
            }
            Way::Transactions => one_by_one(&connection, single, rows)?,
        }
        *cost = started.elapsed().as_secs_f64() / rows as f64 * 1e6;
    }
    Ok(costs)
}

fn one_by_one(connection: &Connection, sql: &str, rows: usize) -> Result<(), Box<dyn Error>> {
    let mut statement = connection.prepare(sql)?;
    for row in 1..=rows as i64 {
        statement.execute([row])?;
    }
    Ok(())
}

fn tell(
    way: Way,
    words: &str,
    audits: &[Audit],
    costs: Vec<[Series; 3]>,
    bytes: Vec<Series>,
    figures: &mut Vec<Figure>,
) {
    let median = |audit: Audit, operation: usize| {
        let at = audits.iter().position(|each| *each == audit)?;
        Some(costs.get(at)?.get(operation)?.median())
    };
    let one = |value: f64| {
        let mut series = Series::new();
        series.push(value);
        series
    };
    for (operation, (name, prototype)) in OPERATIONS.iter().zip(PROTOTYPE).enumerate() {
        let Some(bare) = median(Audit::None, operation) else {
            continue;
        };
        let added = |audit| median(audit, operation).map(|cost| cost - bare);
        let name = format!("rows: {name}, {words}");
        let Some(ours) = added(Audit::Ours) else {
            continue;
        };
        figures.push(Figure::told(
            format!("{name}: without"),
            "us a row",
            one(bare),
        ));
        let title = format!("{name}: a history adds");
        figures.push(match way {
            Way::Bulk => Figure::at_most(title, "us a row", prototype * 1.3, one(ours)),
            Way::Statements => Figure::at_most(title, "us a row", 10.0, one(ours)),
            Way::Transactions => Figure::told(title, "us a row", one(ours)),
        });
        if let Some(theirs) = added(Audit::Audite) {
            let title = format!("{name}: audite's adds");
            figures.push(Figure::told(title, "us a row", one(theirs)));
            let title = format!("{name}: ours to audite's");
            figures.push(Figure::at_most(title, "times", 1.0, one(ours / theirs)));
        }
    }
    if way == Way::Bulk {
        for (audit, bytes) in audits.iter().zip(bytes) {
            let title = format!("rows: on disk, with {audit:?}, three writes a row");
            figures.push(Figure::told(title, "bytes a row", bytes));
        }
    }
}
