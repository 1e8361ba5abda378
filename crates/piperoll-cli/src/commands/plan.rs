use crate::context::Context;
use crate::declared::{of_project, plan_all};
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use crate::plans;
use crate::tracking::{self, refuse_unknown, wanted};
use piperoll::tables::PlanFile;
use std::path::PathBuf;

/// Show what `apply` would do: all that the project declares against what is there
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Nothing is changed and nothing is recorded.\n\nExamples:\n  piperoll plan\n  piperoll plan --out release-42.plan\n  piperoll apply release-42.plan"
)]
pub(crate) struct Args {
    /// Write the plan to this file: `apply FILE` does that and nothing else
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let declared = of_project(context)?;
    let plan = plan_all(&declared)?;
    let rows = wanted(context, None)?;
    refuse_unknown(&rows, &declared)?;
    if let Some(file) = &args.out {
        piperoll::fs::write(file, PlanFile::write(&plan).as_bytes())?;
    }
    if output.is_json() {
        let mut document = plans::json(&PlanFile::value(&plan));
        if let Some(members) = document.as_object_mut() {
            members.insert("rows".to_owned(), tracking::json(&rows)?);
        }
        output.json(&document)?;
    } else {
        let tracked = tracking::print(&rows, output)?;
        if !declared.is_empty() {
            plans::print(&plan, output)?;
        } else if tracked == 0 {
            output.line("up to date: the rows of all tables are tracked")?;
        }
    }
    Ok(Exit::Done)
}
