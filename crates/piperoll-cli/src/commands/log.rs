use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::filters::Filters;
use crate::output::{BAD, DIM, Output, TITLE, WARN};
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use piperoll::error::Error;
use piperoll::event::{Instant, Outcome, Phase};
use piperoll::export::{CSV_COLUMNS, csv_fields, entry_json, shown};
use piperoll::query::stream;
use piperoll::seal::EntryIndex;
use piperoll::store::Order;
use piperoll::trail::{Entry, Trail};
use std::ops::ControlFlow;

/// List entries, newest first
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The global option --actor names whom to look for.\n\nExamples:\n  piperoll log --actor alice --since 7d\n  piperoll log --resource 'shop.main.*' --action DELETE --limit 500\n  piperoll log --kind row --key 42 --payload --json\n  piperoll log --outcome denied --exit-code"
)]
pub(crate) struct Args {
    #[command(flatten)]
    filters: Filters,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Behind this entry: the index that the last page ended with
    #[arg(long, value_name = "CURSOR")]
    after: Option<u64>,
    /// Oldest first
    #[arg(long)]
    reverse: bool,
    /// With the payloads
    #[arg(long)]
    payload: bool,
    /// How to print them
    #[arg(long, value_name = "FORMAT", value_parser = ["table", "json", "csv"])]
    format: Option<String>,
    /// Exit with 1 when nothing is found
    #[arg(long)]
    exit_code: bool,
}

/// The columns of the table.
const TITLES: [&str; 7] = ["entry", "when", "who", "what", "where", "outcome", "why"];

enum Form {
    Table,
    Json,
    Csv,
}

pub(crate) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    let form = match args.format.as_deref() {
        Some(format) if output.is_json() && format != "json" => {
            let message = format!("`--json` and `--format {format}` contradict each other");
            return Err(Error::invalid_input(message).into());
        }
        Some("csv") => Form::Csv,
        Some("json") => Form::Json,
        None if output.is_json() => Form::Json,
        _ => Form::Table,
    };
    let trail = context.trail_to_read()?;
    let filter = args.filters.read(global.actor.as_deref(), &trail)?;
    let order = if args.reverse {
        Order::OldestFirst
    } else {
        Order::NewestFirst
    };
    let after = args.after.map(EntryIndex::new);

    let mut printer = Printer::new(form, args.payload, &trail);
    printer.begin(output)?;
    let mut last = None;
    let mut count = 0usize;
    let mut more = false;
    let mut failure = None;
    stream(
        &trail,
        &filter,
        order,
        after,
        // One more, which is not shown, tells whether there are more.
        Some(args.limit.saturating_add(1)),
        &mut |entry| {
            if count == args.limit {
                more = true;
                return Ok(ControlFlow::Break(()));
            }
            last = Some(entry.index);
            count += 1;
            match printer.entry(&entry, output) {
                Ok(()) => Ok(ControlFlow::Continue(())),
                Err(error) => {
                    failure = Some(error);
                    Ok(ControlFlow::Break(()))
                }
            }
        },
    )?;
    if let Some(failure) = failure {
        return Err(failure);
    }
    printer.end(output)?;
    if let Some(last) = last.filter(|_| more) {
        output.flush()?;
        output.note(&format!("there are more: --after {last}"));
    }
    Ok(if count == 0 && args.exit_code {
        Exit::Negative
    } else {
        Exit::Done
    })
}

struct Printer<'t> {
    form: Form,
    payload: bool,
    trail: &'t Trail,
    /// Its columns are as wide as the widest row, so it is printed at the end.
    table: Table,
    /// Those of the table's entries, where they are wanted.
    payloads: Vec<Option<String>>,
}

impl<'t> Printer<'t> {
    fn new(form: Form, payload: bool, trail: &'t Trail) -> Self {
        Self {
            form,
            payload,
            trail,
            table: Table::new(),
            payloads: Vec::new(),
        }
    }

    /// The columns of CSV: the last is the payload.
    fn csv_columns(&self) -> usize {
        CSV_COLUMNS.len() - usize::from(!self.payload)
    }

