//! The records of runs: in, out, and what is asked of them.

mod claim;
mod cleanup;
mod export;
mod find;
mod format;
mod import;
mod is_pointed;
mod record;
mod show;
mod told;

use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use piperoll::error::Error;
use piperoll::runs::Release;

/// Runs of workflows: record, find, show, claim, clean up, import, export
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  piperoll runs record audit.log\n  piperoll runs find load-orders --status FAILED\n  piperoll runs show load-orders\n  piperoll runs is-pointed load-orders --release 2026-11-01"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Record(record::Args),
    Find(find::Args),
    Show(show::Args),
    IsPointed(is_pointed::Args),
    Claim(claim::Args),
    Cleanup(cleanup::Args),
    Import(import::Args),
    Export(export::Args),
}

pub(crate) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    match &args.command {
        Command::Import(args) => import::run(args, global, context, output),
        Command::Export(args) => export::run(args, context, output),
        Command::Record(args) => record::run(args, global, context, output),
        Command::Find(args) => find::run(args, context, output),
        Command::Show(args) => show::run(args, context, output),
        Command::IsPointed(args) => is_pointed::run(args, context, output),
        Command::Claim(args) => claim::run(args, global, context, output),
        Command::Cleanup(args) => cleanup::run(args, global, context, output),
    }
}

/// Reads a release.
pub(super) fn release(text: &str) -> Result<Release> {
    Ok(Release::parse(text).map_err(|error| {
        Error::invalid_input(format!("the release `{text}` {error}")).hint(
            "write 2026-11-01T00:00:00+01:00; without an offset it is UTC, without a time midnight",
        )
    })?)
}

/// `1.2 s`, `3 min 4 s`: as long as it must be.
pub(super) fn duration(millis: i64) -> String {
    let seconds = millis / 1000;
    match (seconds, seconds / 60, seconds / 3600) {
        (0, ..) => format!("{millis} ms"),
        (_, 0, _) => format!("{seconds}.{} s", millis % 1000 / 100),
        (_, minutes, 0) => format!("{minutes} min {} s", seconds % 60),
        (_, minutes, hours) => format!("{hours} h {} min", minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_as_long_as_they_must_be() {
        let cases = [
            (0, "0 ms"),
            (999, "999 ms"),
            (1_250, "1.2 s"),
            (61_000, "1 min 1 s"),
            (7_260_000, "2 h 1 min"),
        ];
        for (millis, text) in cases {
            assert_eq!(duration(millis), text);
        }
    }
}
