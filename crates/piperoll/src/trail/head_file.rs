use crate::error::{ErrorKind, Result};
use crate::fs::{self, LockedFile};
use crate::seal::{HeadLine, Origin, VerifierKey};
use std::path::{Path, PathBuf};

/// The newest checkpoint that a key signed, kept beside the key: it tells a writer, and `verify`, that the store was set back.
#[derive(Debug, Clone)]
pub struct HeadFile {
    path: PathBuf,
}

/// What a head file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadState {
    /// It is not there.
    Missing,
    /// It is there, but is no head line that the key signed; why.
    Unreadable(String),
    /// The newest checkpoint that the key signed.
    At(HeadLine),
}

impl HeadFile {
    /// The head file at a path.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads it, and checks its signature.
    ///
    /// # Errors
    /// `Denied` without the right, `Unavailable` when it cannot be read.
    pub fn read(&self, origin: &Origin, key: &VerifierKey) -> Result<HeadState> {
        let bytes = match fs::read(&self.path, HeadLine::BYTES + 1) {
            Ok(None) => return Ok(HeadState::Missing),
            Ok(Some(bytes)) => bytes,
            // Too long, or a folder.
            Err(error) if error.kind() == ErrorKind::InvalidInput => {
                return Ok(HeadState::Unreadable("no file of one line".to_owned()));
            }
            Err(error) => return Err(error),
        };
        // Without the writer's lock a read may fall into a write: then it is read again under the lock.
        match state(&bytes, origin, key) {
            unlocked @ HeadState::Unreadable(_) => {
                let locked = LockedFile::open(&self.path)
                    .and_then(|mut file| file.read(HeadLine::BYTES + 1));
                // Whoever may only read cannot lock it: what was read first stands.
                Ok(locked.map_or(unlocked, |bytes| state(&bytes, origin, key)))
            }
            state => Ok(state),
        }
    }

    /// Advances it to a line of `origin` that `key` signed; one that is not larger changes nothing. What is no such line is overwritten. It is not synced:
    /// the store is, and one that is ahead of its head is in order.
    ///
    /// # Errors
    /// `Denied` without the right, `Unavailable` when it cannot be written.
    pub fn advance(&self, line: &HeadLine, origin: &Origin, key: &VerifierKey) -> Result<()> {
        self.advance_from(None, line, origin, key, &|| false)
    }

    /// As [`HeadFile::advance`]. The signature of `known`, a line that this process has written or checked, is not checked again where the file still holds it.
    /// A line that is not by `key` stays when `is_replaced` says that another key has taken its place: it is then that one's.
    pub(super) fn advance_from(
        &self,
        known: Option<&HeadLine>,
        line: &HeadLine,
        origin: &Origin,
        key: &VerifierKey,
        is_replaced: &dyn Fn() -> bool,
    ) -> Result<()> {
        let mut file = LockedFile::open(&self.path)?;
        let bytes = file.read(HeadLine::BYTES + 1)?;
        // A false line of a huge size must not stop it for ever.
        let unchanged = known.filter(|known| known.to_string().as_bytes() == bytes);
        let newer = match unchanged {
            Some(old) => line.size() > old.size(),
            None => match state(&bytes, origin, key) {
                HeadState::At(old) => line.size() > old.size(),
                HeadState::Missing | HeadState::Unreadable(_) => !is_replaced(),
            },
        };
        if newer {
            if bytes.len() > HeadLine::BYTES {
                file.replace(&[])?;
            }
            file.overwrite(line.to_string().as_bytes())?;
        }
        Ok(())
    }
}

fn state(bytes: &[u8], origin: &Origin, key: &VerifierKey) -> HeadState {
    let checked = HeadLine::parse(bytes).and_then(|line| {
        line.verify(origin, key)?;
        Ok(line)
    });
    match checked {
        Ok(line) => HeadState::At(line),
        Err(error) => HeadState::Unreadable(error.to_string()),
    }
}
