//! The few things that are done to files: all of them whole and durable.
#![expect(
    clippy::disallowed_methods,
    reason = "the one module that touches files"
)]

mod folder;
mod matching;
mod process;

pub use folder::{Node, create_folder_durably, list, open, size, write_new};
pub use matching::matching;
pub use process::Process;

use crate::error::{Error, Result};
use crate::limits::LOCK_WAIT_SECONDS;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Reads a file of at most `bytes_max` bytes; `None` when it is not there. A pipe or a device might never end, so that it is none.
///
/// # Errors
/// `Denied` without the right, `InvalidInput` when it is larger or no regular file, `Unavailable` when it cannot be read.
pub fn read(path: &Path, bytes_max: usize) -> Result<Option<Vec<u8>>> {
    refuse_pipe(path)?;
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failure(path, "read", error)),
    };
    let mut bytes = Vec::new();
    let most = u64::try_from(bytes_max)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(|e| failure(path, "read", e))?;
    if bytes.len() > bytes_max {
        let shown = path.display();
        return Err(Error::invalid_input(format!(
            "`{shown}` has more than {bytes_max} bytes"
        )));
    }
    Ok(Some(bytes))
}

/// Refuses a pipe or a device, before it is opened: opening a pipe waits for whoever writes it. That there is nothing, or a folder, is told by whoever opens it.
///
/// # Errors
/// `InvalidInput` when it is a pipe or a device.
pub fn refuse_pipe(path: &Path) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(there) if !there.is_file() && !there.is_dir() => Err(no_regular_file(path)),
        _ => Ok(()),
    }
}

/// Makes a file that only its owner may read and write, where none is. That it cannot be made is told by whoever opens it next.
#[cfg(feature = "sqlite")]
pub(crate) fn make_private(path: &Path) {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(path));
}

fn no_regular_file(path: &Path) -> Error {
    Error::invalid_input(format!("`{}` is no regular file", path.display()))
}

/// Whether a path names a pipe. Always `false` where the system has none with names.
fn is_pipe(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        std::fs::metadata(path).is_ok_and(|there| there.file_type().is_fifo())
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Makes a folder and those above it.
///
/// # Errors
/// `Denied` without the right, `Unavailable` when it cannot be made.
pub fn create_folder(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(|e| failure(path, "made", e))
}

/// Writes a file whole: a reader sees the old content or the new, also after a power loss.
///
/// # Errors
/// `Denied` without the right, `Unavailable` when it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    write_with(path, &mut |file| {
        file.write_all(bytes)
            .map_err(|e| failure(path, "written", e))
    })
}

/// As [`write()`], of what `fill` writes. What is there and no file (a pipe, `/dev/stdout`) is written as it is, not replaced.
///
/// # Errors
/// Those of `fill`; `Denied` without the right, `Unavailable` when it cannot be written. The old file stays as it was then.
pub fn write_with(path: &Path, fill: &mut dyn FnMut(&mut dyn Write) -> Result<()>) -> Result<()> {
    let failed = |e| failure(path, "written", e);
    let there = std::fs::metadata(path);
    if there.as_ref().is_ok_and(std::fs::Metadata::is_dir) {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    if there.is_ok_and(|there| !there.is_file()) {
        let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
        let mut buffer = BufWriter::new(file);
        fill(&mut buffer)?;
        return buffer.flush().map_err(failed);
    }
    let temporary = beside(path, &format!(".{}.tmp", std::process::id()));
    let written = File::create(&temporary).map_err(failed).and_then(|file| {
        let mut buffer = BufWriter::new(file);
        fill(&mut buffer)?;
        let file = buffer.into_inner().map_err(|e| failed(e.into_error()))?;
        file.sync_all().map_err(failed)?;
        std::fs::rename(&temporary, path).map_err(failed)?;
        sync_folder(path).map_err(failed)
    });
    if written.is_err() {
        // Whatever stopped the writing is told; a leftover is in nobody's way.
        drop(std::fs::remove_file(&temporary));
    }
    written
}

/// A path with an ending added to its name.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Whether others than its owner may read or write a file. Always `false` where the system has no such modes.
///
/// # Errors
/// `Unavailable` when the file cannot be looked at.
pub fn is_open_to_others(path: &Path) -> Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let metadata = std::fs::metadata(path).map_err(|e| failure(path, "read", e))?;
        Ok(metadata.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(false)
    }
}

/// A file that this process has locked against others, until it is dropped.
#[derive(Debug)]
pub struct LockedFile {
    file: File,
    path: PathBuf,
}

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
                Ok((is_at(&file, path)?, file))
            });
            match opened {
                // Whoever had the lock before has renamed or removed it: the lock is of a file that nobody else will open.
                Ok((false, _)) => {}
                Ok((true, file)) => break Ok(file),
                Err(error) => break Err(error),
            }
        };
        let file = opened.map_err(|e| failure(path, "written", e))?;
        Ok(Self {
            file,
            path: path.to_owned(),
        })
    }

    /// The first `bytes_max` bytes.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be read.
    pub fn read(&mut self, bytes_max: usize) -> Result<Vec<u8>> {
        let most = u64::try_from(bytes_max).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
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

/// What tells the file at a path from every other file while it is open; none where there is no file, or the system cannot tell.
#[cfg(feature = "sqlite")]
pub(crate) fn identity(path: &Path) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let there = std::fs::metadata(path).ok()?;
        Some((there.dev(), there.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// Whether a path still names the file that was opened by it. Always `true` where the system cannot tell.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let opened = file.metadata()?;
        match std::fs::metadata(path) {
            Ok(there) => Ok((there.dev(), there.ino()) == (opened.dev(), opened.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        Ok(true)
    }
}

/// Makes the folder's own record of a name durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(())
    }
}

fn failure(path: &Path, done: &str, error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::WouldBlock {
        let shown = path.display();
        return Error::conflict(format!("another program holds the lock of `{shown}`"))
            .hint("end that program, then retry");
    }
    let message = format!("`{}` cannot be {done}", path.display());
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Error::denied(message).because(error)
        }
        io::ErrorKind::NotFound => Error::not_found(message).because(error),
        io::ErrorKind::IsADirectory | io::ErrorKind::NotADirectory => {
            Error::invalid_input(message).because(error)
        }
        _ => Error::unavailable(message).because(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[cfg(unix)]
    #[test]
    fn what_might_never_end_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        assert!(refuse_pipe(folder.path()).is_ok());
        assert!(refuse_pipe(&folder.path().join("nothing")).is_ok());
        for path in [&pipe, &link] {
            assert!(refuse_pipe(path).is_err());
            let error = read(path, 10).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            let message = format!("`{}` is no regular file", path.display());
            assert_eq!(error.to_string(), message);
        }
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
        drop(held);
        lock(&file, wait).unwrap();
    }
}
