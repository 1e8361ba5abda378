//! From any table to any other.

use super::changed::changed;
use super::draw::Draw;
use super::tables::{self, bare_column, bare_table};
use super::{Setup, apply, change, name, sorted, state};
use piperoll::error::ErrorKind;
use piperoll::target::{Check, Column, DataType, Table, TableChange};
use std::collections::BTreeMap;

/// How many tables a case draws; each is changed three times.
const TABLES: u64 = 60;

/// The columns that keep their type and are computed neither before nor after: under their old and their new name.
fn kept(from: &Table, to: &Table, renamed: &[(String, String)]) -> Vec<(String, String)> {
    let pairs = from.columns.iter().filter_map(|before| {
        let new = renamed
            .iter()
            .find(|(old, _)| *old == before.name)
            .map_or(&before.name, |(_, new)| new);
        let after = to.columns.iter().find(|column| column.name == *new)?;
        let same = before.datatype == after.datatype
            && before.generated.is_none()
            && after.generated.is_none();
        same.then(|| (before.name.clone(), after.name.clone()))
    });
    pairs.collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn query(table: &Table, columns: &[&String]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    format!(
        "SELECT {} FROM {}",
        columns.join(", "),
        quoted(table.name.table())
    )
}

/// Rows that the table may take or not: some of them it will.
fn inserts(draw: &mut Draw, table: &Table) -> Vec<String> {
    let columns: Vec<&Column> = table
        .columns
        .iter()
        .filter(|column| column.generated.is_none())
        .collect();
    let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
    (0..12)
        .map(|_| {
            let values: Vec<String> = columns.iter().map(|column| literal(draw, column)).collect();
            format!(
                "INSERT INTO {} ({}) VALUES ({})",
                quoted(table.name.table()),
                names.join(", "),
                values.join(", ")
            )
        })
        .collect()
}

fn literal(draw: &mut Draw, column: &Column) -> String {
    use piperoll::event::Value;
    if column.nullable && draw.chance(30) {
        return "NULL".to_owned();
    }
    let value = if column.allowed_values.is_empty() {
        tables::value(draw, &column.datatype)
    } else {
        Some(draw.pick(&column.allowed_values).clone())
    };
    match value {
        None => "'{}'".to_owned(),
        Some(Value::Text(text)) => format!("'{}'", text.replace('\'', "''")),
        Some(Value::Int(number)) => number.to_string(),
        Some(Value::Real(number)) => format!("{number:?}"),
        Some(Value::Bool(value)) => value.to_string(),
        Some(Value::Typed(piperoll::event::ValueType::Bytes, _)) => "X'00FF27'".to_owned(),
        Some(Value::Typed(piperoll::event::ValueType::Decimal, digits)) => digits,
        Some(Value::Typed(_, text)) => format!("'{text}'"),
        Some(other) => panic!("{other:?} is not drawn"),
    }
}

/// What is declared is what is found, the rows of columns that stay are as before; where rows are in the way, nothing at all is done.
pub fn any_table_becomes_any_other_and_its_rows_survive<S: Setup>(setup: &S) {
    let target = setup.target();
    let abilities = setup.abilities();
    apply(&*target, &change(None, &tables::parents())).unwrap();
    setup.run(
        &(0..100)
            .map(|id| format!("INSERT INTO parents VALUES ({id})"))
            .collect::<Vec<_>>(),
    );
    let (mut done, mut with_rows, mut refused, mut rebuilt) = (0, 0, 0, 0);
    for seed in 1_000..1_000 + TABLES {
        let mut draw = Draw::new(seed);
        let mut first = tables::table(&mut draw, &name(&format!("t{seed}")), abilities);
        first.foreign_keys.clear();
        apply(&*target, &change(None, &first)).unwrap();
        if draw.chance(75) {
            setup.run(&inserts(&mut draw, &first));
        }
        let mut from = state(&*target, &first.name);
        for turn in 0..3 {
            let (to, renamed) = if turn == 2 {
                (tables::table(&mut draw, &first.name, abilities), Vec::new())
            } else {
                changed(&mut draw, &from.table, abilities)
            };
            let at = format!("seed {seed}, turn {turn}");
            let kept = kept(&from.table, &to, &renamed);
            let (old, new): (Vec<_>, Vec<_>) = kept.iter().map(|(old, new)| (old, new)).unzip();
            let mut rows_before = setup.rows(&query(&from.table, &old_or_one(&old, &from.table)));
            let before = setup.picture();
            let wanted = TableChange {
                from: Some(&from),
                to: &to,
                renamed_columns: &renamed,
                renamed_from: None,
                set_aside: &[],
            };
            let steps = target
                .steps(&wanted)
                .unwrap_or_else(|error| panic!("{at}: {} {:?}", error.chain(), error.problems()));
            assert_eq!(
                target.steps(&wanted).unwrap(),
                steps,
                "{at}: steps are not pure"
            );
            match apply(&*target, &wanted) {
                Err(error) => {
                    assert_eq!(
                        error.kind(),
                        ErrorKind::InvalidInput,
                        "{at}: {}",
                        error.chain()
                    );
                    assert!(!rows_before.is_empty(), "{at}: {}", error.chain());
                    assert_eq!(setup.picture(), before, "{at}");
                    refused += 1;
                }
                Ok(()) => {
                    done += 1;
                    with_rows += usize::from(!rows_before.is_empty());
                    rebuilt += usize::from(steps.iter().any(|step| step.rewrites));
                    let found = state(&*target, &to.name);
                    assert_eq!(sorted(&found.table), sorted(&to), "{at}");
                    if !new.is_empty() {
                        let mut rows = setup.rows(&query(&to, &new));
                        rows.sort();
                        rows_before.sort();
                        assert_eq!(rows, rows_before, "{at}");
                    }
                    from = found;
                }
            }
        }
    }
    assert!(
        done > 80 && with_rows > 40 && rebuilt > 60 && refused > 10,
        "{done} changes done, {with_rows} with rows, {rebuilt} rewrote, {refused} refused"
    );
}

/// A query needs a column.
fn old_or_one<'a>(old: &[&'a String], table: &'a Table) -> Vec<&'a String> {
    if old.is_empty() {
        vec![&table.columns[0].name]
    } else {
        old.to_vec()
    }
}

