//! Every version of every row: what is tracked, and what is read of it.

mod as_of;
mod coverage;
mod history;
mod track;
mod untrack;

use crate::arguments::Global;
use crate::context::{Context, lookup};
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use crate::tracking::{Tracked, request, tell};
use piperoll::error::Error;
use piperoll::event::Value;
use piperoll::export::shown;
use piperoll::project::RowTables;
use piperoll::rows::{Tracking, apply, tracked};
use piperoll::target::{Reader, Target};

/// Rows: every version of every row of a table, written by triggers
#[derive(Debug, clap::Args)]
#[command(
    after_help = "`piperoll apply` tracks what the project declares under `rows`.\n\nExamples:\n  piperoll rows track orders\n  piperoll rows history orders 1\n  piperoll rows as-of orders --at 2026-11-01T00:00:00Z\n  piperoll rows coverage"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Track(track::Args),
    Untrack(untrack::Args),
    Coverage(coverage::Args),
    History(history::Args),
    AsOf(as_of::Args),
}

pub(crate) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    match &args.command {
        Command::Track(args) => track::run(args, global, context, output),
        Command::Untrack(args) => untrack::run(args, global, context, output),
        Command::Coverage(args) => coverage::run(args, context, output),
        Command::History(args) => history::run(args, context, output),
        Command::AsOf(args) => as_of::run(args, context, output),
    }
}

/// The target that is meant: the option's, else the only one.
fn target(context: &Context, option: Option<&str>) -> Result<Box<dyn Target>> {
    let project = context.project()?;
    let mut names = project.target_names();
    let name = match (option, names.next(), names.next()) {
        (Some(name), ..) => name,
        (None, Some(only), None) => only,
        _ => {
            return Err(Error::invalid_input("which target has the table?")
                .hint("name it with --target")
                .into());
        }
    };
    Ok(project.target(name, &lookup)?.open(name)?)
}

/// What a target calls a table that may be named as the trail names it: `shop.main.orders`, or `main.orders`.
fn local(target: &dyn Target, name: &str) -> Result<String> {
    let is_there = || -> Result<bool> {
        let there = target.list("main")?;
        Ok(there.iter().any(|table| table.eq_ignore_ascii_case(name)))
    };
    Ok(match name.rsplit_once('.') {
        Some((place, table)) if is_main(place) && !is_there()? => table.to_owned(),
        _ => name.to_owned(),
    })
}

/// Whether it is the schema that every SQLite file has, alone or behind a catalog.
fn is_main(place: &str) -> bool {
    let schema = place.split_once('.').map_or(place, |(_, schema)| schema);
    schema.eq_ignore_ascii_case("main")
}

/// What the project declares of a target.
fn declared<'p>(
    context: &'p Context,
    target: &dyn Target,
) -> Result<impl Iterator<Item = &'p RowTables>> {
    let name = target.name().to_owned();
    let all = context.project()?.rows().iter();
    Ok(all.filter(move |rows| rows.target() == name))
}

/// Reads the target, which must be there.
fn read<T>(
    target: &dyn Target,
    work: &mut dyn FnMut(&mut dyn Reader) -> piperoll::Result<T>,
) -> Result<T> {
    let mut found = None;
    target.read(&mut |reader| {
        found = Some(work(reader)?);
        Ok(())
    })?;
    let place = target.location();
    Ok(found.ok_or_else(|| Error::not_found(format!("there is no database at `{place}`")))?)
}

/// Notes that a history ended: what it tells last may not be so any more.
fn is_over(target: &dyn Target, table: &str, output: &mut Output) -> Result<()> {
    let all = read(target, &mut |reader| tracked(reader))?;
    let mut known = all
        .iter()
        .filter(|known| known.table.eq_ignore_ascii_case(table));
    if known.all(|known| !known.is_active) {
        let table = shown(table);
        output.note(&format!(
            "the rows of `{table}` are not tracked any more: what was written since is not in its history"
        ));
    }
    Ok(())
}

/// Does something to the tracking of tables, one after the other, and tells of it. Nothing is begun where one of them is refused; what was done
/// before another error is told, too.
fn carry_out(
    target: &dyn Target,
    tables: &[String],
    (context, global): (&Context, &Global),
    output: &mut Output,
    plan: &dyn Fn(&mut dyn Reader, &str) -> piperoll::Result<Tracking>,
) -> Result<Exit> {
    let request = request(context, global, target)?;
    let tables = tables.iter().map(|table| local(target, table));
    let tables: Vec<String> = tables.collect::<Result<_>>()?;
    target.read(&mut |reader| {
        tables
            .iter()
            .try_for_each(|table| plan(reader, table).map(drop))
    })?;
    let trail = context.trail_to_write(output)?;
    let mut done: Vec<Tracked> = Vec::new();
    for table in &tables {
        match apply(
            target,
            &trail,
            &request,
            &|reader| plan(reader, table),
            None,
        ) {
            Ok(applied) => done.push(Tracked::of(target, applied)),
            Err(error) => {
                tell(&done, output)?;
                return Err(error.into());
            }
        }
    }
    tell(&done, output)?;
    Ok(Exit::Done)
}

/// A row as one object of JSON, its columns in their order.
fn object(row: &[(String, Value)]) -> String {
    let members = row.iter().map(|(name, value)| {
        let name = serde_json::Value::from(name.as_str());
        format!("{name}:{}", value.canonical())
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}
