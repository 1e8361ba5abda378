//! Every statement of the SQLite store. Values are bound; a search is put together from these texts only.

use crate::store::filter::Order;

pub(super) const BEGIN_READ: &str = "BEGIN";
pub(super) const END_READ: &str = "ROLLBACK";

pub(super) const ANY_TABLE: &str = "SELECT 1 FROM sqlite_master LIMIT 1";
pub(super) const APPLICATION_ID: &str = "PRAGMA application_id";
pub(super) const USER_VERSION: &str = "PRAGMA user_version";
/// All that is in the schema but the statistics of `ANALYZE`. SQLite's own indexes are told, too: somebody who edits the schema may call his trigger so.
pub(super) const OBJECTS: &str = "SELECT type, name, tbl_name, sql FROM sqlite_master
  WHERE NOT (type = 'table' AND name GLOB 'sqlite_stat[14]') ORDER BY type, name";
pub(super) const INTEGRITY: &str = "PRAGMA integrity_check(100)";
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
/// A name that no entry has: an index answers for actors and resources, the other three have few codes.
pub(super) const UNUSED_NAME: &str = "SELECT name FROM names
  WHERE NOT EXISTS(SELECT 1 FROM entries WHERE actor = names.code)
  AND NOT EXISTS(SELECT 1 FROM entries WHERE resource = names.code)
  AND code NOT IN (SELECT kind FROM entries)
  AND code NOT IN (SELECT action FROM entries)
  AND code NOT IN (SELECT outcome FROM entries) LIMIT 1";
pub(super) const NAMES: &str = "SELECT code, name FROM names";
pub(super) const INSERT_NAME: &str = "INSERT INTO names(name) VALUES (?1)";

pub(super) const INSERT_ENTRY: &str =
    "INSERT INTO entries(seq, id, header, payload, salt, at, kind,
  action, actor, resource, outcome) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
pub(super) const ENTRIES: &str = "SELECT seq, id, header, payload, salt, at, kind, action, actor,
  resource, outcome FROM entries WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq";
pub(super) const SEQ_OF_ID: &str = "SELECT seq FROM entries WHERE id = ?1";
pub(super) const ERASE_PAYLOAD: &str =
    "UPDATE entries SET payload = NULL, salt = NULL WHERE seq = ?1 AND payload IS NOT NULL";

pub(super) const INSERT_ATTRIBUTE: &str =
    "INSERT INTO attributes(seq, name, value) VALUES (?1, ?2, ?3)";
pub(super) const ATTRIBUTES: &str = "SELECT seq, name, value FROM attributes
  WHERE seq >= ?1 AND seq < ?2 ORDER BY seq, name, value";
pub(super) const ATTRIBUTES_FROM: &str = "SELECT seq, name, value FROM attributes
  WHERE seq >= ?1 ORDER BY seq, name, value";
pub(super) const DELETE_ATTRIBUTES: &str = "DELETE FROM attributes WHERE seq = ?1";

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

/// A condition of a search; each takes one bound value, unless it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    Kind,
    Action,
    Actor,
    /// The value is a JSON array of codes.
    Resources,
    Outcome,
    Since,
    Until,
    /// Takes two values: name and value.
    Attribute,
    Before,
    Behind,
}

impl Condition {
    const fn text(self) -> &'static str {
        match self {
            Self::Kind => "kind = ?",
            Self::Action => "action = ?",
            Self::Actor => "actor = ?",
            Self::Resources => "resource IN (SELECT value FROM json_each(?))",
            Self::Outcome => "outcome = ?",
            Self::Since => "at >= ?",
            Self::Until => "at < ?",
            Self::Attribute => "seq IN (SELECT seq FROM attributes WHERE name = ? AND value = ?)",
            Self::Before => "seq < ?",
            Self::Behind => "seq > ?",
        }
    }
}

/// The search for positions; the values are bound in the order of the conditions, then the limit.
pub(super) fn find(conditions: &[Condition], order: Order) -> String {
    let mut sql = String::from("SELECT seq FROM entries");
    for (position, condition) in conditions.iter().enumerate() {
        sql.push_str(if position == 0 { " WHERE " } else { " AND " });
        sql.push_str(condition.text());
    }
    sql.push_str(match order {
        Order::NewestFirst => " ORDER BY seq DESC LIMIT ?",
        Order::OldestFirst => " ORDER BY seq LIMIT ?",
    });
    sql
}
