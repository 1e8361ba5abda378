//! Layker's modes, and what they leave out.

mod apply;
mod diff;
mod drift;
mod dump;
mod history;
mod validate;

use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;

/// Tables declared in YAML: validate, compare, apply; their history
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  piperoll tables validate\n  piperoll tables diff tables/orders.yaml\n  piperoll tables apply --dry-run\n  piperoll tables history shop.main.orders"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Validate(validate::Args),
    Diff(diff::Args),
    Apply(apply::Args),
    History(history::Args),
    Dump(dump::Args),
    Drift(drift::Args),
}

pub(crate) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    match &args.command {
        Command::Validate(args) => validate::run(args, context, output),
        Command::Diff(args) => diff::run(args, context, output),
        Command::Apply(args) => apply::run(args, global, context, output),
        Command::History(args) => history::run(args, context, output),
        Command::Dump(args) => dump::run(args, context, output),
        Command::Drift(args) => drift::run(args, context, output),
    }
}
