//! One entry's evidence, checked offline: a proof file, the entry as `show --json` printed it, and a public key. No store is needed.

use super::report::{Finding, Verdict};
use crate::error::{Error, Result};
use crate::event::{Commitment, Header, HeaderError, Json, Payload, Salt};
use crate::limits::LINE_BYTES_MAX;
use crate::seal::{
    EntryIndex, Hash, ProofFile, SignedCheckpoint, VerifierKey, leaf_hash, verify_inclusion,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What an auditor holds.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The bytes of the proof file.
    pub proof: &'a [u8],
    /// The entry, as JSON. Only its header, payload and salt are read; its leaf is computed, never believed.
    pub entry: &'a [u8],
    /// The public key of the log.
    pub log: &'a VerifierKey,
    /// Public keys of the clock and of others who cosign.
    pub cosigners: &'a [VerifierKey],
}

/// What is known of the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadState {
    /// It is the one that the header commits to.
    Intact,
    /// The header commits to one that is not part of the evidence.
    Absent,
    /// There never was one.
    None,
    /// It is not the one that the header commits to.
    Altered,
}

/// What the evidence shows.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceReport {
    /// The entry's index, as the proof file says.
    pub index: EntryIndex,
    /// What is sealed of the entry; `None` when it is no header of this format.
    pub header: Option<Header>,
    /// The hash of the entry; `None` likewise.
    pub leaf: Option<Hash>,
    /// The checkpoint, when the log key has signed it.
    pub signed: Option<SignedCheckpoint>,
    /// What is known of the payload.
    pub payload: PayloadState,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What could not be checked, in words.
    pub unchecked: Vec<String>,
}

/// Checks one entry's evidence.
///
/// # Errors
/// `InvalidInput` when a file is not of its form, so that it shows nothing either way. What it shows to be wrong is a finding.
pub fn verify_proof(evidence: &Evidence<'_>) -> Result<EvidenceReport> {
    let file = ProofFile::parse(evidence.proof)
        .map_err(|source| Error::invalid_input("the proof cannot be read").because(source))?;
    let entry = Entry::parse(evidence.entry)?;
    let mut report = EvidenceReport {
        index: file.index,
        header: None,
        leaf: None,
        signed: None,
        payload: PayloadState::None,
        findings: Vec::new(),
        unchecked: Vec::new(),
    };
    if let Some(index) = entry.index.filter(|index| *index != file.index.get()) {
        report.wrong(Verdict::Reordered, format!("the entry says index {index}"));
    }
    match entry.header {
        Err(HeaderError::Newer(version)) => {
            let detail = format!("the header is of format version {version}");
            report.wrong(Verdict::Unverifiable, detail);
        }
        Err(error) => report.wrong(Verdict::Altered, format!("the header {error}")),
        Ok(header) => {
            report.leaf = Some(leaf_hash(&header.encode()));
            report.header = Some(header);
        }
    }
    check_inclusion(&file, evidence, &mut report);
    check_payload(entry.payload.as_ref(), entry.salt.as_deref(), &mut report);
    Ok(report)
}

fn check_inclusion(file: &ProofFile, evidence: &Evidence<'_>, report: &mut EvidenceReport) {
    let note = file.checkpoint.as_bytes();
    let signed = match SignedCheckpoint::open(note, evidence.log, evidence.cosigners) {
        Ok(signed) => signed,
        Err(error) => {
            report.wrong(Verdict::Forged, format!("the checkpoint: {error}"));
            return;
        }
    };
    let (size, root) = (signed.checkpoint.size(), signed.checkpoint.root());
    if let Some(leaf) = report.leaf
        && let Err(error) = verify_inclusion(file.index, size, &leaf, &file.proof, &root)
    {
        let detail = format!("the entry is not the one in the signed tree: {error}");
        report.wrong(Verdict::Altered, detail);
    }
    if signed.cosignatures.is_empty() {
        report
            .unchecked
            .push("when the checkpoint was signed: no key of the clock was given".into());
    }
    report.signed = Some(signed);
}

