use crate::context::{Context, lookup};
use crate::declared::table_named;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use crate::plans;
use piperoll::error::Error;
use piperoll::tables::{dump, snapshot};

/// Print a table that is there as a specification
#[derive(Debug, clap::Args)]
#[command(
    after_help = "From what it prints to the table there are no differences. With --json it is the snapshot that an apply records.\n\nExamples:\n  piperoll tables dump shop.main.orders > tables/orders.yaml\n  piperoll tables dump shop.main.orders --target shop"
)]
pub(super) struct Args {
    /// The table: catalog.schema.table
    #[arg(value_name = "FQN")]
    name: String,
    /// The target that it is in; default: the one whose name is the catalog, else the only one
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
}

pub(super) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let name = table_named(&args.name)?;
    let project = context.project()?;
    let names: Vec<&str> = project.target_names().collect();
    let target = match (&args.target, names.as_slice()) {
        (Some(target), _) => target.as_str(),
        (None, names) if names.contains(&name.catalog()) => name.catalog(),
        (None, [only]) => only,
        _ => {
            return Err(Error::invalid_input(format!("which target has `{name}`?"))
                .hint("name it with --target")
                .into());
        }
    };
    let target = project.target(target, &lookup)?.open(target)?;
    let states = target.inspect(std::slice::from_ref(&name))?;
    let state = states.into_iter().next().flatten().ok_or_else(|| {
        let place = target.location();
        Error::not_found(format!("there is no table `{name}` in `{place}`"))
    })?;
    if output.is_json() {
        output.json(&plans::json(&snapshot(&state)))?;
    } else {
        // Every control character in it is escaped already, and line ends must stay.
        output.text(&dump(&state))?;
    }
    Ok(Exit::Done)
}
