//! The formats of ddeutil-workflow: a folder of JSON files, and a table of a SQLite database.
//!
//! Both hold a run as its `AuditData`: seven fields, and the status in `context`. The published package reads what is written here, and what it wrote is read.

mod document;
mod export;
mod files;
mod import;
mod name;
mod shared;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use document::{read as read_document, write as document};
pub use export::export_files;
pub use files::{Files, Placed};
pub use import::import_files;
#[cfg(feature = "sqlite")]
pub use sqlite::{export_sqlite, import_sqlite};

pub(super) use document::is_told_as;