    fn begin(&mut self, output: &mut Output) -> Result<()> {
        match self.form {
            Form::Json => Ok(()),
            Form::Csv => csv_line(CSV_COLUMNS.iter().copied().take(self.csv_columns()), output),
            Form::Table => {
                self.table.load_style(presets::NOTHING);
                match output.width() {
                    Some(width) => self
                        .table
                        .set_width(width)
                        .set_content_arrangement(ContentArrangement::Dynamic),
                    None => self
                        .table
                        .set_content_arrangement(ContentArrangement::Disabled),
                };
                let titles = TITLES.map(|title| format!("{TITLE}{title}{TITLE:#}"));
                self.table.set_header(titles);
                // A day, with what pads it, is never broken; nor an index or an outcome.
                let day = ColumnConstraint::LowerBoundary(Width::Fixed(12));
                let whole = ColumnConstraint::ContentWidth;
                for (column, constraint) in [(0, whole), (1, day), (5, whole)] {
                    if let Some(column) = self.table.column_mut(column) {
                        column.set_constraint(constraint);
                    }
                }
                Ok(())
            }
        }
    }

    fn entry(&mut self, entry: &Entry, output: &mut Output) -> Result<()> {
        match self.form {
            Form::Json => {
                let erased = self.trail.erased_by(entry)?;
                output.line(&entry_json(entry, erased, self.payload))
            }
            Form::Csv => {
                let fields = csv_fields(entry, self.payload);
                let fields = fields.iter().map(String::as_str).take(self.csv_columns());
                csv_line(fields, output)
            }
            Form::Table => {
                self.table.add_row(cells(entry));
                if self.payload {
                    self.payloads.push(entry.payload.as_deref().map(payload));
                }
                Ok(())
            }
        }
    }

    fn end(&mut self, output: &mut Output) -> Result<()> {
        if !matches!(self.form, Form::Table) {
            return Ok(());
        }
        if self.table.is_empty() {
            output.note("no entries");
            return Ok(());
        }
        let mut payloads = self.payloads.iter();
        let mut payload_above = None;
        for line in self.table.trim_fmt().lines() {
            // The table pads each cell on both sides, also the first.
            let line = line.strip_prefix(' ').unwrap_or(line);
            // An index, and only that, stands at the beginning of a line: there an entry begins.
            if line.starts_with(|letter: char| letter.is_ascii_digit()) {
                payload_line(payload_above, output)?;
                payload_above = payloads.next().and_then(Option::as_deref);
            }
            output.line(line)?;
        }
        payload_line(payload_above, output)
    }
}

fn payload(payload: &[u8]) -> String {
    shown(&String::from_utf8_lossy(payload)).into_owned()
}

/// A payload has its own line below the entry: as a column it would leave no room for the others.
fn payload_line(payload: Option<&str>, output: &mut Output) -> Result<()> {
    match payload {
        Some(payload) => output.line(&format!("  {DIM}{payload}{DIM:#}")),
        None => Ok(()),
    }
}

fn cells(entry: &Entry) -> [String; 7] {
    let header = &entry.header;
    let outcome = match header.outcome {
        Outcome::Success => header.outcome.to_string(),
        Outcome::Failure | Outcome::Denied => format!("{BAD}{}{BAD:#}", header.outcome),
        Outcome::Unknown => format!("{WARN}{}{WARN:#}", header.outcome),
    };
    [
        entry.index.to_string(),
        short_time(header.at),
        shown(&header.actor.name).into_owned(),
        match header.phase {
            Some(Phase::Intent) => format!("{} {} (intent)", header.kind, header.action),
            _ => format!("{} {}", header.kind, header.action),
        },
        shown(&header.resource.name).into_owned(),
        outcome,
        shown(header.reason.as_deref().unwrap_or_default()).into_owned(),
    ]
}

/// `2026-11-01 08:00:00Z`: as long as it must be.
fn short_time(at: Instant) -> String {
    let text = at.to_string();
    let text = text
        .trim_end_matches('Z')
        .trim_end_matches('0')
        .trim_end_matches('.');
    format!("{}Z", text.replace('T', " "))
}

fn csv_line<'a>(fields: impl Iterator<Item = &'a str>, output: &mut Output) -> Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = writer.write_record(fields).map_err(std::io::Error::from);
    let line = written.and_then(|()| {
        writer
            .into_inner()
            .map_err(|e| std::io::Error::other(e.to_string()))
    });
    output.text(&String::from_utf8_lossy(&line.map_err(Failure::writing)?))
}
