//! What of a declared table SQLite cannot have.

use crate::error::Problem;
use crate::target::table::Table;

/// All of it, each at its key.
pub(super) fn of(_table: &Table) -> Vec<Problem> {
    Vec::new()
}
