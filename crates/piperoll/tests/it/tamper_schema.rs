//! What is not in a row: tables, indexes, triggers, views, marks, and what only SQLite itself can see.
#![expect(clippy::disallowed_methods, reason = "files are broken here, not kept")]

use crate::tamper::Bench;
use piperoll::ErrorKind;
use piperoll::verify::{Level, Verdict};
use piperoll_testkit::tamper::{Sample, Shape};
use rusqlite::Connection;

/// Asserts that a finding, `altered` and of no entry, holds these words.
fn assert_altered(sample: &Sample, words: &[&str]) {
    let report = sample.verify(&sample.l1()).unwrap();
    let named = report.findings.iter().any(|finding| {
        finding.verdict == Verdict::Altered
            && finding.entries.is_none()
            && words.iter().all(|word| finding.detail.contains(word))
    });
    assert!(named, "{words:?} in {report:#?}");
    assert_eq!(report.level, None);
}

fn objects(connection: &Connection) -> Vec<(String, String)> {
    let sql = "SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL";
    let mut statement = connection.prepare(sql).unwrap();
    let objects = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    objects.map(Result::unwrap).collect()
}

#[test]
fn each_object_that_is_dropped_is_named() {
    // With a tile above the leaves: `tiles` is read in more than one place.
    let bench = Bench::new(Shape::Tiles);
    let objects = objects(&Connection::open(&bench.sound().path).unwrap());
    assert!(objects.len() > 35, "{objects:?}");
    for (ty, name) in objects {
        let copy = bench.changed(|connection| {
            connection
                .execute(&format!("DROP {ty} {name}"), [])
                .unwrap();
        });
        assert_altered(&copy, &[&format!("{ty} `{name}` is gone")]);
    }
}

#[test]
fn each_column_that_is_renamed_or_added_is_named() {
    let bench = Bench::new(Shape::Small);
    let sound = Connection::open(&bench.sound().path).unwrap();
    for (_, table) in objects(&sound).iter().filter(|(ty, _)| ty == "table") {
        let statement = sound.prepare(&format!("SELECT * FROM {table}")).unwrap();
        for column in statement.column_names() {
            let copy = bench.changed(|connection| {
                // The view and the triggers would stand in the way.
                connection
                    .execute_batch("PRAGMA legacy_alter_table = ON")
                    .unwrap();
                let sql = format!("ALTER TABLE {table} RENAME COLUMN {column} TO other");
                connection.execute(&sql, []).unwrap();
            });
            assert_altered(
                &copy,
                &[&format!("table `{table}` is not as Piperoll made it")],
            );
        }
        let copy = bench.changed(|connection| {
            let sql = format!("ALTER TABLE {table} ADD COLUMN other");
            connection.execute(&sql, []).unwrap();
        });
        assert_altered(
            &copy,
            &[&format!("table `{table}` is not as Piperoll made it")],
        );
    }
}

#[test]
fn foreign_objects_are_named_whatever_they_are_called() {
    let bench = Bench::new(Shape::Small);
    let cases = [
        ("CREATE TABLE notes(text TEXT)", "table `notes`"),
        ("CREATE VIEW v AS SELECT 1", "view `v`"),
        ("CREATE INDEX i ON entries(salt)", "index `i`"),
        (
            "CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM cursors; END",
            "trigger `t`",
        ),
        (
            "CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM cursors; END;
             PRAGMA writable_schema = ON;
             UPDATE sqlite_master SET name = 'sqlite_t', sql = replace(sql, 'TRIGGER t', 'TRIGGER sqlite_t') WHERE name = 't';",
            "trigger `sqlite_t`",
        ),
        (
            "CREATE TABLE t(a); PRAGMA writable_schema = ON;
             UPDATE sqlite_master SET name = 'sqlite_t', tbl_name = 'sqlite_t', sql = 'CREATE TABLE sqlite_t(a)' WHERE name = 't';",
            "table `sqlite_t`",
        ),
    ];
    for (sql, object) in cases {
        let copy = bench.changed(|connection| connection.execute_batch(sql).unwrap());
        assert_altered(&copy, &[object, "is not of Piperoll's making"]);
    }
}

/// A view that never ends, in the place of each table: an auditor opens files of people whom he does not trust.
#[test]
fn an_endless_view_in_the_place_of_a_table_is_named_and_not_read() {
    let bench = Bench::new(Shape::Tiles);
    let sound = Connection::open(&bench.sound().path).unwrap();
    for (_, table) in objects(&sound).iter().filter(|(ty, _)| ty == "table") {
        let statement = sound.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns: Vec<_> = statement
            .column_names()
            .map(|column| format!("n AS {column}"))
            .collect();
        let columns = columns.join(", ");
        let copy = bench.changed(|connection| {
            let sql = format!(
                "DROP VIEW events; DROP TABLE {table};
                 CREATE VIEW {table} AS WITH RECURSIVE endless(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM endless)
                 SELECT {columns} FROM endless"
            );
            connection.execute_batch(&sql).unwrap();
        });
        assert_altered(&copy, &[&format!("table `{table}` is gone")]);
        assert_altered(
            &copy,
            &[&format!("view `{table}` is not of Piperoll's making")],
        );
    }
}

