use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use std::path::PathBuf;

/// Sign a checkpoint of the trail as it is, with the time, and print it: to be kept elsewhere
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It adds no entry. On an unchanged trail it attests that nothing was recorded since.\n\nExamples:\n  piperoll checkpoint --out /mnt/auditor/2026-11-01.checkpoint\n  piperoll verify --since /mnt/auditor/2026-11-01.checkpoint"
)]
pub(crate) struct Args {
    /// Write it to this file, too
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let trail = context.trail_to_write(output)?;
    let kept = trail.keep_checkpoint()?;
    for warning in &kept.warnings {
        output.warning(warning);
    }
    if let Some(file) = &args.out {
        piperoll::fs::write(file, kept.note.as_bytes())?;
    }
    context.publish(&kept.note)?;
    if output.is_json() {
        let json = serde_json::json!({
            "origin": kept.checkpoint.origin().as_str(),
            "size": kept.checkpoint.size().get(),
            "root": kept.checkpoint.root().to_string(),
            "checkpoint": kept.note,
        });
        output.json(&json)?;
    } else {
        output.text(&kept.note)?;
    }
    Ok(Exit::Done)
}
