//! The layer between SQLite and its own VFS. Every call is handed on to that one, after the disk was asked what is to become of it.
#![expect(
    unsafe_code,
    reason = "SQLite calls its VFS through pointers to C functions"
)]

use super::{Errno, Operation, State, Verdict, disk_of, lock};
use rusqlite::ffi;
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

/// What SQLite allocates for an open file: this, and behind it what its own VFS asks for.
#[repr(C)]
struct Handle {
    /// As the one field of `sqlite3_file`.
    methods: *const ffi::sqlite3_io_methods,
    /// Of a `Box`; null for a file on no disk.
    tracked: *mut Tracked,
}

struct Tracked {
    disk: Arc<Mutex<State>>,
    content: usize,
    /// Whether the next sync also makes the names of the folder durable, as that of SQLite's own VFS does once for a journal and a WAL.
    names_due: bool,
}

/// SQLite's own VFS. It is never changed and never freed.
struct Real(*mut ffi::sqlite3_vfs);
// SAFETY: SQLite calls a VFS from any thread, and so may we.
unsafe impl Send for Real {}
// SAFETY: as above.
unsafe impl Sync for Real {}

static REAL: OnceLock<Real> = OnceLock::new();

/// Makes the layer SQLite's default, once.
pub(super) fn register() {
    REAL.get_or_init(|| {
        // SAFETY: SQLite is asked for its default VFS, which lives for ever, and is given a copy of it that does so, too. The functions of the copy that are not
        // replaced do not look at the pointer they are given.
        unsafe {
            let real = ffi::sqlite3_vfs_find(std::ptr::null());
            let mut layer = *real;
            layer.szOsFile += size_of::<Handle>() as c_int;
            layer.zName = c"piperoll-disk".as_ptr();
            layer.pNext = std::ptr::null_mut();
            layer.xOpen = Some(open);
            layer.xDelete = Some(delete);
            let registered = ffi::sqlite3_vfs_register(Box::into_raw(Box::new(layer)), 1);
            assert_eq!(registered, ffi::SQLITE_OK);
            Real(real)
        }
    });
}

fn real_vfs() -> *mut ffi::sqlite3_vfs {
    REAL.get().unwrap().0
}

