mod book;
mod child;
mod tail;
mod told;

use self::book::{Begun, Book, Start, begin, record_end};
use self::tail::Tail;
use self::told::{tell, tell_end, tell_error};
use crate::arguments::Global;
use crate::context::{Context, environment, lookup, now};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::Output;
use clap::ValueEnum;
use piperoll::clock::SystemEntropy;
use piperoll::error::{Error, ErrorKind};
use piperoll::event::{EventId, Value};
use piperoll::fs::Process;
use piperoll::limits::OUTPUT_BYTES_KEPT;
use piperoll::project::OnUnavailable;
use piperoll::runs::{Part, Recording, Release, ReleaseType, Run, Secrets, Status};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Run a command as an audited release of a workflow
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The start is recorded before the command runs, and its end after: status, times, exit code, the last\n64 KiB of output, what it used. Output passes through as it comes, signals are passed on, and the\nexit code is the command's (128 + N for signal N). Names that hold a word of `runs: {redact: ...}` in\npiperoll.yaml have their values replaced, in params, and in output also those of environment variables.\n\nA normal release that has a record is skipped, with exit 0. `rerun` runs again with the params of the\nrun before, `force` runs whatever is recorded, `dryrun` records nothing. The command finds PIPEROLL_RUN_ID,\nPIPEROLL_RELEASE and PIPEROLL_PARAMS (JSON) in its environment. With --json the run is told on stderr.\n\nExamples:\n  piperoll run -- ./load.sh\n  piperoll run --name load-orders --release 2026-11-01 --param date=2026-11-01 -- ./load.sh"
)]
pub(crate) struct Args {
    /// The workflow; default: the file name of the command
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The logical date and time that it runs for; default: now
    #[arg(long, value_name = "TIME")]
    release: Option<String>,
    /// A parameter; may be given more than once
    #[arg(long = "param", value_name = "KEY=VALUE")]
    params: Vec<String>,
    /// What an earlier record of the release means
    #[arg(long = "type", value_name = "TYPE", default_value = "normal")]
    release_type: Type,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Type {
    Normal,
    Rerun,
    Force,
    Dryrun,
}

pub(crate) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    let signals = child::take_signals()
        .map_err(|source| Error::unavailable("signals cannot be taken").because(source))?;
    let how = context.recording(global)?;
    let mut run = args.run()?;
    let (spool, on_unavailable) = context.spool()?;
    let variables = environment();
    let secrets = |run: &Run| secrets(run, &variables, &how.redact);
    if args.release_type == Type::Dryrun {
        let ended = child::run(
            &args.command,
            &passed(&run),
            signals,
            &Arc::new(Mutex::new(Tail::new(0, &Secrets::default()))),
        );
        let ended = ended.map_err(|source| not_started(args, source))?;
        return Ok(Exit::Passed(ended.code()));
    }
    run.started_at = Some(now());
    // Without the trail nobody knows the params of the run before.
    let may_wait = on_unavailable == OnUnavailable::Spool && args.release_type != Type::Rerun;
    let start = match begin(args.release_type, &mut run, context, &how, &spool, output) {
        Err(failure) if may_wait && is_passing(failure.error()) => {
            output.warning(&format!(
                "the trail cannot be written: {}; the run waits in the spool",
                failure.error().chain()
            ));
            run.status = Status::Running;
            let id = new_id()?;
            let mut shown = run.clone();
            hide(&mut shown, &secrets(&run), &how);
            spool.add(id, &shown, &Part::Start(None), &how)?;
            let book = Book::Spool;
            Start::Begun(Box::new(Begun { book, run, id }))
        }
        start => start?,
    };
    let Begun { book, mut run, id } = match start {
        Start::Begun(begun) => *begun,
        Start::Skipped => return Ok(Exit::Done),
        Start::Held(error) => return Err(error.into()),
    };
    let secrets = secrets(&run);
    let tail = Arc::new(Mutex::new(Tail::new(OUTPUT_BYTES_KEPT, &secrets)));
    let ended = child::run(&args.command, &passed(&run), signals, &tail);
    run.ended_at = Some(now());
    let code = match &ended {
        Ok(ended) => {
            tell_end(&mut run, ended);
            ended.code()
        }
        Err(error) => {
            run.status = Status::Failed;
            tell_error(&mut run, "NotStarted", &error.to_string());
            not_started_code(error)
        }
    };
    let tail = child::lock(&tail);
    let last = Value::Text(tail.text(OUTPUT_BYTES_KEPT, &secrets));
    run.context.insert("output", last);
    let status = Value::Text(run.status.as_str().to_owned());
    run.context.insert("status", status);
    let bytes = Value::Int(i64::try_from(tail.all()).unwrap_or(i64::MAX));
    run.runs_metadata.insert("output_bytes", bytes);
    drop(tail);
    hide(&mut run, &secrets, &how);
    let recorded = record_end(book, &run, id, &how, &spool, on_unavailable, output);
    recorded.map_err(|error| not_recorded(error, code))?;
    tell(&run, output);
    match ended {
        Ok(_) => Ok(Exit::Passed(code)),
        Err(source) => Err(not_started(args, source)),
    }
}

