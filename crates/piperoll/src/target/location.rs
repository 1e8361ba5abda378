use super::contract::Target;
use crate::error::{Error, Result};
use crate::store::join;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a target is, as the project file names it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// `sqlite:PATH`: one file.
    Sqlite(PathBuf),
}

impl Location {
    /// The location that `url` names; a relative path in it starts at `dir`.
    ///
    /// # Errors
    /// `InvalidInput` when it is none of the known kinds. The message holds no password of it, and is to follow the name of what holds it.
    pub fn parse(url: &str, dir: &Path) -> Result<Self> {
        match url.split_once(':') {
            Some(("sqlite", "")) => Err(Error::invalid_input("names no file after `sqlite:`")),
            Some(("sqlite", ":memory:")) => Err(Error::invalid_input(
                "must be a file: `:memory:` is gone with the process",
            )),
            Some(("sqlite", path)) => Ok(Self::Sqlite(join(dir, path))),
            _ => Err(Error::invalid_input(
                "does not start with the kind of its target; known is `sqlite:PATH`",
            )),
        }
    }

    /// The target there, under its name in the project. Nothing is opened or made yet.
    ///
    /// # Errors
    /// `Unsupported` when this build has no such target.
    pub fn open(&self, name: &str) -> Result<Box<dyn Target>> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => Ok(Box::new(super::SqliteTarget::new(name, path))),
            #[cfg(not(feature = "sqlite"))]
            Self::Sqlite(_) => {
                let _ = name;
                Err(Error::unsupported("this build has no SQLite target")
                    .hint("build it with the feature `sqlite`"))
            }
        }
    }
}

/// Its URL.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
        }
    }
}
