//! ddeutil's table in a SQLite database, into a trail and out of it.

use super::ddeutil_files::{how, run, runs};
use crate::place::Place;
use piperoll::event::Value;
use piperoll::runs::ddeutil::{export_sqlite, import_sqlite};
use piperoll::runs::{Exported, Imported, Run, Status, record};
use piperoll::trail::Trail;
use rusqlite::{Connection, params};
use std::path::Path;

fn import(trail: &Trail, path: &Path) -> Imported {
    import_sqlite(trail, path, &how(), &mut |_, _| {}).unwrap()
}

fn export(trail: &Trail, path: &Path) -> Exported {
    export_sqlite(trail, path, &mut |_, _| {}).unwrap()
}

fn recorded(trail: &Trail, run: &Run) {
    record(trail, std::slice::from_ref(run), &how()).unwrap();
}

/// `run_id` of each row, in the order of releases.
fn rows(path: &Path) -> Vec<(String, String)> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection
        .prepare("SELECT release, run_id FROM audits ORDER BY release")
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

#[test]
fn the_newest_attempt_of_a_release_is_exported_and_the_rest_told() {
    let place = Place::in_memory();
    let trail = place.make();
    let path = place.path().join("audits.db");
    recorded(&trail, &run("w", "2024-01-15T10:30:00", "first"));
    let exported = export(&trail, &path);
    assert_eq!((exported.written, exported.skipped.count), (1, 0));
    // The same instant, once with an offset.
    let mut second = run("w", "2024-01-15T17:30:00+07:00", "second");
    (second.status, second.parent_run_id) = (Status::Failed, Some("p".into()));
    second.context.insert("n\u{e4}", Value::Real(0.5));
    recorded(&trail, &second);
    recorded(&trail, &run("w", "2024-01-16", "other"));
    let mut begun = run("w", "2024-01-17", "begun");
    begun.status = Status::Running;
    recorded(&trail, &begun);
    let exported = export(&trail, &path);
    assert_eq!(
        (exported.written, exported.there, exported.running),
        (2, 0, 1)
    );
    let told: Vec<String> = exported
        .older
        .listed
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        ["w 2024-01-15T10:30:00 first: attempt 2 of its release is newer"]
    );
    let pair = |release: &str, run_id: &str| (release.to_owned(), run_id.to_owned());
    assert_eq!(
        rows(&path),
        [
            pair("2024-01-15T17:30:00+07:00", "second"),
            pair("2024-01-16T00:00:00", "other")
        ]
    );
    assert_eq!(
        (export(&trail, &path).written, export(&trail, &path).there),
        (0, 2)
    );
    // Into another trail, and back into this one.
    let elsewhere = Place::in_memory();
    let other = elsewhere.make();
    assert_eq!(import(&other, &path).recorded, 2);
    assert_eq!(import(&other, &path).there, 2);
    let found = runs(&other);
    assert!(found[0].0.is_same_as(&second));
    assert_eq!(
        (found[0].0.status, &found[0].0.parent_run_id),
        (Status::Failed, &second.parent_run_id)
    );
    assert_eq!(
        found[0].0.context.get("n\u{e4}").as_deref(),
        Some(&Value::Real(0.5))
    );
    assert_eq!(import(&trail, &path).there, 2);
}

