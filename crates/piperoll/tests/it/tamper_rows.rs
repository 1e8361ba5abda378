//! Every table, every row, every column: whatever is changed in a trail is found, or stands in a list with the reason why not.

use crate::tamper::Bench;
use piperoll::verify::{Finding, Report, Verdict};
use piperoll_testkit::tamper::Shape;
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::BTreeSet;

/// What may be changed unnoticed: table, column or `*`, mutation or `*`, and why.
const UNNOTICED: &[(&str, &str, &str, &str)] = &[(
    "cursors",
    "*",
    "*",
    "what a collector has read: at worst it reads again, and repeats are skipped by their ids",
)];

fn is_unnoticed(table: &str, column: &str, mutation: &str) -> Option<usize> {
    UNNOTICED.iter().position(|(t, c, m, _)| {
        *t == table && (*c == column || *c == "*") && (*m == mutation || *m == "*")
    })
}

/// Other values than `old`, each with a name.
fn mutations(old: &Value) -> Vec<(&'static str, Value)> {
    let flipped = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        let middle = bytes.len() / 2;
        if let Some(byte) = bytes.get_mut(middle) {
            *byte ^= 1;
        }
        bytes
    };
    let mut new = vec![("null", Value::Null), ("real", Value::Real(0.5))];
    match old {
        Value::Text(text) => new.extend([
            ("longer", Value::Text(format!("{text}x"))),
            ("zero behind", Value::Text(format!("{text}\0"))),
            (
                "flipped",
                Value::Text(String::from_utf8_lossy(&flipped(text.as_bytes())).into_owned()),
            ),
            ("empty", Value::Text(String::new())),
            ("blob", Value::Blob(text.clone().into_bytes())),
            ("integer", Value::Integer(7)),
        ]),
        Value::Integer(number) => new.extend([
            ("one more", Value::Integer(number + 1)),
            ("far more", Value::Integer(number + 1_000_000)),
            ("negative", Value::Integer(-number - 1)),
            ("largest", Value::Integer(i64::MAX)),
            ("smallest", Value::Integer(i64::MIN)),
            ("between", Value::Real(*number as f64 + 0.5)),
            ("text", Value::Text("x".to_owned())),
            ("empty", Value::Text(String::new())),
            ("blob", Value::Blob(number.to_string().into_bytes())),
        ]),
        Value::Blob(bytes) => new.extend([
            ("flipped", Value::Blob(flipped(bytes))),
            ("shorter", Value::Blob(bytes[1..].to_vec())),
            ("longer", Value::Blob([bytes.as_slice(), &[0; 32]].concat())),
            ("empty", Value::Blob(Vec::new())),
            ("text", Value::Text("x".to_owned())),
        ]),
        Value::Null => new.extend([
            ("text", Value::Text("{}".to_owned())),
            ("blob", Value::Blob(vec![7; 32])),
            ("integer", Value::Integer(0)),
        ]),
        Value::Real(_) => {}
    }
    new
}

/// The verdicts of which one must be given, and the entry that it must name.
fn expected(table: &str, column: &str, row: &Row) -> (&'static [Verdict], Option<u64>) {
    use Verdict::{Altered, Forged, Missing, Reordered};
    let entry = |row: &Row| Some(row.integer("seq"));
    match (table, column) {
        ("entries", "seq") => (&[Missing, Reordered], entry(row)),
        ("entries", "payload" | "salt") if !row.has_commitment() => (&[Forged], entry(row)),
        ("entries", _) => (&[Altered], entry(row)),
        ("names" | "blocks" | "block_times" | "block_marks", _) => (&[Altered], None),
        ("tiles", "hashes") => (&[Altered], None),
        ("tiles", _) => (&[Missing], None),
        ("head", "kept") => (&[Missing, Altered], None),
        ("head", "checkpoint") => (&[Forged, Altered], None),
        ("checkpoints", "number") => (&[Missing], None),
        ("checkpoints", "note") => (&[Forged], None),
        ("head" | "checkpoints" | "meta" | "migrations", _) => (&[Altered], None),
        _ => panic!("`{table}`.`{column}` is new: say what must be found"),
    }
}

