use crate::context::Context;
use crate::declared::{Selection, checked};
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{GOOD, Output, count};
use piperoll::export::shown;

/// Check specifications: every fault of every file, with its place
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What the target can never have is a fault, too; the target itself is not looked at.\n\nExamples:\n  piperoll tables validate\n  piperoll tables validate tables/orders.yaml --env prod"
)]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,
}

pub(super) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let specs = checked(context, &args.selection)?;
    if output.is_json() {
        let tables = specs.iter().map(|spec| {
            serde_json::json!({
                "full_table_name": spec.table.name.to_string(),
                "file": spec.file,
                "columns": spec.table.columns.len(),
            })
        });
        output.json(&serde_json::json!({"valid": tables.collect::<Vec<_>>()}))?;
        return Ok(Exit::Done);
    }
    if output.is_quiet() {
        return Ok(Exit::Done);
    }
    for spec in &specs {
        let columns = count(spec.table.columns.len() as u64, "column");
        let (file, name) = (shown(&spec.file), &spec.table.name);
        output.line(&format!("{GOOD}valid{GOOD:#} {file}: {name}, {columns}"))?;
    }
    Ok(Exit::Done)
}
