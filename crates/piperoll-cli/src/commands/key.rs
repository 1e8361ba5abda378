use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{DIM, Output};
use piperoll::error::Error;

/// The trail's key
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  piperoll key show")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print the public keys: the clock's, and on the last line the log's
    #[command(after_help = "Example:\n  piperoll key show | tail -n 1 > auditor/trail.vkey")]
    Show,
}

pub(crate) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    match args.command {
        Command::Show => show(context, output),
    }
}

fn show(context: &Context, output: &mut Output) -> Result<Exit> {
    let settings = context.settings()?;
    let signer = settings.key.read(&settings.origin)?.ok_or_else(|| {
        Error::not_found(format!("there is no key {}", settings.key))
            .hint("`piperoll init`, or the first command that records, makes trail and key")
    })?;
    let (log, clock) = (signer.vkey(), signer.clock()?.vkey());
    if output.is_json() {
        let json = serde_json::json!({"key": log.to_string(), "clock": clock.to_string()});
        output.json(&json)?;
        return Ok(Exit::Done);
    }
    output.line(&format!(
        "{DIM}# the clock, which states when a checkpoint was kept{DIM:#}"
    ))?;
    output.line(&clock.to_string())?;
    output.line(&format!("{DIM}# the log{DIM:#}"))?;
    output.line(&log.to_string())?;
    Ok(Exit::Done)
}
