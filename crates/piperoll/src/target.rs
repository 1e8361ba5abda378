//! Audited databases: what a table is, as it is declared and as it is found, and what a database must be able to do.

mod data_type;
mod table;

pub use data_type::{DataType, DataTypeError, StructField};
pub use table::{
    Check, Column, DefaultValue, ForeignKey, NameError, RowFilter, Table, TableName, UniqueKey,
};
