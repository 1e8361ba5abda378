use crate::error::{Error, Result};
use crate::fs;
use crate::limits::KEY_FILE_BYTES_MAX;
use crate::seal::{Origin, Signer};
use std::fmt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Where the log key is.
#[derive(Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A file, mode 0600.
    File(PathBuf),
    /// The key itself, from the caller's environment, and where its head file is kept.
    Text {
        /// The key in Go's form.
        key: Zeroizing<String>,
        /// The head file.
        head: PathBuf,
    },
}

impl KeySource {
    /// The log key of the trail `origin`, in whichever incarnation it is; `None` when its file is not there.
    ///
    /// # Errors
    /// `Denied` when others can read the file, `InvalidInput` when it holds no key, or that of another origin.
    pub fn read(&self, origin: &Origin) -> Result<Option<Signer>> {
        let signer = match self {
            Self::File(path) => {
                let Some(bytes) = fs::read(path, KEY_FILE_BYTES_MAX)? else {
                    return Ok(None);
                };
                let bytes = Zeroizing::new(bytes);
                if fs::is_open_to_others(path)? {
                    return Err(
                        Error::denied(format!("others can read the key {self}")).hint(format!(
                            "run `chmod 600 {}`; whoever has read it can sign in its name",
                            path.display()
                        )),
                    );
                }
                let text = std::str::from_utf8(&bytes).map_err(|_| self.no_key())?;
                Signer::parse(text.trim_end()).map_err(|error| self.no_key().because(error))?
            }
            Self::Text { key, .. } => {
                Signer::parse(key.trim()).map_err(|error| self.no_key().because(error))?
            }
        };
        if signer.origin().incarnation_of(origin).is_none() {
            return Err(Error::invalid_input(format!(
                "the key {self} is that of `{}`, not of `{origin}`",
                signer.origin()
            ))
            .hint("set `key` or `origin` in piperoll.yaml to those that belong together"));
        }
        Ok(Some(signer))
    }

    /// Where the head file is: beside the key.
    pub fn head_path(&self) -> PathBuf {
        match self {
            Self::File(path) => fs::beside(path, ".head"),
            Self::Text { head, .. } => head.clone(),
        }
    }

    /// The file of the key, when it is in one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Text { .. } => None,
        }
    }

    /// Where the next key waits until the trail has taken it: beside the key, when that is in a file.
    pub(super) fn next_path(&self) -> Option<PathBuf> {
        self.path().map(|path| fs::beside(path, ".next"))
    }

    /// Where the endorsements of the keys after this one are: beside the key, when that is in a file.
    pub(super) fn turns_path(&self) -> Option<PathBuf> {
        self.path().map(|path| fs::beside(path, ".turns"))
    }

    fn no_key(&self) -> Error {
        Error::invalid_input(format!("the key {self} is no log key"))
            .hint("it is one line, `PRIVATE+KEY+<origin>+<id>+<key>`")
    }
}

/// Names the key without showing it.
impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "`{}`", path.display()),
            Self::Text { .. } => f.write_str("`PRIVATE+KEY+...`"),
        }
    }
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
