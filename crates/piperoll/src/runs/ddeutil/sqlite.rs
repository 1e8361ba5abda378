//! The table `audits` of ddeutil-workflow in a SQLite database. It has one row for a release, so that of several runs of one it holds the newest attempt.

mod blob;
mod connection;
mod export;
mod import;
mod row;
mod statements;

pub use export::export_sqlite;
pub use import::import_sqlite;
