//! What sqlalchemy-audit gets wrong, reproduced, and what we do: S-F1 to S-F14 as far as they are no matter of an ORM (the others are tested with one, in the tests of the
//! command line).

use super::yard::{Yard, of_row, text, versions};
use piperoll::ErrorKind;
use piperoll::event::Value;
use piperoll::rows::{Settings, Version};

#[test]
fn s_f1_a_key_that_the_database_makes_is_in_its_version() {
    for key in [
        "id INTEGER PRIMARY KEY",
        "id INTEGER PRIMARY KEY AUTOINCREMENT",
    ] {
        let yard = Yard::with(&format!("CREATE TABLE t ({key}, n TEXT)"));
        yard.track("t");
        yard.sql("INSERT INTO t (n) VALUES ('a'), ('b')");
        assert_eq!(
            versions(&yard, "id, n"),
            ["'INSERT'|0|1|'a'", "'INSERT'|0|2|'b'"]
        );
    }
}

#[test]
fn s_f2_a_version_has_what_the_database_made() {
    let yard = Yard::with(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, d TEXT DEFAULT 'made', at TEXT DEFAULT (lower('NOW')), g AS (d || id), s AS (id * 2) STORED);
         CREATE TRIGGER touch AFTER UPDATE OF d ON t BEGIN UPDATE t SET at = 'touched' WHERE id = NEW.id; END",
    );
    yard.track("t");
    yard.sql("INSERT INTO t DEFAULT VALUES; UPDATE t SET d = 'new'");
    let last = "SELECT id, d, at, g, s FROM t";
    assert_eq!(yard.rows(last), ["1|'new'|'touched'|'new1'|2"]);
    let seen = versions(&yard, "id, d, at, g, s");
    assert_eq!(seen.first().unwrap(), "'INSERT'|0|1|'made'|'now'|'made1'|2");
    assert_eq!(
        seen.last().unwrap(),
        "'UPDATE'|0|1|'new'|'touched'|'new1'|2"
    );
}

#[test]
fn s_f5_a_change_and_its_version_are_there_together_or_not_at_all() {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT)");
    yard.track("t");
    yard.sql("PRAGMA journal_mode = WAL");
    let (one, other) = (yard.open(), yard.open());
    one.execute_batch("BEGIN; INSERT INTO t VALUES (1, 'kept')")
        .unwrap();
    assert_eq!(versions(&yard, "id"), [""; 0], "nobody else sees it yet");
    one.execute_batch("COMMIT").unwrap();
    other
        .execute_batch("BEGIN; INSERT INTO t VALUES (2, 'gone'); SAVEPOINT s; INSERT INTO t VALUES (3, 'gone'); ROLLBACK TO s; ROLLBACK")
        .unwrap();
    other
        .execute_batch("BEGIN; INSERT INTO t VALUES (4, 'kept'); SAVEPOINT s; UPDATE t SET n = 'x'; ROLLBACK TO s; COMMIT")
        .unwrap();
    assert_eq!(
        versions(&yard, "id, n"),
        ["'INSERT'|0|1|'kept'", "'INSERT'|0|4|'kept'"]
    );
}

#[test]
fn s_f6_a_version_is_seen_as_soon_as_its_row_is() {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    yard.track("t");
    let connection = yard.open();
    connection
        .execute_batch("BEGIN; INSERT INTO t VALUES (7)")
        .unwrap();
    let id: i64 = connection
        .query_row("SELECT id FROM t_audit", [], |row| row.get(0))
        .unwrap();
    assert_eq!(id, 7);
}

