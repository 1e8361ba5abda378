//! Runs of workflows: what comes in from other systems, and goes out to them.

mod export;
mod format;
mod import;
mod told;

use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;

/// Runs of workflows: bring them in from other systems, write them for others
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Import(import::Args),
    Export(export::Args),
}

pub(crate) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    match &args.command {
        Command::Import(args) => import::run(args, global, context, output),
        Command::Export(args) => export::run(args, context, output),
    }
}
