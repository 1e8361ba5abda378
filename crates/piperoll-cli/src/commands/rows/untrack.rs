use super::target;
use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use crate::tracking::{Tracked, request, tell};
use piperoll::rows::{apply, untrack};

/// Keep no more versions of a table's rows; the history stays
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The triggers on the table go; its history stays as it is, and takes no change.\n\nExamples:\n  piperoll rows untrack orders --reason 'moved to the warehouse'"
)]
pub(super) struct Args {
    /// Tables of the target
    #[arg(value_name = "TABLE", required = true)]
    tables: Vec<String>,
    /// The target that they are in; default: the only one
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
}

pub(super) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    let target = target(context, args.target.as_deref())?;
    let request = request(context, global, &*target)?;
    let trail = context.trail_to_write(output)?;
    let mut done: Vec<Tracked> = Vec::new();
    for table in &args.tables {
        let applied = apply(
            &*target,
            &trail,
            &request,
            &|reader| untrack(reader, table),
            None,
        );
        match applied {
            Ok(applied) => done.push(Tracked::of(&*target, applied)),
            Err(error) => {
                // What was done before it is told.
                tell(&done, output)?;
                return Err(error.into());
            }
        }
    }
    tell(&done, output)?;
    Ok(Exit::Done)
}