#[test]
fn s_f8_the_database_refuses_to_change_a_history() {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT)");
    yard.track("t");
    yard.sql("INSERT INTO t VALUES (1, 'a'); DELETE FROM t");
    let before = versions(&yard, "id, n");
    for attempt in [
        "UPDATE t_audit SET n = 'TAMPERED'",
        "UPDATE OR REPLACE t_audit SET audit_seq = 2 WHERE audit_seq = 1",
        "DELETE FROM t_audit",
        "DELETE FROM t_audit WHERE audit_seq = 1",
        "REPLACE INTO t_audit (audit_seq, n) VALUES (1, 'TAMPERED')",
        "INSERT INTO t_audit (audit_seq) VALUES (1) ON CONFLICT DO UPDATE SET n = 'TAMPERED'",
        // Before all others, and so that no number is left for the next.
        "INSERT INTO t_audit (audit_seq, id, n) VALUES (-7, 1, 'FORGED')",
        "INSERT INTO t_audit (audit_seq, id, n) VALUES (9223372036854775807, 1, 'FORGED')",
    ] {
        for recursive in ["ON", "OFF"] {
            let connection = yard.open();
            connection
                .execute_batch(&format!("PRAGMA recursive_triggers = {recursive}"))
                .unwrap();
            let error = connection.execute_batch(attempt).unwrap_err().to_string();
            assert!(
                error.contains("the history t_audit takes no UPDATE, no DELETE and no REPLACE"),
                "{attempt}: {error}"
            );
            assert_eq!(versions(&yard, "id, n"), before, "{attempt}");
        }
    }
    // -1 stands for a number that is yet to be given where the trigger looks.
    for attempt in ["INSERT", "REPLACE", "INSERT OR IGNORE"] {
        let sql = format!("{attempt} INTO t_audit (audit_seq, id, n) VALUES (-1, 1, 'FORGED')");
        let refused = yard.open().execute_batch(&sql);
        assert_eq!(refused.is_ok(), attempt.ends_with("IGNORE"));
        assert_eq!(versions(&yard, "id, n"), before, "{attempt}");
    }
    // Retention and erasure go through the gate, which is closed before the transaction ends.
    yard.sql("BEGIN; INSERT INTO piperoll_gate (history_name) VALUES ('t_audit'); DELETE FROM t_audit WHERE audit_seq = 1; DELETE FROM piperoll_gate; COMMIT");
    assert_eq!(versions(&yard, "id, n"), before[1..]);
    let open = "PRAGMA foreign_keys = ON; BEGIN; INSERT INTO piperoll_gate (history_name) VALUES ('t_audit'); COMMIT";
    let error = yard.open().execute_batch(open).unwrap_err().to_string();
    assert!(error.contains("FOREIGN KEY constraint failed"), "{error}");
}

#[test]
fn s_f9_the_history_of_an_old_key_ends_and_names_the_new_one() {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT)");
    yard.track("t");
    yard.sql("INSERT INTO t VALUES (1, 'a'); UPDATE t SET id = 9 WHERE id = 1");
    let old = of_row(&yard, &text("1"));
    assert_eq!(old.len(), 2);
    assert!(old[1].is_delete);
    assert_eq!(
        old[1].moved_to,
        Some(vec![("id".to_owned(), Value::Int(9))])
    );
    let new = of_row(&yard, &text("9"));
    assert_eq!(new.len(), 1);
    assert!(!new[0].is_delete);
    assert_eq!(
        new[0].moved_from,
        Some(vec![("id".to_owned(), Value::Int(1))])
    );
}

