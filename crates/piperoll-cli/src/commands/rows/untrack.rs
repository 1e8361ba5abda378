use super::{carry_out, target};
use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use piperoll::rows::untrack;

/// Keep no more versions of a table's rows; the history stays
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The triggers on the table go; its history stays as it is, and takes no change.\n\nExamples:\n  piperoll rows untrack orders --reason 'moved to the warehouse'"
)]
pub(super) struct Args {
    /// Tables of the target, as it or the trail calls them
    #[arg(value_name = "TABLE", required = true)]
    tables: Vec<String>,
    /// The target that they are in; default: the only one
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
}

pub(super) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    let target = target(context, args.target.as_deref())?;
    carry_out(&*target, &args.tables, (context, global), output, &untrack)
}
