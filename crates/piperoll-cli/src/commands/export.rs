use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::filters::Filters;
use crate::output::{Output, count};
use crate::progress::Progress;
use piperoll::error::{Error, Result as LibraryResult};
use piperoll::export::{CSV_COLUMNS, csv_fields, entry_json, shown};
use piperoll::query::stream;
use piperoll::seal::EntryIndex;
use piperoll::store::{Filter, Order};
use piperoll::trail::{Entry, Trail};
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Write entries to a file, in the order of their indices
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The global option --actor names whom to look for. JSON Lines hold everything, payload and salt too;\nCSV is for spreadsheets: controls are escaped, and a ' stands before what would run as a formula.\n\nExamples:\n  piperoll export --format jsonl --out audit.jsonl\n  piperoll export --format csv --out november.csv --since 2026-11-01 --until 2026-11-30\n  piperoll export --format jsonl --out more.jsonl --after 4711"
)]
pub(crate) struct Args {
    /// jsonl or csv
    #[arg(long, value_name = "FORMAT", value_parser = ["jsonl", "csv"])]
    format: String,
    /// The file; it is there whole, or not at all. `-` is standard output
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Behind this entry: the index that the last export ended with
    #[arg(long, value_name = "CURSOR")]
    after: Option<u64>,
    #[command(flatten)]
    filters: Filters,
}

pub(crate) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    let trail = context.trail_to_read()?;
    let filter = args.filters.read(global.actor.as_deref(), &trail)?;
    let export = Export {
        args,
        trail: &trail,
        filter,
    };
    let mut progress = Progress::new("exporting", output);
    let mut done = Done {
        count: 0,
        cursor: args.after,
    };
    if args.out == Path::new("-") {
        let mut stdout = BufWriter::new(io::stdout().lock());
        export
            .write(&mut stdout, &mut done, &mut progress)
            .map_err(Failure::writing_export)?;
        stdout.flush().map_err(Failure::writing)?;
        return Ok(Exit::Done);
    }
    piperoll::fs::write_with(&args.out, &mut |file| {
        export.write(file, &mut done, &mut progress)
    })?;
    progress.finish();
    if output.is_json() {
        let json = serde_json::json!({"exported": done.count, "cursor": done.cursor, "out": args.out.to_string_lossy()});
        output.json(&json)?;
    } else if !output.is_quiet() {
        output.line(&format!(
            "exported {} to {}",
            count(done.count, "entry"),
            shown(&args.out.to_string_lossy())
        ))?;
        if let Some(cursor) = done.cursor {
            output.line(&format!("for what comes later: --after {cursor}"))?;
        }
    }
    Ok(Exit::Done)
}

struct Done {
    count: u64,
    cursor: Option<u64>,
}

struct Export<'a> {
    args: &'a Args,
    trail: &'a Trail,
    filter: Filter,
}

impl Export<'_> {
    fn write(
        &self,
        out: &mut dyn Write,
        done: &mut Done,
        progress: &mut Progress,
    ) -> LibraryResult<()> {
        let size = self.trail.store().snapshot()?.head()?.size.get();
        let mut out = Writer {
            csv: self.args.format == "csv",
            out,
        };
        out.begin()?;
        let after = self.args.after.map(EntryIndex::new);
        stream(
            self.trail,
            &self.filter,
            Order::OldestFirst,
            after,
            None,
            &mut |entry| {
                out.entry(&entry, self.trail)?;
                done.count += 1;
                done.cursor = Some(entry.index.get());
                progress.at(entry.index.get() + 1, size);
                Ok(ControlFlow::Continue(()))
            },
        )
    }
}

struct Writer<'w> {
    csv: bool,
    out: &'w mut dyn Write,
}

impl Writer<'_> {
    fn begin(&mut self) -> LibraryResult<()> {
        if self.csv {
            self.row(&CSV_COLUMNS)
        } else {
            Ok(())
        }
    }

    fn entry(&mut self, entry: &Entry, trail: &Trail) -> LibraryResult<()> {
        if self.csv {
            return self.row(&csv_fields(entry, true));
        }
        let erased = trail.erased_by(entry)?;
        writeln!(self.out, "{}", entry_json(entry, erased, true)).map_err(failed)
    }

    fn row<T: AsRef<[u8]>>(&mut self, fields: &[T]) -> LibraryResult<()> {
        let mut row = csv::Writer::from_writer(&mut self.out);
        row.write_record(fields)
            .map_err(|error| failed(csv_cause(error)))?;
        row.flush().map_err(failed)
    }
}

fn failed(source: io::Error) -> Error {
    Error::unavailable("the export cannot be written").because(source)
}

/// What stopped the writing of a row, with its kind.
fn csv_cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        other => io::Error::other(format!("{other:?}")),
    }
}
