use super::{declared, target};
use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use crate::tracking::{Tracked, request, tell};
use piperoll::rows::{Look, Settings, apply, track};

/// Begin to keep every version of a table's rows, or mend what is missing
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It makes the history (orders_audit) and the triggers that write it, and records the rows that are there.\nA table that the project does not declare is tracked as by default. A table that is tracked as it should be\nis left alone, and nothing is recorded.\n\nExamples:\n  piperoll rows track orders\n  piperoll rows track orders customers --target shop --reason 'audit 2026'"
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
    let mut wanted: Vec<(&String, Option<Settings>)> = Vec::new();
    for table in &args.tables {
        let mut declared = declared(context, &*target)?;
        let settings = declared
            .find(|rows| rows.covers(table))
            .map(|rows| rows.settings(table));
        wanted.push((table, settings.transpose()?));
    }
    let request = request(context, global, &*target)?;
    let trail = context.trail_to_write(output)?;
    let mut done: Vec<Tracked> = Vec::new();
    for (table, settings) in wanted {
        let applied = apply(
            &*target,
            &trail,
            &request,
            &|reader| track(reader, target.name(), table, settings.as_ref(), Look::Rows),
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
