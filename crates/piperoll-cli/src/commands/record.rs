pub(super) mod faults;
pub(super) mod input;
pub(super) mod tally;

use self::input::Input;
use self::tally::Tally;
use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use crate::progress::Progress;
use clap::value_parser;
use piperoll::error::Error;
use piperoll::event::{Draft, LineDefaults};
use piperoll::limits::BATCH_EVENTS_MAX;
use std::io;
use std::path::{Path, PathBuf};

/// As [`BATCH_EVENTS_MAX`], for the range of the option.
const BATCH_MAX: i64 = 100_000;
/// Lines of an append when nobody says how many.
const BATCH_DEFAULT: u32 = 1000;
const _: () = assert!(BATCH_MAX as usize == BATCH_EVENTS_MAX);

/// Record events, given as JSON Lines
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A line: {\"kind\":\"access\",\"action\":\"READ\",\"actor\":{\"name\":\"alice\"},\n  \"resource\":{\"system\":\"shop\",\"name\":\"shop.main.customers\",\"kind\":\"table\"},\n  \"reason\":\"ticket 42\",\"payload\":{\"key\":7}}\nAn event that has an id can be given again: it is skipped when it is there with the same content.\n\nA file is checked whole before anything of it is recorded. Standard input and pipes are checked\nbatch by batch; a refusal says how many events were recorded, and at which line to resume.\n\nExamples:\n  piperoll record data/events.jsonl\n  ./collect | piperoll --actor etl record -\n  tail -n +4001 data/events.jsonl | piperoll record -"
)]
pub(crate) struct Args {
    /// The file; `-` or none is standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// So many lines are one append: all of them are recorded, or none [default: 1000, or fewer when they have 64 MiB]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=BATCH_MAX))]
    batch: Option<u32>,
}

pub(crate) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    let batch = usize::try_from(args.batch.unwrap_or(BATCH_DEFAULT)).unwrap_or(BATCH_EVENTS_MAX);
    let defaults = LineDefaults {
        actor: global.actor.clone(),
        reason: global.reason.clone(),
    };
    check_defaults(&defaults)?;
    let path = args.file.as_deref().filter(|path| *path != Path::new("-"));
    let name = path.map_or_else(|| "<stdin>".into(), Path::to_string_lossy);
    let input = Input {
        name: &name,
        defaults: &defaults,
        batch,
        is_exact: args.batch.is_some(),
    };
    let tally = match path {
        None => {
            let trail = context.trail_to_write(output)?;
            input.record(io::stdin().lock(), &trail, &mut |_| {})?
        }
        Some(path) => {
            let mut file = input::open(path)?;
            if file.metadata().is_ok_and(|metadata| metadata.is_file()) {
                record_file(&input, path, &mut file, context, output)?
            } else {
                let trail = context.trail_to_write(output)?;
                input.record(file, &trail, &mut |_| {})?
            }
        }
    };
    tally.tell(output)
}

/// A file can be read twice, so that nothing is recorded of one with a fault.
fn record_file(
    input: &Input<'_>,
    path: &Path,
    file: &mut std::fs::File,
    context: &Context,
    output: &mut Output,
) -> Result<Tally> {
    let mut progress = Progress::new("checking", output);
    let checked = input.check(path, file, &mut progress)?;
    progress.finish();
    let trail = context.trail_to_write(output)?;
    // Only an id that was given can be taken, and none is in a trail without entries.
    if checked.with_ids && trail.store().snapshot()?.head()?.size.get() > 0 {
        input::rewind(file, input.name)?;
        let mut progress = Progress::new("looking up ids", output);
        input.rehearse(file, &trail, &mut |done| progress.at(done, checked.events))?;
    }
    input::rewind(file, input.name)?;
    let mut progress = Progress::new("recording", output);
    input.record(file, &trail, &mut |done| progress.at(done, checked.events))
}

/// The actor and the reason of the command line have the faults that a line's would have.
fn check_defaults(defaults: &LineDefaults) -> Result<()> {
    let line = br#"{"kind":"config","action":"READ","resource":{"system":"s","name":"n","kind":"k"},"actor":{"name":"n"}}"#;
    let mut draft = Draft::from_line(line, &LineDefaults::default())
        .map_err(|_| Error::internal("the line that defaults are checked with is refused"))?;
    if let Some(actor) = &defaults.actor {
        draft.actor.name.clone_from(actor);
    }
    draft.reason.clone_from(&defaults.reason);
    match draft.problems().into_iter().next() {
        None => Ok(()),
        Some(problem) => {
            let option = match problem.place.as_str() {
                "reason" => "--reason",
                _ => "--actor",
            };
            Err(Error::invalid_input(format!("`{option}` {}", problem.message)).into())
        }
    }
}
