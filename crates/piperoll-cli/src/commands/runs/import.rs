use super::format::Format;
use super::told;
use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{Output, count};
use crate::progress::Progress;
use piperoll::runs::Imported;
use piperoll::runs::ddeutil::{import_files, import_sqlite};
use piperoll::runs::openlineage::import_openlineage;
use std::path::PathBuf;

/// Bring runs in from other systems' files
#[derive(Debug, clap::Args)]
#[command(
    after_help = "ddeutil-file is a folder (workflow=NAME/release=.../ID.log) or one file of it, ddeutil-sqlite a database\nwith the table `audits`, openlineage a file of run events as JSON Lines, or a folder of such files.\n\nWhat cannot be read is named and skipped, and the exit code is then 1. Importing again is harmless: what\nthe trail has is not recorded twice.\n\nExamples:\n  piperoll runs import --format ddeutil-file audits\n  piperoll runs import --format openlineage events.jsonl"
)]
pub(super) struct Args {
    /// What is at the path
    #[arg(long, value_name = "FORMAT")]
    format: Format,
    /// The file or folder
    #[arg(value_name = "PATH")]
    path: PathBuf,
}

pub(super) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    let how = context.recording(global)?;
    let trail = context.trail_to_write(output)?;
    let mut progress = Progress::new("importing", output);
    let mut at = |done, all| match args.format {
        Format::Openlineage => progress.at_byte(done, all),
        Format::DdeutilFile | Format::DdeutilSqlite => progress.at(done, all),
    };
    let imported = match args.format {
        Format::DdeutilFile => import_files(&trail, &args.path, &how, &mut at),
        Format::DdeutilSqlite => import_sqlite(&trail, &args.path, &how, &mut at),
        Format::Openlineage => import_openlineage(&trail, &args.path, &how, &mut at),
    }?;
    progress.finish();
    for warning in &imported.warnings {
        output.warning(warning);
    }
    if output.is_json() {
        let json = serde_json::json!({
            "recorded": imported.recorded,
            "there": imported.there,
            "skipped": told::json(&imported.skipped),
            "noted": told::json(&imported.noted),
        });
        output.json(&json)?;
    } else {
        text(&imported, output)?;
    }
    Ok(match imported.skipped.count {
        0 => Exit::Done,
        _ => Exit::Negative,
    })
}

fn text(imported: &Imported, output: &mut Output) -> Result<()> {
    if !output.is_quiet() {
        let there = match imported.there {
            0 => String::new(),
            there => format!(", {there} were there"),
        };
        let recorded = count(imported.recorded, "run");
        output.line(&format!("imported {recorded}{there}"))?;
    }
    told::lines("skipped", &imported.skipped, output)?;
    told::lines("noted", &imported.noted, output)
}
