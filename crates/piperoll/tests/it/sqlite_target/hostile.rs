//! Whatever a specification holds, each statement is exactly one.

use super::{Shop, change, check, column, name, table};
use piperoll::target::{DataType, DefaultValue, Table, TableChange, Target as _};
use piperoll_testkit::targets::changed::changed;
use piperoll_testkit::targets::draw::Draw;
use piperoll_testkit::targets::{Abilities, tables};
use rusqlite::Batch;
use rusqlite::fallible_iterator::FallibleIterator as _;

const ABILITIES: Abilities = Abilities {
    masks: false,
    row_filters: false,
    partitions: false,
};

#[test]
fn each_statement_of_a_plan_is_exactly_one() {
    let mut statements = 0;
    for seed in 5_000..5_040 {
        let mut draw = Draw::new(seed);
        let shop = Shop::new();
        let target = shop.target();
        super::create(&target, &tables::parents());
        let first = tables::table(&mut draw, &name("t"), ABILITIES);
        let (to, renamed) = changed(&mut draw, &first, ABILITIES);
        let made = target.steps(&change(None, &first)).unwrap();
        super::create(&target, &first);
        let from = shop.state("t");
        let wanted = TableChange {
            from: Some(&from),
            to: &to,
            renamed_columns: &renamed,
            renamed_from: None,
            set_aside: &[],
        };
        let changed = target.steps(&wanted).unwrap();
        // SQLite itself cuts them: on a file of its own, where they can be run one after the other.
        let other = Shop::new();
        let client = rusqlite::Connection::open(other.path()).unwrap();
        client
            .execute_batch("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
            .unwrap();
        for step in made.iter().chain(&changed) {
            let guards = step.guards.iter().map(|guard| &guard.statement);
            for sql in guards.chain(&step.statements) {
                let mut batch = Batch::new(&client, sql);
                let mut one = batch.next().unwrap().expect("a statement");
                let mut rows = one.query([]).unwrap();
                while rows.next().unwrap().is_some() {}
                drop(rows);
                assert!(batch.next().unwrap().is_none(), "{sql}");
                statements += 1;
            }
        }
        let found = client.query_row("SELECT count(*) FROM parents", [], |row| row.get(0));
        assert_eq!(found, Ok(0_i64));
        drop(client);
        let found = other.state("t").table;
        assert_eq!(super::sorted(&found), super::sorted(&to), "seed {seed}");
    }
    assert!(statements > 200, "{statements}");
}

/// Whoever can write the file can write anything into its schema. SQLite takes such a one for damaged, and nothing of it is run.
#[test]
fn a_forged_schema_is_corrupt_and_nothing_of_it_is_run() {
    let shop = Shop::new();
    shop.sqlite3("CREATE TABLE t (a); CREATE TABLE log (x); CREATE INDEX i ON t (a);");
    let made = shop.path().with_file_name("made.db");
    let attach = format!("ATTACH '{}' AS y; CREATE TABLE y.z (a)", made.display());
    let client = rusqlite::Connection::open(shop.path()).unwrap();
    client.execute_batch("PRAGMA writable_schema = ON").unwrap();
    client
        .execute(
            "UPDATE sqlite_master SET sql = sql || '; ' || ?1 WHERE name IN ('t', 'i')",
            [&attach],
        )
        .unwrap();
    drop(client);
    let error = shop.target().inspect(&[name("t")]).unwrap_err();
    assert_eq!(error.kind(), piperoll::ErrorKind::Corrupt);
    assert!(!made.exists());
}

#[test]
fn an_expression_that_sqlite_takes_and_then_refuses_with_every_row_is_refused_before() {
    let refused = [
        (
            "raise(abort, 'x')",
            "RAISE() may only be used within a trigger-program",
        ),
        (
            "a > date('now')",
            "non-deterministic use of date() in a CHECK constraint",
        ),
        (
            "a IS NULL OR \"b\" < datetime(a, 'localtime')",
            "non-deterministic use of datetime()",
        ),
        ("a MATCH 'x'", "unable to use function MATCH"),
        ("json('no json') IS a", "malformed JSON"),
        (
            "a COLLATE nosuch > 'x'",
            "no such collation sequence: nosuch",
        ),
        (
            "a LIKE 'x' ESCAPE 'yz'",
            "ESCAPE expression must be a single character",
        ),
    ];
    let taken = [
        "a > date('2026-01-01')",
        "json_extract(b, '$.x') = 1",
        "length(a) < 3 AND a IN (1, 2)",
        "a < current_date",
        "a COLLATE NOCASE > 'x' AND a LIKE 'x' ESCAPE 'y'",
        "julianday(a) > 5 AND random() <> 0",
    ];
    let shop = Shop::new();
    let columns = || {
        ["a", "b"]
            .map(|name| column(name, DataType::String))
            .to_vec()
    };
    let problems = |to: &Table| {
        let found = shop.target().problems(to);
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    for (expression, fault) in refused {
        let mut to = table(&name("t"), columns());
        to.checks.insert("rule".into(), check("rule", expression));
        let found = problems(&to);
        let wanted = format!("checks.rule: SQLite would refuse every row: {fault}");
        assert!(
            found.len() == 1 && found[0].starts_with(&wanted),
            "{found:?}"
        );
        // So it is: the table is made, and takes no row.
        let made = Shop::new();
        made.sqlite3(&format!("CREATE TABLE t (a, b, CHECK ({expression}))"));
        let connection = rusqlite::Connection::open(made.path()).unwrap();
        connection
            .execute("INSERT INTO t VALUES (5, '{}')", [])
            .unwrap_err();
    }
    for expression in taken {
        let mut to = table(&name("t"), columns());
        to.checks.insert("rule".into(), check("rule", expression));
        assert_eq!(problems(&to), Vec::<String>::new(), "{expression}");
    }
    let mut to = table(&name("t"), columns());
    to.columns[1].generated = Some("date('now')".into());
    assert_eq!(
        problems(&to),
        [
            "columns.b.generated: SQLite would refuse every row: non-deterministic use of date() in a generated column"
        ]
    );
    for (expression, fault) in [
        ("json('{')", Some("malformed JSON")),
        ("abs(-9223372036854775808)", Some("integer overflow")),
        ("random() || datetime('now')", None),
        // No memory is filled with it: what is larger than a bound is not tried.
        ("json(hex(zeroblob(2000000)))", None),
    ] {
        let mut to = table(&name("t"), columns());
        to.columns[1].default = Some(DefaultValue::Expression(expression.into()));
        let wanted =
            fault.map(|fault| format!("columns.b.default: SQLite would refuse every row: {fault}"));
        assert_eq!(problems(&to), Vec::from_iter(wanted), "{expression}");
    }
}
