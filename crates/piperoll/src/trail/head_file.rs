use crate::error::Result;
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
        // Without the writer's lock a read may fall into a write: then it is read again under the lock.
        match fs::read(&self.path, HeadLine::BYTES + 1)? {
            None => Ok(HeadState::Missing),
            Some(bytes) => match state(&bytes, origin, key) {
                HeadState::Unreadable(_) => {
                    let bytes = LockedFile::open(&self.path)
                        .and_then(|mut file| file.read(HeadLine::BYTES as u64 + 1));
                    Ok(state(&bytes.unwrap_or_default(), origin, key))
                }
                state => Ok(state),
            },
        }
    }

    /// Advances it to a line; one that is not larger changes nothing. It is not synced: the store is, and one that is ahead of its head is in order.
    ///
    /// # Errors
    /// `Denied` without the right, `Unavailable` when it cannot be written.
    pub fn advance(&self, line: &HeadLine) -> Result<()> {
        let mut file = LockedFile::open(&self.path)?;
        let bytes = file.read(HeadLine::BYTES as u64 + 1)?;
        let newer = HeadLine::parse(&bytes).map_or(true, |old| line.size() > old.size());
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