#[derive(Clone)]
struct Row {
    rowid: i64,
    columns: Vec<String>,
    values: Vec<Value>,
}

impl Row {
    fn value(&self, column: &str) -> &Value {
        let at = self.columns.iter().position(|c| c == column).unwrap();
        &self.values[at]
    }

    fn integer(&self, column: &str) -> u64 {
        match self.value(column) {
            Value::Integer(number) => u64::try_from(*number).unwrap(),
            other => panic!("`{column}` is {other:?}"),
        }
    }

    fn has_commitment(&self) -> bool {
        matches!(self.value("header"), Value::Text(header) if header.contains(r#""payload":""#))
    }
}

fn tables(connection: &Connection) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
    let mut statement = connection.prepare(sql).unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

fn rows(connection: &Connection, table: &str) -> Vec<Row> {
    let mut statement = connection
        .prepare(&format!("SELECT rowid, * FROM {table} ORDER BY rowid"))
        .unwrap();
    let columns: Vec<String> = statement
        .column_names()
        .skip(1)
        .map(str::to_owned)
        .collect();
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Row {
            rowid: row.get(0)?,
            values: (1..=columns.len())
                .map(|at| row.get(at))
                .collect::<rusqlite::Result<_>>()?,
            columns: columns.clone(),
        })
    };
    let rows = statement.query_map([], read).unwrap();
    rows.map(Result::unwrap).collect()
}

fn is_named(finding: &Finding, verdicts: &[Verdict], entry: Option<u64>) -> bool {
    verdicts.contains(&finding.verdict)
        && entry.is_none_or(|index| {
            finding
                .entries
                .is_some_and(|(first, last)| (first..=last).contains(&index))
        })
}

/// What became of the changes that were looked for.
#[derive(Default)]
struct Outcomes {
    wrong: Vec<String>,
    used: BTreeSet<usize>,
    tried: usize,
}

