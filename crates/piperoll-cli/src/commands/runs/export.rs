use super::format::Format;
use super::told;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{Output, count};
use crate::progress::Progress;
use piperoll::export::shown;
use piperoll::runs::Exported;
use piperoll::runs::ddeutil::{Files, export_files, export_sqlite};
use piperoll::runs::openlineage::export_openlineage;
use std::path::PathBuf;

/// Write the trail's runs to files that other systems read
#[derive(Debug, clap::Args)]
#[command(
    after_help = "ddeutil-file writes into a folder, and leaves what is there; ddeutil-sqlite writes the newest attempt of\neach release into the table `audits` and names the others; openlineage writes a file of run events, anew.\n\nExamples:\n  piperoll runs export --format ddeutil-file audits\n  piperoll runs export --format ddeutil-sqlite audits.db\n  piperoll runs export --format openlineage events.jsonl"
)]
pub(super) struct Args {
    /// What is to be at the path
    #[arg(long, value_name = "FORMAT")]
    format: Format,
    /// The file or folder
    #[arg(value_name = "PATH")]
    path: PathBuf,
}

pub(super) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let trail = context.trail_to_read()?;
    let mut progress = Progress::new("exporting", output);
    let mut at = |done, all| progress.at(done, all);
    let exported = match args.format {
        Format::DdeutilFile => export_files(&trail, &Files::new(&args.path), &mut at),
        Format::DdeutilSqlite => export_sqlite(&trail, &args.path, &mut at),
        Format::Openlineage => export_openlineage(&trail, &args.path, &mut at),
    }?;
    progress.finish();
    if output.is_json() {
        let json = serde_json::json!({
            "written": exported.written,
            "there": exported.there,
            "running": exported.running,
            "older": told::json(&exported.older),
            "skipped": told::json(&exported.skipped),
        });
        output.json(&json)?;
    } else {
        text(args, &exported, output)?;
    }
    Ok(match exported.skipped.count {
        0 => Exit::Done,
        _ => Exit::Negative,
    })
}

fn text(args: &Args, exported: &Exported, output: &mut Output) -> Result<()> {
    if !output.is_quiet() {
        let there = match exported.there {
            0 => String::new(),
            there => format!(", {there} were there"),
        };
        let written = count(exported.written, "run");
        let path = args.path.to_string_lossy();
        output.line(&format!("exported {written} to {}{there}", shown(&path)))?;
        if exported.running > 0 {
            let running = count(exported.running, "run");
            let what = match args.format {
                Format::Openlineage => "only the start of each is written",
                Format::DdeutilFile | Format::DdeutilSqlite => {
                    "a later export writes what has ended"
                }
            };
            let have = if exported.running == 1 { "has" } else { "have" };
            output.line(&format!("{running} {have} not ended: {what}"))?;
        }
    }
    told::lines(
        "left out, for the table has room for one attempt",
        &exported.older,
        output,
    )?;
    told::lines("skipped", &exported.skipped, output)
}
