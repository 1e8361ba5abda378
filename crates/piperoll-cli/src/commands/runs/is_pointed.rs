use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use piperoll::runs::is_pointed;

/// Say whether a release has a record of a run that has ended: exit 0 yes, 1 no
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A run that has begun and not ended is no record, nor is one whose process was found dead.\n\nExample:\n  piperoll runs is-pointed load-orders --release 2026-11-01T00:00:00Z --success-only"
)]
pub(super) struct Args {
    /// The workflow
    #[arg(value_name = "NAME")]
    name: String,
    /// The release
    #[arg(long, value_name = "TIME")]
    release: String,
    /// Only a run that has succeeded counts
    #[arg(long)]
    success_only: bool,
}

pub(super) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let release = super::release(&args.release)?;
    let trail = context.trail_to_read()?;
    let pointed = is_pointed(&trail, &args.name, &release, args.success_only)?;
    if output.is_json() {
        output.json(&serde_json::json!({ "pointed": pointed }))?;
    } else if !output.is_quiet() {
        output.line(if pointed { "yes" } else { "no" })?;
    }
    Ok(match pointed {
        true => Exit::Done,
        false => Exit::Negative,
    })
}
