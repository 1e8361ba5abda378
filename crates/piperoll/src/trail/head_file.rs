use crate::error::{ErrorKind, Result};
use crate::fs::{self, LockedFile, UnlockedFile};
use crate::seal::{HeadLine, Origin, TreeSize, VerifierKey};
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

/// What a writer knows of the file from the line that it has written last. Nobody else is kept from writing meanwhile: it is locked and read again before the next.
#[derive(Debug)]
pub(super) struct Advanced {
    size: TreeSize,
    text: String,
    file: Option<UnlockedFile>,
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
    /// `Denied` without the right, `InvalidInput` when it is a pipe, `Conflict` when another program does not let go of its lock, `Unavailable` when it cannot be written.
    pub fn advance(&self, line: &HeadLine, origin: &Origin, key: &VerifierKey) -> Result<()> {
        self.advance_from(None, line, origin, &|| key.clone(), &|| false)
            .map(drop)
    }

    /// As [`HeadFile::advance`], after what this process has written before. The signature of a line that it has written is not checked again where the file still
    /// holds it; so `key` is asked for only where it does not. A line that is not by that key stays when `is_replaced` says that another key has taken its place: it
    /// is then that one's.
    pub(super) fn advance_from(
        &self,
        before: Option<Advanced>,
        line: &HeadLine,
        origin: &Origin,
        key: &dyn Fn() -> VerifierKey,
        is_replaced: &dyn Fn() -> bool,
    ) -> Result<Advanced> {
        let (known, kept) = before.map_or((None, None), |before| {
            (Some((before.size, before.text)), before.file)
        });
        let mut file = match kept {
            Some(file) => file.lock()?,
            None => LockedFile::open(&self.path)?,
        };
        let bytes = file.read(HeadLine::BYTES + 1)?;
        // A false line of a huge size must not stop it for ever.
        let unchanged = known.filter(|(_, text)| text.as_bytes() == bytes);
        let newer = match unchanged {
            Some((old, _)) => line.size() > old,
            None => match state(&bytes, origin, &key()) {
                HeadState::At(old) => line.size() > old.size(),
                HeadState::Missing | HeadState::Unreadable(_) => !is_replaced(),
            },
        };
        let text = line.to_string();
        if newer {
            if bytes.len() > HeadLine::BYTES {
                file.replace(&[])?;
            }
            file.overwrite(text.as_bytes())?;
        }
        Ok(Advanced {
            size: line.size(),
            text,
            file: file.unlock(),
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{Checkpoint, Hash, Signer};

    /// A writer keeps the file open; whoever puts another in its place meanwhile is noticed.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "test data")]
    fn a_file_that_was_kept_open_is_read_again_and_looked_for_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = HeadFile::new(folder.path().join("head"));
        let origin = Origin::parse("shop.example/audit").unwrap();
        let signer = Signer::from_seed(origin.clone(), &[7; 32]);
        let line = |size: u64| {
            let root = Hash::new([9; 32]);
            let checkpoint = Checkpoint::new(origin.clone(), TreeSize::new(size), root);
            checkpoint.sign_with_head(&signer).unwrap().1
        };
        let is_at = |size: u64| {
            let state = file.read(&origin, &signer.vkey()).unwrap();
            assert_eq!(state, HeadState::At(line(size)));
        };
        let advance = |before: Option<Advanced>, size: u64| {
            let key = || signer.vkey();
            file.advance_from(before, &line(size), &origin, &key, &|| false)
        };
        let first = advance(None, 1).unwrap();
        let second = advance(Some(first), 2).unwrap();
        is_at(2);

        // Another writer was faster: its larger line stays, whether this one knows it or not.
        drop(advance(None, 5).unwrap());
        let third = advance(Some(second), 3).unwrap();
        is_at(5);
        let fourth = advance(Some(third), 6).unwrap();
        is_at(6);

        // Removed, and a copy put back in its place.
        let copy = folder.path().join("copy");
        fs::write(&copy, line(6).to_string().as_bytes()).unwrap();
        std::fs::remove_file(file.path()).unwrap();
        let fifth = advance(Some(fourth), 7).unwrap();
        is_at(7);
        std::fs::rename(&copy, file.path()).unwrap();
        is_at(6);
        let sixth = advance(Some(fifth), 8).unwrap();
        is_at(8);

        // What is too long is cut.
        let mut long = line(9).to_string();
        long.push_str("rest");
        std::fs::write(file.path(), long).unwrap();
        drop(advance(Some(sixth), 9).unwrap());
        is_at(9);
    }
}
