//! A table as whoever captures its rows must know it: what a write can touch, and what stands in its way.

use crate::error::Result;
use crate::event::Value;
use std::ops::ControlFlow;

/// A table as it stores rows. Pieces of SQL in it are of the target's dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Its name, as the engine keeps it.
    pub table: String,
    /// Its columns, in their order.
    pub columns: Vec<StoredColumn>,
    /// The columns of the primary key, in the order of the key; empty where there is none.
    pub key: Vec<String>,
    /// Whether no two rows can have the same values in the key: no column of it may be NULL.
    pub is_key_exact: bool,
    /// The name by which the engine's own number of a row can be read; none where rows have none, or where columns have taken every name of it.
    pub rowid: Option<String>,
    /// Whether rows have a number of the engine's own.
    pub has_rowid: bool,
    /// What makes two rows conflict, the primary key included.
    pub unique: Vec<Unique>,
    /// The triggers on the table, in the order in which they were made.
    pub triggers: Vec<Made>,
    /// The names of those that run before a row is written, in that order.
    pub before: Vec<String>,
}

/// A column as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredColumn {
    /// Its name.
    pub name: String,
    /// Its type, as it is written; empty where there is none.
    pub sql_type: String,
    /// Whether it is computed.
    pub is_generated: bool,
    /// Whether it keeps the type of each value as it comes: then 1 and 1.0 differ.
    pub keeps_types: bool,
}

/// Terms whose values no two rows share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unique {
    /// Its terms.
    pub terms: Vec<Term>,
    /// Which rows it is about, where not about all.
    pub condition: Option<String>,
}

/// One term of a unique key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The column; none of an expression.
    pub column: Option<String>,
    /// The term of a row that is there.
    pub present: String,
    /// The same of the row that comes.
    pub coming: String,
    /// The order in which they are compared.
    pub collation: Option<String>,
}

/// An object of the schema, and the statement that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its name.
    pub name: String,
    /// Its statement.
    pub sql: String,
}

/// Whoever reads one state of a target.
pub trait Reader {
    /// The shape of each table, in the order of the names; `None` for one that is not there or is no table of its own (a view, a virtual table).
    ///
    /// # Errors
    /// `Unsupported` when a unique index cannot be understood, and those of the contract of targets.
    fn shapes(&mut self, tables: &[&str]) -> Result<Vec<Option<Shape>>>;

    /// The tables, views, indexes and triggers of these names that are there.
    ///
    /// # Errors
    /// Those of the contract of targets.
    fn made(&mut self, names: &[&str]) -> Result<Vec<Made>>;

    /// Visits the rows that a statement gives; it is asked with these values and must change nothing.
    ///
    /// # Errors
    /// Those of the visitor and of the contract of targets.
    fn query(
        &mut self,
        statement: &str,
        values: &[Value],
        visit: &mut dyn FnMut(&[Value]) -> Result<ControlFlow<()>>,
    ) -> Result<()>;
}
