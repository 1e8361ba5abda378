use crate::arguments::Global;
use crate::context::{Context, now};
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{Output, count};
use clap::ValueEnum;
use piperoll::error::Error;
use piperoll::event::Instant;
use piperoll::runs::{By, Cleanup, cleanup};
use piperoll::store::Erased;

/// Destroy what old runs hold; their headers and all proofs stay
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What has not ended stays, and so do the files that `files` under `runs` in piperoll.yaml has written. The\npurge is recorded with who, why and how many, and a checkpoint is kept before it. Runs that were caught up\non have old releases and young records: their age counts from the recording, unless --by release is given.\n\nExample:\n  piperoll runs cleanup --max-age-days 180"
)]
pub(super) struct Args {
    /// Runs that are older go
    #[arg(long, value_name = "N")]
    max_age_days: u32,
    /// What their age is counted from
    #[arg(long, value_name = "WHAT", default_value = "recorded")]
    by: Age,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Age {
    Recorded,
    Release,
}

const DAY: i64 = 86_400_000_000;

pub(super) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    let before = now().as_micros() - i64::from(args.max_age_days) * DAY;
    let before = Instant::from_micros(before).ok_or_else(|| {
        Error::invalid_input(format!("{} days ago there was no time", args.max_age_days))
    })?;
    let wanted = Cleanup {
        before,
        by: match args.by {
            Age::Recorded => By::Recorded,
            Age::Release => By::Release,
        },
        // There are no holds and no floors of retention yet.
        keeps: &|_| false,
        actor: context.acting(global)?,
        reason: global.reason.clone(),
    };
    let trail = context.trail_to_write(output)?;
    let cleaned = cleanup(&trail, &wanted)?;
    for note in &cleaned.kept {
        context.publish(note)?;
    }
    for warning in &cleaned.warnings {
        output.warning(warning);
    }
    let pending = cleaned.erased == Erased::Pending;
    if output.is_json() {
        let ids: Vec<String> = cleaned.ids.iter().map(ToString::to_string).collect();
        output.json(&serde_json::json!({
            "removed": cleaned.runs,
            "entries": cleaned.entries,
            "purges": ids,
            "pending": pending,
        }))?;
    } else {
        output.line(&format!("removed {}", count(cleaned.runs, "run")))?;
        if pending {
            output.note("a reader still holds what they were; it goes when that ends and something is purged again");
        }
    }
    Ok(Exit::Done)
}
