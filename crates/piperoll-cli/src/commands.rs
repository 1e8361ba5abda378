//! One file per command: its arguments, whose comments are the help, and one function.

mod adopt;
mod apply;
mod checkpoint;
mod completions;
mod correct;
mod export;
mod init;
mod key;
mod log;
mod plan;
mod prove;
mod record;
mod rows;
mod run;
mod runs;
mod show;
mod tables;
mod verify;
mod verify_proof;

use crate::arguments::Arguments;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use clap::Subcommand;

/// The commands, in the order in which one meets them.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::Args),
    Plan(plan::Args),
    Apply(apply::Args),
    Tables(tables::Args),
    Rows(rows::Args),
    Run(run::Args),
    Runs(runs::Args),
    Record(record::Args),
    Log(log::Args),
    Show(show::Args),
    Correct(correct::Args),
    Verify(verify::Args),
    Prove(prove::Args),
    VerifyProof(verify_proof::Args),
    Checkpoint(checkpoint::Args),
    Key(key::Args),
    Adopt(adopt::Args),
    Export(export::Args),
    Completions(completions::Args),
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Exit> {
    let global = &arguments.global;
    let context = || Context::open(global);
    match &arguments.command {
        Command::Init(args) => init::run(args, global, output),
        Command::Plan(args) => plan::run(args, &context()?, output),
        Command::Apply(args) => apply::run(args, global, &context()?, output),
        Command::Tables(args) => tables::run(args, global, &context()?, output),
        Command::Rows(args) => rows::run(args, global, &context()?, output),
        Command::Run(args) => run::run(args, global, &context()?, output),
        Command::Runs(args) => runs::run(args, global, &context()?, output),
        Command::Record(args) => record::run(args, global, &context()?, output),
        Command::Log(args) => log::run(args, global, &context()?, output),
        Command::Correct(args) => correct::run(args, global, &context()?, output),
        Command::Show(args) => show::run(args, &context()?, output),
        Command::Verify(args) => verify::run(args, &context()?, output),
        Command::Prove(args) => prove::run(args, &context()?, output),
        Command::VerifyProof(args) => {
            Context::enter(global)?;
            verify_proof::run(args, output)
        }
        Command::Checkpoint(args) => checkpoint::run(args, &context()?, output),
        Command::Key(args) => key::run(args, global, &context()?, output),
        Command::Adopt(args) => adopt::run(args, global, &context()?, output),
        Command::Export(args) => export::run(args, global, &context()?, output),
        Command::Completions(args) => completions::run(args, output),
    }
}
