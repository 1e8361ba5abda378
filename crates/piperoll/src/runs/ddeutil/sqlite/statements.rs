//! The statements, and the table: exactly the one that ddeutil-workflow makes and documents.

pub(super) const TABLE: &str = "CREATE TABLE IF NOT EXISTS audits (
    workflow        TEXT NOT NULL,
    release         TEXT NOT NULL,
    type            TEXT NOT NULL,
    context         BLOB NOT NULL,
    parent_run_id   TEXT,
    run_id          TEXT NOT NULL,
    metadata        BLOB NOT NULL,
    created_at      TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at      TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (workflow, release)
)";

pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";
pub(super) const BEGIN_READ: &str = "BEGIN";
pub(super) const COMMIT: &str = "COMMIT";

pub(super) const IS_TABLE: &str =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'audits'";
pub(super) const COUNT: &str = "SELECT count(*) FROM audits";

macro_rules! rows {
    ($rest:literal) => {
        concat!(
            "SELECT workflow, release, type,
    CASE WHEN length(CAST(context AS BLOB)) <= ?1 THEN context END,
    parent_run_id, run_id,
    CASE WHEN length(CAST(metadata AS BLOB)) <= ?1 THEN metadata END,
    created_at
FROM audits ",
            $rest
        )
    };
}

/// What is larger than ?1 bytes is left out, so that it is never in memory.
pub(super) const ROWS: &str = rows!("ORDER BY rowid");
/// As [`ROWS`], of one release.
pub(super) const ROW: &str = rows!("WHERE workflow = ?2 AND release = ?3");

pub(super) const REMOVE: &str =
    "DELETE FROM audits WHERE workflow = ?1 AND release = ?2 AND run_id = ?3";

pub(super) const PUT: &str = "INSERT INTO audits
    (workflow, release, type, context, parent_run_id, run_id, metadata, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT (workflow, release) DO UPDATE SET
    type = excluded.type, context = excluded.context, parent_run_id = excluded.parent_run_id,
    run_id = excluded.run_id, metadata = excluded.metadata,
    created_at = excluded.created_at, updated_at = excluded.updated_at";
