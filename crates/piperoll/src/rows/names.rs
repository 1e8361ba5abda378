//! What a history, its columns and what stands around it are called.

use super::settings::{Profile, Settings};

/// The names of a history's own columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    /// The history table.
    pub(super) history: String,
    pub(super) seq: String,
    pub(super) id: String,
    pub(super) at: String,
    pub(super) is_delete: String,
    pub(super) operation: String,
    pub(super) user: String,
    pub(super) actor: String,
    pub(super) reason: String,
    pub(super) session_id: String,
    pub(super) source: String,
    pub(super) txid: String,
    /// The engine's number of a row; only in histories of tables without a key that holds.
    pub(super) rowid: String,
}

impl Names {
    pub(super) fn new(table: &str, settings: &Settings) -> Self {
        let prefix = &settings.prefix;
        let own = |name: &str| format!("{prefix}{name}");
        let suffix = prefix.strip_suffix('_').unwrap_or(prefix);
        Self {
            history: format!("{table}_{suffix}"),
            seq: own("seq"),
            id: own("id"),
            at: own(match settings.profile {
                Profile::Audit => "timestamp",
                Profile::Rev => "created",
            }),
            is_delete: own("isdelete"),
            operation: own("operation"),
            user: own("user"),
            actor: own("actor"),
            reason: own("reason"),
            session_id: own("session_id"),
            source: own("source"),
            txid: own("txid"),
            rowid: own("rowid"),
        }
    }

    /// All names of columns, in their order; those of a table itself must be others.
    pub(super) fn columns(&self) -> [&str; 12] {
        [
            &self.seq,
            &self.id,
            &self.at,
            &self.is_delete,
            &self.operation,
            &self.user,
            &self.actor,
            &self.reason,
            &self.session_id,
            &self.source,
            &self.txid,
            &self.rowid,
        ]
    }
}

/// Where the rows wait that a statement may be about to replace.
pub(super) fn replaced(table: &str) -> String {
    format!("piperoll_replaced_{table}")
}

/// A trigger on a tracked table.
pub(super) fn trigger(on: &str, table: &str) -> String {
    format!("piperoll_{on}_of_{table}")
}

/// How many of them look before a row is written: the first.
pub(super) const BEFORE: usize = 2;

/// What triggers on a tracked table do, in the order in which they are made. The one that is made last is the first to run.
pub(super) const TRIGGERS: [&str; 12] = [
    "before_insert",
    "before_update",
    "insert",
    "insert_said",
    "update",
    "update_said",
    "move",
    "delete",
    "delete_said",
    "replacing_delete",
    "replacing_insert",
    "replacing_update",
];
