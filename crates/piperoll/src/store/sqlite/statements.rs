//! Every statement of the SQLite store. Values are bound; a search is put together from these texts only.

use crate::store::filter::Order;

pub(super) const BEGIN_READ: &str = "BEGIN";
pub(super) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
pub(super) const COMMIT: &str = "COMMIT";
pub(super) const ROLLBACK: &str = "ROLLBACK";

pub(super) const ANY_TABLE: &str = "SELECT 1 FROM sqlite_master LIMIT 1";
pub(super) const APPLICATION_ID: &str = "PRAGMA application_id";
/// Another number than before when another connection has committed since this one asked.
pub(super) const DATA_VERSION: &str = "PRAGMA data_version";
pub(super) const USER_VERSION: &str = "PRAGMA user_version";
/// All that is in the schema but the statistics of `ANALYZE`. SQLite's own indexes are told, too: somebody who edits the schema may call his trigger so.
pub(super) const OBJECTS: &str = "SELECT type, name, tbl_name, sql FROM sqlite_master
  WHERE NOT (type = 'table' AND name GLOB 'sqlite_stat[14]') ORDER BY type, name";
/// What SQLite says of the tables that are read whole in a moment. `entries` is not among them: `verify` reads it anyway, and its index beside it.
pub(super) const INTEGRITY: [&str; 11] = [
    "PRAGMA integrity_check(meta)",
    "PRAGMA integrity_check(migrations)",
    "PRAGMA integrity_check(names)",
    "PRAGMA integrity_check(blocks)",
    "PRAGMA integrity_check(block_times)",
    "PRAGMA integrity_check(block_marks)",
    "PRAGMA integrity_check(tiles)",
    "PRAGMA integrity_check(head)",
    "PRAGMA integrity_check(checkpoints)",
    "PRAGMA integrity_check(cursors)",
    "PRAGMA integrity_check(gate)",
];
pub(super) const TRUNCATE_WAL: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

pub(super) const META: &str = "SELECT key, value FROM meta ORDER BY key";
pub(super) const INSERT_META: &str = "INSERT INTO meta(key, value) VALUES (?1, ?2)";
pub(super) const MIGRATIONS: &str = "SELECT version, checksum FROM migrations ORDER BY version";
pub(super) const INSERT_MIGRATION: &str =
    "INSERT INTO migrations(version, checksum) VALUES (?1, ?2)";

pub(super) const HEAD: &str = "SELECT size, checkpoint, kept FROM head WHERE id = 1";
pub(super) const HEAD_ROWS: &str = "SELECT count(*) FROM head";
pub(super) const INSERT_HEAD: &str =
    "INSERT INTO head(id, size, checkpoint, kept) VALUES (1, 0, ?1, 0)";
pub(super) const UPDATE_HEAD: &str =
    "UPDATE head SET size = ?1, checkpoint = ?2, kept = ?3 WHERE id = 1";

pub(super) const CODE_OF_NAME: &str = "SELECT code FROM names WHERE name = ?1";
pub(super) const NAME_OF_CODE: &str = "SELECT name FROM names WHERE code = ?1";
pub(super) const NAMES: &str = "SELECT code, name FROM names ORDER BY code";
/// Behind the last entry.
pub(super) const END: &str =
    "SELECT coalesce(max(seq) + 1, 0) FROM entries WHERE seq < 9223372036854775807";
pub(super) const COUNT_NAMES: &str = "SELECT count(*) FROM names";
pub(super) const INSERT_NAME: &str = "INSERT INTO names(name) VALUES (?1)";

pub(super) const INSERT_FIRST: &str = "INSERT OR ROLLBACK INTO entries(seq, id, header, payload, salt, attributes) VALUES (0, ?1, ?2, ?3, ?4, ?5)";
pub(super) const INSERT_ENTRY: &str = "INSERT OR ROLLBACK INTO entries(id, header, payload, salt, attributes) VALUES (?1, ?2, ?3, ?4, ?5)";
pub(super) const ENTRIES: &str = "SELECT seq, id, header, payload, salt, attributes FROM entries
  WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq";
pub(super) const SEQ_OF_ID: &str = "SELECT seq FROM entries WHERE id = ?1";
/// An index answers it, and nothing but that index.
pub(super) const IDS: &str = "SELECT id, seq FROM entries ORDER BY id";
/// Each is looked for as a reader does who knows its position; the last one first, so that none is found as the neighbour of the one before.
pub(super) const REACHED: &str = "SELECT count(*) FROM
  (SELECT seq AS wanted FROM entries WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT -1) AS there
  CROSS JOIN entries ON entries.seq = there.wanted";
pub(super) const ERASE_PAYLOAD: &str =
    "UPDATE entries SET payload = NULL, salt = NULL, attributes = NULL
  WHERE seq = ?1 AND payload IS NOT NULL";

pub(super) const ATTRIBUTES_OF_ALL: &str = "SELECT seq, attributes FROM entries
  WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq";
pub(super) const ATTRIBUTES: &str = "SELECT seq, attributes FROM entries
  WHERE seq >= ?1 AND seq <= ?2 AND attributes IS NOT NULL ORDER BY seq";

pub(super) const BLOCK: &str = "SELECT first, last, kinds, actions, outcomes, actors, resources
  FROM blocks WHERE block = ?1";
