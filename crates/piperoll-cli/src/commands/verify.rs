mod turns;

use self::turns::{incarnation_json, rotation_json, turn_line};
use crate::context::{Context, now};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::{BAD, GOOD, Output, TITLE, WARN, count};
use crate::progress::Progress;
use piperoll::error::{Error, ErrorKind};
use piperoll::export::shown;
use piperoll::limits::{NOTE_BYTES_MAX, POLICY_BYTES_MAX};
use piperoll::seal::{Policy, VerifierKey};
use piperoll::store::{Access, Location};
use piperoll::trail::{HeadFile, HeadState, KeySource};
use piperoll::verify::{Finding, Level, Report, Request, Verdict, verify};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Verify that nothing in the trail was altered, removed or slipped in
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Levels: L0 the trail is self-consistent; L1 a known key has signed it (the default);\nL2 it is consistent with a checkpoint that you kept elsewhere (the default with --since);\nL3 as many witnesses as a policy asks for have cosigned that checkpoint (the default with --policy).\nWhat happened and was never recorded it cannot see.\n\nExit codes: 0 the level holds; 1 something is wrong; 3 the level could not be checked.\n\nExamples:\n  piperoll verify\n  piperoll verify --since /mnt/auditor/2026-11-01.checkpoint\n  piperoll verify --since cosigned.checkpoint --policy witnesses.policy\n  piperoll verify --trail sqlite:copy.db --key \"$(cat auditor/trail.vkey)\""
)]
pub(crate) struct Args {
    /// A checkpoint that you kept elsewhere: the trail must go on from it
    #[arg(long, value_name = "CHECKPOINT_FILE")]
    since: Option<PathBuf>,
    /// A public key of the trail, of its log or its clock, in place of the project's; may be repeated
    #[arg(long, value_name = "VKEY")]
    key: Vec<String>,
    /// Which witnesses must have cosigned that checkpoint (C2SP tlog-policy), in place of the project's policy
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The level that must hold
    #[arg(long, value_name = "LEVEL", value_parser = ["L0", "L1", "L2", "L3"])]
    level: Option<String>,
}

pub(crate) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let pin = args.since.as_deref().map(read_pin).transpose()?;
    let asked = args.level.as_deref().and_then(Level::parse);
    let policy = policy(args, asked, context)?;
    let level = asked.unwrap_or(match (&pin, &policy) {
        (Some(_), Some(_)) => Level::L3,
        (Some(_), None) => Level::L2,
        (None, _) => Level::L1,
    });
    if level >= Level::L2 && pin.is_none() {
        let message = format!("level {level} needs a checkpoint that you kept elsewhere");
        return Err(Error::invalid_input(message)
            .hint("give its file with --since")
            .into());
    }
    if level >= Level::L3 && policy.is_none() {
        let message = format!("level {level} needs a policy that names the witnesses");
        return Err(Error::invalid_input(message)
            .hint("give its file with --policy, or with `policy` in piperoll.yaml")
            .into());
    }
    let keys = Keys::find(args, context)?;
    let location = context.location()?;
    let store = location
        .open(Access::Read)
        .map_err(|error| without_trail(error, &location, &keys))?;
    let origin = match args.key.is_empty() && !context.is_other_trail() {
        true => context.origin()?,
        false => None,
    };
    let head = match (&keys.source, &keys.own) {
        (Some(source), Some(key)) if !context.is_other_trail() => {
            let origin = piperoll::seal::Origin::parse(key.name())?;
            let head = HeadFile::new(source.head_path());
            Some((head.path().to_owned(), head.read(&origin, key)?))
        }
        (Some(source), None) if source.head_path().exists() && !context.is_other_trail() => {
            Some((source.head_path(), HeadState::Missing))
        }
        _ => None,
    };
    let request = Request {
        origin,
        keys: keys.all,
        pin,
        policy,
        head,
        max_age: max_age(context)?,
        level,
        threads: std::thread::available_parallelism().map_or(0, |cores| cores.get() - 1),
    };
    let mut progress = Progress::new("verifying", output);
    let report = verify(&*store, &request, &mut |done, all| progress.at(done, all))?;
    progress.finish();
    if output.is_json() {
        output.json(&to_json(&report))?;
    } else {
        text(&report, &store.location(), output)?;
    }
    Ok(if report.is_negative() {
        Exit::Negative
    } else if report.is_complete() {
        Exit::Done
    } else {
        Exit::Unverified
    })
}

