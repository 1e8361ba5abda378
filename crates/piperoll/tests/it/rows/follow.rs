//! C6.46, C6.49: tables change while they are tracked, and their histories follow in the same transaction.

use super::yard::Yard;
use crate::place::Place;
use piperoll::event::DraftActor;
use piperoll::event::{Instant, Value};
use piperoll::rows::{Following, Look, Settings, as_of, coverage, track};
use piperoll::tables::{Request, SnapshotFormat, Spec, apply};
use piperoll::target::Accompanied;
use std::ops::ControlFlow;

/// Lets a table be as a specification says, with what goes with it.
pub(super) fn apply_to(yard: &Yard, spec: &str) -> piperoll::Result<()> {
    let place = Place::new();
    let trail = place.make();
    let spec = Spec::parse(spec, "t.yaml", None)?;
    apply(&spec, &accompanied(yard), Some(&trail), &request(), None).map(drop)
}

fn accompanied(yard: &Yard) -> Accompanied {
    Accompanied::new(yard.target(), Box::new(Following::new(yard.target())))
}

fn request() -> Request {
    Request {
        actor: DraftActor::named("tester"),
        reason: None,
        env: None,
        run_id: None,
        notes: None,
        snapshot_format: SnapshotFormat::default(),
        allow_destructive: true,
        process: piperoll::fs::Process::current(),
    }
}

pub(super) fn spec(table: &str, columns: &[&str]) -> String {
    let columns: String = columns
        .iter()
        .map(|column| format!("  - {{{column}}}\n"))
        .collect();
    format!(
        "catalog: shop\nschema: main\ntable: {table}\nprimary_key: id\ncolumns:\n  - {{name: id, datatype: bigint, nullable: false}}\n{columns}"
    )
}

fn findings(yard: &Yard) -> Vec<String> {
    let found = yard
        .read(|reader| coverage(reader, "shop", &[], &[]))
        .unwrap();
    found.into_iter().flat_map(|each| each.findings).collect()
}

fn versions(yard: &Yard, history: &str, columns: &str) -> Vec<String> {
    yard.rows(&format!(
        "SELECT audit_operation, {columns} FROM {history} ORDER BY audit_seq"
    ))
}

fn tracked(columns: &[&str]) -> Yard {
    let yard = Yard::new();
    apply_to(&yard, &spec("t", columns)).unwrap();
    yard.track("t");
    yard
}

#[test]
fn c6_46_a_column_that_is_added_is_kept_from_then_on() {
    let yard = tracked(&["name: a, datatype: string"]);
    yard.sql("INSERT INTO t VALUES (1, 'x')");
    apply_to(
        &yard,
        &spec(
            "t",
            &["name: a, datatype: string", "name: b, datatype: int"],
        ),
    )
    .unwrap();
    assert_eq!(findings(&yard), [""; 0]);
    yard.sql("UPDATE t SET b = 2");
    assert_eq!(
        versions(&yard, "t_audit", "id, a, b"),
        ["'INSERT'|1|'x'|NULL", "'UPDATE'|1|'x'|2"]
    );
}

#[test]
fn c6_46_the_rows_get_a_version_where_a_new_column_gives_them_a_value() {
    let yard = tracked(&["name: a, datatype: string"]);
    yard.sql("INSERT INTO t VALUES (1, 'x')");
    let more = [
        "name: a, datatype: string",
        "name: b, datatype: int, nullable: false, default_value: 7",
    ];
    apply_to(&yard, &spec("t", &more)).unwrap();
    assert_eq!(findings(&yard), [""; 0]);
    assert_eq!(
        versions(&yard, "t_audit", "id, a, b"),
        ["'INSERT'|1|'x'|NULL", "'BASELINE'|1|'x'|7"]
    );
}

#[test]
fn c6_46_a_column_that_is_dropped_stays_in_the_history() {
    let yard = tracked(&["name: a, datatype: string", "name: b, datatype: int"]);
    yard.sql("INSERT INTO t VALUES (1, 'x', 5)");
    apply_to(&yard, &spec("t", &["name: a, datatype: string"])).unwrap();
    assert_eq!(findings(&yard), [""; 0]);
    yard.sql("UPDATE t SET a = 'y'");
    assert_eq!(
        versions(&yard, "t_audit", "id, a, b"),
        ["'INSERT'|1|'x'|5", "'UPDATE'|1|'y'|NULL"]
    );
}

