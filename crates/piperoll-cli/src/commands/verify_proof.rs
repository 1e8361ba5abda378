use super::verify::{finding_json, finding_line};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::{BAD, GOOD, Output, TITLE, WARN};
use piperoll::error::Error;
use piperoll::export::shown;
use piperoll::limits::{LINE_BYTES_MAX, NOTE_BYTES_MAX};
use piperoll::seal::{SignatureType, VerifierKey};
use piperoll::verify::{Evidence, EvidenceReport, PayloadState, verify_proof};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Check one entry's evidence, offline: the proof, the entry, a public key, and nothing else
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The entry file is what `piperoll --json show` printed. Its leaf is computed, never believed; the payload is checked\ntoo when it and its salt are there.\n\nExit codes: 0 the entry is in the signed trail; 1 something is wrong; 2 a file is not of its form;\n3 it could not be checked.\n\nExample:\n  piperoll verify-proof 12.tlog-proof --entry 12.json --key \"$(cat auditor/trail.vkey)\""
)]
pub(crate) struct Args {
    /// The proof file
    #[arg(value_name = "FILE")]
    proof: PathBuf,
    /// The entry, as `piperoll --json show` printed it
    #[arg(long, value_name = "FILE")]
    entry: PathBuf,
    /// The public key of the log; another one, of its clock, tells when
    #[arg(long, value_name = "VKEY", required = true)]
    key: Vec<String>,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<Exit> {
    let proof = read(&args.proof, 2 * NOTE_BYTES_MAX)?;
    let entry = read(&args.entry, LINE_BYTES_MAX)?;
    let mut keys = Vec::new();
    for text in &args.key {
        keys.push(VerifierKey::parse(text.trim())?);
    }
    let (logs, cosigners): (Vec<VerifierKey>, Vec<VerifierKey>) = keys
        .into_iter()
        .partition(|key| key.signature_type() == SignatureType::Ed25519);
    let [log] = logs.as_slice() else {
        return Err(
            Error::invalid_input("exactly one --key must be that of a log")
                .hint("`piperoll key show` prints it on its last line")
                .into(),
        );
    };
    let evidence = Evidence {
        proof: &proof,
        entry: &entry,
        log,
        cosigners: &cosigners,
    };
    let report = verify_proof(&evidence)?;
    if output.is_json() {
        output.json(&to_json(&report, log))?;
    } else {
        text(&report, log, output)?;
    }
    Ok(if report.is_negative() {
        Exit::Negative
    } else if report.is_proven() {
        Exit::Done
    } else {
        Exit::Unverified
    })
}

fn read(file: &Path, bytes_max: usize) -> Result<Vec<u8>> {
    piperoll::fs::read(file, bytes_max)?.ok_or_else(|| {
        let error = Error::not_found(format!("there is no file `{}`", file.display()));
        Failure::with_exit(error, Exit::Unverified)
    })
}

fn level(report: &EvidenceReport) -> Option<&'static str> {
    report.is_proven().then_some("L1")
}

fn to_json(report: &EvidenceReport, log: &VerifierKey) -> Value {
    let findings: Vec<Value> = report.findings.iter().map(finding_json).collect();
    let checkpoint = report.signed.as_ref().map(|signed| &signed.checkpoint);
    let times: Vec<Value> = report
        .signed
        .iter()
        .flat_map(|signed| &signed.cosignatures)
        .map(|(name, seconds)| json!({"name": name, "time": seconds}))
        .collect();
    json!({
        "level": level(report),
        "requested": "L1",
        "key": log.to_string(),
        "index": report.index.get(),
        "id": report.header.as_ref().map(|header| header.id.to_string()),
        "leaf": report.leaf.map(|leaf| leaf.to_string()),
        "size": checkpoint.map(|checkpoint| checkpoint.size().get()),
        "root": checkpoint.map(|checkpoint| checkpoint.root().to_string()),
        "payload": payload(report.payload),
        "cosignatures": times,
        "findings": findings,
        "unchecked": report.unchecked,
    })
}

fn payload(state: PayloadState) -> &'static str {
    match state {
        PayloadState::Intact => "intact",
        PayloadState::Absent => "unverifiable",
        PayloadState::None => "none",
        PayloadState::Altered => "altered",
    }
}

fn text(report: &EvidenceReport, log: &VerifierKey, output: &mut Output) -> Result<()> {
    let mut row =
        |title: &str, text: &str| output.line(&format!("{TITLE}{title:<10}{TITLE:#}  {text}"));
    let id = report
        .header
        .as_ref()
        .map(|header| format!(" ({})", header.id))
        .unwrap_or_default();
    row("entry", &format!("{}{id}", report.index))?;
    if let Some(header) = &report.header {
        let resource = &header.resource.name;
        let said = format!(
            "{}: {} {} {resource}, {}",
            header.actor.name, header.kind, header.action, header.at
        );
        row("says", &shown(&said))?;
    }
    row(
        "level",
        &match level(report) {
            Some(level) => format!("{GOOD}{level}: it is in the tree that this key signed{GOOD:#}"),
            None if report.is_negative() => format!("{BAD}none{BAD:#}"),
            None => format!("{WARN}none: it could not be checked{WARN:#}"),
        },
    )?;
    row("key", &log.to_string())?;
    if let Some(signed) = &report.signed {
        let checkpoint = &signed.checkpoint;
        row(
            "tree",
            &format!("{} entries, root {}", checkpoint.size(), checkpoint.root()),
        )?;
        for (name, seconds) in &signed.cosignatures {
            row("time", &format!("{} by {}", time(*seconds), shown(name)))?;
        }
    }
    row("payload", payload(report.payload))?;
    for unchecked in &report.unchecked {
        row("unchecked", &format!("{WARN}{}{WARN:#}", shown(unchecked)))?;
    }
    if report.findings.is_empty() {
        return row("findings", "none");
    }
    row(
        "findings",
        &format!("{BAD}{}{BAD:#}", report.findings.len()),
    )?;
    report
        .findings
        .iter()
        .try_for_each(|finding| output.line(&finding_line(finding)))
}

/// A POSIX time as an instant; the number where it is none.
fn time(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| seconds.checked_mul(1_000_000))
        .and_then(piperoll::event::Instant::from_micros)
        .map_or_else(|| seconds.to_string(), |instant| instant.to_string())
}
