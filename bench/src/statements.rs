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
