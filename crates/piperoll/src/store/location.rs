use super::contract::{Access, Store};
use super::memory::MemoryStore;
use crate::error::{Error, Result};
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a trail is kept, as the project file and `--trail` name it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// `memory:`: gone when the process ends; for tests.
    Memory,
    /// `sqlite:PATH`: one file.
    Sqlite(PathBuf),
}

impl Location {
    /// The location that `url` names; a relative path in it starts at `dir`.
    ///
    /// # Errors
    /// `InvalidInput` when it is none of the known kinds. The message holds no password of it, and is to follow the name of what holds it.
    pub fn parse(url: &str, dir: &Path) -> Result<Self> {
        let known = "known are `sqlite:PATH` and `memory:`";
        let refused = |message: &str| Err(Error::invalid_input(message));
        match url.split_once(':') {
            Some(("memory", "")) => Ok(Self::Memory),
            Some(("memory", _)) => refused("must be `memory:` alone, without a name"),
            Some(("sqlite", "")) => refused("names no file after `sqlite:`"),
            // SQLite would take these for databases that are gone with the process.
            Some(("sqlite", ":memory:")) => refused("must be `memory:`, not `sqlite::memory:`"),
            Some(("sqlite", path)) => Ok(Self::Sqlite(join(dir, path))),
            Some((scheme, _)) if is_scheme(scheme) => refused(&format!(
                "is in a store `{scheme}:` that is not known; {known}"
            )),
            _ => refused(&format!(
                "does not start with the kind of its store; {known}"
            )),
        }
    }

    /// Whether something is there, or may be: what cannot be looked at is not taken for missing. It may be no trail.
    pub fn exists(&self) -> bool {
        match self {
            Self::Memory => false,
            Self::Sqlite(path) => path.try_exists().unwrap_or(true),
        }
    }

    /// The folder that it is in, where it is in one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Memory => None,
            Self::Sqlite(path) => path.parent(),
        }
    }

    /// Opens the store; for [`Access::Write`] it is made when it is not there.
    ///
    /// # Errors
    /// `NotFound` when there is nothing to read, and those of the store.
    pub fn open(&self, access: Access) -> Result<Box<dyn Store>> {
        match self {
            Self::Memory => Ok(Box::new(MemoryStore::new())),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => Ok(Box::new(super::SqliteStore::open(path, access)?)),
            #[cfg(not(feature = "sqlite"))]
            Self::Sqlite(_) => {
                let _ = access;
                Err(Error::unsupported("this build has no SQLite store")
                    .hint("build it with the feature `sqlite`"))
            }
        }
    }
}

/// `path` as seen from `dir`. Never a name that SQLite would take for something else than a file.
pub fn join(dir: &Path, path: &str) -> PathBuf {
    if dir.as_os_str().is_empty() && (path.starts_with(':') || path.starts_with("file:")) {
        return Path::new(".").join(path);
    }
    dir.join(path)
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 20
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// Its URL.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory:"),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
        }
    }
}
