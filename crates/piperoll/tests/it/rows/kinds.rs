//! C6.45, C6.47: every kind of write to every kind of table, by three programs.

use super::yard::{Writer, Yard};

/// Tracks `t`, lets each program run the statements on a fresh copy, and compares its history.
fn written(schema: &str, statements: &[&str], columns: &str, expected: &[&str]) {
    for writer in Writer::ALL {
        for recursive in ["OFF", "ON"] {
            let yard = Yard::with(schema);
            yard.track("t");
            let mut all = vec![
                "PRAGMA foreign_keys = ON".to_owned(),
                format!("PRAGMA recursive_triggers = {recursive}"),
            ];
            all.extend(statements.iter().map(|sql| (*sql).to_owned()));
            yard.write(writer, &all);
            let found = yard.rows(&format!(
                "SELECT audit_operation || CASE WHEN audit_isdelete THEN ' gone' ELSE '' END, {columns} FROM t_audit ORDER BY audit_seq"
            ));
            assert_eq!(
                found, expected,
                "{writer:?}, recursive_triggers {recursive}, {schema}"
            );
        }
    }
}

#[test]
fn c6_45_strict_tables() {
    written(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b ANY) STRICT",
        &[
            "INSERT INTO t VALUES (1, 'x', 1)",
            "UPDATE t SET b = 1.0",
            "UPDATE t SET b = '1'",
            "UPDATE t SET b = x'31'",
            "UPDATE t SET b = x'31'",
            "INSERT OR IGNORE INTO t VALUES (1, 'y', 2)",
        ],
        "id, a, b",
        &[
            "'INSERT'|1|'x'|1",
            "'UPDATE'|1|'x'|1.0",
            "'UPDATE'|1|'x'|'1'",
            "'UPDATE'|1|'x'|x'31'",
        ],
    );
}

#[test]
fn c6_45_all_rows_deleted_at_once() {
    written(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a)",
        &["INSERT INTO t VALUES (1, 'x'), (2, 'y')", "DELETE FROM t"],
        "id, a",
        &[
            "'INSERT'|1|'x'",
            "'INSERT'|2|'y'",
            "'DELETE gone'|1|'x'",
            "'DELETE gone'|2|'y'",
        ],
    );
}

#[test]
fn c6_45_upserts_and_ignored_rows_record_nothing_false() {
    written(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT UNIQUE, n INTEGER CHECK (n < 9))",
        &[
            "INSERT INTO t VALUES (1, 'a', 0)",
            "INSERT INTO t VALUES (2, 'a', 1) ON CONFLICT (k) DO UPDATE SET n = excluded.n",
            "INSERT INTO t VALUES (2, 'a', 1) ON CONFLICT (k) DO UPDATE SET n = excluded.n",
            "INSERT INTO t VALUES (2, 'a', 5) ON CONFLICT DO NOTHING",
            "INSERT OR IGNORE INTO t VALUES (1, 'b', 5), (3, 'c', 5), (4, 'd', 99)",
            "UPDATE OR IGNORE t SET k = 'c' WHERE id = 1",
            "INSERT INTO t VALUES (5, 'e', 99)",
        ],
        "id, k, n",
        &["'INSERT'|1|'a'|0", "'UPDATE'|1|'a'|1", "'INSERT'|3|'c'|5"],
    );
}

#[test]
fn c6_45_update_or_replace_records_what_it_removes() {
    written(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT UNIQUE)",
        &[
            "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
            "UPDATE OR REPLACE t SET k = 'b' WHERE id = 1",
            "UPDATE OR REPLACE t SET id = 7 WHERE id = 1",
        ],
        "id, k",
        &[
            "'INSERT'|1|'a'",
            "'INSERT'|2|'b'",
            "'DELETE gone'|2|'b'",
            "'UPDATE'|1|'b'",
            "'UPDATE gone'|1|'b'",
            "'UPDATE'|7|'b'",
        ],
    );
}

