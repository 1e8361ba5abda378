//! The statements of the baseline, and of what is asked about a file.

/// The settings of a connection that writes a trail.
pub const SETTINGS: &str = "
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA wal_autocheckpoint = 8192;
PRAGMA cache_size = -32000;
PRAGMA foreign_keys = OFF;
PRAGMA trusted_schema = OFF;
";
pub const INSERT_FIRST: &str = "INSERT OR ROLLBACK INTO entries(seq, id, header, payload, salt, attributes) VALUES (0, ?1, ?2, ?3, ?4, ?5)";
pub const INSERT_ENTRY: &str = "INSERT OR ROLLBACK INTO entries(id, header, payload, salt, attributes) VALUES (?1, ?2, ?3, ?4, ?5)";
pub const UPDATE_HEAD: &str = "UPDATE head SET size = ?1 WHERE id = 1";
/// Bytes of the pages of the tiles.
pub const TILE_BYTES: &str =
    "SELECT sum(pgsize) FROM dbstat WHERE name IN ('tiles', 'sqlite_autoindex_tiles_1')";

/// A table of ten columns.
pub const ROWS_SCHEMA: &str = "
PRAGMA journal_mode = WAL;
CREATE TABLE t (id INTEGER PRIMARY KEY, customer INTEGER, status TEXT, amount NUMERIC, currency TEXT, ordered_at TEXT, note TEXT, street TEXT, city TEXT, checked INTEGER);
";
/// The settings of a connection that writes rows.
pub const ROWS_SETTINGS: &str = "
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = ON;
";

/// Inserting (0), updating (1), deleting (2): all rows up to a number, and one row.
pub fn rows_statements(operation: usize) -> (&'static str, &'static str) {
    match operation {
        0 => (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) INSERT INTO t SELECT i, i % 1000, 'new', i * 1.25, 'EUR', '2026-11-01T12:00:00Z', 'a note of some length', 'Example Street 7', 'Example City', 0 FROM n",
            "INSERT INTO t VALUES (?1, ?1 % 1000, 'new', ?1 * 1.25, 'EUR', '2026-11-01T12:00:00Z', 'a note of some length', 'Example Street 7', 'Example City', 0)",
        ),
        1 => (
            "UPDATE t SET status = 'paid', amount = amount + 1 WHERE id <= ?1",
            "UPDATE t SET status = 'paid', amount = amount + 1 WHERE id = ?1",
        ),
        _ => (
            "DELETE FROM t WHERE id <= ?1",
            "DELETE FROM t WHERE id = ?1",
        ),
    }
}
