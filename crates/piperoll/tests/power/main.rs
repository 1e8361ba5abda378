//! Power cuts and failing disks, in a binary of their own: SQLite has one default VFS for a process. `cfg(test)` tells clippy that all of it is test code.

#[cfg(all(test, unix))]
mod cuts;
#[cfg(all(test, unix))]
mod faults;
#[cfg(all(test, unix))]
mod machine;
#[cfg(all(test, unix))]
#[path = "../it/place.rs"]
#[expect(dead_code, reason = "it serves the other tests, too")]
mod place;
#[cfg(all(test, unix))]
#[path = "../it/random.rs"]
mod random;
