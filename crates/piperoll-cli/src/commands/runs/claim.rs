use crate::arguments::Global;
use crate::context::{Context, now};
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use piperoll::clock::SystemEntropy;
use piperoll::error::Error;
use piperoll::event::EventId;
use piperoll::export::shown;
use piperoll::fs::Process;
use piperoll::limits::{CLAIM_LEASE_SECONDS, CLAIM_LEASE_SECONDS_MAX};
use piperoll::query::parse_span;
use piperoll::runs::{Claim, Claimed, Run, claim};

/// Claim a release: of any number who ask, one gets it (exit 0, and the run's id), the others do not (exit 1)
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The claim is the start of a run; `piperoll runs record` with the same id ends it. It holds until then, or\nuntil its lease ends; afterwards another may take over. A release that has a record is taken, too\n(`success_only` under `runs` in piperoll.yaml: only by one that has succeeded).\n\nExamples:\n  piperoll runs claim load-orders --release 2026-11-01\n  piperoll runs claim load-orders --release 2026-11-01 --lease 2h --run-id airflow-7"
)]
pub(super) struct Args {
    /// The workflow
    #[arg(value_name = "NAME")]
    name: String,
    /// The release
    #[arg(long, value_name = "TIME")]
    release: String,
    /// How long it holds: 30m, 24h, 7d
    #[arg(long, value_name = "SPAN", default_value = "24h")]
    lease: String,
    /// The run's id; default: a new one
    #[arg(long, value_name = "ID")]
    run_id: Option<String>,
}

pub(super) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    let release = super::release(&args.release)?;
    let seconds = seconds(&args.lease)?;
    let how = context.recording(global)?;
    let run_id = match &args.run_id {
        Some(id) => id.clone(),
        None => EventId::generate(now(), &SystemEntropy)?.to_string(),
    };
    let trail = context.trail_to_write(output)?;
    let mut run = Run::new(args.name.as_str(), release, run_id);
    run.started_at = Some(now());
    // This process ends at once; what it claims for has another, which nobody can see.
    let process = Process {
        host: Process::current().host,
        ..Process::default()
    };
    let wanted = Claim {
        process,
        lease_seconds: seconds,
        once: true,
        success_only: context.success_only(),
    };
    match claim(&trail, &run, &wanted, &how)? {
        Claimed::Here {
            run,
            taken_over,
            warnings,
            ..
        } => {
            for warning in warnings {
                output.warning(&warning);
            }
            for dead in &taken_over {
                output.note(&format!("took over from run `{dead}`, whose lease is over"));
            }
            if output.is_json() {
                output.json(&serde_json::json!({
                    "claimed": true,
                    "run_id": run.run_id,
                    "attempt": run.attempt,
                    "taken_over": taken_over,
                }))?;
            } else {
                output.line(&shown(&run.run_id))?;
            }
            Ok(Exit::Done)
        }
        Claimed::Taken(by) => {
            let by = by.run;
            if output.is_json() {
                output.json(&serde_json::json!({
                    "claimed": false,
                    "run_id": by.run_id,
                    "status": by.status.as_str(),
                }))?;
            } else {
                output.note(&format!("taken by run `{}`: {}", by.run_id, by.status));
            }
            Ok(Exit::Negative)
        }
    }
}

fn seconds(lease: &str) -> Result<u32> {
    let seconds = parse_span(lease).map(|micros| micros / 1_000_000);
    let seconds = seconds.and_then(|seconds| u32::try_from(seconds).ok());
    let seconds = seconds.filter(|seconds| (1..=CLAIM_LEASE_SECONDS_MAX).contains(seconds));
    Ok(seconds.ok_or_else(|| {
        let most = CLAIM_LEASE_SECONDS_MAX / 86_400;
        let hours = CLAIM_LEASE_SECONDS / 3_600;
        Error::invalid_input(format!("`{lease}` is no lease")).hint(format!(
            "write a span such as 30m, {hours}h or 7d, at most {most}d"
        ))
    })?)
}
