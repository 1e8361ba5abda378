//! What a `CREATE TABLE` statement holds, piece by piece. A piece that is not understood is kept as it is written.

use crate::target::dialect::sqlite as dialect;

/// A table as its statement lays it out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Layout {
    pub(super) columns: Vec<LaidColumn>,
    pub(super) constraints: Vec<Constraint>,
    /// What follows the parenthesis: `WITHOUT ROWID`, `STRICT`.
    pub(super) options: String,
}

/// A column as it is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LaidColumn {
    pub(super) name: String,
    /// Its type as it is written; empty where there is none.
    pub(super) sql_type: String,
    pub(super) constraints: Vec<Constraint>,
}

/// A constraint, of a column or of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Constraint {
    /// Its name, where it has one.
    pub(super) name: Option<String>,
    pub(super) part: Part,
    /// Its SQL, without the name.
    pub(super) sql: String,
}

/// What a constraint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// `PRIMARY KEY`; of a column without columns.
    PrimaryKey {
        columns: Vec<String>,
        /// Of a column that is ordered downwards.
        descending: bool,
        autoincrement: bool,
    },
    /// `NOT NULL`.
    NotNull,
    /// `UNIQUE`; of a column without columns.
    Unique { columns: Vec<String> },
    /// `CHECK (...)`.
    Check { expression: String },
    /// `DEFAULT ...`: what follows the word.
    Default { sql: String },
    /// `REFERENCES`, `FOREIGN KEY`; of a column without columns.
    ForeignKey {
        columns: Vec<String>,
        table: String,
        references: Vec<String>,
    },
    /// `GENERATED ALWAYS AS (...)`.
    Generated { expression: String },
    /// `COLLATE`, `NULL`, a `DEFERRABLE` of its own.
    Other,
}

impl Layout {
    /// Keys name their columns in the letters that those have: SQLite takes any.
    pub(super) fn in_own_letters(mut self) -> Self {
        let names: Vec<String> = self.columns.iter().map(|each| each.name.clone()).collect();
        for constraint in &mut self.constraints {
            let (Part::PrimaryKey { columns, .. }
            | Part::Unique { columns }
            | Part::ForeignKey { columns, .. }) = &mut constraint.part
            else {
                continue;
            };
            for column in columns {
                let own = names.iter().find(|name| name.eq_ignore_ascii_case(column));
                if let Some(own) = own {
                    column.clone_from(own);
                }
            }
        }
        self
    }

    /// The column of a name.
    pub(super) fn column(&self, name: &str) -> Option<&LaidColumn> {
        let mut columns = self.columns.iter();
        columns.find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// The column of a name, to change it.
    pub(super) fn column_mut(&mut self, name: &str) -> Option<&mut LaidColumn> {
        let mut columns = self.columns.iter_mut();
        columns.find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// Whether its rows have no rowid.
    pub(super) fn is_without_rowid(&self) -> bool {
        self.options.to_ascii_uppercase().contains("WITHOUT")
    }

    /// The columns of the primary key, in the order of the key.
    pub(super) fn primary_key(&self) -> Vec<String> {
        for column in &self.columns {
            if column.has(|part| matches!(part, Part::PrimaryKey { .. })) {
                return vec![column.name.clone()];
            }
        }
        for constraint in &self.constraints {
            if let Part::PrimaryKey { columns, .. } = &constraint.part {
                return columns.clone();
            }
        }
        Vec::new()
    }

    /// The column that is the rowid under another name.
    pub(super) fn rowid_alias(&self) -> Option<&str> {
        let key = self.primary_key();
        let [only] = key.as_slice() else { return None };
        let column = self.column(only)?;
        // `INTEGER PRIMARY KEY DESC` of a column is none, by an old mistake that SQLite keeps.
        let descending = column.has(|part| {
            matches!(
                part,
                Part::PrimaryKey {
                    descending: true,
                    ..
                }
            )
        });
        let is_alias = !self.is_without_rowid()
            && !descending
            && column.sql_type.eq_ignore_ascii_case("integer");
        is_alias.then_some(column.name.as_str())
    }

    /// Whether its rowids are never given twice.
    pub(super) fn is_autoincrement(&self) -> bool {
        let counts = |part: &Part| {
            matches!(
                part,
                Part::PrimaryKey {
                    autoincrement: true,
                    ..
                }
            )
        };
        self.columns.iter().any(|column| column.has(counts))
            || self.constraints.iter().any(|c| counts(&c.part))
    }

    /// What stands in the parentheses, line by line, and behind them.
    pub(super) fn sql(&self) -> String {
        let columns = self.columns.iter().map(LaidColumn::sql);
        let lines: Vec<String> = columns
            .chain(self.constraints.iter().map(Constraint::sql))
            .map(|line| format!("\n  {line}"))
            .collect();
        let options = if self.options.is_empty() {
            String::new()
        } else {
            format!(" {}", self.options)
        };
        format!("({}\n){options}", lines.join(","))
    }
}

impl LaidColumn {
    /// Whether one of its constraints is such.
    pub(super) fn has(&self, is: impl Fn(&Part) -> bool) -> bool {
        self.constraints.iter().any(|each| is(&each.part))
    }

    /// What is computed, is so by this.
    pub(super) fn generated(&self) -> Option<&str> {
        self.constraints.iter().find_map(|each| match &each.part {
            Part::Generated { expression } => Some(expression.as_str()),
            _ => None,
        })
    }

    /// What follows `DEFAULT`.
    pub(super) fn default(&self) -> Option<&str> {
        self.constraints.iter().find_map(|each| match &each.part {
            Part::Default { sql } => Some(sql.as_str()),
            _ => None,
        })
    }

    /// The column in SQL.
    pub(super) fn sql(&self) -> String {
        let mut sql = dialect::name(&self.name);
        if !self.sql_type.is_empty() {
            sql.push(' ');
            sql.push_str(&self.sql_type);
        }
        for constraint in &self.constraints {
            sql.push(' ');
            sql.push_str(&constraint.sql());
        }
        sql
    }
}

impl Constraint {
    /// The constraint in SQL.
    pub(super) fn sql(&self) -> String {
        match &self.name {
            Some(name) => format!("CONSTRAINT {} {}", dialect::name(name), self.sql),
            None => self.sql.clone(),
        }
    }
}
