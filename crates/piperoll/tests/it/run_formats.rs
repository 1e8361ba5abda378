//! Runs that come from other systems' files, and go back to them.

mod ddeutil_files;
mod ddeutil_sqlite;
mod openlineage;
