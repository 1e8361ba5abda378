//! Tables that Piperoll never made are told by their own statements.

use super::{Shop, change, check, name, sorted};
use piperoll::event::Value;
use piperoll::target::{
    Attribute, Column, DataType, DefaultValue, ForeignKey, Table, Target as _, UniqueKey,
};
use std::collections::BTreeMap;

const SCHEMA: &str = r#"
CREATE TABLE "odd ""parent" (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- the key, with a ) and a '
  "select" VARCHAR(50) NOT NULL ON CONFLICT FAIL DEFAULT 'it''s (so)' COLLATE NOCASE UNIQUE,
  [b c] DECIMAL(10, 2) CONSTRAINT positive CHECK ([b c] > 0 AND ')' <> '(') CHECK ("b c" < 9),
  `d` DEFAULT (1 + (2)),
  e DATETIME DEFAULT CURRENT_TIMESTAMP /* now, */,
  f BLOB DEFAULT x'00ff', g REAL DEFAULT -1.5, h BOOLEAN DEFAULT TRUE, i DEFAULT NULL,
  j INT GENERATED ALWAYS AS (id * 2) STORED,
  CONSTRAINT sane CHECK (id > 0) UNIQUE ("select", `d`),
  UNIQUE ([b c] COLLATE NOCASE DESC) ON CONFLICT REPLACE
);
CREATE TABLE main.child (
  p INTEGER NOT NULL CONSTRAINT to_parent REFERENCES "odd ""parent" ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED,
  q UNSIGNED BIG INT,
  k TEXT,
  FOREIGN KEY (q, k) REFERENCES child (p, k) MATCH FULL NOT DEFERRABLE,
  PRIMARY KEY (k ASC, p)
) WITHOUT ROWID, STRICT;
"#;

fn shop() -> Shop {
    let shop = Shop::new();
    // What SQLite's own tool takes, but STRICT wants one of six types.
    shop.sqlite3(&SCHEMA.replace("UNSIGNED BIG INT", "INT"));
    shop
}

fn plain(name: &str, datatype: DataType) -> Column {
    super::column(name, datatype)
}

fn value(value: Value) -> Option<DefaultValue> {
    Some(DefaultValue::Value(value))
}

fn expression(text: &str) -> Option<DefaultValue> {
    Some(DefaultValue::Expression(text.to_owned()))
}

