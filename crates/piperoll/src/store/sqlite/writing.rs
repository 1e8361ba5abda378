use super::statements;
use rusqlite::Connection;
use std::ops::Deref;

/// A transaction that holds the writer's lock. It is taken back when it is dropped before it is committed.
///
/// Its statements are kept prepared, as those of an append are: a small one would spend as long on reading them as on running them.
#[derive(Debug)]
pub(super) struct Writing<'c>(&'c Connection);

impl<'c> Writing<'c> {
    /// Waits for the lock, as long as the connection may.
    pub(super) fn begin(connection: &'c Connection) -> rusqlite::Result<Self> {
        connection
            .prepare_cached(statements::BEGIN_WRITE)?
            .execute([])?;
        Ok(Self(connection))
    }

    /// Makes it durable. When that fails it is taken back.
    pub(super) fn commit(self) -> rusqlite::Result<()> {
        self.0.prepare_cached(statements::COMMIT)?.execute([])?;
        Ok(())
    }
}

impl Deref for Writing<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        // SQLite may have taken it back already. Where it cannot be, the next transaction of this connection cannot begin, and the connection is given up then.
        if !self.0.is_autocommit() {
            let back = self.0.prepare_cached(statements::ROLLBACK);
            drop(back.and_then(|mut back| back.execute([])));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_committed_is_taken_back() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t(a)").unwrap();
        let count = || -> i64 {
            let count = "SELECT count(*) FROM t";
            connection.query_row(count, [], |row| row.get(0)).unwrap()
        };
        for (is_committed, counted) in [(false, 0), (true, 1), (false, 1), (true, 2)] {
            let writing = Writing::begin(&connection).unwrap();
            writing.execute("INSERT INTO t VALUES (1)", []).unwrap();
            match is_committed {
                true => writing.commit().unwrap(),
                false => drop(writing),
            }
            assert!(connection.is_autocommit());
            assert_eq!(count(), counted);
        }
        // What a trigger took back is over.
        let writing = Writing::begin(&connection).unwrap();
        writing.execute("ROLLBACK", []).unwrap();
        drop(writing);
        assert!(connection.is_autocommit());
    }
}
