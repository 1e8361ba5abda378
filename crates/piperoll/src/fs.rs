//! The few things that are done to files: all of them whole and durable.
#![expect(
    clippy::disallowed_methods,
    reason = "the one module that touches files"
)]

mod folder;
mod locked;
mod matching;
mod process;

pub use folder::{Node, create_folder_durably, list, open, size, write_new};
pub use locked::{LockedFile, UnlockedFile};
pub use matching::matching;
pub use process::Process;

use crate::error::{Error, Result};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};

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

/// What tells the file at a path from every other file while it is open; none where there is no file, or the system cannot tell.
#[cfg(feature = "sqlite")]
pub(crate) fn identity(path: &Path) -> Option<(u64, u64)> {
    locked::identity(&std::fs::metadata(path).ok()?)
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
    }
}