#[test]
fn c6_46_a_column_that_is_renamed_keeps_its_history() {
    let yard = tracked(&["name: a, datatype: string"]);
    yard.sql("INSERT INTO t VALUES (1, 'x')");
    apply_to(
        &yard,
        &spec("t", &["name: b, datatype: string, renamed_from: a"]),
    )
    .unwrap();
    assert_eq!(findings(&yard), [""; 0]);
    yard.sql("UPDATE t SET b = 'y'");
    assert_eq!(
        versions(&yard, "t_audit", "id, b"),
        ["'INSERT'|1|'x'", "'UPDATE'|1|'y'"],
        "no version because of another name"
    );
}

#[test]
fn c6_46_a_chain_of_names_keeps_its_history() {
    let yard = tracked(&["name: a, datatype: string", "name: b, datatype: string"]);
    yard.sql("INSERT INTO t VALUES (1, 'was a', 'was b')");
    let moved = [
        "name: b, datatype: string, renamed_from: a",
        "name: c, datatype: string, renamed_from: b",
    ];
    apply_to(&yard, &spec("t", &moved)).unwrap();
    assert_eq!(findings(&yard), [""; 0]);
    assert_eq!(yard.rows("SELECT id, b, c FROM t"), ["1|'was a'|'was b'"]);
    assert_eq!(
        versions(&yard, "t_audit", "id, b, c"),
        ["'INSERT'|1|'was a'|'was b'"]
    );
}

#[test]
fn c6_46_the_key_is_renamed_too() {
    let yard = tracked(&["name: a, datatype: string"]);
    yard.sql("INSERT INTO t VALUES (1, 'x')");
    let renamed = spec("t", &["name: a, datatype: string"])
        .replace("primary_key: id", "primary_key: number")
        .replace("name: id,", "name: number, renamed_from: id,");
    apply_to(&yard, &renamed).unwrap();
    assert_eq!(findings(&yard), [""; 0]);
    yard.sql("UPDATE t SET a = 'y'; DELETE FROM t");
    assert_eq!(
        versions(&yard, "t_audit", "number, a"),
        ["'INSERT'|1|'x'", "'UPDATE'|1|'y'", "'DELETE'|1|'y'"]
    );
}

#[test]
fn c6_46_a_table_that_is_renamed_takes_its_history_along() {
    let yard = tracked(&["name: a, datatype: string"]);
    yard.sql("INSERT INTO t VALUES (1, 'x')");
    let renamed =
        spec("u", &["name: a, datatype: string"]).replace("table: u", "table: u\nrenamed_from: t");
    apply_to(&yard, &renamed).unwrap();
    assert_eq!(findings(&yard), [""; 0]);
    yard.sql("UPDATE u SET a = 'y'");
    assert_eq!(
        versions(&yard, "u_audit", "id, a"),
        ["'INSERT'|1|'x'", "'UPDATE'|1|'y'"]
    );
    assert_eq!(
        yard.rows("SELECT count(*) FROM sqlite_master WHERE name LIKE '%\\_t' ESCAPE '\\' OR name LIKE '%t\\_audit' ESCAPE '\\'"),
        ["0"],
        "nothing is left under the old name"
    );
    assert!(
        yard.sql_error("DELETE FROM u_audit")
            .contains("u_audit takes no")
    );
}

#[test]
fn c6_46_a_change_that_fails_leaves_table_history_and_triggers_as_they_were() {
    let yard = tracked(&["name: a, datatype: string"]);
    yard.sql("INSERT INTO t VALUES (1, NULL)");
    let schema = "SELECT name, sql FROM sqlite_master ORDER BY name";
    let before = yard.rows(schema);
    let not_null = [
        "name: a, datatype: string, nullable: false",
        "name: b, datatype: int",
    ];
    apply_to(&yard, &spec("t", &not_null)).unwrap_err();
    assert_eq!(yard.rows(schema), before);
    assert_eq!(findings(&yard), [""; 0]);
    yard.sql("UPDATE t SET a = 'y'");
    assert_eq!(
        versions(&yard, "t_audit", "id, a"),
        ["'INSERT'|1|NULL", "'UPDATE'|1|'y'"]
    );
}

#[test]
fn c6_46_what_is_said_of_columns_follows_them() {
    let yard = tracked(&["name: a, datatype: string", "name: b, datatype: string"]);
    let settings = Settings {
        exclude: ["a".to_owned()].into(),
        redact: ["b".to_owned()].into(),
        ..Settings::default()
    };
    yard.track_as("t", &settings);
    let renamed = [
        "name: secret, datatype: string, renamed_from: a",
        "name: hidden, datatype: string, renamed_from: b",
    ];
    apply_to(&yard, &spec("t", &renamed)).unwrap();
    yard.sql("INSERT INTO t VALUES (1, 'x', 'y')");
    assert_eq!(
        versions(&yard, "t_audit", "hidden"),
        ["'INSERT'|'[redacted]'"]
    );
    assert_eq!(
        versions(&yard, "t_audit", "secret"),
        ["'INSERT'|NULL"],
        "the column was kept once, and is not any more"
    );
}