/// The present, and how old the newest kept checkpoint may be.
fn max_age(context: &Context) -> Result<Option<(u64, u64)>> {
    let Some(max_age) = context.max_age()? else {
        return Ok(None);
    };
    let seconds = now().as_micros().div_euclid(1_000_000);
    Ok(Some((u64::try_from(seconds).unwrap_or(0), max_age)))
}

/// The public keys to verify with.
struct Keys {
    all: Vec<VerifierKey>,
    /// The project's own key, where it can be read.
    own: Option<VerifierKey>,
    source: Option<KeySource>,
}

impl Keys {
    fn find(args: &Args, context: &Context) -> Result<Self> {
        let mut all = Vec::new();
        for text in &args.key {
            all.push(VerifierKey::parse(text.trim())?);
        }
        // Whoever brings keys along need not have the project's, nor the environment that it is in.
        let brought = !all.is_empty() || context.is_other_trail();
        let source = match context.key() {
            Err(_) if brought => None,
            source => source?,
        };
        let mut own = None;
        if let (Some(source), Some(origin)) = (&source, context.origin()?) {
            match source.read(&origin) {
                Ok(Some(signer)) => {
                    own = Some(signer.vkey());
                    if all.is_empty() && !context.is_other_trail() {
                        all.extend([signer.vkey(), signer.clock()?.vkey()]);
                        // Those that it replaced: a backup from before that is old, not forged.
                        let earlier = source.predecessors(&signer.vkey())?;
                        all.extend(earlier.into_iter().flat_map(|pair| [pair.log, pair.clock]));
                    }
                }
                Ok(None) => {}
                // Whoever verifies need not be able to read the key; but one that everybody can read is no key.
                Err(error) if error.kind() == ErrorKind::Denied => {
                    let open = source.path().map(piperoll::fs::is_open_to_others);
                    if matches!(open, Some(Ok(true))) {
                        return Err(error.into());
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Self { all, own, source })
    }
}

/// A trail that is gone while its key is there was not lost by chance.
fn without_trail(error: Error, location: &Location, keys: &Keys) -> Failure {
    let head = keys
        .source
        .as_ref()
        .is_some_and(|source| source.head_path().exists());
    if error.kind() == ErrorKind::NotFound && (keys.own.is_some() || head) {
        let Location::Sqlite(path) = location else {
            return error.into();
        };
        let message = format!(
            "the trail `{}` is gone, while its key is there",
            path.display()
        );
        return Error::corrupt(message)
            .hint("it was moved or removed: bring it back, or name its place with --trail")
            .because(error)
            .into();
    }
    error.into()
}

fn read_pin(file: &Path) -> Result<Vec<u8>> {
    let bytes = piperoll::fs::read(file, NOTE_BYTES_MAX)?;
    bytes.ok_or_else(|| {
        let error = Error::not_found(format!("there is no checkpoint `{}`", file.display()));
        Failure::with_exit(error, Exit::Unverified)
    })
}

/// The policy that is asked for, or the project's. It speaks of a checkpoint that was kept elsewhere.
fn policy(args: &Args, asked: Option<Level>, context: &Context) -> Result<Option<Policy>> {
    if args.since.is_none() {
        return match args.policy {
            Some(_) => Err(Error::invalid_input(
                "a policy needs a checkpoint that witnesses have cosigned",
            )
            .hint("give its file with --since")
            .into()),
            None => Ok(None),
        };
    }
    let file = match &args.policy {
        Some(file) => Some(file.clone()),
        // Whoever asks for less than L3 does not need it.
        None if asked.is_none_or(|level| level == Level::L3) => context.policy()?,
        None => None,
    };
    let Some(file) = file else { return Ok(None) };
    let shown = file.display().to_string();
    let bytes = piperoll::fs::read(&file, POLICY_BYTES_MAX)?.ok_or_else(|| {
        let error = Error::not_found(format!("there is no policy `{shown}`"));
        Failure::with_exit(error, Exit::Unverified)
    })?;
    Ok(Some(Policy::parse(&bytes, &shown)?))
}

fn to_json(report: &Report) -> Value {
    let findings: Vec<Value> = report.findings.iter().map(finding_json).collect();
    json!({
        "level": report.level.map(|level| level.to_string()),
        "requested": report.requested.to_string(),
        "witnessed": report.witnessed,
        "key": report.key,
        "origin": report.origin,
        "size": report.size,
        "root": report.root,
        "checked": {
            "entries": report.checked.entries,
            "payloads": report.checked.payloads,
            "erased": report.checked.erased,
            "purged": report.checked.purged,
        },
        "incarnations": report.turns.iter().filter_map(incarnation_json).collect::<Vec<_>>(),
        "rotations": report.turns.iter().filter_map(rotation_json).collect::<Vec<_>>(),
        "findings": findings,
        "findings_left_out": report.findings_left_out,
        "unchecked": report.unchecked,
    })
}

pub(super) fn finding_json(finding: &Finding) -> Value {
    json!({
        "verdict": finding.verdict.to_string(),
        "index": finding.entries.map(|(first, _)| first),
        "to": finding.entries.map(|(_, last)| last),
        "id": finding.id,
        "detail": finding.detail,
    })
}

fn text(report: &Report, location: &str, output: &mut Output) -> Result<()> {
    let mut row =
        |title: &str, text: &str| output.line(&format!("{TITLE}{title:<10}{TITLE:#}  {text}"));
    row("trail", &shown(&format!("{} ({location})", report.origin)))?;
    let reached = match (report.level, report.is_negative()) {
        (None, _) => format!("{BAD}none: it is not even self-consistent{BAD:#}"),
        (Some(level), true) => format!("{WARN}{level}: {}{WARN:#}", meaning(level)),
        (Some(level), false) if level >= report.requested => {
            format!("{GOOD}{level}: {}{GOOD:#}", meaning(level))
        }
        (Some(level), false) => {
            format!(
                "{WARN}{level}: {}; {} could not be checked{WARN:#}",
                meaning(level),
                report.requested
            )
        }
    };
    row("level", &reached)?;
    if let Some(size) = report.witnessed {
        let size = count(size, "entry");
        row(
            "witnessed",
            &format!("the first {size}, by the quorum of the policy"),
        )?;
    }
    if let Some(key) = &report.key {
        row("key", key)?;
    }
    for turn in &report.turns {
        let title = match turn.adoption {
            Some(_) => "adopted",
            None => "rotated",
        };
        row(title, &shown(&turn_line(turn)))?;
    }
    let root = report.root.as_deref().unwrap_or("unknown");
    let size = count(report.size, "entry");
    row("size", &format!("{size}, root {root}"))?;
    let checked = &report.checked;
    let mut done = format!(
        "{}, {}",
        count(checked.entries, "header"),
        count(checked.payloads, "payload")
    );
    if checked.erased > 0 {
        done.push_str(&format!(
            "; {} erased, and accounted for",
            count(checked.erased, "payload")
        ));
    }
    if checked.purged > 0 {
        done.push_str(&format!(
            "; {} purged, and accounted for",
            count(checked.purged, "entry")
        ));
    }
    row("checked", &done)?;
    for unchecked in &report.unchecked {
        row("unchecked", &format!("{WARN}{}{WARN:#}", shown(unchecked)))?;
    }
    if report.findings.is_empty() {
        return row("findings", "none");
    }
    row(
        "findings",
        &format!(
            "{BAD}{}{BAD:#}",
            report.findings.len() as u64 + report.findings_left_out
        ),
    )?;
    for finding in &report.findings {
        output.line(&finding_line(finding))?;
    }
    if report.findings_left_out > 0 {
        output.line(&format!("  and {} more", report.findings_left_out))?;
    }
    Ok(())
}

/// A finding as a person is told, with what is from outside escaped.
pub(super) fn finding_line(finding: &Finding) -> String {
    let place = match finding.entries {
        None => String::new(),
        Some((first, last)) if first == last => {
            let id = finding
                .id
                .as_ref()
                .map(|id| format!(" ({id})"))
                .unwrap_or_default();
            format!(" entry {first}{id}:")
        }
        Some((first, last)) => format!(" entries {first} to {last}:"),
    };
    let color = if finding.verdict == Verdict::Unverifiable {
        WARN
    } else {
        BAD
    };
    let told = format!("{place} {}", finding.detail);
    format!("  {color}{}{color:#}{}", finding.verdict, shown(&told))
}

fn meaning(level: Level) -> &'static str {
    match level {
        Level::L0 => "self-consistent",
        Level::L1 => "self-consistent, and signed by this key",
        Level::L2 => {
            "self-consistent, signed by this key, and consistent with the checkpoint kept elsewhere"
        }
        Level::L3 => {
            "self-consistent, signed by this key, and consistent with the checkpoint kept elsewhere, which the witnesses have cosigned"
        }
    }
}
