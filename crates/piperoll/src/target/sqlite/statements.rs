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

/// All objects of a file, in the order in which they were made.
pub(super) const OBJECTS: &str =
    "SELECT rowid, type, name, tbl_name, sql FROM main.sqlite_master ORDER BY rowid";

/// What belongs to tables, given as a JSON array of names in lower case, what has their names, all views and triggers, and what has a name of Piperoll's or holds
/// statistics.
pub(super) const OBJECTS_OF: &str = "\
SELECT rowid, type, name, tbl_name, sql FROM main.sqlite_master
WHERE lower(tbl_name) IN (SELECT value FROM json_each(?1)) OR lower(name) IN (SELECT value FROM json_each(?1))
  OR type IN ('view', 'trigger') OR name LIKE 'piperoll\\_%' ESCAPE '\\' OR name LIKE 'sqlite\\_stat%' ESCAPE '\\'";

/// What belongs to tables, given in the same way, and to those whose name is no word.
pub(super) const OBJECTS_NAMED: &str = "\
SELECT rowid, type, name, tbl_name, sql FROM main.sqlite_master
WHERE lower(tbl_name) IN (SELECT value FROM json_each(?1)) OR tbl_name GLOB '*[^A-Za-z0-9_$]*'";

/// The columns of tables and views, given in the same way, as SQLite understands them: each in its order, as the function gives them.
pub(super) const COLUMNS: &str = "\
SELECT w.value, x.name, x.type, x.\"notnull\", x.pk, x.hidden
FROM json_each(?1) AS w CROSS JOIN pragma_table_xinfo(w.value, 'main') AS x";

/// What the side table holds of tables, given in the same way. Its key finds them, whatever their case.
pub(super) const METADATA: &str = "\
SELECT w.value, m.column_name, m.attribute, m.name, m.value
FROM json_each(?1) AS w CROSS JOIN main.piperoll_metadata AS m ON m.table_name = w.value COLLATE NOCASE";

/// The tables that are neither SQLite's nor Piperoll's nor parts of a virtual one.
pub(super) const TABLES: &str = "\
SELECT name FROM pragma_table_list
WHERE schema = 'main' AND type IN ('table', 'virtual')
  AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'piperoll\\_%' ESCAPE '\\'
ORDER BY name";

/// What a file says that it is.
pub(super) const APPLICATION_ID: &str = "PRAGMA main.application_id";
/// What a trail says, as the store marks it.
pub(super) const OF_A_TRAIL: i64 = 0x5049_504C;

/// The first read of a file.
pub(super) const FIRST_READ: &str = "SELECT count(*) FROM main.sqlite_master";

/// The tables that have a foreign key.
pub(super) const REFERRING: &str = "\
SELECT DISTINCT m.name FROM main.sqlite_master AS m
JOIN pragma_foreign_key_list(m.name, 'main') AS f
WHERE m.type = 'table'";

/// How many rows of a table refer to nothing, by the table that they refer to.
pub(super) const DANGLING: &str =
    "SELECT parent, count(*) FROM pragma_foreign_key_check(?1, 'main') GROUP BY 1";

/// Before the transaction: a rebuild drops the table that others refer to.
pub(super) const FOREIGN_KEYS_OFF: &str = "PRAGMA foreign_keys = OFF";
/// The lock for writing, from the beginning.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";
/// A reader sees one state.
pub(super) const BEGIN_READ: &str = "BEGIN";
pub(super) const SAVEPOINT: &str = "SAVEPOINT piperoll";
pub(super) const ROLLBACK_TO: &str = "ROLLBACK TO piperoll";
pub(super) const RELEASE: &str = "RELEASE piperoll";
pub(super) const COMMIT: &str = "COMMIT";

/// `CREATE TABLE`; `body` is the layout in SQL.
pub(super) fn create(table: &str, body: &str) -> String {
    format!("CREATE TABLE {} {body}", dialect::name(table))
}

/// Writes a row of which each column has one value, a literal, unless a check is against it.
pub(super) fn try_row(table: &str, columns: &[String], value: &str) -> String {
    let values = vec![value; columns.len()];
    format!(
        "INSERT OR IGNORE INTO {} ({}) VALUES ({})",
        dialect::name(table),
        dialect::names(columns),
        values.join(", ")
    )
}

/// Reads all that can be computed.
pub(super) fn read_rows(table: &str) -> String {
    format!("SELECT * FROM {}", dialect::name(table))
}

pub(super) fn drop_table(table: &str) -> String {
    format!("DROP TABLE {}", dialect::name(table))
}

pub(super) fn rename_table(from: &str, to: &str) -> String {
    format!(
        "ALTER TABLE {} RENAME TO {}",
        dialect::name(from),
        dialect::name(to)
    )
}

pub(super) fn rename_column(table: &str, from: &str, to: &str) -> String {
    format!(
        "ALTER TABLE {} RENAME COLUMN {} TO {}",
        dialect::name(table),
        dialect::name(from),
        dialect::name(to)
    )
}

/// `column` is the column in SQL.
pub(super) fn add_column(table: &str, column: &str) -> String {
    format!("ALTER TABLE {} ADD COLUMN {column}", dialect::name(table))
}