#[test]
fn c6_45_cascades_of_another_table() {
    written(
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE ON UPDATE CASCADE)",
        &[
            "INSERT INTO p VALUES (1), (2)",
            "INSERT INTO t VALUES (1, 1), (2, 2)",
            "UPDATE p SET id = 9 WHERE id = 1",
            "DELETE FROM p WHERE id = 2",
        ],
        "id, p",
        &[
            "'INSERT'|1|1",
            "'INSERT'|2|2",
            "'UPDATE'|1|9",
            "'DELETE gone'|2|2",
        ],
    );
}

#[test]
fn c6_47_composite_keys_without_rowids() {
    written(
        "CREATE TABLE t (a TEXT, \"order\" INTEGER, v, PRIMARY KEY (a, \"order\")) WITHOUT ROWID",
        &[
            "INSERT INTO t VALUES ('x', 1, 'one'), ('x', 2, 'two')",
            "REPLACE INTO t VALUES ('x', 1, 'three')",
            "UPDATE t SET \"order\" = 5 WHERE \"order\" = 2",
            "DELETE FROM t WHERE a = 'x' AND \"order\" = 1",
        ],
        "a, \"order\", v",
        &[
            "'INSERT'|'x'|1|'one'",
            "'INSERT'|'x'|2|'two'",
            "'DELETE gone'|'x'|1|'one'",
            "'INSERT'|'x'|1|'three'",
            "'UPDATE gone'|'x'|2|'two'",
            "'UPDATE'|'x'|5|'two'",
            "'DELETE gone'|'x'|1|'three'",
        ],
    );
}

#[test]
fn c6_45_an_action_of_a_foreign_key_hides_no_replaced_row() {
    // The action changes a key of another row in the middle of the REPLACE.
    written(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, up INTEGER REFERENCES t (id) ON DELETE SET NULL, place INTEGER, k UNIQUE, UNIQUE (up, place))",
        &[
            "INSERT INTO t VALUES (1, NULL, 1, 'a'), (2, NULL, 2, 'b')",
            "INSERT INTO t VALUES (3, 1, 7, 'c'), (4, 1, 8, 'd')",
            "REPLACE INTO t VALUES (1, NULL, 9, 'b')",
        ],
        "id, up, place, k",
        &[
            "'INSERT'|1|NULL|1|'a'",
            "'INSERT'|2|NULL|2|'b'",
            "'INSERT'|3|1|7|'c'",
            "'INSERT'|4|1|8|'d'",
            "'DELETE gone'|1|NULL|1|'a'",
            "'UPDATE'|3|NULL|7|'c'",
            "'UPDATE'|4|NULL|8|'d'",
            "'DELETE gone'|2|NULL|2|'b'",
            "'INSERT'|1|NULL|9|'b'",
        ],
    );
}

#[test]
fn c6_45_a_computed_key_of_a_default_and_of_a_number_to_be_given_is_seen_replaced() {
    written(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL DEFAULT 3, g AS (n * 2), h AS (g + 1) STORED UNIQUE, d AS (length(id)) UNIQUE)",
        &[
            "INSERT INTO t (id, n) VALUES (1, 3)",
            "REPLACE INTO t (id, n) VALUES (100, NULL)",
            "REPLACE INTO t (n) VALUES (5)",
        ],
        "id, n, h, d",
        &[
            "'INSERT'|1|3|7|1",
            "'DELETE gone'|1|3|7|1",
            "'INSERT'|100|3|7|3",
            "'DELETE gone'|100|3|7|3",
            "'INSERT'|101|5|11|3",
        ],
    );
}

