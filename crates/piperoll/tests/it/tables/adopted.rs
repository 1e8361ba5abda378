//! Tables that somebody else made: their dump is a specification from which they do not differ, and what changes one thing in them changes nothing else.

use super::workshop::{Workshop, spec};
use piperoll::tables::{compare, dump};

/// What stands between the parentheses of a statement that SQLite takes; `z` is a column that is changed later.
const MADE: &[&str] = &[
    "a INTEGER DEFAULT 1e5, b DECIMAL(10,2) DEFAULT 0.00, c REAL DEFAULT 5., d DEFAULT 5.0, e REAL DEFAULT 1e-7, f REAL DEFAULT -.5, g DOUBLE DEFAULT 1e300",
    "a BOOLEAN DEFAULT 0, b BOOLEAN DEFAULT 1, c BOOLEAN DEFAULT '0', d INT DEFAULT true, e TEXT DEFAULT TRUE, f BOOL DEFAULT 2",
    "a INTEGER DEFAULT '', b DATE DEFAULT '', c TEXT DEFAULT 0, d VARCHAR(3) DEFAULT 'abcdef', e TINYINT DEFAULT 300, f DOUBLE DEFAULT 'x'",
    "a BLOB DEFAULT x'00ff', b BLOB DEFAULT 'a', c UUID DEFAULT 'x', d TIME DEFAULT '1', e TIMESTAMP DEFAULT '2020-01-01', f TIMESTAMP DEFAULT 0, g JSON DEFAULT '{}'",
    "a TEXT DEFAULT NULL, b INT DEFAULT (NULL), c VARCHAR(20) DEFAULT NULL CHECK (c IN ('x', 'y')), d INT DEFAULT (5), e INT DEFAULT -  5",
    "a BIGINT DEFAULT 9223372036854775807, b BIGINT DEFAULT 9223372036854775808, c BIGINT DEFAULT -9223372036854775808, d REAL DEFAULT 9e999, e INT DEFAULT 0x10",
    "a INT PRIMARY KEY DESC",
    "a TEXT PRIMARY KEY",
    "a INT, b INT, PRIMARY KEY (b, a)",
    "a INT UNIQUE UNIQUE, b INT, UNIQUE (a), UNIQUE (b), UNIQUE (b)",
    "a INT CHECK (a > 0) CHECK (a > 0), b INT CHECK (b > 0), CHECK (a < b), CHECK (a <> 7)",
    "a INT CONSTRAINT c CHECK (a > 0) CONSTRAINT c CHECK (a < 9), b INT CONSTRAINT check_1 CHECK (b > 0), c INT CHECK (c > 0), CONSTRAINT c CHECK (a < b)",
    "a INT, \"select\" TEXT, PRIMARY KEY (A, \"SELECT\"), UNIQUE ([Select] COLLATE NOCASE), FOREIGN KEY (A) REFERENCES Parent (ID)",
    "id INTEGER, PRIMARY KEY (ID AUTOINCREMENT)",
    "a INT REFERENCES t, b INT REFERENCES gone DEFERRABLE INITIALLY DEFERRED",
    "a INT REFERENCES parent, b INT REFERENCES parent ON DELETE CASCADE, FOREIGN KEY (a) REFERENCES parent (id)",
    "a INT CONSTRAINT f REFERENCES parent (id), b INT CONSTRAINT f REFERENCES parent (id)",
];

fn made(body: &str) -> Workshop {
    let shop = Workshop::new();
    shop.sql(&format!(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE t (z INT, {body})"
    ));
    shop
}

/// The table as a specification.
fn dumped(shop: &Workshop) -> String {
    let state =
        shop.state("{catalog: shop, schema: main, table: t, columns: [{name: z, datatype: int}]}");
    dump(&state.unwrap())
}

#[test]
fn a_dump_has_no_differences_and_one_change_changes_nothing_else() {
    for body in MADE {
        let shop = made(body);
        let text = dumped(&shop);
        let found = compare(&*shop.target(), &[spec(&text)]).unwrap();
        assert_eq!(found[0].changes, [], "{body}\n{text}");
        // `z` is the first that may be NULL.
        let edited = text.replacen("nullable: true", "nullable: false", 1);
        let applied = shop.apply(&edited).unwrap_or_else(|error| {
            panic!("{body}: {}\n{edited}", error.chain());
        });
        let changed = applied.plan.differences.to_value().canonical();
        assert_eq!(
            changed,
            r#"{"full_table_name":"shop.main.t","update":{"columns":{"1":{"nullable":false}}}}"#,
            "{body}"
        );
        assert_eq!(dumped(&shop), edited, "{body}");
    }
}

#[test]
fn what_has_no_name_keeps_the_one_it_is_told_by_when_others_go() {
    let keep = |text: &str, gone: &str| {
        assert!(text.contains(gone), "{gone} in {text}");
        text.replacen(gone, "", 1)
    };
    for (body, gone) in [
        (
            "a INT CHECK (a > 0) CHECK (a < 9)",
            "      check_1:\n        name: check_1\n        expression: \"a > 0\"\n",
        ),
        (
            "a INT REFERENCES parent, b INT REFERENCES parent ON DELETE CASCADE",
            "  foreign_key_1:\n    columns: [a]\n    reference_table: shop.main.parent\n    reference_columns: [id]\n",
        ),
        (
            "a INT CHECK (a > 0), b INT CHECK (b > 0), CHECK (z < b)",
            "  - name: a\n    datatype: int\n    nullable: true\n    column_check_constraints:\n      check_1:\n        name: check_1\n        expression: \"a > 0\"\n",
        ),
        ("a INT UNIQUE, b INT, UNIQUE (a), UNIQUE (b)", "  - [a]\n"),
    ] {
        let shop = made(body);
        let edited = keep(&dumped(&shop), gone);
        shop.apply(&edited)
            .unwrap_or_else(|error| panic!("{body}: {}", error.chain()));
        assert_eq!(dumped(&shop), edited, "{body}");
    }
}

#[test]
fn a_default_that_was_none_of_the_old_type_is_one_of_the_new() {
    let shop = made("a TINYINT DEFAULT 300");
    let text = dumped(&shop);
    assert!(text.contains("default_expression: \"300\""), "{text}");
    let edited = text.replacen("datatype: tinyint", "datatype: bigint", 1);
    shop.apply(&edited).unwrap();
    assert_eq!(dumped(&shop), edited);
}

#[test]
fn a_key_that_may_be_null_is_left_and_not_made() {
    let shop = made("a TEXT PRIMARY KEY");
    let text = dumped(&shop);
    shop.sql("INSERT INTO t (z) VALUES (1), (2)");
    let without_key = text.replacen("primary_key: [a]\n", "", 1);
    shop.apply(&without_key).unwrap();
    let error = shop.plan(&text).unwrap_err();
    let problems: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        ["t.yaml:11:15: `columns.a.nullable`: it is in the primary key, so that it cannot be null"]
    );
}
