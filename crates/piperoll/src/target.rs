//! Audited databases: what a table is, as it is declared and as it is found, and what a database must be able to do.
//!
//! [`Target`] has the contract.

mod contract;
mod data_type;
mod state;
mod table;

pub use contract::{Dialect, Guard, Session, Step, TableChange, Target};
pub use data_type::{DataType, DataTypeError, StructField};
pub use state::{Attribute, State};
pub use table::{
    Check, Column, DefaultValue, ForeignKey, NameError, RowFilter, Table, TableName, UniqueKey,
};
