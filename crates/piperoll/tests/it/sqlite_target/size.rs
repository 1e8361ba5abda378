//! Many columns, many tables.

use super::{Shop, change, column, create, name, table};
use piperoll::event::Value;
use piperoll::target::{DataType, Target as _};
use std::time::Instant;

#[test]
fn more_columns_than_sqlite_has_are_refused_before_anything_is_done() {
    let shop = Shop::new();
    let wide = |count: usize| {
        let columns = (0..count).map(|at| column(&format!("c{at}"), DataType::Int));
        table(&name("wide"), columns.collect())
    };
    for count in [2_001, 10_000] {
        let error = shop
            .target()
            .steps(&change(None, &wide(count)))
            .unwrap_err();
        let problem = &error.problems()[0];
        assert_eq!(problem.place, "columns");
        assert_eq!(
            problem.message,
            format!("SQLite has at most 2000 columns in a table, not {count}")
        );
    }
    assert!(!shop.path().exists());
    create(&shop.target(), &wide(2_000));
    assert_eq!(shop.state("wide").table.columns.len(), 2_000);
}

/// L-F15: one statement a comment and a tag are 3,003 for such a table.
#[test]
fn l_f15_a_thousand_columns_with_comments_and_tags_are_four_statements() {
    let shop = Shop::new();
    let columns = (0..1_000).map(|at| {
        let mut column = column(&format!("c{at}"), DataType::Varchar(20));
        column.comment = Some(format!("comment {at}"));
        column.tags.insert("a".into(), Value::Int(at));
        column.tags.insert("b".into(), Value::Text("x".into()));
        column
    });
    let mut wide = table(&name("wide"), columns.collect());
    let statements: Vec<String> = shop
        .target()
        .steps(&change(None, &wide))
        .unwrap()
        .into_iter()
        .flat_map(|step| step.statements)
        .collect();
    assert_eq!(statements.len(), 4);
    create(&shop.target(), &wide);
    let state = shop.state("wide");
    assert_eq!(state.table, wide);
    for column in &mut wide.columns {
        column.comment = Some("another".into());
        column.tags.remove("a");
    }
    let steps = shop.target().steps(&change(Some(&state), &wide)).unwrap();
    let count: usize = steps.iter().map(|step| step.statements.len()).sum();
    assert_eq!(count, 2);
    piperoll_testkit::targets::apply(&shop.target(), &change(Some(&state), &wide)).unwrap();
    assert_eq!(shop.state("wide").table, wide);
}

#[test]
fn a_thousand_tables_of_a_hundred_columns_are_told_at_once() {
    let shop = Shop::new();
    let mut made = vec!["BEGIN;".to_owned()];
    for at in 0..1_000 {
        let columns: Vec<String> = (0..100)
            .map(|c| format!("c{c} TEXT NOT NULL DEFAULT 'x'"))
            .collect();
        made.push(format!("CREATE TABLE t{at} ({});", columns.join(", ")));
    }
    made.push("COMMIT;".to_owned());
    let client = rusqlite::Connection::open(shop.path()).unwrap();
    client.execute_batch(&made.join("\n")).unwrap();
    let names: Vec<_> = (0..1_000).map(|at| name(&format!("t{at}"))).collect();
    let target = shop.target();
    let begun = Instant::now();
    let states = target.inspect(&names).unwrap();
    println!(
        "1,000 tables of 100 columns: inspected in {:?}",
        begun.elapsed()
    );
    assert!(
        states
            .iter()
            .flatten()
            .all(|state| state.table.columns.len() == 100)
    );
    assert_eq!(states.iter().flatten().count(), 1_000);
    let begun = Instant::now();
    let from = states[500].as_ref().unwrap();
    let mut to = from.table.clone();
    to.columns[3].nullable = true;
    let steps = target.steps(&change(Some(from), &to)).unwrap();
    println!("a change of one of them: planned in {:?}", begun.elapsed());
    assert_eq!(steps.len(), 1);
}
