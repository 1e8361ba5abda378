//! SQL is written in a few files only, where it is seen whole and values are bound.

use crate::rust::{Source, is_word, line};
use crate::tree::{Exception, File, Finding};

const VERBS: [&str; 16] = [
    "SELECT ",
    "INSERT INTO",
    "INSERT OR ",
    "REPLACE INTO",
    "UPDATE ",
    "DELETE FROM",
    "CREATE TABLE",
    "CREATE INDEX",
    "CREATE UNIQUE INDEX",
    "CREATE TRIGGER",
    "CREATE VIEW",
    "ALTER TABLE",
    "DROP TABLE",
    "DROP TRIGGER",
    "DROP VIEW",
    "PRAGMA ",
];
const FILES: [&str; 3] = ["statements.rs", "triggers.rs", "schema.rs"];

const EXCEPTIONS: &[Exception] = &[];

fn findings(file: &File) -> Vec<Finding> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let dialect = file.path.contains("/dialect/") || name == "dialect.rs";
    let triggers = file.path.contains("/triggers/");
    // The testkit forges and breaks stores on purpose; it does not ship.
    let testkit = file.path.starts_with("crates/piperoll-testkit/");
    if !file.is_rust() || file.is_test() || testkit || dialect || triggers || FILES.contains(&name)
    {
        return Vec::new();
    }
    let literals = Source::shipped(&file.text).literals;
    let mut found = Vec::new();
    for verb in VERBS {
        for (at, _) in literals.match_indices(verb) {
            if !literals.as_bytes()[..at]
                .last()
                .is_some_and(|byte| is_word(*byte))
            {
                let message = format!("`{}` outside the files for SQL", verb.trim());
                found.push(Finding::new(file, line(&literals, at), message));
            }
        }
    }
    found
}

#[test]
fn sql_in_the_wrong_file_is_found() {
    let cases = [
        (
            "crates/piperoll/src/store/sqlite.rs",
            "c.execute(\"DELETE FROM x\")",
            1,
        ),
        (
            "crates/piperoll/src/store/sqlite.rs",
            "format!(\"SELECT {a}\nUPDATE x\")",
            2,
        ),
        (
            "crates/piperoll/src/store/sqlite.rs",
            "// SELECT 1\n#[cfg(test)]\nmod t { \"SELECT 1\" }",
            0,
        ),
        (
            "crates/piperoll/src/store/sqlite.rs",
            "\"UPDATE\" \"PRESELECT 1\"",
            0,
        ),
        (
            "crates/piperoll/src/store/sqlite/statements.rs",
            "\"SELECT 1\"",
            0,
        ),
        (
            "crates/piperoll/src/store/sqlite/triggers.rs",
            "\"CREATE TRIGGER x\"",
            0,
        ),
        (
            "crates/piperoll/src/store/sqlite/tests.rs",
            "\"DROP TABLE x\"",
            0,
        ),
        (
            "crates/piperoll/src/target/dialect/sqlite.rs",
            "\"ALTER TABLE x\"",
            0,
        ),
        ("crates/piperoll-cli/src/commands/log.rs", "\"PRAGMA x\"", 1),
        (
            "crates/piperoll-testkit/src/tamper.rs",
            "\"UPDATE entries\"",
            0,
        ),
    ];
    for (path, text, count) in cases {
        assert_eq!(
            findings(&File::new(path, text)).len(),
            count,
            "of {path}: {text}"
        );
    }
}

#[test]
fn sql_stands_in_its_files() {
    let found = crate::tree::files().iter().flat_map(findings).collect();
    crate::tree::assert_none(&crate::tree::except(found, EXCEPTIONS));
}
