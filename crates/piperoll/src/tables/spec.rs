//! What a file declares of one table. The format is Layker's, with additions of our own: `docs/guide/tables.md`.

mod column;
mod cross;
mod keyed;
mod keys;
mod places;
mod read;
mod value;

pub use keys::json_schema;

use crate::error::{Problem, Result};
use crate::target::{Table, TableName};
use crate::yaml::{Problems, quoted};

/// How declared and live columns are brought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Matching {
    /// By their names; a new name comes from an old one only where `renamed_from` says so.
    #[default]
    Name,
    /// By their positions, as Layker does: another name at a position is a new name of that column.
    Position,
}

impl Matching {
    /// Reads `name` or `position`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "name" => Some(Self::Name),
            "position" => Some(Self::Position),
            _ => None,
        }
    }
}

/// A table as a file declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// The table, with its active columns.
    pub table: Table,
    /// The columns that are not active: neither made, nor changed, nor dropped.
    pub inactive: Vec<String>,
    /// The name that the table has until it is renamed.
    pub renamed_from: Option<TableName>,
    /// Old and new names of columns.
    pub renamed_columns: Vec<(String, String)>,
    /// How its columns find those that are there.
    pub matching: Matching,
    /// The file, as it is shown in messages and recorded.
    pub file: String,
    places: places::Places,
}

impl Spec {
    /// The table that `text` declares. `shown_name` stands for the file; `env` is put behind a catalog that ends in `_`.
    ///
    /// # Errors
    /// `InvalidConfig` with all faults of the file, each with its line and column.
    pub fn parse(text: &str, shown_name: &str, env: Option<&str>) -> Result<Self> {
        let mut problems = Problems::new(shown_name);
        let spec = read::read(text, shown_name, env, &mut problems);
        problems.finish(spec)
    }

    /// A fault that a target found in [`table`](Self::table), with its line and column in the file.
    pub(super) fn in_file(&self, problem: &Problem) -> Problem {
        let Problem { place, message } = problem;
        let at = self.places.of(place);
        let file = format!("{}:{}:{}", self.file, at.line, at.column);
        Problem::new(file, format!("{}: {message}", quoted(place)))
    }
}

#[cfg(test)]
mod tests;