#[test]
fn c6_45_a_trigger_that_writes_before_the_write_hides_no_replaced_row() {
    written(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, k UNIQUE);
         CREATE TRIGGER ahead BEFORE INSERT ON t WHEN NEW.id < 100 BEGIN INSERT OR REPLACE INTO t VALUES (NEW.id + 100, 'copy ' || NEW.id); END;
         CREATE TRIGGER another INSERT ON t WHEN NEW.id < 100 BEGIN DELETE FROM t WHERE id = 8; END",
        &[
            "INSERT INTO t VALUES (1, 'a'), (8, 'b')",
            "REPLACE INTO t VALUES (1, 'b')",
        ],
        "id, k",
        &[
            "'INSERT'|101|'copy 1'",
            "'INSERT'|1|'a'",
            "'INSERT'|108|'copy 8'",
            "'INSERT'|8|'b'",
            "'DELETE gone'|8|'b'",
            "'DELETE gone'|101|'copy 1'",
            "'INSERT'|101|'copy 1'",
            "'DELETE gone'|1|'a'",
            "'INSERT'|1|'b'",
        ],
    );
}

#[test]
fn c6_47_an_index_may_name_its_table() {
    written(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); CREATE UNIQUE INDEX u ON t (a) WHERE t.b > 1",
        &[
            "INSERT INTO t VALUES (1, 'x', 2), (2, 'x', 0)",
            "REPLACE INTO t VALUES (3, 'x', 5)",
        ],
        "id",
        &["'INSERT'|1", "'INSERT'|2", "'DELETE gone'|1", "'INSERT'|3"],
    );
}

#[test]
fn c6_47_a_table_may_have_nearly_as_many_columns_as_sqlite_allows() {
    let table = |count: usize| {
        let columns: Vec<String> = (1..count).map(|at| format!("c{at}")).collect();
        format!(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, {})",
            columns.join(", ")
        )
    };
    written(
        &table(1_988),
        &[
            "INSERT INTO t (id, c1987) VALUES (1, 'x')",
            "UPDATE t SET c1987 = 'y'",
            "REPLACE INTO t (id) VALUES (1)",
            "DELETE FROM t",
        ],
        "c1987",
        &[
            "'INSERT'|'x'",
            "'UPDATE'|'y'",
            "'DELETE gone'|'y'",
            "'INSERT'|NULL",
            "'DELETE gone'|NULL",
        ],
    );
    let yard = Yard::with(&table(1_989));
    let error = yard.try_track("t", None).unwrap_err();
    assert_eq!(
        error.problems()[0].to_string(),
        "t: has 1989 columns that are kept: with the 12 of its own the history would have more than the 2000 of SQLite"
    );
    assert_eq!(
        error.hints(),
        ["leave columns out: set `exclude` under `rows`"]
    );
}

#[test]
fn c5_43_what_would_fail_every_write_is_not_done() {
    let yard = Yard::with(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); CREATE UNIQUE INDEX u ON t (a) WHERE main.t.b > 1",
    );
    yard.try_track("t", None).unwrap_err();
    yard.sql("INSERT INTO t VALUES (1, 'x', 2)");
    assert_eq!(
        yard.rows("SELECT count(*) FROM sqlite_master WHERE name LIKE 'piperoll%'"),
        ["0"]
    );
}

#[test]
fn c6_45_a_trigger_of_a_cascade_that_adds_a_row_hides_no_replaced_row() {
    for recursive in ["OFF", "ON"] {
        let yard = Yard::with(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, k); CREATE TABLE c (t REFERENCES t (id) ON DELETE CASCADE);
             CREATE TRIGGER lost AFTER DELETE ON c BEGIN INSERT INTO t VALUES (OLD.t + 100, 'lost'); END",
        );
        yard.track("t");
        yard.sql(&format!(
            "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = {recursive};
             INSERT INTO t VALUES (1, 'a'); INSERT INTO c VALUES (1); REPLACE INTO t VALUES (1, 'b')"
        ));
        // Whether the row is gone or the other one there first is SQLite's choice.
        assert_eq!(
            yard.rows("SELECT audit_operation, id, k FROM t_audit ORDER BY id, audit_seq"),
            [
                "'INSERT'|1|'a'",
                "'DELETE'|1|'a'",
                "'INSERT'|1|'b'",
                "'INSERT'|101|'lost'",
            ],
            "recursive_triggers {recursive}"
        );
    }
}
