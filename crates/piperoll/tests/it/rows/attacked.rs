//! C5.43: triggers that fail, and what somebody changes of the tracking.

use super::yard::{Yard, of_row, text};
use piperoll::ErrorKind;
use piperoll::event::Value;
use piperoll::rows::Settings;

#[test]
fn c5_43_a_trigger_that_fails_fails_the_write_and_names_the_remedy() {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    yard.track("t");
    yard.sql("DROP TABLE t_audit");
    for writer in ["INSERT INTO t VALUES (1)", "REPLACE INTO t VALUES (1)"] {
        let error = yard.open().execute_batch(writer).unwrap_err().to_string();
        assert!(error.contains("t_audit"), "{error}");
    }
    assert_eq!(yard.rows("SELECT count(*) FROM t"), ["0"]);
    let found = yard
        .read(|reader| piperoll::rows::coverage(reader, "shop", &[], &[]))
        .unwrap();
    assert_eq!(
        found[0].findings[0],
        "the history `t_audit` is not there: every write to the table fails"
    );
}

#[test]
fn c5_43_a_trigger_on_a_history_that_could_keep_versions_out_is_named() {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    yard.track("t");
    let look = || {
        let found = yard
            .read(|reader| piperoll::rows::coverage(reader, "shop", &[], &[]))
            .unwrap();
        (found[0].findings.clone(), found[0].notes.clone())
    };
    yard.sql("CREATE TRIGGER told AFTER INSERT ON t_audit BEGIN SELECT 1; END");
    assert_eq!(
        look(),
        (
            vec![],
            vec!["the trigger `told` hangs on its history `t_audit`".to_owned()]
        )
    );
    yard.sql("CREATE TRIGGER hush INSERT ON t_audit BEGIN SELECT RAISE(IGNORE); END; INSERT INTO t VALUES (1)");
    assert_eq!(
        look().0,
        [
            "the trigger `hush` runs before a version is written to the history `t_audit`, and may keep it out: drop it"
        ]
    );
    yard.sql("DROP TRIGGER hush");
    assert_eq!(look().0, ["1 row is not in the history as they are"]);
    yard.track("t");
    assert_eq!(look().0, [""; 0]);
}

#[test]
fn c5_43_context_and_gate_that_were_changed_are_made_anew() {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    yard.track("t");
    let tables = "SELECT name, sql FROM sqlite_master WHERE name IN ('piperoll_context', 'piperoll_gate') ORDER BY name";
    let before = yard.rows(tables);
    yard.sql("ALTER TABLE piperoll_context ADD COLUMN more; ALTER TABLE piperoll_gate RENAME COLUMN never TO sometimes");
    let found = yard
        .read(|reader| piperoll::rows::coverage(reader, "shop", &[], &[]))
        .unwrap();
    assert_eq!(
        found[0].findings,
        [
            "the table `piperoll_context` is out of date, or was changed",
            "the table `piperoll_gate` is out of date, or was changed"
        ]
    );
    yard.track("t");
    assert_eq!(yard.rows(tables), before);
    let found = yard
        .read(|reader| piperoll::rows::coverage(reader, "shop", &[], &[]))
        .unwrap();
    assert_eq!(found[0].findings, [""; 0]);
}

#[test]
fn c5_43_a_registry_that_was_emptied_is_told_and_made_good() {
    let yard =
        Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, n); INSERT INTO t VALUES (1, 0)");
    yard.track("t");
    yard.sql("DELETE FROM piperoll_tracked; DELETE FROM piperoll_eras; UPDATE t SET n = 1");
    let look = || {
        let others = ["t".to_owned()];
        let found = yard
            .read(|reader| piperoll::rows::coverage(reader, "shop", &[], &others))
            .unwrap();
        found[0].findings.clone()
    };
    assert_eq!(
        look(),
        ["has triggers that write a history, and nothing tells that it is tracked: track it again"]
    );
    // A history that was begun otherwise is not taken for it.
    let epoch = Settings {
        timestamp: piperoll::rows::Stamp::Epoch,
        ..Settings::default()
    };
    assert_eq!(
        yard.try_track("t", Some(&epoch)).unwrap_err().kind(),
        ErrorKind::AlreadyExists
    );
    yard.track("t");
    assert_eq!(look(), [""; 0]);
    let row = of_row(&yard, &text("1"));
    let values: Vec<_> = row.iter().map(|version| version.row[1].1.clone()).collect();
    assert_eq!(values, [0, 1].map(Value::Int));
}
