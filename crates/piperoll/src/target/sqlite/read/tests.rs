use super::layout;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rusqlite::Connection;

const COLUMNS: [&str; 8] = [
    "a",
    "\"b c\"",
    "[d]",
    "`e`",
    "'f'",
    "\"g\"\"h\"",
    "\u{e9}",
    "replace",
];
const TYPES: [&str; 10] = [
    "",
    "INT",
    "integer",
    "VARCHAR(10)",
    "DECIMAL (10, -2)",
    "UNSIGNED BIG INT",
    "\"odd type\"",
    "double precision",
    "/* c */ TEXT",
    "x",
];
const OF_COLUMNS: [&str; 24] = [
    "NOT NULL",
    "NULL",
    "not null on conflict ignore",
    "CONSTRAINT n NOT NULL",
    "UNIQUE",
    "CONSTRAINT \"u \"\"\" UNIQUE ON CONFLICT REPLACE",
    "PRIMARY KEY",
    "PRIMARY KEY DESC ON CONFLICT ROLLBACK",
    "DEFAULT 1",
    "DEFAULT -1.5e3",
    "DEFAULT +7",
    "DEFAULT 'it''s, ('",
    "DEFAULT (1 + (2))",
    "DEFAULT CURRENT_TIMESTAMP",
    "DEFAULT word",
    "DEFAULT \"quoted\"",
    "CHECK (1 <> ')')",
    "CONSTRAINT c CHECK ((1), 2) -- no",
    "CONSTRAINT c CHECK (length('a,b') > 0)",
    "COLLATE nocase",
    "REFERENCES p",
    "REFERENCES p (x) ON DELETE SET NULL ON UPDATE NO ACTION MATCH simple NOT DEFERRABLE INITIALLY IMMEDIATE",
    "REFERENCES \"p q\" ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
    "GENERATED ALWAYS AS (1 + 2) STORED",
];
const OF_TABLES: [&str; 9] = [
    "PRIMARY KEY (a)",
    "CONSTRAINT k PRIMARY KEY (a DESC, \"b c\" COLLATE nocase) ON CONFLICT FAIL",
    "UNIQUE (a)",
    "UNIQUE ([d] COLLATE BINARY ASC, a)",
    "CHECK (a <> 1 OR (a IS NULL))",
    "CONSTRAINT \"\" CHECK (1)",
    "FOREIGN KEY (a) REFERENCES p",
    "CONSTRAINT f FOREIGN KEY (a, \"b c\") REFERENCES p (x, y) ON UPDATE SET DEFAULT DEFERRABLE",
    "CONSTRAINT without_comma CHECK (2) UNIQUE (a, a)",
];
const OPTIONS: [&str; 4] = ["", "WITHOUT ROWID", "/* WITHOUT ROWID */", "without rowid;"];

fn statement() -> impl Strategy<Value = String> {
    let of_column = prop::sample::subsequence(OF_COLUMNS.to_vec(), 0..4).prop_shuffle();
    let column = (prop::sample::select(TYPES.to_vec()), of_column);
    let columns = prop::collection::vec(column, 1..6);
    let of_table = prop::sample::subsequence(OF_TABLES.to_vec(), 0..4).prop_shuffle();
    let options = prop::sample::select(OPTIONS.to_vec());
    (columns, of_table, options).prop_map(|(columns, of_table, options)| {
        let mut items: Vec<String> = columns
            .iter()
            .zip(COLUMNS)
            .map(|((sql_type, constraints), name)| {
                format!("{name} {sql_type} {}", constraints.join("\n"))
            })
            .collect();
        items.extend(of_table.iter().map(|each| (*each).to_owned()));
        format!("CREATE TABLE t ({}\n) {options}", items.join(", "))
    })
}

/// All that SQLite can tell of the table.
fn told(client: &Connection) -> Vec<Vec<String>> {
    let queries = [
        "SELECT * FROM pragma_table_xinfo('t')",
        "SELECT \"unique\", origin, partial, (SELECT group_concat(cid || coalesce(name, '') || \"desc\" || coll || key) FROM pragma_index_xinfo(l.name)) FROM pragma_index_list('t') AS l",
        "SELECT * FROM pragma_foreign_key_list('t')",
        "SELECT wr, strict FROM pragma_table_list('t')",
    ];
    let mut told = Vec::new();
    for query in queries {
        let mut statement = client.prepare(query).unwrap();
        let width = statement.column_count();
        let rows = statement.query_map([], |row| {
            let value = |at| row.get::<_, rusqlite::types::Value>(at);
            (0..width)
                .map(|at| Ok(format!("{:?}", value(at)?)))
                .collect()
        });
        told.extend(rows.unwrap().map(Result::unwrap));
    }
    told
}

/// Whatever table SQLite takes is read, and what is written from that is the same table.
#[test]
fn a_table_that_is_read_and_written_again_is_the_same() {
    let mut runner = TestRunner::new(Config::with_cases(1_500));
    let taken = std::cell::Cell::new(0);
    runner
        .run(&statement(), |sql| {
            let client = Connection::open_in_memory().unwrap();
            if client.execute_batch(&sql).is_err() {
                return Ok(());
            }
            taken.set(taken.get() + 1);
            let kept = "SELECT sql FROM sqlite_master WHERE name = 't'";
            let kept: String = client.query_row(kept, [], |row| row.get(0)).unwrap();
            let read = layout(&kept);
            prop_assert!(read.is_some(), "not read: {kept}");
            let read = read.unwrap_or_default();
            let again = Connection::open_in_memory().unwrap();
            let written = format!("CREATE TABLE t {}", read.sql());
            let made = again.execute_batch(&written);
            prop_assert!(made.is_ok(), "{made:?}: {written}");
            prop_assert_eq!(told(&again), told(&client), "{}", written);
            prop_assert_eq!(layout(&written), Some(read));
            Ok(())
        })
        .unwrap();
    assert!(taken.get() > 150, "SQLite took {} only", taken.get());
}
