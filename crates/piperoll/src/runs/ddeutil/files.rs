//! A folder of ddeutil's files: `workflow={name}/release={digits}/{parent_run_id or run_id}.log`.

use super::document::{read, write};
use super::name::escaped;
use super::shared::Shared;
use crate::error::{Error, Problem, Result};
use crate::event::Instant;
use crate::fs::{self, Node};
use crate::limits::LINE_BYTES_MAX;
use crate::runs::import::Told;
use crate::runs::{Run, RunEntry};
use crate::trail::{Receipt, Trail};
use jiff::Timestamp;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How the name of a workflow's folder begins.
const WORKFLOW: &str = "workflow=";
/// How the name of a release's folder begins.
const RELEASE: &str = "release=";
/// How the name of a run's file ends.
pub(super) const LOG: &str = "log";

/// A folder of ddeutil's files.
#[derive(Debug, Clone)]
pub struct Files {
    folder: PathBuf,
    /// A run may have many parts, whose files all have its name.
    shared: Arc<Shared>,
}

/// Where a run is, and whether it was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its file.
    pub path: PathBuf,
    /// Whether it was there, and said the same.
    pub was_there: bool,
}

/// A file that was found.
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// When it was written last, where the system can tell.
    pub(super) written: Option<Instant>,
}

impl Files {
    /// The files in a folder, which need not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            shared: Arc::default(),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a run, durably; who reads meanwhile sees all of it or nothing. No name leads out of the folder, and nothing is written over: of runs that would have one name
    /// the second is `ID~2.log`, and so on.
    ///
    /// # Errors
    /// `Denied` without the right, or when a symbolic link stands where one of its folders should; `InvalidInput` when more than
    /// [`crate::limits::SHARED_NAMES_MAX`] runs of one release would have its name; `Unavailable` when it cannot be written.
    pub fn write(&self, run: &Run) -> Result<Placed> {
        let workflow = self
            .folder
            .join(format!("{WORKFLOW}{}", escaped(&run.name)));
        let release = workflow.join(format!("{RELEASE}{}", run.release.digits()));
        for folder in [&workflow, &release] {
            if Node::at(folder)? == Some(Node::Link) {
                return Err(is_link(folder));
            }
        }
        fs::create_folder_durably(&release)?;
        let text = write(run);
        let stem = escaped(run.parent_run_id.as_deref().unwrap_or(&run.run_id));
        self.shared.place(&release, &stem, run, &text)
    }

    /// Writes the runs that have just been recorded and have ended, as the trail has them: with what was redacted.
    ///
    /// # Errors
    /// As [`Files::write`]: the runs are recorded then, and a file is missing; those of the trail.
    pub fn write_recorded(&self, trail: &Trail, receipt: &Receipt) -> Result<()> {
        for recorded in &receipt.entries {
            let entry = RunEntry::read(&trail.entry_at(recorded.index)?)?;
            let Some(entry) = entry.filter(|entry| entry.run.status.is_terminal()) else {
                continue;
            };
            self.write(&entry.run).map_err(|error| {
                let index = entry.index;
                let message = format!("entry {index} is recorded, and its file is not written");
                Error::new(error.kind(), message)
                    .hint("`piperoll runs export --format ddeutil-file` writes what is missing")
                    .because(error)
            })?;
        }
        Ok(())
    }

    /// The files, in the order of their names. What stands in the place of one and cannot be read as such is told to `skipped`.
    pub(super) fn list(&self, skipped: &mut Told) -> Result<Vec<Found>> {
        let mut found = Vec::new();
        for workflow in folders(fs::list(&self.folder)?, &self.folder, WORKFLOW, skipped) {
            let releases = names_in(&workflow, skipped);
            for release in folders(releases, &workflow, RELEASE, skipped) {
                for (name, node) in names_in(&release, skipped) {
                    let path = release.join(&name);
                    if path.extension() != Some(OsStr::new(LOG)) {
                        continue;
                    }
                    match node {
                        Node::File(written) => found.push(Found::at(&path, written)),
                        Node::Link => skipped.add(shown(&path), LINK),
                        Node::Folder | Node::Other => skipped.add(shown(&path), "is no file"),
                    }
                }
            }
        }
        Ok(found)
    }
}

const LINK: &str = "is a symbolic link, which is not followed";

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The names in a folder below the first: one that cannot be read hides no other.
fn names_in(folder: &Path, skipped: &mut Told) -> Vec<(OsString, Node)> {
    fs::list(folder).unwrap_or_else(|error| {
        skipped.add(shown(folder), error.chain());
        Vec::new()
    })
}

/// The folders among names whose own begin so.
fn folders(
    names: Vec<(OsString, Node)>,
    within: &Path,
    prefix: &str,
    skipped: &mut Told,
) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (name, node) in names {
        if !name.as_encoded_bytes().starts_with(prefix.as_bytes()) {
            continue;
        }
        let path = within.join(&name);
        match node {
            Node::Folder => found.push(path),
            Node::Link => skipped.add(shown(&path), LINK),
            Node::File(_) | Node::Other => skipped.add(shown(&path), "is no folder"),
        }
    }
    found
}

fn is_link(path: &Path) -> Error {
    let shown = path.display();
    Error::denied(format!("`{shown}` is a symbolic link"))
        .hint("it could lead out of the folder of the runs: put a folder in its place")
}

impl Found {
    pub(super) fn at(path: &Path, written: Option<Timestamp>) -> Self {
        Self {
            path: path.to_owned(),
            written: written.map(Instant::from_timestamp),
        }
    }

    /// The run in the file.
    pub(super) fn read(&self) -> Result<Run, Vec<Problem>> {
        let problem = |message: String| vec![Problem::new("", message)];
        match fs::read(&self.path, LINE_BYTES_MAX) {
            Ok(Some(bytes)) => read(&bytes),
            Ok(None) => Err(problem("is gone".to_owned())),
            Err(error) => Err(problem(error.chain())),
        }
    }
}

#[cfg(test)]
mod tests;
