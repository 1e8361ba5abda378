//! Files that one process at a time works on.

use super::{failure, is_pipe, no_regular_file, sync_folder};
use crate::error::Result;
use crate::limits::LOCK_WAIT_SECONDS;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What is read of a file in one go, at first.
const BUFFER_BYTES: usize = 4_096;

/// A file that this process has locked against others, until it is dropped.
#[derive(Debug)]
pub struct LockedFile {
    file: File,
    path: PathBuf,
    is: Identity,
}

/// A file that was locked, and is open still: to lock it again takes less than to open it. While it is open no other file can be taken for it.
#[derive(Debug)]
pub struct UnlockedFile {
    file: File,
    path: PathBuf,
    is: Identity,
    /// Which process has opened it.
    process: u32,
}

/// Device and number of a file; none where the system cannot tell.
type Identity = Option<(u64, u64)>;

impl LockedFile {
    /// Opens a file, mode 0600 when it is made, and waits for its lock.
    ///
    /// # Errors
    /// `Denied` without the right, `InvalidInput` when it is a pipe, which would be waited for, `Conflict` when another program does not let go of the lock,
    /// `Unavailable` when it cannot be opened or locked.
    pub fn open(path: &Path) -> Result<Self> {
        if is_pipe(path) {
            return Err(no_regular_file(path));
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let opened = loop {
            let opened = options.open(path).and_then(|file| {
                lock(&file, Duration::from_secs(LOCK_WAIT_SECONDS))?;
                let is = identity(&file.metadata()?);
                Ok((is_at(is, path)?, file, is))
            });
            match opened {
                // Whoever had the lock before has renamed or removed it: the lock is of a file that nobody else will open.
                Ok((false, ..)) => {}
                Ok((true, file, is)) => break Ok((file, is)),
                Err(error) => break Err(error),
            }
        };
        let (file, is) = opened.map_err(|e| failure(path, "written", e))?;
        Ok(Self {
            file,
            path: path.to_owned(),
            is,
        })
    }

    /// The first `bytes_max` bytes.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be read.
    pub fn read(&mut self, bytes_max: usize) -> Result<Vec<u8>> {
        let most = u64::try_from(bytes_max).unwrap_or(u64::MAX);
        let mut bytes = Vec::with_capacity(bytes_max.min(BUFFER_BYTES));
        let read = (|| {
            self.file.seek(SeekFrom::Start(0))?;
            (&mut self.file).take(most).read_to_end(&mut bytes)
        })();
        read.map_err(|e| failure(&self.path, "read", e))?;
        Ok(bytes)
    }

    /// Overwrites the beginning in one write, without waiting for the disk.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be written.
    pub fn overwrite(&mut self, bytes: &[u8]) -> Result<()> {
        let written = (|| {
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(bytes)
        })();
        written.map_err(|e| failure(&self.path, "written", e))
    }

    /// Replaces the content, durably.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be written.
    pub fn replace(&mut self, bytes: &[u8]) -> Result<()> {
        let written = (|| {
            self.file.set_len(0)?;
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(bytes)?;
            self.file.sync_all()
        })();
        written.map_err(|e| failure(&self.path, "written", e))
    }

    /// Lets go of the lock, and keeps the file open. `None` where that is of no use: the lock is gone all the same.
    pub fn unlock(self) -> Option<UnlockedFile> {
        let Self { file, path, is } = self;
        let can_be_told = is.is_some();
        // Where it cannot be unlocked it is closed, which unlocks it.
        (can_be_told && file.unlock().is_ok()).then(|| UnlockedFile {
            file,
            path,
            is,
            process: std::process::id(),
        })
    }

    /// Gives the file its final name, durably.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be renamed.
    pub fn rename(self, path: &Path) -> Result<()> {
        let renamed = std::fs::rename(&self.path, path).and_then(|()| sync_folder(path));
        renamed.map_err(|e| failure(path, "written", e))
    }

    /// Removes the file.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be removed.
    pub fn remove(self) -> Result<()> {
        std::fs::remove_file(&self.path).map_err(|e| failure(&self.path, "removed", e))
    }
}

impl UnlockedFile {
    /// Waits for the lock again. Where its path names another file by now, or none, that is what is opened and locked.
    ///
    /// # Errors
    /// Those of [`LockedFile::open`].
    pub fn lock(self) -> Result<LockedFile> {
        let path = self.path.clone();
        let locked = self.lock_if_there();
        match locked.map_err(|e| failure(&path, "written", e))? {
            Some(locked) => Ok(locked),
            // It is closed by now.
            None => LockedFile::open(&path),
        }
    }

