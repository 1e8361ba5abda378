//! Where a trail is kept, as the project file and `--trail` name it.

use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// The store of a trail.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// `memory:`: gone with the process.
    Memory,
    /// `sqlite:PATH`: one file.
    Sqlite(PathBuf),
}

impl Location {
    /// The location that `url` names; a relative path in it starts at `dir`.
    ///
    /// # Errors
    /// `InvalidInput` when `url` is none of the known kinds. The message holds no password of it.
    pub fn parse(url: &str, dir: &Path) -> Result<Self> {
        read(url, dir).map_err(|message| Error::invalid_input(format!("the trail {message}")))
    }
}

pub(super) fn read(url: &str, dir: &Path) -> Result<Location, String> {
    let known = "known are `sqlite:PATH` and `memory:`";
    match url.split_once(':') {
        Some(("memory", "")) => Ok(Location::Memory),
        Some(("memory", _)) => Err("must be `memory:` alone, without a name".into()),
        Some(("sqlite", "")) => Err("names no file after `sqlite:`".into()),
        // SQLite would take these for databases that are gone with the process.
        Some(("sqlite", ":memory:")) => Err("must be `memory:`, not `sqlite::memory:`".into()),
        Some(("sqlite", path)) => Ok(Location::Sqlite(join(dir, path))),
        Some((scheme, _)) if is_scheme(scheme) => Err(format!(
            "is in a store `{scheme}:` that is not known; {known}"
        )),
        _ => Err(format!(
            "does not start with the kind of its store; {known}"
        )),
    }
}

/// `path` as seen from `dir`. Never a bare name, which SQLite may take for something else than a file.
pub(super) fn join(dir: &Path, path: &str) -> PathBuf {
    let dir = if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    };
    dir.join(path)
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 20
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}