#[test]
fn c6_46_a_table_at_a_time_has_the_columns_of_that_time() {
    let yard = tracked(&["name: a, datatype: string", "name: b, datatype: int"]);
    yard.sql("INSERT INTO t VALUES (1, 'x', 5)");
    let between = pause(&yard);
    let after = [
        "name: c, datatype: string, renamed_from: a",
        "name: d, datatype: int",
    ];
    apply_to(&yard, &spec("t", &after)).unwrap();
    yard.sql("UPDATE t SET d = 6");
    let now = pause(&yard);
    let (int, text) = (Value::Int, |text: &str| Value::Text(text.to_owned()));
    assert_eq!(
        at(&yard, between),
        [[("id", int(1)), ("a", text("x")), ("b", int(5))]]
    );
    assert_eq!(
        at(&yard, now),
        [[("id", int(1)), ("c", text("x")), ("d", int(6))]]
    );
}

/// A time that lies between what was done and what will be; the history has milliseconds.
pub(super) fn pause(yard: &Yard) -> Instant {
    std::thread::sleep(std::time::Duration::from_millis(5));
    let now = yard.rows("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')");
    std::thread::sleep(std::time::Duration::from_millis(5));
    Instant::parse(now[0].trim_matches('\'')).unwrap()
}

fn at(yard: &Yard, at: Instant) -> Vec<Vec<(&'static str, Value)>> {
    const NAMES: [&str; 5] = ["id", "a", "b", "c", "d"];
    yard.read(|reader| {
        let mut rows = Vec::new();
        as_of(reader, "t", at, &mut |row| {
            let row = row.into_iter();
            rows.push(
                row.map(|(name, value)| (*NAMES.iter().find(|own| **own == name).unwrap(), value))
                    .collect(),
            );
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    })
    .unwrap()
}

#[test]
fn c6_49_a_table_that_came_later_is_tracked_with_what_is_in_it() {
    let yard = tracked(&["name: a, datatype: string"]);
    yard.sql("CREATE TABLE later (id INTEGER PRIMARY KEY); INSERT INTO later VALUES (4)");
    let declared = [("later".to_owned(), Settings::default())];
    let found = yard
        .read(|reader| coverage(reader, "shop", &declared, &[]))
        .unwrap();
    assert_eq!(found[0].findings, ["is declared to be tracked, and is not"]);
    let plan = yard
        .read(|reader| track(reader, "shop", "later", None, Look::Rows))
        .unwrap();
    assert_eq!(plan.steps.len(), 2);
    yard.track("later");
    assert_eq!(versions(&yard, "later_audit", "id"), ["'BASELINE'|4"]);
}

#[test]
fn c6_46_a_chain_of_tables_in_one_plan_takes_their_histories_along() {
    let yard = tracked(&["name: a, datatype: string"]);
    apply_to(&yard, &spec("u", &["name: a, datatype: string"])).unwrap();
    yard.track("u");
    yard.sql("INSERT INTO t VALUES (1, 'of t'); INSERT INTO u VALUES (1, 'of u')");
    let renamed = |from: &str, to: &str| {
        let spec = spec(to, &["name: a, datatype: string"]);
        let spec = spec.replace(
            &format!("table: {to}"),
            &format!("table: {to}\nrenamed_from: {from}"),
        );
        Spec::parse(&spec, "t.yaml", None).unwrap()
    };
    let specs = [renamed("t", "u"), renamed("u", "v")];
    let target = accompanied(&yard);
    let plan = piperoll::tables::plan(&target, &specs).unwrap();
    assert_eq!(plan.tables.len(), 2);
    let place = Place::new();
    let trail = place.make();
    for table in &plan.tables {
        // What was planned before both is what is done to each.
        apply(&table.spec, &target, Some(&trail), &request(), Some(table)).unwrap();
    }
    assert_eq!(findings(&yard), [""; 0]);
    yard.sql("UPDATE u SET a = 'more of t'; UPDATE v SET a = 'more of u'");
    assert_eq!(
        versions(&yard, "u_audit", "id, a"),
        ["'INSERT'|1|'of t'", "'UPDATE'|1|'more of t'"]
    );
    assert_eq!(
        versions(&yard, "v_audit", "id, a"),
        ["'INSERT'|1|'of u'", "'UPDATE'|1|'more of u'"]
    );
}

#[test]
fn c6_46_a_table_that_loses_its_key_is_told_once_at_a_time() {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)");
    yard.track("t");
    yard.sql("INSERT INTO t VALUES (1, 'x'), (2, 'y'); UPDATE t SET a = 'z' WHERE id = 1");
    let before = pause(&yard);
    yard.sql("ALTER TABLE t RENAME TO old; CREATE TABLE t (id INTEGER, a TEXT); INSERT INTO t SELECT * FROM old; DROP TABLE old");
    yard.track("t");
    let now = pause(&yard);
    let (int, text) = (Value::Int, |text: &str| Value::Text(text.to_owned()));
    let rows = [
        [("id", int(1)), ("a", text("z"))],
        [("id", int(2)), ("a", text("y"))],
    ];
    assert_eq!(at(&yard, before), rows);
    assert_eq!(at(&yard, now), rows);
}

#[test]
fn what_is_left_of_a_history_that_was_dropped_says_nothing_of_the_next() {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)");
    yard.track("t");
    yard.sql("INSERT INTO t VALUES (1, 'x'), (2, 'y'); ALTER TABLE t ADD COLUMN b");
    yard.track("t");
    yard.sql("DROP TABLE t_audit");
    yard.track("t");
    yard.sql("UPDATE t SET b = 5 WHERE id = 1");
    let now = pause(&yard);
    let (int, text) = (Value::Int, |text: &str| Value::Text(text.to_owned()));
    assert_eq!(
        at(&yard, now),
        [
            [("id", int(1)), ("a", text("x")), ("b", int(5))],
            [("id", int(2)), ("a", text("y")), ("b", Value::Null)],
        ]
    );
    assert_eq!(
        yard.rows("SELECT from_seq FROM piperoll_eras"),
        ["1"],
        "one era, from the first version on"
    );
    // A table that gets the name of one whose history was dropped.
    yard.sql("DROP TABLE t; DROP TABLE t_audit");
    apply_to(&yard, &spec("u", &["name: a, datatype: string"])).unwrap();
    yard.track("u");
    yard.sql("INSERT INTO u VALUES (1, 'of u')");
    let renamed =
        spec("t", &["name: a, datatype: string"]).replace("table: t", "table: t\nrenamed_from: u");
    apply_to(&yard, &renamed).unwrap();
    assert_eq!(findings(&yard), [""; 0]);
    assert_eq!(
        at(&yard, pause(&yard)),
        [[("id", int(1)), ("a", text("of u"))]]
    );
}

