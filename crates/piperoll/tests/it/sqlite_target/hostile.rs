//! Whatever a specification holds, each statement is exactly one.

use super::{Shop, change, name};
use piperoll::target::{TableChange, Target as _};
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
