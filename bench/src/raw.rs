//! The baseline: rows that are ready, inserted into the same schema with the settings of a writer, without hashing, tree, tiles, signature and head file.

use crate::sample::Row;
use crate::statements;
use rusqlite::{Connection, TransactionBehavior, params};
use std::error::Error;
use std::path::Path;

pub struct Raw {
    connection: Connection,
    next: i64,
}

impl Raw {
    /// In the file of a trail that is empty.
    pub fn open(trail: &Path) -> Result<Self, Box<dyn Error>> {
        let connection = Connection::open(trail)?;
        connection.execute_batch(statements::SETTINGS)?;
        Ok(Self {
            connection,
            next: 0,
        })
    }

    /// One transaction.
    pub fn append(&mut self, rows: &[Row]) -> Result<(), Box<dyn Error>> {
        let behavior = TransactionBehavior::Immediate;
        let tx = self.connection.transaction_with_behavior(behavior)?;
        {
            let mut first = tx.prepare_cached(statements::INSERT_FIRST)?;
            let mut insert = tx.prepare_cached(statements::INSERT_ENTRY)?;
            for row in rows {
                let insert = if self.next == 0 { &mut first } else { &mut insert };
                let values = params![
                    row.id,
                    row.header,
                    row.payload,
                    row.salt,
                    row.attributes
                ];
                insert.execute(values)?;
                self.next += 1;
            }
            tx.prepare_cached(statements::UPDATE_HEAD)?
                .execute([self.next])?;
        }
        tx.commit()?;
        Ok(())
    }
}
