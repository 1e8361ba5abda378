//! Measures Piperoll against its aims: `scripts/bench` builds and runs it. Exit 0 when all aims hold, 1 when one does not or nothing could be measured.

#![expect(
    clippy::disallowed_methods,
    reason = "folders and files are made to be measured"
)]

mod append;
mod place;
mod raw;
mod read;
mod report;
mod rows;
mod runs;
mod sample;
mod statements;
mod tables;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// How much is measured.
struct Options {
    folder: PathBuf,
    entries: u64,
    runs: usize,
    /// Only so many-th part of the appends of a run.
    share: u64,
    /// Of many tables, so many at most.
    tables: usize,
    /// The section of tables alone.
    only_tables: bool,
    /// Rows that are written with a history and without.
    rows: usize,
    /// The section of row history alone.
    only_rows: bool,
    /// The section of appends alone.
    only_append: bool,
    /// The section of runs alone.
    only_runs: bool,
    /// Runs of workflows that are recorded.
    saves: usize,
    /// Where the large trail is built, and nothing more done.
    build: Option<PathBuf>,
    /// Where a trail is that is verified once, and nothing more done.
    verify: Option<PathBuf>,
}

const USAGE: &str = "scripts/bench [--quick] [--entries N] [--runs N] [--folder DIR]

  --quick        a small run: 100,000 entries, 3 runs; it shows that all works, and little more
  --entries N    entries of the large trail; 1,000,000 unless it is given
  --runs N       runs of each figure; 5 unless it is given
  --tables       the section of tables alone
  --rows         the section of row history alone
  --append       the section of appends alone
  --runs-of-workflows   the section of runs of workflows alone
  --build DIR    builds the large trail in a folder that is there, leaves it, and does nothing more: for a profile
  --verify DIR   verifies the trail of a folder once, and tells seconds and KiB: for a profile
  --folder DIR   where the trails are kept while they are measured; the system's folder for such files unless it is given";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, Box<dyn Error>> {
    let mut options = Options {
        folder: std::env::temp_dir(),
        entries: 1_000_000,
        runs: 5,
        share: 1,
        tables: 1_000,
        only_tables: false,
        rows: 100_000,
        only_rows: false,
        only_append: false,
        only_runs: false,
        saves: 10_000,
        build: None,
        verify: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or(format!("`{argument}` needs a value\n{USAGE}"))
        };
        match argument.as_str() {
            "--quick" => {
                (options.entries, options.runs, options.share) = (100_000, 3, 5);
                options.tables = 300;
                options.rows = 20_000;
                options.saves = 2_000;
            }
            "--tables" => options.only_tables = true,
            "--rows" => options.only_rows = true,
            "--append" => options.only_append = true,
            "--runs-of-workflows" => options.only_runs = true,
            "--entries" => options.entries = value()?.replace(',', "").parse()?,
            "--runs" => options.runs = value()?.parse()?,
            "--folder" => options.folder = value()?.into(),
            "--build" => options.build = Some(value()?.into()),
            "--verify" => options.verify = Some(value()?.into()),
            _ => return Err(USAGE.into()),
        }
    }
    if options.entries == 0 || options.runs == 0 {
        return Err("there must be at least one entry and one run".into());
    }
    if let Some(folder) = &options.build {
        return read::build(folder, options.entries).map(|_| true);
    }
    if let Some(folder) = &options.verify {
        return read::verify_once(folder).map(|()| true);
    }
    if options.only_tables {
        let figures = tables::figures(&options.folder, options.tables, options.runs)?;
        return Ok(report::print(&figures));
    }
    if options.only_rows {
        let figures = rows::figures(&options.folder, options.rows, options.runs)?;
        return Ok(report::print(&figures));
    }
    if options.only_runs {
        let figures = runs::figures(&options.folder, options.saves, options.runs)?;
        return Ok(report::print(&figures));
    }
    let mut figures = vec![append::disk(&options.folder, options.runs)?];
    figures.extend(append::batches(
        &options.folder,
        options.runs,
        options.share,
    )?);
    figures.extend(append::threads(
        &options.folder,
        options.runs,
        options.share,
    )?);
    if options.only_append {
        return Ok(report::print(&figures));
    }
    figures.extend(read::large(&options.folder, options.entries, options.runs)?);
    figures.extend(tables::figures(
        &options.folder,
        options.tables,
        options.runs,
    )?);
    figures.extend(rows::figures(&options.folder, options.rows, options.runs)?);
    figures.extend(runs::figures(&options.folder, options.saves, options.runs)?);
    Ok(report::print(&figures))
}
