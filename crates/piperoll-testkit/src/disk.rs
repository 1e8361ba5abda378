//! A disk whose power can be cut, and which can fail. SQLite's files of a folder lie where they always lie, but what would be left of them is kept beside: what
//! was synced, and each change since. A power cut keeps any subset of those changes, torn at 512 bytes.
//!
//! It wraps SQLite's own way to its files (a VFS), for the whole process: folders without a [`Disk`] are served as ever. Locks and the shared memory of a
//! WAL are the real ones. A VFS of another crate's making would have to bring both.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::disallowed_methods,
    reason = "it serves tests, and rewrites the files of a store"
)]

mod files;
mod vfs;

use self::files::Files;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What SQLite asks of a disk, as far as it may fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Opening a file, which may make it.
    Open,
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Waiting until what was written is durable.
    Sync,
    /// Cutting a file to a length.
    Truncate,
    /// Removing a file.
    Delete,
}

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errno {
    /// EIO. A write may have been done by half; a failed sync has dropped what it was to make durable, as Linux does.
    Io,
    /// ENOSPC, of what writes.
    Full,
}

/// A fault to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What fails.
    pub operation: Operation,
    /// Which one of those to come, from 1.
    pub nth: u64,
    /// How.
    pub errno: Errno,
    /// Whether all of those after it fail, too.
    pub lasting: bool,
}

/// The disk under a folder, until it is dropped.
pub struct Disk {
    state: Arc<Mutex<State>>,
}

/// Of all disks of the process: the one whose folder holds a file serves it.
static DISKS: Mutex<Vec<Arc<Mutex<State>>>> = Mutex::new(Vec::new());

struct State {
    folder: PathBuf,
    files: Files,
    /// Those that change something, since the disk was made.
    operations: u64,
    cut_at: Option<u64>,
    off: bool,
    syncs_lie: bool,
    fault: Option<Fault>,
    struck: bool,
}

/// What is to be done with an operation.
enum Verdict {
    Go,
    /// The power goes during it: it may be done, but nobody hears of it.
    Cut,
    Fail(Errno),
    Off,
}

impl Disk {
    /// Puts a disk under a folder. What is there is durable.
    pub fn under(folder: &Path) -> Self {
        vfs::register();
        let state = Arc::new(Mutex::new(State {
            folder: folder.to_owned(),
            files: Files::default(),
            operations: 0,
            cut_at: None,
            off: false,
            syncs_lie: false,
            fault: None,
            struck: false,
        }));
        lock(&DISKS).push(Arc::clone(&state));
        Self { state }
    }

    /// How many operations have changed something so far.
    pub fn operations(&self) -> u64 {
        lock(&self.state).operations
    }

    /// Cuts the power during the `nth` changing operation to come, from 1.
    pub fn cut_at(&self, nth: u64) {
        let mut state = lock(&self.state);
        state.cut_at = Some(state.operations + nth);
    }

    /// Whether the power is off: every operation fails until [`Disk::restore`].
    pub fn is_off(&self) -> bool {
        lock(&self.state).off
    }

    /// Brings the power back, cutting it first if it is on: the files of SQLite become what `random` leaves of them. Nobody may have them open.
    pub fn restore(&self, random: &mut dyn FnMut() -> u64) {
        let mut state = lock(&self.state);
        (state.off, state.cut_at, state.fault) = (false, None, None);
        for (path, bytes) in state.files.after_cut(random) {
            match bytes {
                Some(bytes) => std::fs::write(path, bytes).unwrap(),
                // It may be gone already.
                None => drop(std::fs::remove_file(path)),
            }
        }
        for file in std::fs::read_dir(&state.folder).unwrap() {
            let path = file.unwrap().path();
            // The shared memory of a WAL lives in a file only by name.
            if path.to_string_lossy().ends_with("-shm") {
                std::fs::remove_file(path).unwrap();
            }
        }
    }

    /// From now on a sync says that all is durable, and nothing is.
    pub fn lie_about_syncs(&self) {
        lock(&self.state).syncs_lie = true;
    }

    /// Makes an operation to come fail.
    pub fn fail(&self, fault: Fault) {
        let mut state = lock(&self.state);
        state.fault = Some(fault);
        state.struck = false;
    }

    /// Ends the fault. Returns whether it has struck.
    pub fn heal(&self) -> bool {
        let mut state = lock(&self.state);
        state.fault = None;
        state.struck
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        lock(&DISKS).retain(|state| !Arc::ptr_eq(state, &self.state));
    }
}

impl State {
    fn begin(&mut self, operation: Operation) -> Verdict {
        if self.off {
            return Verdict::Off;
        }
        if operation != Operation::Read {
            self.operations += 1;
            if self.cut_at.is_some_and(|at| self.operations >= at) {
                self.off = true;
                return Verdict::Cut;
            }
        }
        match &mut self.fault {
            Some(fault) if fault.operation == operation => {
                fault.nth = fault.nth.saturating_sub(1);
                if fault.nth > 0 {
                    return Verdict::Go;
                }
                self.struck = true;
                let errno = fault.errno;
                if !fault.lasting {
                    self.fault = None;
                }
                Verdict::Fail(errno)
            }
            _ => Verdict::Go,
        }
    }
}

/// The disk that holds a file.
fn disk_of(path: &Path) -> Option<Arc<Mutex<State>>> {
    let disks = lock(&DISKS);
    let found = disks
        .iter()
        .find(|state| path.starts_with(&lock(state).folder));
    found.map(Arc::clone)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
