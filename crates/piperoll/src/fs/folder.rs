//! Folders that others read while they are written: what is in them, new files that replace nothing, and new folders that stay.

use super::{beside, failure, no_regular_file, sync_folder};
use crate::error::{Error, Result};
use crate::limits::FOLDER_NAMES_MAX;
use jiff::Timestamp;
use std::ffi::OsString;
use std::fs::{DirBuilder, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// What stands under a name; a symbolic link is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    /// A file, and when it was last written, where the system can tell.
    File(Option<Timestamp>),
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A pipe, a device, ...
    Other,
}

impl Node {
    /// What stands at a path; `None` where nothing does.
    ///
    /// # Errors
    /// `Denied` without the right, `Unavailable` when it cannot be looked at.
    pub fn at(path: &Path) -> Result<Option<Self>> {
        match std::fs::symlink_metadata(path) {
            Ok(there) => Ok(Some(Self::of(&there))),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(failure(path, "read", error)),
        }
    }

    fn of(there: &std::fs::Metadata) -> Self {
        let kind = there.file_type();
        if kind.is_symlink() {
            Self::Link
        } else if kind.is_dir() {
            Self::Folder
        } else if kind.is_file() {
            let written = there.modified().ok();
            Self::File(written.and_then(|written| Timestamp::try_from(written).ok()))
        } else {
            Self::Other
        }
    }
}

/// Nothing is there, or what should be a folder above it is none.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// The names in a folder, sorted, each with what it stands for. What went away meanwhile is left out.
///
/// # Errors
/// `NotFound` when it is not there, `InvalidInput` when it is none or has more than [`FOLDER_NAMES_MAX`] names, `Denied` and `Unavailable` when it cannot be
/// read.
pub fn list(path: &Path) -> Result<Vec<(OsString, Node)>> {
    let failed = |error| failure(path, "read", error);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if let Some(node) = Node::at(&path.join(&name))? {
            if names.len() == FOLDER_NAMES_MAX {
                let shown = path.display();
                return Err(Error::invalid_input(format!(
                    "`{shown}` has more than {FOLDER_NAMES_MAX} names"
                )));
            }
            names.push((name, node));
        }
    }
    names.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(names)
}

/// Opens a file for reading. A pipe or a device might never end, and can be read only once, so that it is none.
///
/// # Errors
/// `NotFound` when it is not there, `InvalidInput` when it is no regular file, `Denied` and `Unavailable` when it cannot be opened.
pub fn open(path: &Path) -> Result<File> {
    // Before it is opened: opening a pipe waits for whoever writes it.
    if std::fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return Err(no_regular_file(path));
    }
    File::open(path).map_err(|error| failure(path, "read", error))
}

/// The bytes of a file.
///
/// # Errors
/// `NotFound` when it is not there, `Denied` and `Unavailable` when it cannot be looked at.
pub fn size(path: &Path) -> Result<u64> {
    let there = std::fs::metadata(path).map_err(|error| failure(path, "read", error))?;
    Ok(there.len())
}

/// Makes a folder and those above it, so that they are there after a power loss, too.
///
/// # Errors
/// `Denied` without the right, `Unavailable` when it cannot be made.
pub fn create_folder_durably(path: &Path) -> Result<()> {
    let mut missing = Vec::new();
    let above = path
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty());
    for folder in above {
        if folder.is_dir() {
            break;
        }
        missing.push(folder);
    }
    for folder in missing.into_iter().rev() {
        let made = match DirBuilder::new().create(folder) {
            // Another one was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
            made => made,
        };
        made.and_then(|()| sync_folder(folder))
            .map_err(|error| failure(folder, "made", error))?;
    }
    Ok(())
}

/// Writes a file whole and durably where none is; `false` when something is there, which stays as it is. A reader sees all of it or nothing, and of several
/// that write at once exactly one does.
///
/// # Errors
/// `Denied` without the right, `Unavailable` when it cannot be written.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<bool> {
    /// Tells apart what several threads write.
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let temporary = beside(path, &format!(".{}.{number}.tmp", std::process::id()));
    let written = File::create(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        link(&temporary, path)
    });
    // A second name of the same file, or what could not be written: in nobody's way.
    drop(std::fs::remove_file(&temporary));
    match written {
        Ok(()) => {
            sync_folder(path).map_err(|error| failure(path, "written", error))?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failure(path, "written", error)),
    }
}

/// Gives a file its final name, unless something has it.
fn link(temporary: &Path, path: &Path) -> io::Result<()> {
    match std::fs::hard_link(temporary, path) {
        // Some file systems have no second names. There a look comes first, between which and the renaming another writer could come.
        Err(error) if is_without_links(&error) => {
            if std::fs::symlink_metadata(path).is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            std::fs::rename(temporary, path)
        }
        linked => linked,
    }
}

fn is_without_links(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_replaces_nothing_and_leaves_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/run.log");
        create_folder_durably(path.parent().unwrap()).unwrap();
        create_folder_durably(path.parent().unwrap()).unwrap();
        assert!(write_new(&path, b"one").unwrap());
        assert!(!write_new(&path, b"two").unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        let names = list(path.parent().unwrap()).unwrap();
        let names: Vec<_> = names
            .iter()
            .map(|(name, _)| name.to_str().unwrap())
            .collect();
        assert_eq!(names, ["run.log"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_told_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let outside = folder.path().join("outside");
        std::fs::create_dir(folder.path().join("in")).unwrap();
        let link = folder.path().join("in/link");
        std::os::unix::fs::symlink(&outside, &link).unwrap();
        assert!(!write_new(&link, b"x").unwrap());
        assert!(!outside.exists());
        let names = list(&folder.path().join("in")).unwrap();
        assert_eq!(names, [("link".into(), Node::Link)]);
        let missing = folder.path().join("none/x");
        assert_eq!(Node::at(&missing).unwrap(), None);
    }
}
