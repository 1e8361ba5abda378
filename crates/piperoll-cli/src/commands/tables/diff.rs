use crate::context::Context;
use crate::declared::{Selection, declared};
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{GOOD, Output, TITLE};
use crate::plans;
use piperoll::tables::{Differences, compare};

/// Show what separates specifications from the tables that are there
#[derive(Debug, clap::Args)]
#[command(
    after_help = "With --json, of one FILE, it is Layker's object {full_table_name, add, update, remove},\nor `{}` when there are no differences; else one object a line.\n\nExamples:\n  piperoll tables diff tables/orders.yaml\n  piperoll tables diff tables/orders.yaml --json\n  piperoll tables diff --exit-code"
)]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,
    /// Exit with 1 when there are differences
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let one = args.selection.files.len() == 1;
    let mut any = false;
    for declared in declared(context, &args.selection)? {
        for differences in compare(&*declared.target, &declared.specs)? {
            any |= !differences.is_empty();
            print(&differences, one, output)?;
        }
    }
    Ok(if any && args.exit_code {
        Exit::Negative
    } else {
        Exit::Done
    })
}

/// Differences of one table; `alone` when no other was asked for.
pub(super) fn print(differences: &Differences, alone: bool, output: &mut Output) -> Result<()> {
    if output.is_json() {
        let json = if alone && differences.is_empty() {
            serde_json::json!({})
        } else {
            plans::json(&differences.to_value())
        };
        return output.json(&json);
    }
    let name = &differences.name;
    if differences.is_empty() {
        return output.line(&format!(
            "{TITLE}{name}{TITLE:#}  {GOOD}as declared{GOOD:#}"
        ));
    }
    let what = if differences.creates() {
        "is not there"
    } else {
        "differs"
    };
    output.line(&format!("{TITLE}{name}{TITLE:#}  {what}"))?;
    for line in plans::differences(differences) {
        output.line(&format!("  {line}"))?;
    }
    Ok(())
}
