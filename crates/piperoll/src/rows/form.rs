//! A tracked table and its history, side by side: which columns are kept, and what tells one row from another.

use super::names::Names;
use super::settings::Settings;
use crate::error::{Error, Problem, Result};
use crate::limits::SQLITE_COLUMNS_MAX;
use crate::target::{Shape, StoredColumn};
use crate::yaml::quoted;

/// What tells one row from another in a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// Its key.
    Key,
    /// The engine's number of the row: it has no key, or one that may be NULL.
    Rowid,
}

/// A table and how it is tracked.
#[derive(Debug, Clone)]
pub(super) struct Form<'s> {
    pub(super) shape: &'s Shape,
    pub(super) settings: &'s Settings,
    pub(super) names: Names,
    pub(super) identity: Identity,
    /// The columns that are kept, in their order.
    pub(super) columns: Vec<&'s StoredColumn>,
}

impl<'s> Form<'s> {
    /// # Errors
    /// `InvalidInput` with all that is wrong: names that clash with the history's own, settings for columns that are not there or are the key. `Unsupported` for a
    /// table without anything that tells its rows apart.
    pub(super) fn new(shape: &'s Shape, settings: &'s Settings) -> Result<Self> {
        let names = Names::new(&shape.table, settings);
        let identity = match (shape.is_key_exact, &shape.rowid) {
            (true, _) => Identity::Key,
            (false, Some(_)) => Identity::Rowid,
            (false, None) => {
                let table = quoted(&shape.table);
                return Err(Error::unsupported(format!(
                    "the rows of {table} cannot be told apart: it has no key, and columns called rowid, oid and _rowid_ hide its own"
                ))
                .hint("give it a primary key, or another name to one of these columns"));
            }
        };
        let columns = shape
            .columns
            .iter()
            .filter(|column| !is_among(&settings.exclude, &column.name));
        let form = Self {
            shape,
            settings,
            identity,
            columns: columns.collect(),
            names,
        };
        form.check()?;
        Ok(form)
    }

    fn check(&self) -> Result<()> {
        let table = &self.shape.table;
        let mut problems = Vec::new();
        let mut clashes = false;
        let mut add = |column: &str, message: String| {
            problems.push(Problem::new(format!("{table}.{column}"), message));
        };
        for column in &self.columns {
            let own = self.names.columns().into_iter();
            let mut own = own.filter(|own| own.eq_ignore_ascii_case(&column.name));
            if own.next().is_some() {
                clashes = true;
                let message = "is the name of a column that the history adds";
                add(&column.name, message.to_owned());
            }
        }
        let settings = [
            ("exclude", &self.settings.exclude),
            ("redact", &self.settings.redact),
        ];
        for (setting, names) in settings {
            for name in names {
                let mut all = self.shape.columns.iter();
                if !all.any(|column| column.name.eq_ignore_ascii_case(name)) {
                    add(
                        name,
                        format!("`{setting}` names a column that is not there"),
                    );
                } else if self.is_in_key(name) {
                    add(name, format!("`{setting}` names a column of the key"));
                }
            }
        }
        let own = self.names.columns().len();
        let is_too_wide = self.columns.len() + own > SQLITE_COLUMNS_MAX;
        if is_too_wide {
            let message = format!(
                "has {} columns that are kept: with the {own} of its own the history would have more than the {SQLITE_COLUMNS_MAX} of SQLite",
                self.columns.len()
            );
            problems.push(Problem::new(table, message));
        }
        if problems.is_empty() {
            return Ok(());
        }
        let mut error = Error::invalid_input(format!("{} cannot be tracked so", quoted(table)))
            .with_problems(problems);
        if clashes {
            error = error.hint(format!(
                "let the names of the history begin otherwise than `{}`: set `prefix` under `rows`",
                self.settings.prefix
            ));
        }
        if is_too_wide {
            error = error.hint("leave columns out: set `exclude` under `rows`");
        }
        Err(error)
    }

    fn is_in_key(&self, name: &str) -> bool {
        let mut key = self.shape.key.iter();
        key.any(|column| column.eq_ignore_ascii_case(name))
    }

    /// The columns by which the history tells rows apart: of the table, then of the history.
    pub(super) fn identity(&self) -> Vec<(&str, &str)> {
        match (self.identity, &self.shape.rowid) {
            (Identity::Rowid, Some(rowid)) => vec![(rowid.as_str(), self.names.rowid.as_str())],
            _ => {
                let key = self.shape.key.iter();
                key.map(|name| (name.as_str(), name.as_str())).collect()
            }
        }
    }

    /// The columns by which the engine finds a row: the rowid where there is one, else the key; and as what a row that waits to be replaced has them.
    pub(super) fn place(&self) -> Vec<Place<'_>> {
        if let Some(rowid) = &self.shape.rowid {
            let is_column = self.columns.iter().any(|column| column.name == *rowid);
            let waiting = if is_column { rowid } else { &self.names.rowid };
            return vec![Place {
                column: rowid,
                waiting,
                collation: None,
            }];
        }
        let of_key = self.shape.unique.iter().find(|unique| {
            unique.condition.is_none()
                && unique.terms.len() == self.shape.key.len()
                && unique
                    .terms
                    .iter()
                    .zip(&self.shape.key)
                    .all(|(term, name)| term.column.as_ref() == Some(name))
        });
        let key = self.shape.key.iter().enumerate();
        key.map(|(at, name)| Place {
            column: name,
            waiting: name,
            collation: of_key
                .and_then(|unique| unique.terms.get(at))
                .and_then(|term| term.collation.as_deref()),
        })
        .collect()
    }

    /// Whether only is kept of a column that it was changed.
    pub(super) fn is_redacted(&self, column: &str) -> bool {
        is_among(&self.settings.redact, column)
    }
}

/// One of the columns by which the engine finds a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'f> {
    pub(super) column: &'f str,
    /// Its name where the row waits to be replaced.
    pub(super) waiting: &'f str,
    /// How the engine compares it.
    pub(super) collation: Option<&'f str>,
}

fn is_among(names: &std::collections::BTreeSet<String>, name: &str) -> bool {
    names.iter().any(|each| each.eq_ignore_ascii_case(name))
}
