//! The baselines: what is stored without being sealed.

use crate::place::{Place, settings};
use crate::sample::Row;
use crate::statements;
use piperoll::event::Event;
use piperoll::seal::TreeSize;
use piperoll::store::{Access, Append, Store};
use piperoll::trail::{Surroundings, Trail};
use rusqlite::{Connection, TransactionBehavior, params};
use std::error::Error;
use std::path::Path;

/// Events that are ready, put into the store as a trail puts them, with what they are found by: without hashing, tree, tiles, signature and head file.
pub struct Unsealed {
    store: Box<dyn Store>,
    size: u64,
    _place: Place,
}

impl Unsealed {
    pub fn create_in(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let place = Place::new_in(folder, "unsealed")?;
        let settings = settings(place.path())?;
        drop(Trail::create(&settings, Surroundings::default())?);
        Ok(Self {
            store: settings.location.open(Access::Write)?,
            size: 0,
            _place: place,
        })
    }

    /// One transaction.
    pub fn append(&mut self, events: &[Event]) -> Result<(), Box<dyn Error>> {
        let append = Append {
            events,
            tiles: &[],
            checkpoint: "none",
            keep: None,
            cursors: &[],
        };
        let appended = self.store.append(TreeSize::new(self.size), &append);
        appended.map_err(|error| format!("{error:?}"))?;
        self.size += events.len() as u64;
        Ok(())
    }
}

/// Rows that are ready, inserted into the same schema with the settings of a writer, and nothing else.
pub struct Raw {
    _place: Place,
    connection: Connection,
    next: i64,
}

impl Raw {
    /// In the file of a trail that is empty.
    pub fn create_in(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let place = Place::new_in(folder, "raw")?;
        drop(Trail::create(
            &settings(place.path())?,
            Surroundings::default(),
        )?);
        let connection = Connection::open(place.path().join("trail.db"))?;
        connection.execute_batch(statements::SETTINGS)?;
        Ok(Self {
            _place: place,
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
                let insert = if self.next == 0 {
                    &mut first
                } else {
                    &mut insert
                };
                let values = params![row.id, row.header, row.payload, row.salt, row.attributes];
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
