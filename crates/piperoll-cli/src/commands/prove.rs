use super::show::find;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use std::path::PathBuf;

/// Prove that one entry is in the trail: write its evidence, which anybody can check offline
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It signs a checkpoint with the time, which the trail keeps. Give an auditor three things: the proof, the entry, and\n(by another way, once) the public key.\n\nExamples:\n  piperoll prove 12 --out 12.tlog-proof\n  piperoll --json show 12 > 12.json\n  piperoll verify-proof 12.tlog-proof --entry 12.json --key \"$(cat auditor/trail.vkey)\""
)]
pub(crate) struct Args {
    /// Its id, or its index
    #[arg(value_name = "ID")]
    id: String,
    /// Write it to this file, in place of standard output
    #[arg(long, value_name = "FILE.tlog-proof")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let trail = context.trail_to_write(output)?;
    let entry = find(&trail, &args.id)?;
    let proven = trail.prove(entry.index)?;
    for warning in &proven.warnings {
        output.warning(warning);
    }
    let proof = proven.file.to_string();
    if let Some(file) = &args.out {
        piperoll::fs::write(file, proof.as_bytes())?;
    }
    context.publish(&proven.file.checkpoint)?;
    if output.is_json() {
        let json = serde_json::json!({
            "index": entry.index.get(),
            "id": entry.header.id.to_string(),
            "leaf": entry.leaf().to_string(),
            "proof": proof,
        });
        output.json(&json)?;
    } else if args.out.is_none() {
        output.text(&proof)?;
    }
    Ok(Exit::Done)
}
