//! The tables that all histories of a file share. They work with SQLite 3.34 and hold no function of ours.

use crate::target::Made;

/// The tables that all histories of a file share.
pub(super) fn shared() -> [Made; 4] {
    [
        ("piperoll_tracked", TRACKED),
        ("piperoll_eras", ERAS),
        ("piperoll_context", CONTEXT),
        ("piperoll_gate", GATE),
    ]
    .map(|(name, sql)| Made {
        name: name.to_owned(),
        sql: sql.to_owned(),
    })
}

/// Whether one of these tables holds what must last beyond a transaction.
pub(super) fn lasts(table: &str) -> bool {
    ["piperoll_tracked", "piperoll_eras"].contains(&table)
}

/// Which tables are tracked, and how; by their histories, for a table may have had others.
const TRACKED: &str = "\
CREATE TABLE piperoll_tracked (
  table_name TEXT NOT NULL COLLATE NOCASE,
  history_name TEXT NOT NULL COLLATE NOCASE PRIMARY KEY,
  tracking_id TEXT NOT NULL,
  settings TEXT NOT NULL,
  is_active INTEGER NOT NULL
)";

/// Which columns a history has kept since which of its versions, in what order, and what told rows apart.
const ERAS: &str = "\
CREATE TABLE piperoll_eras (
  history_name TEXT NOT NULL COLLATE NOCASE,
  from_seq INTEGER NOT NULL,
  since TEXT NOT NULL,
  columns TEXT NOT NULL,
  identity TEXT NOT NULL,
  PRIMARY KEY (history_name, from_seq)
)";

/// Who writes, and why: one row, for one transaction. The foreign key refers to what is never there, so that no transaction ends with a row in it where foreign
/// keys are looked at.
const CONTEXT: &str = "\
CREATE TABLE piperoll_context (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  actor TEXT,
  reason TEXT,
  session_id TEXT,
  source TEXT,
  set_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  clear_before_commit INTEGER NOT NULL DEFAULT 1 CHECK (clear_before_commit = 1)
    REFERENCES piperoll_context (never) DEFERRABLE INITIALLY DEFERRED,
  never INTEGER UNIQUE CHECK (never IS NULL)
)";

/// A row in it lets a history be changed, for one transaction: what retention and erasure do.
const GATE: &str = "\
CREATE TABLE piperoll_gate (
  history_name TEXT NOT NULL COLLATE NOCASE PRIMARY KEY,
  close_before_commit INTEGER NOT NULL DEFAULT 1 CHECK (close_before_commit = 1)
    REFERENCES piperoll_gate (never) DEFERRABLE INITIALLY DEFERRED,
  never INTEGER UNIQUE CHECK (never IS NULL)
)";
