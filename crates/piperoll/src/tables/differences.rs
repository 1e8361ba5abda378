//! What separates a declared table from the one that is there: pure, and for every attribute.

mod compare;
mod json;
mod pairs;

use super::Spec;
use crate::event::Value;
use crate::target::{Attribute, Column, State, Table, TableName};

/// All that separates a declared table from the one that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Differences {
    /// The declared name.
    pub name: TableName,
    /// Each difference, the table's own first, then those of the columns in the order of the specification.
    pub changes: Vec<Change>,
}

/// One difference. Positions count from 1.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The table is not there.
    Create(Box<Table>),
    /// The table is there under its old name.
    RenameTable {
        /// The old name.
        from: TableName,
    },
    /// An attribute of the table differs.
    Table(Altered),
    /// A column is not there.
    AddColumn {
        /// Where it is declared.
        position: usize,
        /// The column.
        column: Box<Column>,
    },
    /// A column is there under its old name.
    RenameColumn {
        /// Where it is declared.
        position: usize,
        /// The old name.
        from: String,
        /// The new name.
        to: String,
    },
    /// An attribute of a column differs.
    Column {
        /// Where it is declared.
        position: usize,
        /// Where it is.
        live_position: usize,
        /// Its declared name.
        column: String,
        /// What differs.
        altered: Altered,
    },
    /// A column is there and not declared.
    DropColumn {
        /// Where it is.
        live_position: usize,
        /// The column.
        column: Box<Column>,
    },
}

/// An attribute with another value. One of several under one attribute (a tag, a check) has its key.
#[derive(Debug, Clone, PartialEq)]
pub struct Altered {
    /// Which attribute.
    pub attribute: Attribute,
    /// The key of a tag, a check, a foreign key, a property.
    pub key: Option<String>,
    /// What is; `None` when it is not there.
    pub old: Option<Value>,
    /// What shall be; `None` when it shall not be there.
    pub new: Option<Value>,
}

/// What separates a specification from what is there. `state` is that of the table, else that of the table under its old name, else none.
pub fn differences(spec: &Spec, state: Option<&State>) -> Differences {
    let name = spec.table.name.clone();
    let Some(state) = state else {
        let changes = vec![Change::Create(Box::new(spec.table.clone()))];
        return Differences { name, changes };
    };
    Differences {
        name,
        changes: compare::changes(spec, state),
    }
}

/// The table as it shall be: what is declared; and what is there, where nothing is declared (columns that are not active, an owner) or the engine cannot
/// tell what there is.
pub fn goal(spec: &Spec, state: Option<&State>) -> Table {
    match state {
        Some(state) => compare::goal(spec, state),
        None => spec.table.clone(),
    }
}

impl Differences {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether the table is to be made.
    pub fn creates(&self) -> bool {
        matches!(self.changes.first(), Some(Change::Create(_)))
    }

    /// Old and new names of columns.
    pub fn renamed_columns(&self) -> Vec<(String, String)> {
        let renamed = self.changes.iter().filter_map(|change| match change {
            Change::RenameColumn { from, to, .. } => Some((from.clone(), to.clone())),
            _ => None,
        });
        renamed.collect()
    }

    /// The old name of the table, when it is to be renamed.
    pub fn renamed_from(&self) -> Option<&TableName> {
        self.changes.iter().find_map(|change| match change {
            Change::RenameTable { from } => Some(from),
            _ => None,
        })
    }

    /// Layker's `{full_table_name, add, update, remove}`, of which only what is not empty is there; without differences the name alone.
    pub fn to_value(&self) -> Value {
        json::value(self)
    }
}

#[cfg(test)]
mod tests;
