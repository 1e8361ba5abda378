//! The seven defects of audite, reproduced, and what we do.

use super::yard::{Writer, Yard, of_row, text, versions};
use piperoll::event::Value;

#[test]
fn audite_1_a_table_without_a_key_is_tracked() {
    let yard = Yard::with("CREATE TABLE t (a, b)");
    yard.track("t");
    yard.sql("INSERT INTO t VALUES (1, 'x'), (1, 'x'); UPDATE t SET b = 'y' WHERE rowid = 2; DELETE FROM t WHERE rowid = 1");
    assert_eq!(
        versions(&yard, "audit_rowid, a, b"),
        [
            "'INSERT'|0|1|1|'x'",
            "'INSERT'|0|2|1|'x'",
            "'UPDATE'|0|2|1|'y'",
            "'DELETE'|1|1|1|'x'"
        ]
    );
    assert_eq!(of_row(&yard, &text("2")).len(), 2);
}

#[test]
fn audite_2_names_may_be_words_of_sql_and_hold_quotes() {
    let yard = Yard::with(
        "CREATE TABLE \"select\" (\"order\" INTEGER PRIMARY KEY, \"it's \"\"q\"\"\" TEXT, \"a b\" UNIQUE, \"x'); DROP TABLE t; --\" TEXT)",
    );
    yard.track("select");
    for writer in Writer::ALL {
        yard.write(
            writer,
            &[
                "INSERT OR REPLACE INTO \"select\" VALUES (1, 'a', 'b', 'c')".to_owned(),
                "UPDATE \"select\" SET \"a b\" = 'c'".to_owned(),
                "DELETE FROM \"select\"".to_owned(),
            ],
        );
    }
    assert_eq!(
        yard.rows("SELECT audit_operation, count(*) FROM select_audit GROUP BY 1 ORDER BY 1"),
        ["'DELETE'|3", "'INSERT'|3", "'UPDATE'|3"]
    );
}

#[test]
fn audite_3_the_row_that_is_replaced_is_recorded() {
    for recursive in ["ON", "OFF"] {
        let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT UNIQUE, n)");
        yard.track("t");
        for writer in Writer::ALL {
            yard.write(
                writer,
                &[
                    format!("PRAGMA recursive_triggers = {recursive}"),
                    "INSERT INTO t VALUES (1, 'a', 0), (2, 'b', 0)".to_owned(),
                    "INSERT OR REPLACE INTO t VALUES (1, 'b', 1)".to_owned(),
                    "DELETE FROM t".to_owned(),
                ],
            );
        }
        let once = [
            "'INSERT'|0|1|'a'|0",
            "'INSERT'|0|2|'b'|0",
            "'DELETE'|1|1|'a'|0",
            "'DELETE'|1|2|'b'|0",
            "'INSERT'|0|1|'b'|1",
            "'DELETE'|1|1|'b'|1",
        ];
        let found = versions(&yard, "id, k, n");
        for (one, writer) in found.chunks(once.len()).zip(Writer::ALL) {
            // Which of the two replaced rows is told first is SQLite's choice.
            let mut one = one.to_vec();
            one[2..4].sort();
            assert_eq!(one, once, "{writer:?}, recursive_triggers {recursive}");
        }
        assert_eq!(found.len(), 3 * once.len());
    }
}

#[test]
fn audite_4_a_blob_and_a_text_of_the_same_bytes_differ() {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
    yard.track("t");
    yard.sql("INSERT INTO t VALUES (1, x'6162'); UPDATE t SET v = 'ab'; UPDATE t SET v = x'6162'");
    assert_eq!(
        versions(&yard, "v"),
        [
            "'INSERT'|0|x'6162'",
            "'UPDATE'|0|'ab'",
            "'UPDATE'|0|x'6162'"
        ]
    );
}

#[test]
fn a_key_that_is_written_as_text_finds_numbers_too() {
    let yard = Yard::with("CREATE TABLE t (id PRIMARY KEY NOT NULL, n)");
    yard.track("t");
    yard.sql("INSERT INTO t VALUES (1, 'int'), ('2', 'text'), (1.5, 'real'), (-1e300, 'large'), ('inf', 'word')");
    for (key, n) in [
        ("1", "int"),
        ("2", "text"),
        ("1.5", "real"),
        ("-1e300", "large"),
        ("inf", "word"),
    ] {
        let found = of_row(&yard, &text(key));
        assert_eq!(found.len(), 1, "{key}");
        assert_eq!(found[0].row[1].1, text(n), "{key}");
    }
    assert_eq!(of_row(&yard, &text("nan")), []);
}

#[test]
fn audite_5_composite_keys_keep_their_parts_apart() {
    let yard =
        Yard::with("CREATE TABLE t (a TEXT NOT NULL, b TEXT NOT NULL, n, PRIMARY KEY (a, b))");
    yard.track("t");
    yard.sql(
        "INSERT INTO t VALUES ('1:2', '3', 0), ('1', '2:3', 0); UPDATE t SET n = 1 WHERE a = '1'",
    );
    let key = |a: &str, b: &str| Value::Array(vec![text(a), text(b)]);
    assert_eq!(of_row(&yard, &key("1:2", "3")).len(), 1);
    assert_eq!(of_row(&yard, &key("1", "2:3")).len(), 2);
    assert_eq!(of_row(&yard, &key("2:3", "1")).len(), 0);
}

#[test]
fn audite_6_null_in_a_key_fails_nobodys_insert() {
    let yard = Yard::with("CREATE TABLE t (a TEXT, b TEXT, n, PRIMARY KEY (a, b))");
    yard.track("t");
    yard.sql("INSERT INTO t VALUES ('x', NULL, 0), ('x', NULL, 1); UPDATE t SET n = n + 2");
    assert_eq!(
        versions(&yard, "audit_rowid, a, b, n"),
        [
            "'INSERT'|0|1|'x'|NULL|0",
            "'INSERT'|0|2|'x'|NULL|1",
            "'UPDATE'|0|1|'x'|NULL|2",
            "'UPDATE'|0|2|'x'|NULL|3"
        ]
    );
}

#[test]
fn audite_7_a_column_that_came_later_is_found_and_kept() {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    yard.track("t");
    yard.sql("ALTER TABLE t ADD COLUMN later TEXT; INSERT INTO t VALUES (1, 'unseen')");
    let found = yard
        .read(|reader| piperoll::rows::coverage(reader, "shop", &[], &[]))
        .unwrap();
    assert_eq!(found.len(), 1);
    assert!(
        found[0].findings.contains(
            &"the column `later` is not in the history: what is written to it is not kept"
                .to_owned()
        ),
        "{found:?}"
    );
    yard.track("t");
    assert_eq!(
        versions(&yard, "id, later"),
        ["'INSERT'|0|1|NULL", "'BASELINE'|0|1|'unseen'"]
    );
    let found = yard
        .read(|reader| piperoll::rows::coverage(reader, "shop", &[], &[]))
        .unwrap();
    assert_eq!(found[0].findings, [""; 0]);
}
