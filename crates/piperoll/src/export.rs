//! Entries for other programs: JSON as `docs/format.md` and the command line have it, and CSV.

mod csv;
mod json;
mod safe;

pub use csv::{CSV_COLUMNS, csv_fields};
pub use json::entry_json;
pub use safe::{escape_json, shown};