// SAFETY of all functions below: SQLite calls them with a `sqlite3_file` that `open` has filled in and `close` has not yet seen, never from two threads at once
// for one file, and with buffers as long as it says.

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    const NAMES_SYNCED: c_int = ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL;
    unsafe {
        let handle = file.cast::<Handle>();
        // SQLite closes a file whose opening has failed, unless this is null.
        (*handle).methods = std::ptr::null();
        (*handle).tracked = std::ptr::null_mut();
        let path = path(name);
        let disk = path.as_deref().and_then(disk_of);
        if let Some(disk) = &disk {
            match lock(disk).begin(Operation::Open) {
                Verdict::Go => {}
                Verdict::Cut | Verdict::Off | Verdict::Fail(_) => return ffi::SQLITE_CANTOPEN,
            }
        }
        // An empty file may have been made a moment ago, by whoever opens it: it is not durable.
        let was_there = path
            .as_deref()
            .is_some_and(|path| path.metadata().is_ok_and(|there| there.len() > 0));
        let vfs = real_vfs();
        let done = (*vfs).xOpen.unwrap()(vfs, name, real(file), flags, out_flags);
        if done != ffi::SQLITE_OK {
            return done;
        }
        (*handle).methods = &METHODS;
        if let (Some(disk), Some(path)) = (disk, path) {
            let content = lock(&disk).files.opened(&path, was_there);
            let names_due = flags & NAMES_SYNCED != 0 && flags & ffi::SQLITE_OPEN_CREATE != 0;
            (*handle).tracked = Box::into_raw(Box::new(Tracked {
                disk,
                content,
                names_due,
            }));
        }
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    unsafe {
        let path = path(name);
        if let Some((path, disk)) = path.and_then(|path| Some((path.clone(), disk_of(&path)?))) {
            let mut state = lock(&disk);
            let verdict = state.begin(Operation::Delete);
            if matches!(verdict, Verdict::Go | Verdict::Cut) {
                state.files.deleted(&path);
            }
            if !matches!(verdict, Verdict::Go) {
                return ffi::SQLITE_IOERR_DELETE;
            }
            if sync != 0 && !state.syncs_lie {
                state.files.names_synced();
            }
        }
        let vfs = real_vfs();
        (*vfs).xDelete.unwrap()(vfs, name, 0)
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    unsafe {
        let handle = file.cast::<Handle>();
        if !(*handle).tracked.is_null() {
            drop(Box::from_raw((*handle).tracked));
            (*handle).tracked = std::ptr::null_mut();
        }
        let real = real(file);
        (*(*real).pMethods).xClose.unwrap()(real)
    }
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    bytes: *mut c_void,
    length: c_int,
    at: i64,
) -> c_int {
    unsafe {
        if let Some(tracked) = tracked(file)
            && !matches!(lock(&tracked.disk).begin(Operation::Read), Verdict::Go)
        {
            return ffi::SQLITE_IOERR_READ;
        }
        let real = real(file);
        (*(*real).pMethods).xRead.unwrap()(real, bytes, length, at)
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    at: i64,
) -> c_int {
    unsafe {
        let mut done = ffi::SQLITE_OK;
        let mut length = length;
        if let Some(tracked) = tracked(file) {
            let mut state = lock(&tracked.disk);
            match state.begin(Operation::Write) {
                Verdict::Go => {}
                Verdict::Cut => done = ffi::SQLITE_IOERR_WRITE,
                Verdict::Off => return ffi::SQLITE_IOERR_WRITE,
                Verdict::Fail(errno) => {
                    length /= 2;
                    done = match errno {
                        Errno::Io => ffi::SQLITE_IOERR_WRITE,
                        Errno::Full => ffi::SQLITE_FULL,
                    };
                }
            }
            let written = std::slice::from_raw_parts(bytes.cast::<u8>(), length as usize);
            state.files.written(tracked.content, at as u64, written);
        }
        let real = real(file);
        let written = (*(*real).pMethods).xWrite.unwrap()(real, bytes, length, at);
        if done == ffi::SQLITE_OK {
            written
        } else {
            done
        }
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    unsafe {
        if let Some(tracked) = tracked(file) {
            let mut state = lock(&tracked.disk);
            let verdict = state.begin(Operation::Truncate);
            if matches!(verdict, Verdict::Go | Verdict::Cut) {
                state.files.cut(tracked.content, length as u64);
            }
            if !matches!(verdict, Verdict::Go) {
                return ffi::SQLITE_IOERR_TRUNCATE;
            }
        }
        let real = real(file);
        (*(*real).pMethods).xTruncate.unwrap()(real, length)
    }
}

/// Nothing is handed on: the real files need not be durable.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    unsafe {
        let Some(tracked) = tracked(file) else {
            let real = real(file);
            return (*(*real).pMethods).xSync.unwrap()(real, flags);
        };
        let mut state = lock(&tracked.disk);
        match state.begin(Operation::Sync) {
            Verdict::Go => {}
            Verdict::Cut | Verdict::Off => return ffi::SQLITE_IOERR_FSYNC,
            Verdict::Fail(_) => {
                state.files.dropped(tracked.content);
                return ffi::SQLITE_IOERR_FSYNC;
            }
        }
        if !state.syncs_lie {
            state.files.synced(tracked.content);
            if std::mem::take(&mut tracked.names_due) {
                state.files.names_synced();
            }
        }
        ffi::SQLITE_OK
    }
}

/// Functions that are handed on as they are.
macro_rules! handed_on {
    ($($name:ident = $method:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        $(unsafe extern "C" fn $name(
            file: *mut ffi::sqlite3_file,
            $($argument: $type),*
        ) -> $result {
            unsafe {
                let real = real(file);
                (*(*real).pMethods).$method.unwrap()(real, $($argument),*)
            }
        })*
    };
}

handed_on! {
    file_size = xFileSize(size: *mut i64) -> c_int;
    lock_file = xLock(level: c_int) -> c_int;
    unlock_file = xUnlock(level: c_int) -> c_int;
    check_reserved_lock = xCheckReservedLock(out: *mut c_int) -> c_int;
    file_control = xFileControl(operation: c_int, argument: *mut c_void) -> c_int;
    sector_size = xSectorSize() -> c_int;
    device_characteristics = xDeviceCharacteristics() -> c_int;
    shm_map = xShmMap(page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int;
    shm_lock = xShmLock(offset: c_int, count: c_int, flags: c_int) -> c_int;
    shm_barrier = xShmBarrier() -> ();
    shm_unmap = xShmUnmap(delete: c_int) -> c_int;
}

/// Version 2: without memory-mapped reading and writing, which would pass by.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock_file),
    xUnlock: Some(unlock_file),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The file of SQLite's own VFS, which lies behind the handle.
unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    unsafe { file.cast::<Handle>().add(1).cast() }
}

unsafe fn tracked<'f>(file: *mut ffi::sqlite3_file) -> Option<&'f mut Tracked> {
    unsafe { (*file.cast::<Handle>()).tracked.as_mut() }
}

/// The path; `None` for a file that SQLite wants for itself.
unsafe fn path(name: *const c_char) -> Option<PathBuf> {
    if name.is_null() {
        return None;
    }
    let name = unsafe { CStr::from_ptr(name) };
    Some(PathBuf::from(OsStr::from_bytes(name.to_bytes())))
}