fn check_payload(
    payload: Option<&Result<Payload, String>>,
    salt: Option<&str>,
    report: &mut EvidenceReport,
) {
    let Some(header) = &report.header else { return };
    let (state, detail) = match (header.payload, payload, salt) {
        (None, None, None) => (PayloadState::None, None),
        (None, _, _) => {
            let detail = "it has a payload that its header does not know".to_owned();
            report.wrong(Verdict::Forged, detail);
            report.payload = PayloadState::Altered;
            return;
        }
        (Some(_), None, _) | (Some(_), _, None) => (PayloadState::Absent, None),
        (Some(commitment), Some(payload), Some(salt)) => {
            let salt = STANDARD
                .decode(salt)
                .ok()
                .and_then(|salt| Salt::from_slice(&salt));
            match (payload, salt) {
                (Err(fault), _) => (PayloadState::Altered, Some(fault.clone())),
                (_, None) => (
                    PayloadState::Altered,
                    Some("the salt is not base64 of 32 bytes".into()),
                ),
                (Ok(payload), Some(salt))
                    if Commitment::to_payload(payload.as_bytes(), &salt) == commitment =>
                {
                    (PayloadState::Intact, None)
                }
                (Ok(_), Some(_)) => {
                    let detail = "the payload is not the one that the header commits to";
                    (PayloadState::Altered, Some(detail.to_owned()))
                }
            }
        }
    };
    report.payload = state;
    if let Some(detail) = detail {
        report.wrong(Verdict::Altered, detail);
    }
    if state == PayloadState::Absent {
        report
            .unchecked
            .push("the payload: it is not in the entry file, or was erased".into());
    }
}

impl EvidenceReport {
    /// Whether something is wrong.
    pub fn is_negative(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.verdict != Verdict::Unverifiable)
    }

    /// Whether the entry is shown to be in the signed tree.
    pub fn is_proven(&self) -> bool {
        self.findings.is_empty() && self.signed.is_some() && self.leaf.is_some()
    }

    fn wrong(&mut self, verdict: Verdict, detail: String) {
        let index = self.index.get();
        let id = self.header.as_ref().map(|header| header.id.to_string());
        self.findings.push(Finding {
            verdict,
            entries: Some((index, index)),
            id,
            detail,
        });
    }
}

/// What is read of an entry file.
struct Entry {
    index: Option<u64>,
    header: Result<Header, HeaderError>,
    payload: Option<Result<Payload, String>>,
    salt: Option<String>,
}

impl Entry {
    fn parse(bytes: &[u8]) -> Result<Self> {
        let refused = || {
            Error::invalid_input("the entry cannot be read")
                .hint("give what `piperoll --json show` printed")
        };
        if bytes.len() > LINE_BYTES_MAX {
            return Err(refused());
        }
        let json =
            Json::parse_stored(bytes).map_err(|problems| refused().with_problems(problems))?;
        let Json::Object(members) = json else {
            return Err(refused());
        };
        let mut entry = Self {
            index: None,
            header: Err(HeaderError::Form("it is missing".to_owned())),
            payload: None,
            salt: None,
        };
        let mut found = false;
        for (name, value) in members {
            match (name.as_ref(), value) {
                ("index", Json::Number(text)) => entry.index = text.parse().ok(),
                ("header", value) => {
                    found = true;
                    entry.header = Header::from_json(value);
                }
                ("payload", value) if value != Json::Null => {
                    let payload = Payload::from_json(value).map_err(|problems| {
                        let problems: Vec<String> =
                            problems.iter().map(ToString::to_string).collect();
                        problems.join("; ")
                    });
                    entry.payload = Some(payload);
                }
                ("salt", Json::Text(text)) => entry.salt = Some(text.into_owned()),
                _ => {}
            }
        }
        if found { Ok(entry) } else { Err(refused()) }
    }
}
