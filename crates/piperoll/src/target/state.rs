//! A table as it is found in a database.

use super::table::Table;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What of a table an engine may be unable to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Attribute {
    /// The types of its columns.
    Datatype,
    /// Which of its columns may be NULL.
    Nullable,
    /// The defaults of its columns.
    Default,
    /// What other programs read of its columns.
    VariableValue,
    /// The expressions that its columns are computed by.
    Generated,
    /// The comments of its columns.
    ColumnComment,
    /// The tags of its columns.
    ColumnTags,
    /// The rules that mask its columns.
    MaskingRule,
    /// The checks of its columns.
    ColumnChecks,
    /// The only values that its columns may have.
    AllowedValues,
    /// Its primary key.
    PrimaryKey,
    /// Its unique keys.
    UniqueKeys,
    /// Its foreign keys.
    ForeignKeys,
    /// Its checks.
    Checks,
    /// Its row filters.
    RowFilters,
    /// Its tags.
    Tags,
    /// Its owner.
    Owner,
    /// Its comment.
    Comment,
    /// Its properties.
    Properties,
    /// What it is partitioned by.
    PartitionedBy,
    /// What it is clustered by.
    ClusterBy,
}

/// A table as it is found.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// What the engine can tell of it. Its catalog is the one that was asked for: a label where the engine has none.
    pub table: Table,
    /// What the engine could not tell. In `table` such an attribute is empty, and that means nothing.
    pub unknown: BTreeSet<Attribute>,
    /// What else stands, and must be there after a change: for [`super::Target::steps`] alone.
    pub(super) native: Option<Native>,
}

impl State {
    /// A state of which everything is known and nothing else stands: as a target would have made the table itself.
    pub fn new(table: Table) -> Self {
        Self {
            table,
            unknown: BTreeSet::new(),
            native: None,
        }
    }
}

/// The engine's own account of a table and of what stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Native {
    /// The objects of the schema that a change of the table can touch, and maybe others, in the order in which they were made.
    pub(super) objects: Arc<Vec<Object>>,
    /// What the side table holds of this table.
    pub(super) metadata: Vec<Metadata>,
    /// Whether there is a side table.
    pub(super) has_metadata: bool,
}

/// An object of a schema, as the engine keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    /// `table`, `index`, `trigger` or `view`.
    pub(super) kind: String,
    /// Its name.
    pub(super) name: String,
    /// The table that it belongs to.
    pub(super) table: String,
    /// The statement that makes it; none of what the engine makes by itself.
    pub(super) sql: Option<String>,
}

/// A row of the side table: what the engine cannot keep itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Metadata {
    /// The column; none of what is the table's.
    pub(super) column: Option<String>,
    /// Which attribute.
    pub(super) attribute: String,
    /// Which of several: a tag's name, a check's key.
    pub(super) key: String,
    /// What it is.
    pub(super) value: String,
}