pub(super) const BLOCKS: &str =
    "SELECT block, kinds, actions, outcomes, actors, resources FROM blocks ORDER BY block";
pub(super) const INSERT_BLOCK: &str =
    "INSERT INTO blocks(block, first, last, kinds, actions, outcomes, actors, resources)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
pub(super) const TIMES: &str = "SELECT times FROM block_times WHERE block = ?1";
pub(super) const INSERT_TIMES: &str = "INSERT INTO block_times(block, times) VALUES (?1, ?2)";
pub(super) const MARKS: &str = "SELECT marks FROM block_marks WHERE block = ?1";
pub(super) const INSERT_MARKS: &str = "INSERT INTO block_marks(block, marks) VALUES (?1, ?2)";
pub(super) const UPDATE_MARKS: &str = "UPDATE block_marks SET marks = ?2 WHERE block = ?1";
/// The tables of blocks; how many each has, and its first and last.
pub(super) const BLOCK_TABLES: [(&str, &str); 3] = [
    (
        "blocks",
        "SELECT count(*), coalesce(min(block), 0), coalesce(max(block), -1) FROM blocks",
    ),
    (
        "block_times",
        "SELECT count(*), coalesce(min(block), 0), coalesce(max(block), -1) FROM block_times",
    ),
    (
        "block_marks",
        "SELECT count(*), coalesce(min(block), 0), coalesce(max(block), -1) FROM block_marks",
    ),
];

pub(super) const TILE: &str = "SELECT hashes FROM tiles WHERE level = ?1 AND number = ?2";
pub(super) const TILES: &str = "SELECT level, number, hashes FROM tiles ORDER BY level, number";
pub(super) const UPDATE_TILE: &str =
    "UPDATE tiles SET hashes = ?3 WHERE level = ?1 AND number = ?2";
pub(super) const INSERT_TILE: &str = "INSERT INTO tiles(level, number, hashes) VALUES (?1, ?2, ?3)";

pub(super) const CHECKPOINTS: &str = "SELECT number, size, note FROM checkpoints ORDER BY number";
pub(super) const INSERT_CHECKPOINT: &str =
    "INSERT INTO checkpoints(number, size, note) VALUES (?1, ?2, ?3)";

pub(super) const CURSOR: &str = "SELECT value FROM cursors WHERE name = ?1";
pub(super) const SET_CURSOR: &str = "INSERT INTO cursors(name, value) VALUES (?1, ?2)
  ON CONFLICT(name) DO UPDATE SET value = excluded.value";

pub(super) const OPEN_GATE: &str = "INSERT INTO gate(id, open_for) VALUES (1, 'erasure')";
pub(super) const CLOSE_GATE: &str = "DELETE FROM gate";
pub(super) const GATE_ROWS: &str = "SELECT count(*) FROM gate";

/// What a search reads, in either order: of the blocks behind a number, and of the entries of a range.
pub(super) struct Search {
    pub(super) all: &'static str,
    /// What stands behind the columns of the blocks.
    blocks: &'static str,
    pub(super) marks: &'static str,
    /// The attributes lie behind the payload: whoever does not want them must not read as far.
    pub(super) headers: &'static str,
    pub(super) attributed: &'static str,
}

/// The columns of a block that hold codes.
const CODES: [&str; 5] = ["kinds", "actions", "outcomes", "actors", "resources"];

impl Search {
    /// Number, first and last time, and the codes of five fields. Of the fields that are not wanted there is NULL: to find each in a row takes as long as half of
    /// what is looked for.
    pub(super) fn blocks(&self, wanted: [bool; 5]) -> String {
        let mut sql = String::from("SELECT block, first, last");
        for (wanted, column) in wanted.into_iter().zip(CODES) {
            sql.push_str(", ");
            sql.push_str(if wanted { column } else { "NULL" });
        }
        sql.push_str(self.blocks);
        sql
    }
}

pub(super) const fn search(order: Order) -> &'static Search {
    match order {
        Order::NewestFirst => &NEWEST_FIRST,
        Order::OldestFirst => &OLDEST_FIRST,
    }
}

static NEWEST_FIRST: Search = Search {
    all: "SELECT seq FROM entries WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT ?3",
    blocks: " FROM blocks WHERE block >= ?1 AND block <= ?2 ORDER BY block DESC",
    marks: "SELECT block, marks FROM block_marks
  WHERE block >= ?1 AND block <= ?2 ORDER BY block DESC",
    headers: "SELECT seq, header FROM entries WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq DESC",
    attributed: "SELECT seq, header, attributes FROM entries
  WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq DESC",
};

static OLDEST_FIRST: Search = Search {
    all: "SELECT seq FROM entries WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3",
    blocks: " FROM blocks WHERE block >= ?1 AND block <= ?2 ORDER BY block",
    marks: "SELECT block, marks FROM block_marks
  WHERE block >= ?1 AND block <= ?2 ORDER BY block",
    headers: "SELECT seq, header FROM entries WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq",
    attributed: "SELECT seq, header, attributes FROM entries
  WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq",
};

pub(super) const ATTRIBUTES_AT: &str = "SELECT attributes FROM entries WHERE seq = ?1";
pub(super) const LAST_BLOCK: &str = "SELECT coalesce(max(block), -1) FROM blocks";