pub(super) fn drop_column(table: &str, column: &str) -> String {
    format!(
        "ALTER TABLE {} DROP COLUMN {}",
        dialect::name(table),
        dialect::name(column)
    )
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

/// A rebuild renames its new table to a name that views and triggers already use; without this SQLite would look for the old one in them.
pub(super) const LEGACY_RENAME_ON: &str = "PRAGMA legacy_alter_table = ON";
pub(super) const LEGACY_RENAME_OFF: &str = "PRAGMA legacy_alter_table = OFF";

/// Copies rows, all or none: a constraint with `ON CONFLICT IGNORE` or `REPLACE` would leave some out. The columns have the same names on both sides.
pub(super) fn copy(from: &str, to: &str, columns: &[String]) -> String {
    let columns = dialect::names(columns);
    format!(
        "INSERT OR ABORT INTO {} ({columns}) SELECT {columns} FROM {}",
        dialect::name(to),
        dialect::name(from)
    )
}

/// Hands the counter of `AUTOINCREMENT` on: the table that has it is dropped, and its counter with it.
pub(super) fn hand_on_counter(from: &str, to: &str) -> [String; 2] {
    let (from, to) = (dialect::text(from), dialect::text(to));
    [
        format!("DELETE FROM sqlite_sequence WHERE name = {to}"),
        format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT {to}, seq FROM sqlite_sequence WHERE name = {from}"
        ),
    ]
}

/// Gives what `ANALYZE` found of a table to another.
pub(super) fn hand_on_statistics(statistics: &str, from: &str, to: &str) -> String {
    format!(
        "UPDATE {statistics} SET tbl = {} WHERE tbl = {}",
        dialect::text(to),
        dialect::text(from)
    )
}

/// Whether a statement hands on statistics: a copy without rows has none.
pub(super) fn is_of_statistics(statement: &str) -> bool {
    statement.starts_with("UPDATE sqlite_stat")
}

/// A default, alone: what it names must be there.
pub(super) fn evaluate(expression: &str) -> String {
    format!("SELECT ({expression})")
}

/// Questions about rows.
pub(super) mod guards {
    use crate::target::dialect::sqlite as dialect;

    pub(crate) fn count(table: &str, condition: &str) -> String {
        format!(
            "SELECT count(*) FROM {} WHERE {condition}",
            dialect::name(table)
        )
    }

    pub(crate) fn is_null(column: &str) -> String {
        format!("{} IS NULL", dialect::name(column))
    }

    pub(crate) fn fails(expression: &str) -> String {
        format!("NOT ({expression})")
    }

    /// The other columns of these conditions are quoted names.
    pub(crate) fn no_integer(name: &str, least: i64, most: i64) -> String {
        format!(
            "{name} IS NOT NULL AND ({name} <> CAST({name} AS INTEGER) OR CAST({name} AS INTEGER) NOT BETWEEN {least} AND {most})"
        )
    }

    pub(crate) fn no_real(name: &str) -> String {
        format!("{name} IS NOT NULL AND {name} <> CAST({name} AS REAL)")
    }

    pub(crate) fn no_decimal(name: &str, precision: u8, scale: u8) -> String {
        let number = format!("CAST({name} AS NUMERIC)");
        let digits = precision.saturating_sub(scale);
        format!(
            "{name} IS NOT NULL AND ({name} <> {number} OR abs({number}) >= 1e{digits} \
             OR (typeof({number}) = 'real' AND round({number}, {scale}) <> {number}))"
        )
    }

    pub(crate) fn too_long(name: &str, length: u32) -> String {
        format!("length(CAST({name} AS TEXT)) > {length}")
    }

    pub(crate) fn no_date(name: &str) -> String {
        format!("{name} IS NOT NULL AND {name} IS NOT date({name})")
    }

    pub(crate) fn repeated<T: AsRef<str>>(table: &str, columns: &[T]) -> String {
        let there: Vec<String> = columns
            .iter()
            .map(|column| format!("{} IS NOT NULL", dialect::name(column.as_ref())))
            .collect();
        format!(
            "SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM {} WHERE {} GROUP BY {} HAVING count(*) > 1)",
            dialect::name(table),
            there.join(" AND "),
            dialect::names(columns)
        )
    }
}

/// What a table is: its name as it was made, whether its rows have no rowid, whether it is strict. None of a view or of a virtual table.
pub(super) const TABLE_KIND: &str = "\
SELECT name, wr, strict FROM pragma_table_list
WHERE schema = 'main' AND type = 'table' AND name = ?1 COLLATE NOCASE AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

/// Its columns, as they are stored.
pub(super) const STORED_COLUMNS: &str = "\
SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1, 'main') WHERE hidden <> 1 ORDER BY cid";

/// Its unique indexes, those of constraints among them.
pub(super) const UNIQUE_INDEXES: &str = "\
SELECT name, origin, partial FROM pragma_index_list(?1, 'main') WHERE \"unique\" ORDER BY name";

/// The terms of an index: column and collation.
pub(super) const INDEX_TERMS: &str =
    "SELECT name, coll FROM pragma_index_xinfo(?1, 'main') WHERE key ORDER BY seqno";

/// The statement of a table.
pub(super) const TABLE_SQL: &str =
    "SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = ?1";

/// The statement of an index.
pub(super) const INDEX_SQL: &str =
    "SELECT sql FROM main.sqlite_master WHERE type = 'index' AND name = ?1";

/// The triggers on a table, in the order in which they were made.
pub(super) const TRIGGERS_OF: &str = "\
SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE ORDER BY rowid";

/// An object by its name.
pub(super) const MADE: &str = "\
SELECT name, sql FROM main.sqlite_master WHERE name = ?1 COLLATE NOCASE AND sql IS NOT NULL";
