//! Codes of names.

use super::statements;
use rusqlite::{Connection, OptionalExtension as _};
use std::collections::HashMap;

/// Codes of names during one append: those that it adds count only once it is durable.
pub(super) struct Codes<'a> {
    pub(super) known: &'a HashMap<String, i64>,
    pub(super) new: HashMap<String, i64>,
}

impl Codes<'_> {
    /// The code of a name; a name that has none gets the next.
    pub(super) fn code(&mut self, tx: &Connection, name: &str) -> rusqlite::Result<i64> {
        if let Some(code) = self.known.get(name).or_else(|| self.new.get(name)) {
            return Ok(*code);
        }
        let stored = tx
            .prepare_cached(statements::CODE_OF_NAME)?
            .query_row([name], |row| row.get(0))
            .optional()?;
        let code = match stored {
            Some(code) => code,
            None => tx.prepare_cached(statements::INSERT_NAME)?.insert([name])?,
        };
        self.new.insert(name.to_owned(), code);
        Ok(code)
    }
}
