use super::contract::{Access, Store};
use super::memory::MemoryStore;
use crate::error::{Error, Result};
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a trail is kept, as a URL names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// `memory:`: gone when the process ends; for tests.
    Memory,
    /// `sqlite:PATH`: one file.
    Sqlite(PathBuf),
}

impl Location {
    /// Reads a store's URL; a relative path is relative to `base`.
    ///
    /// # Errors
    /// `InvalidInput` for a scheme that this version does not know, or a path that is missing.
    pub fn parse(url: &str, base: &Path) -> Result<Self> {
        let (scheme, rest) = url.split_once(':').unwrap_or(("", url));
        match scheme {
            "memory" if rest.is_empty() => Ok(Self::Memory),
            "sqlite" => {
                // `sqlite:///x` and `sqlite:/x` are both absolute, as in other tools.
                let path = rest.strip_prefix("//").unwrap_or(rest);
                if path.is_empty() {
                    return Err(Error::invalid_input("`sqlite:` names no file")
                        .hint("write `sqlite:.piperoll/trail.db`"));
                }
                Ok(Self::Sqlite(base.join(path)))
            }
            _ => Err(
                Error::invalid_input("the trail's URL names no store that this version has")
                    .hint("write `sqlite:PATH`, such as `sqlite:.piperoll/trail.db`"),
            ),
        }
    }

    /// Whether something is there, or may be: what cannot be looked at is not taken for missing.
    pub fn exists(&self) -> bool {
        match self {
            Self::Memory => false,
            Self::Sqlite(path) => path.try_exists().unwrap_or(true),
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

/// Its URL.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory:"),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
        }
    }
}