/// Renames that take each other's place, and one that differs in case alone.
pub fn a_column_takes_the_name_of_another<S: Setup>(setup: &S) {
    let target = setup.target();
    let columns = ["a", "b", "c"].map(|name| bare_column(name, DataType::String));
    let mut table = bare_table(&name("t"), columns.to_vec());
    table.columns[0].comment = Some("of a".to_owned());
    let check = Check {
        name: "positive".to_owned(),
        expression: "\"a\" <> \"b\"".to_owned(),
    };
    table.checks.insert("positive".to_owned(), check);
    apply(&*target, &change(None, &table)).unwrap();
    setup.run(&["INSERT INTO t VALUES ('in a', 'in b', 'in c')".to_owned()]);
    let from = state(&*target, &table.name);
    let mut to = table.clone();
    for (column, name) in to.columns.iter_mut().zip(["b", "a", "d"]) {
        name.clone_into(&mut column.name);
    }
    to.checks.get_mut("positive").unwrap().expression = "\"b\" <> \"a\"".to_owned();
    let renamed = [("a", "b"), ("b", "a"), ("c", "d")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    let wanted = TableChange {
        from: Some(&from),
        to: &to,
        renamed_columns: &renamed,
        renamed_from: None,
        set_aside: &[],
    };
    let steps = target.steps(&wanted).unwrap();
    assert!(
        !steps.iter().any(|step| step.rewrites || step.destructive),
        "{steps:?}"
    );
    apply(&*target, &wanted).unwrap();
    assert_eq!(sorted(&state(&*target, &to.name).table), sorted(&to));
    let rows = setup.rows("SELECT b, a, d FROM t");
    let there = ["in a", "in b", "in c"];
    assert!(
        rows[0]
            .iter()
            .zip(there)
            .all(|(found, text)| found.contains(text)),
        "{rows:?}"
    );
}

/// Comments, tags, keys and rows go with it.
pub fn a_table_is_renamed_with_all_that_it_has<S: Setup>(setup: &S) {
    let target = setup.target();
    apply(&*target, &change(None, &tables::parents())).unwrap();
    for seed in 0..10 {
        let mut draw = Draw::new(seed);
        let table = tables::table(&mut draw, &name(&format!("t{seed}")), setup.abilities());
        apply(&*target, &change(None, &table)).unwrap();
        let from = state(&*target, &table.name);
        let mut to = table.clone();
        to.name = name(&format!("renamed_{seed}"));
        let wanted = TableChange {
            from: Some(&from),
            to: &to,
            renamed_columns: &[],
            renamed_from: Some(&table.name),
            set_aside: &[],
        };
        apply(&*target, &wanted).unwrap();
        let mut found = target.inspect(&[table.name, to.name.clone()]).unwrap();
        assert_eq!(
            sorted(&found.pop().unwrap().unwrap().table),
            sorted(&to),
            "seed {seed}"
        );
        assert_eq!(found, [None]);
    }
}

/// NOT NULL, a narrower type, a check and a unique key, on rows that break them.
pub fn rows_in_the_way_are_counted_and_nothing_is_done<S: Setup>(setup: &S) {
    let target = setup.target();
    let mut id = bare_column("id", DataType::Int);
    id.nullable = false;
    let columns = vec![
        id,
        bare_column("number", DataType::Bigint),
        bare_column("text", DataType::String),
    ];
    let table = bare_table(&name("t"), columns);
    apply(&*target, &change(None, &table)).unwrap();
    let rows = [
        "INSERT INTO t VALUES (1, NULL, 'long text')",
        "INSERT INTO t VALUES (2, 5000000000, 'short')",
        "INSERT INTO t VALUES (3, NULL, 'short')",
        "INSERT INTO t VALUES (4, 7, 'other')",
    ];
    setup.run(&rows.map(str::to_owned));
    let from = state(&*target, &table.name);
    let before = setup.picture();
    let edit = |edit: &dyn Fn(&mut Table)| {
        let mut to = table.clone();
        edit(&mut to);
        to
    };
    let check = Check {
        name: "small".to_owned(),
        expression: "id < 2".to_owned(),
    };
    let cases = [
        (
            edit(&|to| to.columns[1].nullable = false),
            "rows of `t` are NULL in `number`: 2",
        ),
        (
            edit(&|to| to.columns[1].datatype = DataType::Int),
            "rows of `t` hold in `number` what is no int: 1",
        ),
        (
            edit(&|to| to.columns[2].datatype = DataType::Varchar(5)),
            "rows of `t` hold in `text` what is no varchar(5): 1",
        ),
        (
            edit(&|to| to.checks = BTreeMap::from([("small".to_owned(), check.clone())])),
            "rows of `t` break `small`: 3",
        ),
        (
            edit(&|to| to.primary_key = vec!["text".to_owned()]),
            "rows of `t` share their `text`: 2",
        ),
        (
            edit(&|to| {
                let mut new = bare_column("new", DataType::Int);
                new.nullable = false;
                to.columns.push(new);
            }),
            "rows of `t` would have no `new`: 4",
        ),
    ];
    for (to, message) in cases {
        let error = apply(&*target, &change(Some(&from), &to)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(
            error.chain().contains(message),
            "{} is not {message}",
            error.chain()
        );
        assert_eq!(setup.picture(), before, "{message}");
    }
}