#[test]
fn names_types_defaults_and_constraints_are_read() {
    let shop = shop();
    // A name that is no name of ours can be listed, not asked for: the same table under another name.
    shop.sqlite3(r#"ALTER TABLE "odd ""parent" RENAME TO parent"#);
    let state = shop.state("parent");
    let mut id = plain("id", DataType::Bigint);
    id.nullable = false;
    let mut select = plain("select", DataType::Varchar(50));
    select.nullable = false;
    select.default = value(Value::Text("it's (so)".into()));
    let mut b = plain(
        "b c",
        DataType::Decimal {
            precision: 10,
            scale: 2,
        },
    );
    b.checks = BTreeMap::from([
        (
            "positive".into(),
            check("positive", "[b c] > 0 AND ')' <> '('"),
        ),
        ("check_2".into(), check("check_2", "\"b c\" < 9")),
    ]);
    let mut d = plain("d", DataType::Variant);
    d.default = expression("1 + (2)");
    let mut e = plain("e", DataType::TimestampNtz);
    e.default = expression("CURRENT_TIMESTAMP");
    let mut f = plain("f", DataType::Binary);
    f.default = expression("x'00ff'");
    let mut g = plain("g", DataType::Float);
    g.default = value(Value::Real(-1.5));
    let mut h = plain("h", DataType::Boolean);
    h.default = value(Value::Bool(true));
    let i = plain("i", DataType::Variant);
    let mut j = plain("j", DataType::Int);
    j.generated = Some("id * 2".into());
    let mut wanted: Table = super::table(&name("parent"), vec![id, select, b, d, e, f, g, h, i, j]);
    wanted.primary_key = vec!["id".into()];
    let unique = [vec!["select"], vec!["select", "d"], vec!["b c"]];
    wanted.unique_keys = unique
        .map(|columns| UniqueKey {
            columns: columns.into_iter().map(str::to_owned).collect(),
        })
        .to_vec();
    wanted.checks = BTreeMap::from([("sane".into(), check("sane", "id > 0"))]);
    assert_eq!(state.table, wanted);
    assert_eq!(state.unknown.len(), 0);
}

#[test]
fn foreign_keys_without_names_and_columns_are_told() {
    let shop = shop();
    shop.sqlite3(r#"ALTER TABLE "odd ""parent" RENAME TO parent"#);
    let table = shop.state("child").table;
    let key = |columns: &[&str], parent: &str, references: &[&str]| ForeignKey {
        columns: columns.iter().map(|each| (*each).to_owned()).collect(),
        reference_table: name(parent),
        reference_columns: references.iter().map(|each| (*each).to_owned()).collect(),
    };
    let wanted = BTreeMap::from([
        ("to_parent".into(), key(&["p"], "parent", &["id"])),
        (
            "foreign_key_2".into(),
            key(&["q", "k"], "child", &["p", "k"]),
        ),
    ]);
    assert_eq!(table.foreign_keys, wanted);
    assert_eq!(table.primary_key, ["k", "p"]);
    assert_eq!(
        table
            .columns
            .iter()
            .map(|each| each.nullable)
            .collect::<Vec<_>>(),
        [false, true, false],
        "a key without rowid is never NULL"
    );
}

#[test]
fn a_foreign_key_to_a_name_that_is_none_of_ours_is_unknown_and_stays() {
    let shop = shop();
    let state = shop.state("child");
    assert!(state.unknown.contains(&Attribute::ForeignKeys));
    let what = shop.edit("child", |to| to.comment = Some("the child".into()));
    assert_eq!(what, ["`child`: comment"]);
    let before = shop.sqlite3("SELECT * FROM pragma_foreign_key_list('child')");
    shop.edit("child", |to| {
        to.checks.insert("c".into(), check("c", "k <> ''"));
    });
    let after = shop.sqlite3("SELECT * FROM pragma_foreign_key_list('child')");
    assert_eq!(after, before);
}

#[test]
fn a_virtual_table_is_told_as_far_as_its_columns() {
    let shop = Shop::new();
    shop.sqlite3("CREATE VIRTUAL TABLE words USING fts5(word, note)");
    let state = shop.state("words");
    let names: Vec<&str> = state
        .table
        .columns
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    assert_eq!(names, ["word", "note"]);
    assert!(state.unknown.contains(&Attribute::Checks));
    assert_eq!(shop.target().list("main").unwrap(), ["words"]);
    // What describes it can be kept; what would change it is refused.
    shop.edit("words", |to| to.comment = Some("all words".into()));
    assert_eq!(
        shop.state("words").table.comment.as_deref(),
        Some("all words")
    );
    let from = shop.state("words");
    let mut to = from.table.clone();
    to.columns.push(plain("more", DataType::Int));
    let error = shop.target().steps(&change(Some(&from), &to)).unwrap_err();
    assert_eq!(error.kind(), piperoll::ErrorKind::Unsupported);
}

#[test]
fn what_was_changed_outside_is_seen() {
    let shop = Shop::new();
    let mut status = plain("status", DataType::Varchar(10));
    status.allowed_values = vec![Value::Text("new".into()), Value::Text("paid".into())];
    status.comment = Some("how far it is".into());
    let day = plain("day", DataType::Date);
    let declared = super::table(&name("orders"), vec![status, day]);
    super::create(&shop.target(), &declared);
    assert_eq!(shop.state("orders").table, declared);

    shop.sqlite3(
        "ALTER TABLE orders RENAME TO old;
         CREATE TABLE orders (status VARCHAR(20) CHECK (status <> ''), day INTEGER);
         DROP TABLE old;",
    );
    let found = shop.state("orders").table;
    assert_eq!(found.columns[0].datatype, DataType::Varchar(20));
    assert_eq!(found.columns[0].allowed_values, []);
    assert_eq!(
        found.columns[0].checks["check_1"].expression,
        "status <> ''"
    );
    assert_eq!(found.columns[1].datatype, DataType::Bigint);

    shop.sqlite3("ALTER TABLE orders RENAME COLUMN day TO days; ALTER TABLE orders ADD COLUMN x INT DEFAULT 7;");
    let found = shop.state("orders").table;
    let names: Vec<&str> = found.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["status", "days", "x"]);
    assert_eq!(found.columns[2].default, value(Value::Int(7)));

    // And what is declared can be had again.
    let from = shop.state("orders");
    let wanted = change(Some(&from), &declared);
    piperoll_testkit::targets::apply(&shop.target(), &wanted).unwrap();
    assert_eq!(sorted(&shop.state("orders").table), sorted(&declared));
}

#[test]
fn a_rebuild_that_would_leave_rows_out_fails() {
    for conflict in ["IGNORE", "REPLACE"] {
        let shop = Shop::new();
        shop.sqlite3(&format!(
            "CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT UNIQUE ON CONFLICT {conflict});
             INSERT INTO t VALUES (1, '1'), (2, '01')"
        ));
        let from = shop.state("t");
        let mut to = from.table.clone();
        // As numbers the two are one.
        to.columns[1].datatype = DataType::Bigint;
        let wanted = change(Some(&from), &to);
        let error = piperoll_testkit::targets::apply(&shop.target(), &wanted).unwrap_err();
        assert!(
            error.chain().contains("UNIQUE constraint failed"),
            "{}",
            error.chain()
        );
        assert_eq!(shop.sqlite3("SELECT v FROM t ORDER BY k"), "1\n01\n");
    }
}
