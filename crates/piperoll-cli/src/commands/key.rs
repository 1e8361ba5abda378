use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{DIM, Output};
use piperoll::error::Error;
use piperoll::trail::{Trail, Turned};

/// The trail's key
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  piperoll key show\n  piperoll key rotate --reason 'yearly rotation'"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print the public keys: the clock's, and on the last line the log's
    #[command(after_help = "Example:\n  piperoll key show | tail -n 1 > auditor/trail.vkey")]
    Show,
    /// Turn the trail to a new key: an entry, sealed under the old key, names both
    #[command(
        after_help = "Who does it is --actor, else the project's actor; --reason says why. The old key's file is replaced, so that it can sign\nno more; what it signed stays valid, and an auditor who has its public key is led to the new one by `piperoll verify`.\nOther programs that have the trail open take the new key with their next record.\n\nExample:\n  piperoll key rotate --reason 'yearly rotation'"
    )]
    Rotate,
}

pub(crate) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    match args.command {
        Command::Show => show(context, output),
        Command::Rotate => rotate(global, context, output),
    }
}

fn rotate(global: &Global, context: &Context, output: &mut Output) -> Result<Exit> {
    let actor = context.acting(global)?;
    let reason = global.reason.clone().filter(|reason| !reason.is_empty());
    let trail = context.trail_to_write(output)?;
    let turned = trail.rotate(&actor, reason.as_deref())?;
    tell_turn(&trail, &turned, context, output)
}

/// Tells both keys, then keeps and publishes the first checkpoint under the new one. The trail has turned by now: whatever fails after that, the new key is told.
pub(super) fn tell_turn(
    trail: &Trail,
    turned: &Turned,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    tell_keys(turned, output)?;
    let kept = trail.keep_checkpoint()?;
    for warning in turned.warnings.iter().chain(&kept.warnings) {
        output.warning(warning);
    }
    context.publish(&kept.note)?;
    Ok(Exit::Done)
}

fn tell_keys(turned: &Turned, output: &mut Output) -> Result<()> {
    if output.is_json() {
        let json = serde_json::json!({
            "index": turned.index.get(),
            "id": turned.id.to_string(),
            "old": turned.old.log.to_string(),
            "key": turned.new.log.to_string(),
            "clock": turned.new.clock.to_string(),
        });
        return output.json(&json);
    }
    output.line(&format!(
        "entry {} turns the trail to a new key",
        turned.index
    ))?;
    output.line(&format!("{DIM}# the key that ended{DIM:#}"))?;
    output.line(&turned.old.log.to_string())?;
    output.line(&format!(
        "{DIM}# the clock, which states when a checkpoint was kept{DIM:#}"
    ))?;
    output.line(&turned.new.clock.to_string())?;
    output.line(&format!(
        "{DIM}# the log: give it to whoever audits the trail{DIM:#}"
    ))?;
    output.line(&turned.new.log.to_string())
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