    /// A process that was forked shares the lock of its parent, and has none of its own then. And nobody waits for the lock of a file that was moved away.
    fn lock_if_there(self) -> io::Result<Option<LockedFile>> {
        let Self {
            file,
            path,
            is,
            process,
        } = self;
        if process != std::process::id() || !is_at(is, &path)? {
            return Ok(None);
        }
        lock(&file, Duration::from_secs(LOCK_WAIT_SECONDS))?;
        Ok(is_at(is, &path)?.then_some(LockedFile { file, path, is }))
    }
}

/// Locks a file; waits so long for whoever holds the lock. A program that was stopped while it held one must not stop all others for ever.
fn lock(file: &File, wait: Duration) -> io::Result<()> {
    const LONGEST_PAUSE: Duration = Duration::from_millis(10);
    let mut pause = Duration::from_micros(50);
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if waited >= wait => {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            Err(TryLockError::WouldBlock) => {}
        }
        std::thread::sleep(pause);
        waited += pause;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[cfg(unix)]
pub(super) fn identity(file: &std::fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    Some((file.dev(), file.ino()))
}

#[cfg(not(unix))]
pub(super) fn identity(_: &std::fs::Metadata) -> Identity {
    None
}

/// Whether a path still names the file that was opened by it. Always `true` where the system cannot tell.
fn is_at(is: Identity, path: &Path) -> io::Result<bool> {
    if is.is_none() {
        return Ok(true);
    }
    match std::fs::metadata(path) {
        Ok(there) => Ok(identity(&there) == is),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let error = LockedFile::open(&pipe).map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }

    #[test]
    fn a_lock_that_is_never_let_go_of_is_a_conflict() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("head");
        let held = LockedFile::open(&path).unwrap();
        let file = File::open(&path).unwrap();
        let wait = Duration::from_millis(20);
        let error = lock(&file, wait).unwrap_err();
        let error = failure(&path, "written", error);
        assert_eq!(error.kind(), ErrorKind::Conflict);
        // One that is kept open holds no lock.
        let kept = held.unlock();
        assert_eq!(kept.is_some(), cfg!(unix));
        lock(&file, wait).unwrap();
    }

    /// A writer that went on in a file that somebody has moved away would write where nobody looks.
    #[cfg(unix)]
    #[test]
    fn what_was_kept_open_is_locked_again_only_where_its_path_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let (path, away) = (folder.path().join("head"), folder.path().join("away"));
        let read = |path: &Path| String::from_utf8(std::fs::read(path).unwrap()).unwrap();
        let mut file = LockedFile::open(&path).unwrap();
        file.overwrite(b"one").unwrap();
        let mut file = file.unlock().unwrap().lock().unwrap();
        assert_eq!(file.read(10).unwrap(), b"one");
        assert!(lock(&File::open(&path).unwrap(), Duration::ZERO).is_err());
        file.overwrite(b"two").unwrap();
        let kept = file.unlock().unwrap();

        // Moved away.
        std::fs::rename(&path, &away).unwrap();
        let mut file = kept.lock().unwrap();
        assert_eq!(file.read(10).unwrap(), b"");
        file.overwrite(b"three").unwrap();
        let kept = file.unlock().unwrap();
        assert_eq!((read(&path), read(&away)), ("three".into(), "two".into()));

        // Replaced, and whoever moved it away holds its lock: nobody waits for that.
        let moved = folder.path().join("moved");
        std::fs::rename(&path, &moved).unwrap();
        let held = File::open(&moved).unwrap();
        lock(&held, Duration::ZERO).unwrap();
        std::fs::rename(&away, &path).unwrap();
        let begun = std::time::Instant::now();
        let mut file = kept.lock().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(LOCK_WAIT_SECONDS));
        assert_eq!(file.read(10).unwrap(), b"two");
        let mut kept = file.unlock().unwrap();

        // What another process has opened shares its lock with this one.
        kept.process ^= 1;
        let mut file = kept.lock().unwrap();
        assert_eq!(file.read(10).unwrap(), b"two");
        let kept = file.unlock().unwrap();
        assert_eq!(kept.process, std::process::id());

        // A pipe in its place is not waited for.
        std::fs::remove_file(&path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        let error = kept.lock().map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}
