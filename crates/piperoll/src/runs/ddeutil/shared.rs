//! Files of runs that would have one name: `ID.log`, `ID~2.log`, and so on. What stands under which is remembered, so that the thousandth child of a run does not read
//! the files of all others.

use super::Placed;
use super::document::{read, told};
use super::files::LOG;
use crate::error::{Error, Result};
use crate::fs::{self, Node};
use crate::limits::{LINE_BYTES_MAX, SHARED_NAMES_KEPT_MAX, SHARED_NAMES_MAX};
use crate::runs::Run;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What stands under the names that were looked at.
#[derive(Debug, Default)]
pub(super) struct Shared {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    stems: HashMap<PathBuf, Stem>,
    /// Runs of all of them.
    runs: usize,
}

/// The names of one stem.
#[derive(Debug, Default)]
struct Stem {
    /// The number of each run, by a hash of what is told of it.
    runs: HashMap<[u8; 32], u32>,
    /// The numbers up to this one are taken.
    taken: u32,
}

impl Shared {
    /// Writes a run under the first free name of its stem, unless it stands under one.
    pub(super) fn place(
        &self,
        release: &Path,
        stem: &str,
        run: &Run,
        text: &str,
    ) -> Result<Placed> {
        let hash = hash(run);
        let key = release.join(stem);
        let path = |number| match number {
            1 => release.join(format!("{stem}.{LOG}")),
            _ => release.join(format!("{stem}~{number}.{LOG}")),
        };
        // Whoever comes with the same stem meanwhile looks for himself.
        let mut names = self.take(&key);
        if let Some(path) = names.runs.get(&hash).map(|number| path(*number)) {
            if is_file(&path)? {
                self.keep(key, names);
                let was_there = true;
                return Ok(Placed { path, was_there });
            }
            // Somebody has taken files away.
            names = Stem::default();
        }
        while names.taken < SHARED_NAMES_MAX {
            let number = names.taken + 1;
            let path = path(number);
            let is_new = Node::at(&path)?.is_none() && fs::write_new(&path, text.as_bytes())?;
            let found = match is_new {
                true => Some(hash),
                false => hash_at(&path, text, hash)?,
            };
            names.taken = number;
            if let Some(found) = found {
                names.runs.entry(found).or_insert(number);
            }
            if found == Some(hash) {
                self.keep(key, names);
                let was_there = !is_new;
                return Ok(Placed { path, was_there });
            }
        }
        self.keep(key, names);
        let shown = release.display();
        Err(Error::invalid_input(format!(
            "`{shown}` has {SHARED_NAMES_MAX} runs that would be `{stem}.{LOG}`"
        )))
    }

    fn take(&self, key: &Path) -> Stem {
        let mut kept = self.lock();
        let names = kept.stems.remove(key).unwrap_or_default();
        kept.runs -= names.runs.len();
        names
    }

    fn keep(&self, key: PathBuf, names: Stem) {
        // A name that is not shared is looked at as quickly as it is remembered.
        if names.taken < 2 {
            return;
        }
        let mut kept = self.lock();
        kept.runs += names.runs.len();
        let before = kept.stems.insert(key, names);
        kept.runs -= before.map_or(0, |before| before.runs.len());
        if kept.runs > SHARED_NAMES_KEPT_MAX {
            *kept = Kept::default();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // Nothing that can panic is done under it.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_file(path: &Path) -> Result<bool> {
    Ok(matches!(Node::at(path)?, Some(Node::File(_))))
}

/// The hash of the run in a file, which may be the one of a text. What is no file, or holds no run, is somebody's all the same.
fn hash_at(path: &Path, text: &str, hash_of_text: [u8; 32]) -> Result<Option<[u8; 32]>> {
    if !is_file(path)? {
        return Ok(None);
    }
    let there = fs::read(path, LINE_BYTES_MAX)?.unwrap_or_default();
    if there == text.as_bytes() {
        return Ok(Some(hash_of_text));
    }
    Ok(read(&there).ok().map(|run| hash(&run)))
}

/// The same for runs that are one and of which the same is told.
fn hash(run: &Run) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(run.status.as_str());
    hash.update([0]);
    hash.update(told(run));
    hash.finalize().into()
}