/// The index by which an entry is found by its id is the only one of `entries`, and belongs to the table: what hides an entry from it is done to the
/// pages themselves.
#[test]
fn an_index_that_hides_an_entry_from_searches_is_named() {
    let bench = Bench::new(Shape::Tiles);
    let of = "entries(id)";
    let other = "entries(CASE seq WHEN 2 THEN 'x' ELSE id END)";
    for changed in [format!("{of} WHERE seq <> 2"), other.to_owned()] {
        let copy = bench.changed(|connection| {
            // The pages of another index take the place of those of the table's own.
            let sql = format!(
                "CREATE INDEX other ON {changed};
                 PRAGMA writable_schema = ON;
                 UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'other') WHERE name = 'sqlite_autoindex_entries_1';
                 DELETE FROM sqlite_master WHERE name = 'other';"
            );
            connection.execute_batch(&sql).unwrap();
        });
        assert_altered(&copy, &["ids by which entries are found"]);
        let report = copy.verify(&copy.l1()).unwrap();
        let named = report.findings.iter().find(|f| f.entries == Some((2, 2)));
        assert!(
            named.is_some_and(|f| f.detail.contains("not found by its id")),
            "{report:#?}"
        );
    }
}

/// A key between two leaves of a table leads whoever looks for one entry to the wrong leaf; who reads all of them does not see it.
#[test]
fn a_key_between_leaves_that_hides_an_entry_is_named() {
    let bench = Bench::new(Shape::Tiles);
    let copy = bench.copy();
    let mut bytes = std::fs::read(&copy.path).unwrap();
    let root: i64 = Connection::open(&copy.path)
        .unwrap()
        .query_row(
            "SELECT rootpage FROM sqlite_master WHERE name = 'entries'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let root = usize::try_from(root).unwrap();
    let page = &mut bytes[(root - 1) * 8_192..root * 8_192];
    assert_eq!(page[0], 0x05, "the inside of a table");
    // The first cell: the page of the leaf in four bytes, then its last position, which is below 128.
    let cell = usize::from(u16::from_be_bytes([page[12], page[13]]));
    let last = page[cell + 4];
    assert!(last > 0 && last < 0x7f);
    page[cell + 4] = last - 1;
    std::fs::write(&copy.path, &bytes).unwrap();
    let report = copy.verify(&copy.l1()).unwrap();
    let hidden = u64::from(last);
    let named = report.findings.iter().any(|finding| {
        finding.detail.contains("found by its position")
            && finding
                .entries
                .is_some_and(|(first, last)| first <= hidden && hidden <= last)
    });
    assert!(named, "{report:#?}");
    assert_eq!(report.level, None);
}

#[test]
fn changed_marks_are_named_and_a_newer_layout_is_refused() {
    let bench = Bench::new(Shape::Small);
    for (mark, value) in [
        ("application_id", 0),
        ("application_id", -1),
        ("user_version", 0),
        ("user_version", -1),
        ("user_version", i32::MIN),
    ] {
        let copy = bench.changed(|connection| {
            connection.pragma_update(None, mark, value).unwrap();
        });
        assert_altered(&copy, &[&format!("setting `{mark}` is {value}")]);
    }
    // Whoever writes a newer layout's number into the file stops `verify`; he passes nothing off as sound.
    let copy = bench.changed(|connection| {
        connection.pragma_update(None, "user_version", 2).unwrap();
    });
    let error = copy.verify(&copy.l1()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("has layout 2"), "{error}");
}

#[test]
fn statistics_and_the_kind_of_journal_are_nobodys_harm() {
    let bench = Bench::new(Shape::Small);
    let copy = bench.changed(|connection| connection.execute_batch("ANALYZE").unwrap());
    let connection = Connection::open(&copy.path).unwrap();
    connection.execute_batch("VACUUM").unwrap();
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .unwrap();
    drop(connection);
    let report = copy.verify(&copy.l1()).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.level, Some(Level::L1));
}

#[test]
fn another_spelling_of_the_same_instant_is_found() {
    let bench = Bench::new(Shape::Small);
    let copy = bench.changed(|connection| {
        let sql = "UPDATE meta SET value = replace(value, 'Z', '+00:00') WHERE key = 'created'";
        assert_eq!(connection.execute(sql, []).unwrap(), 1);
    });
    assert_altered(&copy, &["table `meta` cannot be read", "created"]);
}
