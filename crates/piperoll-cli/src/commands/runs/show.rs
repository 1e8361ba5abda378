use super::find::{style, took};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{BAD, DIM, Output, TITLE, count};
use clap::ValueEnum;
use piperoll::error::Error;
use piperoll::event::Value;
use piperoll::export::{escape_json, shown};
use piperoll::runs::{Latest, RunEntry, Status, of_release, to_json};

/// Show one run, whole: of a release, or the latest
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Of a release the last execution is shown. Without --release it is that of the newest release, whenever it was\nrecorded; with --by recorded, what was recorded last.\n\nExamples:\n  piperoll runs show load-orders\n  piperoll runs show load-orders --release 2026-11-01 --json"
)]
pub(super) struct Args {
    /// The workflow
    #[arg(value_name = "NAME")]
    name: String,
    /// The release; default: the newest
    #[arg(long, value_name = "TIME")]
    release: Option<String>,
    /// What `latest` means
    #[arg(
        long,
        value_name = "WHAT",
        default_value = "release",
        conflicts_with = "release"
    )]
    by: Newest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Newest {
    Release,
    Recorded,
}

pub(super) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let release = args.release.as_deref().map(super::release).transpose()?;
    let trail = context.trail_to_read()?;
    let name = args.name.as_str();
    let latest = Latest::default();
    let found = match (&release, args.by) {
        (Some(release), _) => of_release(&trail, name, release)?.pop(),
        (None, Newest::Release) => latest.by_release(&trail, name)?,
        (None, Newest::Recorded) => latest.by_recording(&trail, name)?,
    };
    let found = found.ok_or_else(|| match release {
        Some(release) => Error::not_found(format!("no run of `{name}` for {release} is recorded")),
        None => Error::not_found(format!("no run of `{name}` is recorded")),
    })?;
    if output.is_json() {
        output.line(&escape_json(&found.run.to_json()))?;
    } else {
        text(&found, output)?;
    }
    Ok(Exit::Done)
}

fn text(entry: &RunEntry, output: &mut Output) -> Result<()> {
    let run = &entry.run;
    let style = style(run.status);
    output.line(&format!(
        "{TITLE}{}{TITLE:#} of {}",
        shown(&run.name),
        run.release
    ))?;
    let attempt = match run.attempt {
        Some(attempt) if attempt > 1 => format!(", attempt {attempt}"),
        _ => String::new(),
    };
    let took = took(run).map(|took| format!(" in {took}"));
    output.line(&format!(
        "status:   {style}{}{style:#}{}{attempt}",
        run.status,
        took.unwrap_or_default()
    ))?;
    let time = |at: Option<piperoll::event::Instant>| at.map(|at| at.to_string());
    let mut parts = vec![
        ("run", Some(run.run_id.clone())),
        ("parent", run.parent_run_id.clone()),
        ("type", Some(run.run_type.to_string())),
        ("actor", run.actor.as_ref().map(|actor| actor.name.clone())),
        ("began", time(run.started_at)),
        ("ended", time(run.ended_at)),
    ];
    let mut context = run.context.tree().into_owned();
    let params = context.remove("params").filter(|params| !is_empty(params));
    parts.push(("params", params.as_ref().map(to_json)));
    let errors = context.remove("errors").filter(|errors| !is_empty(errors));
    let failed = context
        .get("jobs")
        .map(failed_jobs)
        .filter(|jobs| !jobs.is_empty());
    let last = match context.remove("output") {
        Some(Value::Text(last)) if !last.is_empty() => Some(last),
        _ => None,
    };
    context.remove("status");
    parts.extend(
        context
            .iter()
            .map(|(name, value)| (name.as_str(), Some(to_json(value)))),
    );
    let metadata = Value::Object(run.runs_metadata.tree().into_owned());
    parts.push((
        "metadata",
        (!is_empty(&metadata)).then(|| to_json(&metadata)),
    ));
    parts.push(("entry", Some(format!("{} ({})", entry.index, entry.id))));
    for (name, value) in parts {
        if let Some(value) = value {
            let name = format!("{}:", shown(name));
            output.line(&format!("{name:<9} {}", shown(&value)))?;
        }
    }
    if let Some(errors) = errors {
        output.line(&format!(
            "errors:   {BAD}{}{BAD:#}",
            shown(&to_json(&errors))
        ))?;
    }
    if let Some(failed) = failed {
        let jobs = count(failed.len() as u64, "job");
        output.line(&format!("failed:   {jobs}: {}", shown(&failed.join(", "))))?;
    }
    if let Some(last) = last {
        output.line("output:")?;
        for line in last.lines() {
            output.line(&format!("  {DIM}{}{DIM:#}", shown(line)))?;
        }
    }
    Ok(())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Text(text) => text.is_empty(),
        _ => false,
    }
}

/// The names of the jobs that have failed.
fn failed_jobs(jobs: &Value) -> Vec<String> {
    let Value::Object(jobs) = jobs else {
        return Vec::new();
    };
    let failed = |job: &Value| match job {
        Value::Object(job) => {
            matches!(job.get("status"), Some(Value::Text(status)) if Status::read(status) == Some(Status::Failed))
        }
        _ => false,
    };
    let failed = jobs.iter().filter(|(_, job)| failed(job));
    failed.map(|(name, _)| name.clone()).collect()
}
