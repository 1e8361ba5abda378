use crate::applying::Applying;
use crate::arguments::Global;
use crate::context::Context;
use crate::declared::{env, of_project, plan_all, reconcile, request};
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use crate::plans;
use crate::tracking::{self, Wanted, refuse_unknown, wanted};
use piperoll::error::Error;
use piperoll::limits::PLAN_BYTES_MAX;
use piperoll::tables::{PlanFile, destructive};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

/// Make everything as the project declares it, and record each change
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without --yes it asks first, on a terminal only. A FILE is a plan of `piperoll plan --out`:\nif anything has changed since, it is refused (exit 2).\n\nExamples:\n  piperoll apply\n  piperoll apply --yes --reason 'release 42'\n  piperoll apply release-42.plan\n  piperoll apply --allow-destructive"
)]
pub(crate) struct Args {
    /// A plan
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Do also what loses something: drop a column, narrow a type, drop a constraint
    #[arg(long)]
    allow_destructive: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    let file = args.file.as_deref().map(read).transpose()?;
    let declared = of_project(context)?;
    refuse_unknown(&wanted(context, None)?, &declared)?;
    let request = request(context, global, env(context, None)?, args.allow_destructive)?;
    let trail = context.trail_to_write(output)?;
    reconcile(&declared, &trail, &request, output)?;
    let plan = plan_all(&declared)?;
    if let Some(file) = &file {
        file.check(&plan)?;
    }
    if plan.is_destructive() && !args.allow_destructive {
        return Err(destructive(&plan.tables).into());
    }
    let asks = !args.yes && std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let asks = asks && (!plan.is_empty() || !is_tracked(&wanted(context, None)?)?);
    if asks {
        tracking::print(&wanted(context, None)?, output)?;
        if !declared.is_empty() {
            plans::print(&plan, output)?;
        }
        output.flush()?;
        if !output.ask("apply this? [y/N] ")? {
            output.note("nothing was done");
            return Ok(Exit::Done);
        }
    }
    let applying = Applying {
        declared: &declared,
        trail: Some(&trail),
        request: &request,
        strict: asks || file.is_some(),
    };
    // What is tracked is looked at when the tables are there.
    applying.run(&plan, output, &mut |done| {
        for wanted in wanted(context, None)? {
            let request = tracking::request(context, global, &*wanted.target)?;
            wanted.carry_out(&trail, &request, done)?;
        }
        Ok(())
    })
}

/// Whether all is tracked as it is declared.
fn is_tracked(wanted: &[Wanted]) -> Result<bool> {
    for wanted in wanted {
        let mut plans = wanted.plan()?.into_iter();
        if plans.any(|(_, plan)| plan.is_none_or(|plan| !plan.steps.is_empty())) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn read(file: &Path) -> Result<PlanFile> {
    let shown = file.display();
    let bytes = piperoll::fs::read(file, PLAN_BYTES_MAX)?
        .ok_or_else(|| Error::not_found(format!("there is no plan file `{shown}`")))?;
    Ok(PlanFile::read(&bytes, &shown.to_string())?)
}
