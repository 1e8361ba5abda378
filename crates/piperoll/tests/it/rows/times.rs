//! A table at a time is the copy that was taken then, also across changes of its columns.

use super::follow::{apply_to, pause, spec};
use super::random::Draw;
use super::yard::{Yard, shown};
use piperoll::event::{Instant, Value};
use piperoll::rows::as_of;
use rusqlite::types::ValueRef;
use std::ops::ControlFlow;

/// A copy of the table: names and values, by the key.
type Copy = Vec<Vec<(String, String)>>;

fn copy(yard: &Yard) -> Copy {
    let names = yard.rows("SELECT name FROM pragma_table_info('t') ORDER BY cid");
    let names: Vec<String> = names
        .iter()
        .map(|name| name.trim_matches('\'').to_owned())
        .collect();
    let connection = yard.open();
    let mut statement = connection.prepare("SELECT * FROM t ORDER BY id").unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut copy = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let values = names.iter().enumerate();
        copy.push(
            values
                .map(|(at, name)| (name.clone(), shown(row.get_ref(at).unwrap())))
                .collect(),
        );
    }
    copy
}

fn at(yard: &Yard, at: Instant) -> Copy {
    yard.read(|reader| {
        let mut rows = Vec::new();
        as_of(reader, "t", at, &mut |row| {
            let row = row.into_iter();
            rows.push(row.map(|(name, value)| (name, written(&value))).collect());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    })
    .unwrap()
}

fn written(value: &Value) -> String {
    match value {
        Value::Null => shown(ValueRef::Null),
        Value::Int(number) => shown(ValueRef::Integer(*number)),
        Value::Real(number) => shown(ValueRef::Real(*number)),
        Value::Text(text) => shown(ValueRef::Text(text.as_bytes())),
        other => panic!("{other:?}"),
    }
}

fn statement(draw: &mut Draw, columns: &[&str]) -> String {
    let key = 1 + draw.below(6);
    let column = draw.of(columns);
    let value = draw.of(&["NULL", "1", "2", "'x'", "'y'", "2.5"]);
    match draw.below(6) {
        0 | 1 => format!("INSERT OR IGNORE INTO t (id, {column}) VALUES ({key}, {value})"),
        2 => format!("REPLACE INTO t (id, {column}) VALUES ({key}, {value})"),
        3 => format!("DELETE FROM t WHERE id = {key}"),
        4 => format!("UPDATE OR IGNORE t SET id = id + 1 WHERE id = {key}"),
        _ => format!("UPDATE t SET {column} = {value} WHERE id <> {key}"),
    }
}

#[test]
fn a_table_at_random_times_is_the_copy_that_was_taken_then() {
    const SHAPES: [&[&str]; 4] = [
        &["name: a, datatype: string"],
        &[
            "name: a, datatype: string",
            "name: b, datatype: int, default_value: 4",
        ],
        &[
            "name: c, datatype: string, renamed_from: a",
            "name: b, datatype: int, default_value: 4",
        ],
        &["name: c, datatype: string, renamed_from: a"],
    ];
    const COLUMNS: [&[&str]; 4] = [&["a"], &["a", "b"], &["c", "b"], &["c"]];
    for seed in 1..=4 {
        let yard = Yard::new();
        apply_to(&yard, &spec("t", SHAPES[0])).unwrap();
        yard.sql("INSERT INTO t (id, a) VALUES (1, 'first')");
        yard.track("t");
        let mut draw = Draw(seed * 7_919);
        let mut copies = vec![(pause(&yard), copy(&yard))];
        for (shape, columns) in SHAPES.iter().zip(COLUMNS) {
            apply_to(&yard, &spec("t", shape)).unwrap();
            copies.push((pause(&yard), copy(&yard)));
            for _ in 0..6 {
                let statements = 1 + draw.below(4);
                for _ in 0..statements {
                    yard.sql(&statement(&mut draw, columns));
                }
                copies.push((pause(&yard), copy(&yard)));
            }
        }
        for (time, copy) in copies {
            assert_eq!(at(&yard, time), copy, "seed {seed}, at {time}");
        }
    }
}
