use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::filters::Filters;
use crate::output::{BAD, Output, TITLE, WARN};
use comfy_table::{ContentArrangement, Table, presets};
use piperoll::error::Error;
use piperoll::event::{Instant, Outcome};
use piperoll::export::{CSV_COLUMNS, EntryJson, csv_fields, entry_json, shown};
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

    let mut printer = Printer {
        form,
        payload: args.payload,
        trail: &trail,
        rows: Vec::new(),
    };
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
            match printer.entry(entry, output) {
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
    rows: Vec<Entry>,
}

impl Printer<'_> {
    fn begin(&mut self, output: &mut Output) -> Result<()> {
        match self.form {
            Form::Csv => {
                let columns = if self.payload {
                    &CSV_COLUMNS[..]
                } else {
                    &CSV_COLUMNS[..17]
                };
                csv_line(columns.iter().copied(), output)
            }
            Form::Table | Form::Json => Ok(()),
        }
    }

    fn entry(&mut self, entry: Entry, output: &mut Output) -> Result<()> {
        match self.form {
            Form::Json => {
                let erased = match entry.is_erased() {
                    true => self.trail.erased_by(entry.index)?,
                    false => None,
                };
                let how = match self.payload {
                    true => EntryJson::Whole { erased },
                    false => EntryJson::Header { erased },
                };
                output.line(&entry_json(&entry, how))
            }
            Form::Csv => {
                let fields = csv_fields(&entry, self.payload);
                let count = if self.payload { 18 } else { 17 };
                csv_line(fields.iter().take(count).map(String::as_str), output)
            }
            Form::Table => {
                self.rows.push(entry);
                Ok(())
            }
        }
    }

    fn end(&mut self, output: &mut Output) -> Result<()> {
        if !matches!(self.form, Form::Table) {
            return Ok(());
        }
        if self.rows.is_empty() {
            output.note("no entries");
            return Ok(());
        }
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        match output.width() {
            Some(width) => {
                table
                    .set_width(width)
                    .set_content_arrangement(ContentArrangement::Dynamic);
            }
            None => {
                table.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        let mut titles = vec!["entry", "when", "who", "what", "where", "outcome", "why"];
        titles.extend(self.payload.then_some("payload"));
        table.set_header(
            titles
                .iter()
                .map(|title| format!("{TITLE}{title}{TITLE:#}")),
        );
        for entry in &self.rows {
            let payload = entry
                .payload
                .as_deref()
                .map(String::from_utf8_lossy)
                .unwrap_or_default();
            let payload = self.payload.then(|| shown(&payload).into_owned());
            table.add_row(cells(entry).into_iter().chain(payload));
        }
        // The table pads each cell on both sides, also the first.
        table
            .trim_fmt()
            .lines()
            .try_for_each(|line| output.line(line.strip_prefix(' ').unwrap_or(line)))
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
        format!("{} {}", header.kind, header.action),
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