#[test]
fn the_table_is_that_of_the_package_and_a_row_that_the_trail_lacks_stays() {
    let place = Place::in_memory();
    let trail = place.make();
    let path = place.path().join("audits.db");
    recorded(&trail, &run("w", "2024-01-15", "r"));
    export(&trail, &path);
    let connection = Connection::open(&path).unwrap();
    let columns: String = connection
        .query_row(
            "SELECT group_concat(name || ' ' || type || ' ' || \"notnull\" || ' ' || pk, '\n') FROM pragma_table_info('audits')",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(
        columns,
        "workflow TEXT 1 1\nrelease TEXT 1 2\ntype TEXT 1 0\ncontext BLOB 1 0\nparent_run_id TEXT 0 0\nrun_id TEXT 1 0\nmetadata BLOB 1 0\ncreated_at TIMESTAMP 0 0\nupdated_at TIMESTAMP 0 0"
    );
    connection
        .execute("UPDATE audits SET run_id = 'theirs'", [])
        .unwrap();
    let exported = export(&trail, &path);
    assert_eq!((exported.written, exported.skipped.count), (0, 1));
    assert_eq!(
        exported.skipped.listed[0].message,
        "its row holds the run `theirs`, which is not in the trail: import it first"
    );
    assert_eq!(rows(&path)[0].1, "theirs");
    assert_eq!(import(&trail, &path).recorded, 1);
    assert_eq!(export(&trail, &path).there, 1);
}

#[test]
fn d_f11_a_damaged_row_or_a_bomb_is_named_and_hides_no_other() {
    let place = Place::in_memory();
    let trail = place.make();
    let path = place.path().join("audits.db");
    for day in 1..=9 {
        recorded(&trail, &run("w", &format!("2024-01-0{day}"), "r"));
    }
    export(&trail, &path);
    let connection = Connection::open(&path).unwrap();
    // 64 MiB of zeros inside 64 KiB.
    let bomb = bomb();
    let set = |day: u32, column: &str, value: &dyn rusqlite::ToSql| {
        let sql = format!("UPDATE audits SET {column} = ?1 WHERE release LIKE ?2");
        let changed = connection.execute(&sql, params![value, format!("2024-01-0{day}%")]);
        assert_eq!(changed.unwrap(), 1);
    };
    set(1, "context", &b"no zlib".to_vec());
    set(2, "context", &bomb);
    set(3, "metadata", &"text");
    set(4, "run_id", &" ");
    set(5, "type", &"other");
    set(6, "context", &vec![0_u8; 18 * 1024 * 1024]);
    set(7, "release", &"soon");
    set(8, "created_at", &17);
    let elsewhere = Place::in_memory();
    let other = elsewhere.make();
    let imported = import(&other, &path);
    assert_eq!((imported.recorded, imported.skipped.count), (2, 7));
    let told: Vec<String> = imported
        .skipped
        .listed
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        told[0].starts_with(
            "row 1 (workflow w, release 2024-01-01T00:00:00): context: is no zlib data: "
        ),
        "{told:?}"
    );
    let rest: Vec<&str> = told
        .iter()
        .skip(1)
        .map(|text| text.split_once("): ").unwrap().1)
        .collect();
    assert_eq!(
        rest,
        [
            "context: has more than 16777216 bytes when it is inflated",
            "metadata: must be a blob",
            "run_id: is blank",
            "type: must be one of scheduled, manual, event, normal, rerun, force, dryrun",
            "context: is missing, or too large",
            "release: is not a date and time such as 2024-01-15T10:30:00+07:00",
        ]
    );
}

/// What zlib makes of 64 MiB of zeros, made by hand: stored nowhere, it is written as repetitions.
fn bomb() -> Vec<u8> {
    let output = std::process::Command::new("python3")
        .args([
            "-c",
            "import sys, zlib; sys.stdout.buffer.write(zlib.compress(bytes(64 << 20)))",
        ])
        .output()
        .unwrap();
    assert!(output.status.success() && output.stdout.len() < 100_000);
    output.stdout
}

#[test]
fn another_file_is_told_and_left_alone() {
    let place = Place::in_memory();
    let trail = place.make();
    let text = place.path().join("notes.txt");
    piperoll::fs::write(&text, &[b'x'; 4_096]).unwrap();
    let empty = place.path().join("other.db");
    Connection::open(&empty)
        .unwrap()
        .execute_batch("CREATE TABLE t (a)")
        .unwrap();
    let view = place.path().join("view.db");
    let endless = "CREATE VIEW audits AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i FROM n";
    Connection::open(&view)
        .unwrap()
        .execute_batch(endless)
        .unwrap();
    for (path, expected) in [
        (&text, "is no SQLite database"),
        (
            &empty,
            "has no table `audits`: it is no database of ddeutil's",
        ),
        (
            &view,
            "has no table `audits`: it is no database of ddeutil's",
        ),
        (&place.path().join("gone.db"), "there is nothing at"),
        (&place.path().to_owned(), "is a folder, not a database"),
    ] {
        let error = import_sqlite(&trail, path, &how(), &mut |_, _| {}).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert!(!place.path().join("gone.db").exists());
    let error = export_sqlite(&trail, &text, &mut |_, _| {}).unwrap_err();
    assert!(
        error.to_string().contains("is no SQLite database"),
        "{error}"
    );
    let left = piperoll::fs::read(&text, 10_000).unwrap().unwrap();
    assert_eq!(left, [b'x'; 4_096]);
}
