use super::{is_over, local, object, read, target};
use crate::context::{Context, now};
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{Output, TITLE};
use piperoll::event::Value;
use piperoll::export::{escape_json, shown};
use piperoll::query::{Bound, parse_when};
use piperoll::rows::{Values, as_of};
use std::ops::ControlFlow;

/// Show a table as it was at a time
#[derive(Debug, clap::Args)]
#[command(
    after_help = "With --json, one row a line.\n\nExamples:\n  piperoll rows as-of orders --at 2026-11-01T00:00:00Z\n  piperoll rows as-of orders --at 7d --json"
)]
pub(super) struct Args {
    /// The table, as the target or the trail calls it
    #[arg(value_name = "TABLE")]
    table: String,
    /// The time: RFC 3339, a day (its beginning), or how long ago: 30m, 24h, 7d
    #[arg(long, value_name = "TIME")]
    at: String,
    /// The target that it is in; default: the only one
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
}

pub(super) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let at = parse_when(&args.at, Bound::Since, now())?;
    let target = target(context, args.target.as_deref())?;
    let asked = local(&*target, &args.table)?;
    let mut rows: Vec<Values> = Vec::new();
    let mut failed = None;
    let is_json = output.is_json();
    read(&*target, &mut |reader| {
        as_of(reader, &asked, at, &mut |row| {
            if !is_json {
                rows.push(row);
                return Ok(ControlFlow::Continue(()));
            }
            // The output's failure is not one of the target.
            if let Err(failure) = output.line(&escape_json(&object(&row))) {
                failed = Some(failure);
                return Ok(ControlFlow::Break(()));
            }
            Ok(ControlFlow::Continue(()))
        })
    })?;
    if let Some(failure) = failed {
        return Err(failure);
    }
    is_over(&*target, &asked, output)?;
    if !is_json {
        if rows.is_empty() {
            output.note("no rows");
        }
        table(&rows, output)?;
    }
    Ok(Exit::Done)
}

/// Columns as wide as what is in them.
fn table(rows: &[Values], output: &mut Output) -> Result<()> {
    let Some(first) = rows.first() else {
        return Ok(());
    };
    let names: Vec<String> = first
        .iter()
        .map(|(name, _)| shown(name).into_owned())
        .collect();
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|(_, value)| cell(value)).collect())
        .collect();
    let width = |at: usize, name: &String| {
        let cells = cells.iter().filter_map(|row| row.get(at));
        let widths = cells.map(|cell| cell.chars().count());
        widths.max().unwrap_or(0).max(name.chars().count())
    };
    let widths: Vec<usize> = names
        .iter()
        .enumerate()
        .map(|(at, name)| width(at, name))
        .collect();
    let line = |cells: &[String]| {
        let cells = cells.iter().zip(&widths);
        let padded = cells.map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    output.line(&format!("{TITLE}{}{TITLE:#}", line(&names)))?;
    for row in &cells {
        output.line(&line(row))?;
    }
    Ok(())
}

/// A text as it is, all else as JSON; null is empty.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => shown(text).into_owned(),
        value => shown(&value.canonical()).into_owned(),
    }
}
