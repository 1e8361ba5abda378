//! What is declared, as a layout.

use super::layout::{Constraint, LaidColumn, Layout, Part};
use crate::event::Value;
use crate::target::dialect::sqlite as dialect;
use crate::target::table::{Check, Column, DefaultValue, ForeignKey, Table};

/// The layout of a table that Piperoll makes. `Err` says what cannot be written in SQL.
pub(super) fn table(table: &Table) -> Result<Layout, &'static str> {
    let columns: Result<_, _> = table.columns.iter().map(column).collect();
    let mut constraints = Vec::new();
    if !table.primary_key.is_empty() {
        constraints.push(primary_key(&table.primary_key));
    }
    constraints.extend(table.unique_keys.iter().map(|key| unique(&key.columns)));
    constraints.extend(
        table
            .foreign_keys
            .iter()
            .map(|(name, key)| foreign_key(name, key)),
    );
    constraints.extend(table.checks.values().map(check));
    Ok(Layout {
        columns: columns?,
        constraints,
        options: String::new(),
    })
}

/// The layout of a column.
pub(super) fn column(column: &Column) -> Result<LaidColumn, &'static str> {
    let mut constraints = Vec::new();
    if !column.nullable {
        constraints.push(not_null());
    }
    if let Some(value) = &column.default {
        constraints.push(default(value)?);
    }
    if let Some(expression) = &column.generated {
        constraints.push(generated(expression));
    }
    constraints.extend(column.checks.values().map(check));
    if !column.allowed_values.is_empty() {
        constraints.push(allowed_values(&column.name, &column.allowed_values)?);
    }
    Ok(LaidColumn {
        name: column.name.clone(),
        sql_type: dialect::sql_type(&column.datatype).to_owned(),
        constraints,
    })
}

/// The layout of a column with its name and its type alone.
pub(super) fn bare(column: &Column) -> LaidColumn {
    LaidColumn {
        name: column.name.clone(),
        sql_type: dialect::sql_type(&column.datatype).to_owned(),
        constraints: Vec::new(),
    }
}

fn unnamed(part: Part, sql: String) -> Constraint {
    Constraint {
        name: None,
        part,
        sql,
    }
}

pub(super) fn not_null() -> Constraint {
    unnamed(Part::NotNull, "NOT NULL".to_owned())
}

pub(super) fn default(value: &DefaultValue) -> Result<Constraint, &'static str> {
    let sql = match value {
        DefaultValue::Value(value) => dialect::value(value)?,
        DefaultValue::Expression(expression) => format!("({expression})"),
    };
    let whole = format!("DEFAULT {sql}");
    Ok(unnamed(Part::Default { sql }, whole))
}

/// Computed when it is read: such a column can be added without a rebuild.
pub(super) fn generated(expression: &str) -> Constraint {
    let part = Part::Generated {
        expression: expression.to_owned(),
    };
    unnamed(part, format!("GENERATED ALWAYS AS ({expression}) VIRTUAL"))
}

pub(super) fn check(check: &Check) -> Constraint {
    Constraint {
        name: Some(check.name.clone()),
        part: Part::Check {
            expression: check.expression.clone(),
        },
        sql: format!("CHECK ({})", check.expression),
    }
}

pub(super) fn allowed_values(column: &str, values: &[Value]) -> Result<Constraint, &'static str> {
    let expression = allowed_expression(column, values)?;
    let sql = format!("CHECK ({expression})");
    Ok(Constraint {
        name: Some(format!("{column}_allowed_values")),
        part: Part::Check { expression },
        sql,
    })
}

/// NULL passes any check that compares with it, and in the list it would let everything pass.
pub(super) fn allowed_expression(column: &str, values: &[Value]) -> Result<String, &'static str> {
    let column = dialect::name(column);
    let values: Result<Vec<String>, _> = values
        .iter()
        .filter(|value| **value != Value::Null)
        .map(dialect::value)
        .collect();
    let values = values?;
    Ok(if values.is_empty() {
        format!("{column} IS NULL")
    } else {
        format!("{column} IN ({})", values.join(", "))
    })
}

pub(super) fn primary_key(columns: &[String]) -> Constraint {
    let part = Part::PrimaryKey {
        columns: columns.to_vec(),
        descending: false,
        autoincrement: false,
    };
    unnamed(part, format!("PRIMARY KEY ({})", dialect::names(columns)))
}

pub(super) fn unique(columns: &[String]) -> Constraint {
    let part = Part::Unique {
        columns: columns.to_vec(),
    };
    unnamed(part, format!("UNIQUE ({})", dialect::names(columns)))
}

pub(super) fn foreign_key(name: &str, key: &ForeignKey) -> Constraint {
    let table = key.reference_table.table();
    Constraint {
        name: Some(name.to_owned()),
        part: Part::ForeignKey {
            columns: key.columns.clone(),
            table: table.to_owned(),
            references: key.reference_columns.clone(),
        },
        sql: format!(
            "FOREIGN KEY ({}) REFERENCES {} ({})",
            dialect::names(&key.columns),
            dialect::name(table),
            dialect::names(&key.reference_columns)
        ),
    }
}
