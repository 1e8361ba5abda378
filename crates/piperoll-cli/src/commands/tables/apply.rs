use crate::applying::Applying;
use crate::arguments::Global;
use crate::context::Context;
use crate::declared::{Selection, declared, env, plan_all, reconcile, request};
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use crate::plans;
use piperoll::error::Error;
use piperoll::tables::{PlanFile, SnapshotFormat, destructive};

/// Make tables as they are declared, and record each change
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It never asks. A table that is as declared is left alone, and nothing is recorded of it.\n\nExamples:\n  piperoll tables apply\n  piperoll tables apply tables/orders.yaml --dry-run\n  piperoll tables apply --env prod --run-id nightly-42 --notes 'release 42'"
)]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,
    /// Show the plan and stop
    #[arg(long)]
    dry_run: bool,
    /// Record nothing
    #[arg(long, conflicts_with = "trail")]
    no_audit: bool,
    /// The run that this is part of
    #[arg(long, value_name = "ID")]
    run_id: Option<String>,
    /// Free text for the record
    #[arg(long, value_name = "TEXT")]
    notes: Option<String>,
    /// Do also what loses something: drop a column, narrow a type, drop a constraint
    #[arg(long)]
    allow_destructive: bool,
    /// The form of the recorded snapshots
    #[arg(long, value_name = "FORMAT", value_parser = ["json_pretty", "json", "kv"], default_value = "json_pretty")]
    snapshot_format: String,
}

pub(super) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    let declared = declared(context, &args.selection)?;
    if args.dry_run {
        let plan = plan_all(&declared)?;
        if output.is_json() {
            output.json(&plans::json(&PlanFile::value(&plan)))?;
        } else {
            plans::print(&plan, output)?;
        }
        return Ok(Exit::Done);
    }
    let env = env(context, args.selection.env.as_deref())?;
    let mut request = request(context, global, env, args.allow_destructive)?;
    request.run_id.clone_from(&args.run_id);
    request.notes.clone_from(&args.notes);
    request.snapshot_format = SnapshotFormat::parse(&args.snapshot_format).ok_or_else(|| {
        Error::invalid_input(format!(
            "`{}` is no format of snapshots",
            args.snapshot_format
        ))
    })?;
    let trail = if args.no_audit {
        None
    } else {
        Some(context.trail_to_write(output)?)
    };
    if let Some(trail) = &trail {
        reconcile(&declared, trail, &request, output)?;
    }
    let plan = plan_all(&declared)?;
    if plan.is_destructive() && !args.allow_destructive {
        return Err(destructive(&plan.tables).into());
    }
    let applying = Applying {
        declared: &declared,
        trail: trail.as_ref(),
        request: &request,
        strict: false,
    };
    applying.run(&plan, output, &mut |_| Ok(()))
}