impl Outcomes {
    fn take(
        &mut self,
        (table, column, mutation): (&str, &str, &str),
        report: piperoll::Result<Report>,
        expected: impl FnOnce() -> (&'static [Verdict], Option<u64>),
        place: &dyn std::fmt::Debug,
    ) {
        self.tried += 1;
        let what = format!("{table}.{column} {mutation} at {place:?}");
        let report = match report {
            Ok(report) => report,
            Err(error) => return self.wrong.push(format!("{what}: {}", error.chain())),
        };
        if let Some(known) = is_unnoticed(table, column, mutation) {
            self.used.insert(known);
            if !report.findings.is_empty() {
                self.wrong
                    .push(format!("{what}: is found: {:?}", report.findings));
            }
            return;
        }
        let (verdicts, entry) = expected();
        if !report.findings.iter().any(|f| is_named(f, verdicts, entry)) {
            self.wrong.push(format!(
                "{what}: no {verdicts:?} at {entry:?} in {:?}",
                report.findings
            ));
        }
    }

    fn assert(self, least: usize) {
        assert!(
            self.wrong.is_empty(),
            "{} of {}:\n{}",
            self.wrong.len(),
            self.tried,
            self.wrong.join("\n")
        );
        assert!(self.tried >= least, "only {} changes were made", self.tried);
    }
}

fn change_every_value(shape: Shape, skip: &[&str], least: usize) -> BTreeSet<usize> {
    let bench = Bench::new(shape);
    let sound = Connection::open(&bench.sound().path).unwrap();
    let mut outcomes = Outcomes::default();
    for table in tables(&sound) {
        if skip.contains(&table.as_str()) {
            continue;
        }
        // Of the entries one of each shape, with the erased ones among them, and the last two.
        let of_each_shape = |row: &Row| table != "entries" || row.rowid < 11 || row.rowid > 20;
        for row in rows(&sound, &table).into_iter().filter(of_each_shape) {
            for (column, old) in row.columns.iter().zip(&row.values) {
                for (mutation, new) in mutations(old) {
                    let mut made = false;
                    let copy = bench.changed(|connection| {
                        let update = format!("UPDATE {table} SET {column} = ?1 WHERE rowid = ?2 AND {column} IS NOT ?1");
                        // What the layout does not let be stored cannot be stored.
                        made = connection.execute(&update, (&new, row.rowid)).unwrap_or(0) == 1;
                        // An affinity may have turned the new value into the old one.
                        let now: Option<Value> = connection
                            .query_row(&format!("SELECT {column} FROM {table} WHERE rowid = ?1"), [row.rowid], |r| r.get(0))
                            .ok();
                        made &= now.as_ref() != Some(old);
                    });
                    if made {
                        let report = copy.verify(&copy.l1());
                        outcomes.take(
                            (&table, column, mutation),
                            report,
                            || expected(&table, column, &row),
                            &row.rowid,
                        );
                    }
                }
            }
        }
    }
    let used = outcomes.used.clone();
    outcomes.assert(least);
    used
}

#[test]
fn every_changed_value_of_entries_is_found() {
    change_every_value(
        Shape::Small,
        &[
            "blocks",
            "block_marks",
            "block_times",
            "checkpoints",
            "cursors",
            "head",
            "meta",
            "migrations",
            "names",
            "tiles",
        ],
        400,
    );
}

#[test]
fn every_changed_value_beside_entries_is_found() {
    let used = change_every_value(
        Shape::Tiles,
        &["entries", "tiles", "head", "checkpoints"],
        300,
    );
    let all: BTreeSet<usize> = (0..UNNOTICED.len()).collect();
    assert_eq!(used, all, "reasons that no change needs");
}

#[test]
fn every_changed_value_of_the_tree_is_found() {
    let skip = [
        "entries",
        "blocks",
        "block_marks",
        "block_times",
        "names",
        "cursors",
        "meta",
        "migrations",
    ];
    change_every_value(Shape::Tiles, &skip, 100);
}

#[test]
fn every_deleted_row_is_found() {
    let bench = Bench::new(Shape::Tiles);
    let sound = Connection::open(&bench.sound().path).unwrap();
    let mut outcomes = Outcomes::default();
    for table in tables(&sound) {
        let rows = rows(&sound, &table);
        let step = (rows.len() / 12).max(1);
        let last = rows.len().saturating_sub(1);
        for (at, row) in rows
            .iter()
            .enumerate()
            .filter(|(at, _)| at % step == 0 || *at == last)
        {
            let copy = bench.changed(|connection| {
                let delete = format!("DELETE FROM {table} WHERE rowid = ?1");
                assert_eq!(connection.execute(&delete, [row.rowid]).unwrap(), 1);
            });
            let expected = || -> (&'static [Verdict], Option<u64>) {
                match table.as_str() {
                    "entries" => (&[Verdict::Missing], Some(at as u64)),
                    "tiles" | "checkpoints" => (&[Verdict::Missing], None),
                    _ => (&[Verdict::Altered], None),
                }
            };
            let report = copy.verify(&copy.l1());
            outcomes.take((&table, "*", "*"), report, expected, &at);
        }
    }
    outcomes.assert(45);
}

#[test]
fn every_added_row_is_found() {
    use Verdict::{Altered, Forged};
    let entry = |seq: &str| {
        format!(
            "INSERT INTO entries SELECT {seq}, '01932c07-a000-7000-8000-00000000ffff', replace(header, id, '01932c07-a000-7000-8000-00000000ffff'), payload, salt, attributes
             FROM entries WHERE seq = 3"
        )
    };
    let cases: &[(&str, Verdict, Option<u64>)] = &[
        (&entry("300"), Forged, Some(300)),
        (&entry("-1"), Forged, None),
        (&entry("-9223372036854775808"), Forged, None),
        (&entry("9223372036854775807"), Forged, Some(i64::MAX as u64)),
        (
            "INSERT INTO blocks SELECT 1, first, last, kinds, actions, outcomes, actors, resources FROM blocks",
            Altered,
            None,
        ),
        (
            "INSERT INTO blocks SELECT -1, first, last, kinds, actions, outcomes, actors, resources FROM blocks",
            Altered,
            None,
        ),
        (
            "INSERT INTO blocks SELECT 9223372036854775807, first, last, kinds, actions, outcomes, actors, resources FROM blocks",
            Altered,
            None,
        ),
        ("INSERT INTO block_times VALUES (1, x'')", Altered, None),
        ("INSERT INTO block_times VALUES (-1, x'')", Altered, None),
        ("INSERT INTO block_marks VALUES (1, x'')", Altered, None),
        ("INSERT INTO block_marks VALUES (-1, x'')", Altered, None),
        (
            "INSERT INTO tiles VALUES (0, 2, zeroblob(32))",
            Forged,
            None,
        ),
        (
            "INSERT INTO tiles VALUES (1, 1, zeroblob(32))",
            Forged,
            None,
        ),
        (
            "INSERT INTO tiles VALUES (2, 0, zeroblob(32))",
            Forged,
            None,
        ),
        (
            "INSERT INTO tiles VALUES (-1, 0, zeroblob(32))",
            Forged,
            None,
        ),
        (
            "INSERT INTO tiles VALUES (0, -1, zeroblob(32))",
            Forged,
            None,
        ),
        (
            "INSERT INTO tiles VALUES (256, 0, zeroblob(32))",
            Forged,
            None,
        ),
        ("INSERT INTO tiles VALUES ('x', x'00', 7)", Forged, None),
        (
            "INSERT INTO checkpoints SELECT 3, size, note FROM checkpoints WHERE number = 2",
            Altered,
            None,
        ),
        (
            "INSERT INTO checkpoints SELECT -1, size, note FROM checkpoints WHERE number = 2",
            Forged,
            None,
        ),
        (
            "INSERT INTO checkpoints SELECT 9223372036854775807, size, note FROM checkpoints WHERE number = 2",
            Verdict::Missing,
            None,
        ),
        (
            "INSERT INTO checkpoints SELECT 3, size, checkpoint FROM head",
            Forged,
            None,
        ),
        ("INSERT INTO names(name) VALUES ('nobody')", Altered, None),
        ("INSERT INTO meta VALUES ('extra', 'x')", Altered, None),
        ("INSERT INTO meta VALUES ('Origin', 'x')", Altered, None),
        ("INSERT INTO gate VALUES (1, 'erasure')", Altered, None),
        ("INSERT INTO gate VALUES (2, 'erasure')", Altered, None),
        ("INSERT INTO migrations VALUES (2, 'x')", Altered, None),
        (
            "INSERT INTO head SELECT 2, size, checkpoint, kept FROM head",
            Altered,
            None,
        ),
        (
            "INSERT INTO head SELECT 0, 0, checkpoint, kept FROM head",
            Altered,
            None,
        ),
        ("INSERT INTO cursors VALUES ('other', '1')", Altered, None),
    ];
    let bench = Bench::new(Shape::Tiles);
    let mut outcomes = Outcomes::default();
    for (sql, verdict, index) in cases {
        let table = sql.split([' ', '(']).nth(2).unwrap();
        let copy = bench.changed(|connection| {
            assert_eq!(connection.execute(sql, []).unwrap(), 1, "{sql}");
        });
        let report = copy.verify(&copy.l1());
        let verdicts: &[Verdict] = match verdict {
            Altered => &[Altered],
            Forged => &[Forged],
            _ => &[Verdict::Missing],
        };
        outcomes.take((table, "*", "added"), report, || (verdicts, *index), sql);
    }
    outcomes.assert(30);
}
