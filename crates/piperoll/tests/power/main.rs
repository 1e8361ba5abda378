//! Power cuts and failing disks, in a binary of their own: SQLite has one default VFS for a process. `cfg(test)` tells clippy that all of it is test code.

#[cfg(test)]
#[cfg(unix)]
mod cuts;
#[cfg(test)]
#[cfg(unix)]
mod faults;
#[cfg(test)]
#[cfg(unix)]
mod group;
#[cfg(test)]
#[cfg(unix)]
mod machine;
#[cfg(test)]
#[cfg(unix)]
#[path = "../it/place.rs"]
#[expect(dead_code, reason = "it serves the other tests, too")]
mod place;
#[cfg(test)]
#[cfg(unix)]
#[path = "../it/random.rs"]
mod random;
