use super::data_type::DataType;
use crate::event::Value;
use std::collections::BTreeMap;
use std::fmt;

/// The full name of a table: `catalog.schema.table`, each part `[A-Za-z_][A-Za-z0-9_]*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    catalog: String,
    schema: String,
    table: String,
}

/// Why a text is no name of a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// A part of it is none.
    #[error("`{0}` is not a letter or `_`, then letters, digits and `_`")]
    Part(String),
    /// It has not three parts.
    #[error("`{0}` is not `catalog.schema.table`")]
    Parts(String),
}

impl TableName {
    /// A name of three parts.
    ///
    /// # Errors
    /// [`NameError::Part`] for a part that is none.
    pub fn new(catalog: &str, schema: &str, table: &str) -> Result<Self, NameError> {
        for part in [catalog, schema, table] {
            let mut letters = part.chars();
            let starts = letters
                .next()
                .is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
            if !starts || !letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
                return Err(NameError::Part(part.to_owned()));
            }
        }
        Ok(Self {
            catalog: catalog.to_owned(),
            schema: schema.to_owned(),
            table: table.to_owned(),
        })
    }

    /// Reads `catalog.schema.table`.
    ///
    /// # Errors
    /// [`NameError`].
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let parts: Vec<&str> = text.split('.').collect();
        match parts.as_slice() {
            [catalog, schema, table] => Self::new(catalog, schema, table),
            _ => Err(NameError::Parts(text.to_owned())),
        }
    }

    /// The catalog: a label where the engine has none.
    pub fn catalog(&self) -> &str {
        &self.catalog
    }

    /// The schema; in SQLite `main` or an attached database.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The table.
    pub fn table(&self) -> &str {
        &self.table
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.catalog, self.schema, self.table)
    }
}

/// A table: as it is declared, or as it is found. The same type for both, so that the two can be compared attribute by attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: TableName,
    /// Its columns, in their order.
    pub columns: Vec<Column>,
    /// The columns of the primary key; empty where there is none.
    pub primary_key: Vec<String>,
    /// Its unique keys.
    pub unique_keys: Vec<UniqueKey>,
    /// Its foreign keys, by name.
    pub foreign_keys: BTreeMap<String, ForeignKey>,
    /// Its checks, by the key that the specification gives each.
    pub checks: BTreeMap<String, Check>,
    /// Its row filters, by the key that the specification gives each.
    pub row_filters: BTreeMap<String, RowFilter>,
    /// Its tags.
    pub tags: BTreeMap<String, Value>,
    /// Its owner.
    pub owner: Option<String>,
    /// Its comment.
    pub comment: Option<String>,
    /// Its properties.
    pub properties: BTreeMap<String, Value>,
    /// The columns that it is partitioned by.
    pub partitioned_by: Vec<String>,
    /// The columns that it is clustered by.
    pub cluster_by: Vec<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name: anything that the engine can quote.
    pub name: String,
    /// Its type.
    pub datatype: DataType,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// What it is where nothing is given.
    pub default: Option<DefaultValue>,
    /// A value that other programs read, of whatever meaning (`variable_value`): no engine knows it, so it is kept beside the table.
    pub variable_value: Option<Value>,
    /// The expression that it is computed by.
    pub generated: Option<String>,
    /// Its comment.
    pub comment: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, Value>,
    /// The rule that masks it.
    pub masking_rule: Option<String>,
    /// Its checks, by the key that the specification gives each.
    pub checks: BTreeMap<String, Check>,
    /// The only values that it may have; empty where any may stand.
    pub allowed_values: Vec<Value>,
}

/// What a column is where nothing is given.
#[derive(Debug, Clone, PartialEq)]
pub enum DefaultValue {
    /// A value.
    Value(Value),
    /// An expression of the engine's dialect.
    Expression(String),
}

/// A rule that each row keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The name of the constraint.
    pub name: String,
    /// An expression of the engine's dialect.
    pub expression: String,
}

/// Which rows are seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFilter {
    /// Its name.
    pub name: String,
    /// An expression of the engine's dialect.
    pub expression: String,
}

/// Columns whose values are together unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueKey {
    /// Its columns, in their order.
    pub columns: Vec<String>,
}

/// Columns that refer to another table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// The columns.
    pub columns: Vec<String>,
    /// The table that they refer to.
    pub reference_table: TableName,
    /// Its columns.
    pub reference_columns: Vec<String>,
}