#[test]
fn c6_46_a_table_that_was_renamed_outside_is_named_and_its_triggers_are_not_taken_for_anothers() {
    let yard = tracked(&["name: a, datatype: string"]);
    yard.sql("INSERT INTO t VALUES (1, 'x'); ALTER TABLE t RENAME TO elsewhere");
    assert_eq!(
        findings(&yard),
        ["the table is not there; the triggers of its history hang on `elsewhere`: it was renamed"]
    );
    yard.sql("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)");
    let error = yard.try_track("t", None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the triggers that write the history of `t` hang on `elsewhere`: the table was renamed"
    );
    // The remedy works.
    yard.carry_out(&|reader| piperoll::rows::untrack(reader, "t"))
        .unwrap();
    yard.track("t");
    assert_eq!(findings(&yard), [""; 0]);
    yard.sql("INSERT INTO elsewhere VALUES (2, 'y'); INSERT INTO t VALUES (3, 'z')");
    assert_eq!(
        versions(&yard, "t_audit", "id, a"),
        ["'INSERT'|1|'x'", "'DELETE'|1|'x'", "'INSERT'|3|'z'"]
    );
}

#[test]
fn what_waited_before_the_triggers_were_mended_is_recorded_once() {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    yard.track("t");
    yard.sql(
        "INSERT INTO t VALUES (1); INSERT OR IGNORE INTO t VALUES (1);
         DROP TRIGGER piperoll_delete_of_t; DROP TRIGGER piperoll_replacing_delete_of_t; DELETE FROM t",
    );
    yard.track("t");
    yard.sql("INSERT INTO t VALUES (2); DELETE FROM t");
    assert_eq!(
        versions(&yard, "t_audit", "id"),
        ["'INSERT'|1", "'DELETE'|1", "'INSERT'|2", "'DELETE'|2"]
    );
}