#[test]
fn s_f9_so_does_the_history_of_a_key_that_may_be_null() {
    let yard = Yard::with("CREATE TABLE t (id TEXT PRIMARY KEY, n)");
    yard.track("t");
    yard.sql("INSERT INTO t VALUES ('a', 1), ('x', 7); UPDATE t SET id = 'b' WHERE id = 'a'; UPDATE t SET n = 2 WHERE id = 'b'; DELETE FROM t WHERE id = 'b'; INSERT INTO t VALUES ('a', 9)");
    let key = |key: &str| Some(vec![("id".to_owned(), text(key))]);
    let told = |versions: &[Version]| -> Vec<(String, bool, Value)> {
        let versions = versions.iter();
        versions
            .map(|it| (it.operation.clone(), it.is_delete, it.row[1].1.clone()))
            .collect()
    };
    let version = |operation: &str, is_delete, n| (operation.to_owned(), is_delete, Value::Int(n));
    let old = of_row(&yard, &text("a"));
    assert_eq!(
        told(&old),
        [
            version("INSERT", false, 1),
            version("UPDATE", true, 1),
            version("INSERT", false, 9)
        ]
    );
    assert_eq!(old[1].moved_to, key("b"));
    assert_eq!(old[2].moved_from, None);
    assert!(old.iter().all(|version| version.changed.is_empty()));
    let new = of_row(&yard, &text("b"));
    assert_eq!(
        told(&new),
        [
            version("UPDATE", false, 1),
            version("UPDATE", false, 2),
            version("DELETE", true, 2)
        ]
    );
    assert_eq!(new[0].moved_from, key("a"));
    assert_eq!(new[2].moved_to, None);
}

#[test]
fn s_f10_an_update_that_changes_nothing_makes_no_version() {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT, v)");
    yard.track("t");
    yard.sql("INSERT INTO t VALUES (1, 'a', NULL); UPDATE t SET n = 'a'; UPDATE t SET v = NULL, n = n; UPDATE t SET id = id");
    assert_eq!(versions(&yard, "id"), ["'INSERT'|0|1"]);
    // 1 and 1.0 are equal, and not the same; neither are a letter and another with the same collation.
    yard.sql("UPDATE t SET v = 1; UPDATE t SET v = 1.0; UPDATE t SET v = 1.0");
    assert_eq!(
        versions(&yard, "v")[1..],
        ["'UPDATE'|0|1", "'UPDATE'|0|1.0"]
    );
}

#[test]
fn s_f11_a_column_with_a_name_of_the_historys_own_is_refused() {
    let yard =
        Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, audit_note TEXT, Audit_Reason TEXT)");
    let error = yard.try_track("t", None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let problems: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        ["t.Audit_Reason: is the name of a column that the history adds"]
    );
    assert!(
        error
            .hints()
            .iter()
            .any(|hint| hint.contains("set `prefix`")),
        "{error:?}"
    );
    // What only begins so is a column as any other.
    let settings = Settings {
        prefix: "h_".to_owned(),
        ..Settings::default()
    };
    yard.track_as("t", &settings);
    yard.sql("INSERT INTO t VALUES (1, 'kept', 'kept too')");
    assert_eq!(
        yard.rows("SELECT audit_note, Audit_Reason FROM t_h"),
        ["'kept'|'kept too'"]
    );
}

#[test]
fn s_f11_a_name_that_is_taken_is_refused_and_a_trigger_takes_none() {
    for taken in [
        "CREATE TABLE T_audit (x)",
        "CREATE VIEW t_audit AS SELECT 1",
        "CREATE INDEX t_audit ON t (id)",
    ] {
        let yard = Yard::with(&format!("CREATE TABLE t (id INTEGER PRIMARY KEY); {taken}"));
        let error = yard.try_track("t", None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{taken}");
        assert_eq!(
            error.to_string(),
            "something called `t_audit` is there already, and is not the history of `t`"
        );
    }
    let yard = Yard::with(
        "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TRIGGER t_audit AFTER INSERT ON t BEGIN SELECT 1; END",
    );
    yard.track("t");
    yard.sql("INSERT INTO t VALUES (1)");
    assert_eq!(versions(&yard, "id"), ["'INSERT'|0|1"]);
}

#[test]
fn s_f12_versions_have_an_order_that_no_clock_makes() {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, n)");
    yard.track("t");
    yard.sql(
        "INSERT INTO t VALUES (1, 0); UPDATE t SET n = 1; UPDATE t SET n = 2; UPDATE t SET n = 3",
    );
    // As if the clock had been set back an hour between.
    yard.sql(
        "BEGIN; INSERT INTO piperoll_gate (history_name) VALUES ('t_audit');
        UPDATE t_audit SET audit_timestamp = '2026-01-01T12:00:00.000Z' WHERE audit_seq < 3;
        UPDATE t_audit SET audit_timestamp = '2026-01-01T11:00:00.000Z' WHERE audit_seq >= 3;
        DELETE FROM piperoll_gate; COMMIT",
    );
    let row = of_row(&yard, &text("1"));
    let values: Vec<_> = row.iter().map(|version| version.row[1].1.clone()).collect();
    assert_eq!(values, [0, 1, 2, 3].map(Value::Int));
    assert_eq!(
        row[2].changed,
        [("n".to_owned(), Value::Int(1), Value::Int(2))]
    );
}

