//! Who writes, and why: for the transaction that says so, and no other.

use super::yard::{Writer, Yard};
use piperoll::rows::coverage;

fn yard() -> Yard {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, n)");
    yard.track("t");
    yard
}

const SAY: &str = "INSERT INTO piperoll_context (only, actor, reason) VALUES (1, 'anna', 'why')";
const CLEAR: &str = "DELETE FROM piperoll_context";

fn actors(yard: &Yard) -> Vec<String> {
    yard.rows("SELECT id, audit_actor FROM t_audit ORDER BY audit_seq")
}

#[test]
fn what_is_said_is_for_one_transaction() {
    for writer in Writer::ALL {
        let yard = yard();
        let statements = [
            "INSERT INTO t VALUES (1, 0)",
            "BEGIN",
            SAY,
            "INSERT INTO t VALUES (2, 0)",
            CLEAR,
            "INSERT INTO t VALUES (3, 0)",
            "COMMIT",
            "INSERT INTO t VALUES (4, 0)",
        ];
        yard.write(writer, &statements.map(str::to_owned));
        assert_eq!(
            actors(&yard),
            ["1|NULL", "2|'anna'", "3|NULL", "4|NULL"],
            "{writer:?}"
        );
    }
}

#[test]
fn where_foreign_keys_are_on_no_transaction_ends_that_leaves_it() {
    let yard = yard();
    let connection = yard.open();
    let left =
        format!("PRAGMA foreign_keys = ON; BEGIN; {SAY}; INSERT INTO t VALUES (1, 0); COMMIT");
    let error = connection.execute_batch(&left).unwrap_err().to_string();
    assert!(error.contains("FOREIGN KEY constraint failed"), "{error}");
    // The transaction is there still, and may be mended.
    connection
        .execute_batch(&format!("{CLEAR}; COMMIT"))
        .unwrap();
    assert_eq!(actors(&yard), ["1|'anna'"]);
    assert_eq!(yard.rows("SELECT count(*) FROM piperoll_context"), ["0"]);
}

#[test]
fn what_was_left_over_is_not_believed_after_a_minute_and_coverage_names_it() {
    let yard = yard();
    for (set_at, believed) in [
        ("-59 seconds", true),
        ("-61 seconds", false),
        ("+61 seconds", false),
    ] {
        yard.sql(&format!(
            "PRAGMA foreign_keys = OFF; {CLEAR}; INSERT INTO piperoll_context (only, actor, set_at) VALUES (1, 'anna', strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '{set_at}')); REPLACE INTO t VALUES (1, '{set_at}')"
        ));
        let expected = if believed { "1|'anna'" } else { "1|NULL" };
        assert_eq!(actors(&yard).last().unwrap(), expected, "{set_at}");
    }
    let found = yard
        .read(|reader| coverage(reader, "shop", &[], &[]))
        .unwrap();
    let findings: Vec<_> = found
        .iter()
        .map(|each| (each.table.as_str(), each.findings.len()))
        .collect();
    assert_eq!(findings, [("t", 0), ("piperoll_context", 1)]);
    assert!(
        found[1].findings[0].contains("did not clear it"),
        "{found:?}"
    );
}

#[test]
fn there_is_one_context_at_most() {
    let yard = yard();
    for more in [
        "INSERT INTO piperoll_context (only, actor) VALUES (2, 'b')",
        "INSERT INTO piperoll_context (only, actor, clear_before_commit) VALUES (1, 'b', 0)",
        "INSERT INTO piperoll_context (only, actor, never) VALUES (1, 'b', 1)",
    ] {
        assert!(yard.sql_error(more).contains("constraint failed"), "{more}");
    }
    yard.sql(&format!("BEGIN; {SAY}; INSERT OR REPLACE INTO piperoll_context (only, actor) VALUES (1, 'ben'); INSERT INTO t VALUES (1, 0); {CLEAR}; COMMIT"));
    assert_eq!(actors(&yard), ["1|'ben'"]);
}

#[test]
fn a_context_that_is_rolled_back_is_gone() {
    let yard = yard();
    let connection = yard.open();
    connection
        .execute_batch(&format!(
            "PRAGMA foreign_keys = ON; BEGIN; {SAY}; ROLLBACK; INSERT INTO t VALUES (1, 0)"
        ))
        .unwrap();
    assert_eq!(actors(&yard), ["1|NULL"]);
}
