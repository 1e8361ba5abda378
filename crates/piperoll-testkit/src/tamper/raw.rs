use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use std::path::Path;

/// The file in the hands of somebody without the key: triggers do not fire and constraints are not checked, and both are still there afterwards, so
/// that what is found is the change itself.
pub fn raw<T>(path: &Path, change: impl FnOnce(&Connection) -> T) -> T {
    let connection = Connection::open(path).unwrap();
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)
        .unwrap();
    connection
        .execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF; BEGIN;")
        .unwrap();
    let done = change(&connection);
    connection.execute_batch("COMMIT;").unwrap();
    done
}

/// Everything that can be read of every table, and the two marks: equal exactly when two files say the same.
///
/// # Errors
/// SQLite's, for a file that cannot be read to its end.
pub fn dump(path: &Path) -> rusqlite::Result<Vec<Vec<Value>>> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = Connection::open_with_flags(path, flags)?;
    let mut rows = Vec::new();
    let mut take = |sql: &str| -> rusqlite::Result<()> {
        let mut statement = connection.prepare(sql)?;
        let columns = statement.column_count();
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            rows.push(
                (0..columns)
                    .map(|column| row.get(column))
                    .collect::<rusqlite::Result<_>>()?,
            );
        }
        Ok(())
    };
    take("PRAGMA application_id")?;
    take("PRAGMA user_version")?;
    take("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")?;
    let mut statement =
        connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")?;
    let tables: Vec<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for table in tables {
        take(&format!(
            "SELECT rowid, * FROM \"{table}\" NOT INDEXED ORDER BY rowid"
        ))?;
    }
    Ok(rows)
}