#[test]
fn s_f13_each_version_says_who_and_why_and_a_new_column_needs_no_second_migration() {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, n)");
    yard.track("t");
    yard.sql("BEGIN; INSERT INTO piperoll_context (only, actor, reason, session_id, source) VALUES (1, 'anna', 'why', 's1', 'shop');
        INSERT INTO t VALUES (1, 0); UPDATE t SET n = 1; DELETE FROM t; DELETE FROM piperoll_context; COMMIT; INSERT INTO t VALUES (2, 0)");
    assert_eq!(
        versions(
            &yard,
            "audit_actor, audit_reason, audit_session_id, audit_source"
        ),
        [
            "'INSERT'|0|'anna'|'why'|'s1'|'shop'",
            "'UPDATE'|0|'anna'|'why'|'s1'|'shop'",
            "'DELETE'|1|'anna'|'why'|'s1'|'shop'",
            "'INSERT'|0|NULL|NULL|NULL|NULL",
        ]
    );
    yard.sql("ALTER TABLE t ADD COLUMN more TEXT");
    yard.track("t");
    yard.sql("UPDATE t SET more = 'x'");
    assert_eq!(
        versions(&yard, "id, n, more").last().unwrap(),
        "'UPDATE'|0|2|0|'x'"
    );
}

#[test]
fn s_f14_tracking_twice_does_nothing() {
    let yard =
        Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, n); INSERT INTO t VALUES (1, 0)");
    assert_ne!(yard.track("t").steps, []);
    assert_eq!(yard.track("t").steps, []);
    assert_eq!(versions(&yard, "id"), ["'BASELINE'|0|1"]);
}

#[test]
fn s_f14_a_history_that_is_over_stays_one_and_may_go_on() {
    let yard =
        Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, n); INSERT INTO t VALUES (1, 0)");
    let other = Settings {
        prefix: "other_".to_owned(),
        ..Settings::default()
    };
    let untrack = || yard.carry_out(&|reader| piperoll::rows::untrack(reader, "t"));
    yard.track("t");
    untrack().unwrap();
    yard.track_as("t", &other);
    yard.sql("UPDATE t SET n = 1");
    // Nobody's table: no glob may mean it, and nothing tracks it.
    let found = yard
        .read(|reader| piperoll::rows::coverage(reader, "shop", &[], &["t_audit".to_owned()]))
        .unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].history.as_deref(), Some("t_other"));
    assert_eq!(
        yard.try_track("t_audit", None).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    untrack().unwrap();
    assert_eq!(untrack().unwrap_err().kind(), ErrorKind::NotFound);
    // By hand it goes on as it was last, else as is said.
    assert_eq!(yard.try_track("t", None).unwrap().history, "t_other");
    untrack().unwrap();
    yard.track("t");
    assert_eq!(
        versions(&yard, "n"),
        ["'BASELINE'|0|0", "'BASELINE'|0|1"],
        "with what was written meanwhile"
    );
    yard.sql("DELETE FROM t");
    assert_eq!(
        yard.rows("SELECT other_operation, n FROM t_other ORDER BY other_seq"),
        ["'BASELINE'|0", "'UPDATE'|1"]
    );
    let row = of_row(&yard, &text("1"));
    assert_eq!(row.last().unwrap().operation, "DELETE");
}
