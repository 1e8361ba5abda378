use super::read;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{BAD, DIM, GOOD, Output, count};
use crate::tracking::{Wanted, wanted};
use piperoll::export::shown;
use piperoll::rows::{Coverage, coverage};

/// Look whether what is to be tracked is: exit 1 when something is not
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It looks at every trigger, at the columns of the history, and at every row. What the project declares\nunder `rows` and what the target knows as tracked is judged; other tables are listed.\n`piperoll apply` or `piperoll rows track` mends what it finds.\n\nExamples:\n  piperoll rows coverage\n  piperoll rows coverage --target shop --json"
)]
pub(super) struct Args {
    /// The target; default: all of them
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
}

pub(super) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let targets = match &args.target {
        Some(name) => wanted(context, Some(name))?,
        None => all(context)?,
    };
    let mut documents = Vec::new();
    let (mut tracked, mut findings) = (0u64, 0u64);
    for one in &targets {
        for found in of_target(one)? {
            findings += found.findings.len() as u64;
            tracked += u64::from(found.history.is_some());
            if output.is_json() {
                documents.push(json(one.target.name(), &found));
            } else {
                lines(&found, output)?;
            }
        }
    }
    if output.is_json() {
        output.json(&serde_json::json!({ "tables": documents }))?;
    } else if findings == 0 && !output.is_quiet() {
        let is = if tracked == 1 { "is" } else { "are" };
        let tables = count(tracked, "table");
        output.line(&format!(
            "{GOOD}covered{GOOD:#}: {tables} {is} tracked as they should be"
        ))?;
    }
    Ok(match findings {
        0 => Exit::Done,
        _ => Exit::Negative,
    })
}

/// All targets, whether or not the project declares anything of their rows.
fn all(context: &Context) -> Result<Vec<Wanted>> {
    let mut all = Vec::new();
    for name in context.project()?.target_names() {
        all.extend(wanted(context, Some(name))?);
    }
    Ok(all)
}

fn of_target(wanted: &Wanted) -> Result<Vec<Coverage>> {
    let target = &*wanted.target;
    let others = target.list("main")?;
    read(target, &mut |reader| {
        coverage(reader, target.name(), &wanted.tables, &others)
    })
}

fn lines(found: &Coverage, output: &mut Output) -> Result<()> {
    let table = shown(&found.table);
    for finding in &found.findings {
        output.line(&format!("{BAD}finding{BAD:#} {table}  {}", shown(finding)))?;
    }
    if let (Some(history), true) = (&found.history, found.findings.is_empty()) {
        output.line(&format!(
            "{GOOD}tracked{GOOD:#} {table}  in {}",
            shown(history)
        ))?;
    }
    for note in &found.notes {
        output.line(&format!("{DIM}note{DIM:#} {table}  {}", shown(note)))?;
    }
    Ok(())
}

fn json(target: &str, found: &Coverage) -> serde_json::Value {
    serde_json::json!({
        "target": target,
        "table": found.table,
        "history": found.history,
        "findings": found.findings,
        "notes": found.notes,
    })
}
