//! Audited databases: what a table is, as it is declared and as it is found, and what a database must be able to do.
//!
//! `docs/targets.md` has the contract in words, what is left in a user's database, and the life of a change.

mod companion;
mod contract;
mod data_type;
pub(crate) mod dialect;
mod location;
mod shape;
#[cfg(feature = "sqlite")]
mod sqlite;
mod state;
mod table;

pub use companion::{Accompanied, Alongside, Companion};
pub use contract::{Dialect, Guard, Session, Step, TableChange, Target};
pub use data_type::{DataType, DataTypeError, StructField};
pub use location::Location;
pub use shape::{Made, Reader, Shape, StoredColumn, Term, Unique};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteTarget;
pub use state::{Attribute, State};
pub use table::{
    Check, Column, DefaultValue, ForeignKey, NameError, RowFilter, Table, TableName, UniqueKey,
};
