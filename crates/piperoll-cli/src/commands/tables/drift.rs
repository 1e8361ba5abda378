use super::diff::print;
use crate::context::Context;
use crate::declared::{Selection, declared};
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{GOOD, Output, count};
use piperoll::tables::compare;

/// Look for tables that are not as they are declared: exit 1 when there is one
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It prints only what differs: `+` is declared and not there, `-` is there and not declared.\nWith --json it prints every table, one a line: its name alone when it is as declared.\n\nExamples:\n  piperoll tables drift\n  piperoll tables drift --json"
)]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,
}

pub(super) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let (mut all, mut drifted) = (0, 0);
    for declared in declared(context, &args.selection)? {
        for differences in compare(&*declared.target, &declared.specs)? {
            all += 1;
            let differs = !differences.is_empty();
            drifted += u64::from(differs);
            if differs || output.is_json() {
                print(&differences, false, output)?;
            }
        }
    }
    if drifted > 0 {
        return Ok(Exit::Negative);
    }
    if !output.is_json() && !output.is_quiet() {
        let is = if all == 1 { "is" } else { "are" };
        let tables = count(all, "table");
        output.line(&format!(
            "{GOOD}no drift{GOOD:#}: {tables} {is} as declared"
        ))?;
    }
    Ok(Exit::Done)
}