impl Args {
    /// The run as the command line describes it.
    fn run(&self) -> Result<Run> {
        let name = match &self.name {
            Some(name) => name.clone(),
            None => {
                let program = self.command.first().map(Path::new);
                let name = program.and_then(Path::file_name).unwrap_or_default();
                name.to_string_lossy().into_owned()
            }
        };
        let release = match &self.release {
            Some(text) => super::runs::release(text)?,
            None => Release::utc(now()),
        };
        let mut run = Run::new(name, release, new_id()?.to_string());
        run.run_type = match self.release_type {
            Type::Normal => ReleaseType::Normal,
            Type::Rerun => ReleaseType::Rerun,
            Type::Force => ReleaseType::Force,
            Type::Dryrun => ReleaseType::Dryrun,
        }
        .into();
        run.parent_run_id = lookup("PIPEROLL_RUN_ID").filter(|id| !id.trim().is_empty());
        let words = self.command.iter();
        let words = words.map(|word| Value::Text(word.to_string_lossy().into_owned()));
        run.context.insert("command", Value::Array(words.collect()));
        run.context.insert("params", self.given()?);
        let host = Value::Text(Process::current().host);
        run.runs_metadata.insert("host", host);
        Ok(run)
    }

    /// The params of the command line.
    fn given(&self) -> Result<Value> {
        let mut params = BTreeMap::new();
        for param in &self.params {
            let pair = param.split_once('=').filter(|(name, _)| !name.is_empty());
            let (name, value) = pair.ok_or_else(|| {
                Error::invalid_input(format!("`{param}` is not KEY=VALUE"))
                    .hint("write --param date=2026-11-01")
            })?;
            let value = Value::Text(value.to_owned());
            if params.insert(name.to_owned(), value).is_some() {
                let message = format!("the param `{name}` is given twice");
                return Err(Error::invalid_input(message).into());
            }
        }
        Ok(Value::Object(params))
    }
}

/// What the command finds in its environment.
fn passed(run: &Run) -> [(&'static str, String); 3] {
    let params = run.params().map(Cow::into_owned);
    let params = params.unwrap_or_else(|| Value::Object(BTreeMap::new()));
    [
        ("PIPEROLL_RUN_ID", run.run_id.clone()),
        ("PIPEROLL_RELEASE", run.release.to_string()),
        ("PIPEROLL_PARAMS", piperoll::runs::to_json(&params)),
    ]
}

/// What is to be seen nowhere: the values of params and variables whose names say so.
fn secrets(run: &Run, variables: &[(String, String)], words: &[String]) -> Secrets {
    let of_run = Secrets::of_run(run, words);
    let pairs = variables.iter();
    let pairs = pairs.map(|(name, value)| (name.as_str(), value.as_str()));
    of_run.and(Secrets::of_pairs(pairs, words))
}

fn hide(run: &mut Run, secrets: &Secrets, how: &Recording) {
    secrets.redact_run(run, &how.redact);
}

/// Whether the trail may be written later.
fn is_passing(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Conflict)
}

fn new_id() -> Result<EventId> {
    Ok(EventId::generate(now(), &SystemEntropy)?)
}

/// As shells have it.
fn not_started_code(error: &io::Error) -> u8 {
    match error.kind() {
        io::ErrorKind::NotFound => 127,
        _ => 126,
    }
}

fn not_started(args: &Args, source: io::Error) -> Failure {
    let program = args.command.first().map(|word| word.to_string_lossy());
    let message = format!("`{}` cannot be run", program.unwrap_or_default());
    let code = not_started_code(&source);
    Failure::with_exit(
        Error::invalid_input(message).because(source),
        Exit::Passed(code),
    )
}

/// A command that has failed says so, whatever became of its record.
fn not_recorded(failure: Failure, code: u8) -> Failure {
    let exit = match code {
        0 => failure.exit(),
        code => Exit::Passed(code),
    };
    let error = failure.into_error();
    let message = format!("the command ended with exit code {code}, and that is not recorded");
    let error = Error::new(error.kind(), message)
        .hint("its start is: `piperoll runs find NAME --status RUNNING` shows it")
        .because(error);
    Failure::with_exit(error, exit)
}
