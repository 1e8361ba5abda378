use super::duration;
use crate::context::{Context, now};
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{BAD, GOOD, Output, TITLE, WARN};
use piperoll::error::Error;
use piperoll::event::Value;
use piperoll::export::{escape_json, shown};
use piperoll::query::{Bound, parse_when};
use piperoll::runs::{Query, Run, RunEntry, Status, find};
use std::ops::ControlFlow;

/// List the runs of a workflow, the newest release first
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A run that has begun and ended is one line. --since and --until are times of the release. With --json, one\nrun a line, whole.\n\nExamples:\n  piperoll runs find load-orders\n  piperoll runs find load-orders --status FAILED --json\n  piperoll runs find load-orders --since 2026-11-01 --until 2026-11-01"
)]
pub(super) struct Args {
    /// The workflow, letter by letter
    #[arg(value_name = "NAME")]
    name: String,
    /// How they ended: SUCCESS, FAILED, SKIP, CANCEL; WAIT or RUNNING have not
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Their release is at or after this time: RFC 3339, a day, or 7d ago
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Their release is before this time; a day is included
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Exit 1 when there is none
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let query = args.query()?;
    let trail = context.trail_to_read()?;
    let limit = args.limit.unwrap_or(usize::MAX);
    let mut told = 0usize;
    let mut failed = None;
    if limit > 0 {
        find(&trail, &query, &mut |entry| {
            // The output's failure is not one of the trail.
            if let Err(failure) = line(&entry, told == 0, output) {
                failed = Some(failure);
                return Ok(ControlFlow::Break(()));
            }
            told += 1;
            Ok(match told < limit {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        })?;
    }
    if let Some(failure) = failed {
        return Err(failure);
    }
    if told == 0 {
        output.note("no runs");
    }
    Ok(match args.exit_code && told == 0 {
        true => Exit::Negative,
        false => Exit::Done,
    })
}

impl Args {
    fn query(&self) -> Result<Query> {
        let status = match &self.status {
            Some(text) => Some(Status::read(text).ok_or_else(|| {
                Error::invalid_input(format!("`{text}` is no status"))
                    .hint(format!("one of {}", Status::list()))
            })?),
            None => None,
        };
        let when = |text: &Option<String>, bound| {
            let text = text.as_ref();
            text.map(|text| parse_when(text, bound, now())).transpose()
        };
        Ok(Query {
            name: self.name.clone(),
            status,
            since: when(&self.since, Bound::Since)?,
            until: when(&self.until, Bound::Until)?,
        })
    }
}

fn line(entry: &RunEntry, is_first: bool, output: &mut Output) -> Result<()> {
    let run = &entry.run;
    if output.is_json() {
        return output.line(&escape_json(&run.to_json()));
    }
    if is_first {
        output.line(&format!(
            "{TITLE}{:<25}  {:<8}  {:>7}  {:>9}  {:<16}  RUN{TITLE:#}",
            "RELEASE", "STATUS", "ATTEMPT", "TOOK", "ACTOR"
        ))?;
    }
    let style = style(run.status);
    let attempt = run.attempt.map(|attempt| attempt.to_string());
    let actor = run.actor.as_ref().map(|actor| shown(&actor.name));
    output.line(&format!(
        "{:<25}  {style}{:<8}{style:#}  {:>7}  {:>9}  {:<16}  {}",
        run.release.to_string(),
        run.status.as_str(),
        attempt.unwrap_or_default(),
        took(run).unwrap_or_default(),
        actor.unwrap_or_default(),
        shown(&run.run_id),
    ))
}

pub(super) fn style(status: Status) -> anstyle::Style {
    match status {
        Status::Success => GOOD,
        Status::Failed => BAD,
        Status::Skip => anstyle::Style::new(),
        Status::Cancel | Status::Wait | Status::Running => WARN,
    }
}

/// What the run itself says of it, else what lies between its times.
pub(super) fn took(run: &Run) -> Option<String> {
    if let Some(Value::Int(millis)) = run.runs_metadata.get("duration_ms").as_deref() {
        return Some(duration(*millis));
    }
    let (began, ended) = (run.started_at?, run.ended_at?);
    Some(duration(
        (ended.as_micros() - began.as_micros()).max(0) / 1000,
    ))
}
