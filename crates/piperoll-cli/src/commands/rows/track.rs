use super::{carry_out, declared, local, target};
use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use piperoll::rows::{Look, Settings, track};
use piperoll::target::Reader;
use std::collections::BTreeMap;

/// Begin to keep every version of a table's rows, or mend what is missing
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It makes the history (orders_audit) and the triggers that write it, and records the rows that are there.\nA table that the project does not declare is tracked as by default. A table that is tracked as it should be\nis left alone, and nothing is recorded.\n\nExamples:\n  piperoll rows track orders\n  piperoll rows track orders customers --target shop --reason 'audit 2026'"
)]
pub(super) struct Args {
    /// Tables of the target, as it or the trail calls them
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
    let mut settings: BTreeMap<String, Settings> = BTreeMap::new();
    let there = target.list("main")?;
    for table in &args.tables {
        let table = local(&*target, table)?;
        // As it is declared, in whatever letters it is called here.
        let mut there = there.iter();
        let name = there.find(|name| name.eq_ignore_ascii_case(&table));
        let name = name.unwrap_or(&table);
        let found =
            declared(context, &*target)?.find_map(|rows| Some((rows, rows.declared_as(name)?)));
        if let Some((rows, name)) = found {
            let how = rows.settings(name)?;
            settings.insert(table, how);
        }
    }
    let plan = |reader: &mut dyn Reader, table: &str| {
        let settings = settings.get(table);
        track(reader, target.name(), table, settings, Look::Rows)
    };
    carry_out(&*target, &args.tables, (context, global), output, &plan)
}
