//! The statements on a target in SQLite. What stands in the user's file by them works with SQLite 3.34 and holds no function of ours.

use crate::target::dialect::sqlite as dialect;
use crate::target::state::Metadata;

/// The side table: what SQLite cannot keep itself. An empty `column_name` is the table itself.
pub(super) const SIDE_TABLE: &str = "\
CREATE TABLE IF NOT EXISTS piperoll_metadata (
  table_name TEXT NOT NULL COLLATE NOCASE,
  column_name TEXT NOT NULL COLLATE NOCASE,
  attribute TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (table_name, column_name, attribute, name)
)";

/// The name of the side table.
pub(super) const SIDE_TABLE_NAME: &str = "piperoll_metadata";

/// All objects of the file, in the order in which they were made.
pub(super) const OBJECTS: &str =
    "SELECT type, name, tbl_name, sql FROM main.sqlite_master ORDER BY rowid";

/// The columns of tables, given as a JSON array of names in lower case, as SQLite understands them.
pub(super) const COLUMNS: &str = "\
SELECT lower(m.name), x.name, x.type, x.\"notnull\", x.pk, x.hidden
FROM json_each(?1) AS j
JOIN main.sqlite_master AS m ON lower(m.name) = j.value AND m.type = 'table'
JOIN pragma_table_xinfo(m.name, 'main') AS x
ORDER BY 1, x.cid";

/// What the side table holds of tables, given as a JSON array of names in lower case.
pub(super) const METADATA: &str = "\
SELECT lower(table_name), column_name, attribute, name, value
FROM main.piperoll_metadata
WHERE lower(table_name) IN (SELECT value FROM json_each(?1))
ORDER BY column_name, attribute, name";

/// The tables that are neither SQLite's nor Piperoll's nor parts of a virtual one.
pub(super) const TABLES: &str = "\
SELECT name FROM pragma_table_list
WHERE schema = 'main' AND type IN ('table', 'virtual')
  AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'piperoll\\_%' ESCAPE '\\'
ORDER BY name";

/// The first read of a file.
pub(super) const FIRST_READ: &str = "SELECT count(*) FROM main.sqlite_master";

/// Rows whose foreign key refers to nothing, by table and parent.
pub(super) const DANGLING: &str =
    "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2";

/// Before the transaction: a rebuild drops the table that others refer to.
pub(super) const FOREIGN_KEYS_OFF: &str = "PRAGMA foreign_keys = OFF";
/// The lock for writing, from the beginning.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";
/// A reader sees one state.
pub(super) const BEGIN_READ: &str = "BEGIN";
pub(super) const COMMIT: &str = "COMMIT";

/// `CREATE TABLE`; `body` is the layout in SQL.
pub(super) fn create(table: &str, body: &str) -> String {
    format!("CREATE TABLE {} {body}", dialect::name(table))
}

pub(super) fn drop_table(table: &str) -> String {
    format!("DROP TABLE {}", dialect::name(table))
}

/// Takes rows out of the side table.
pub(super) fn forget(table: &str, rows: &[&Metadata]) -> String {
    let keys: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "\n  ({}, {}, {})",
                dialect::text(row.column.as_deref().unwrap_or_default()),
                dialect::text(&row.attribute),
                dialect::text(&row.key)
            )
        })
        .collect();
    format!(
        "DELETE FROM piperoll_metadata WHERE table_name = {} AND (column_name, attribute, name) IN (VALUES{})",
        dialect::text(table),
        keys.join(",")
    )
}

/// Takes all rows of a table out of the side table: those of one that is gone.
pub(super) fn forget_all(table: &str) -> String {
    format!(
        "DELETE FROM piperoll_metadata WHERE table_name = {}",
        dialect::text(table)
    )
}

/// Puts rows into the side table, or others in their place.
pub(super) fn remember(table: &str, rows: &[&Metadata]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "\n  ({}, {}, {}, {}, {})",
                dialect::text(table),
                dialect::text(row.column.as_deref().unwrap_or_default()),
                dialect::text(&row.attribute),
                dialect::text(&row.key),
                dialect::text(&row.value)
            )
        })
        .collect();
    format!(
        "INSERT OR REPLACE INTO piperoll_metadata (table_name, column_name, attribute, name, value) VALUES{}",
        rows.join(",")
    )
}
