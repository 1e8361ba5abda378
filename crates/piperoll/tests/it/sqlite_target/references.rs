//! Foreign keys after a rebuild: what was broken before is in nobody's way, what breaks now is.

use super::{Shop, change, name};
use piperoll::ErrorKind;
use piperoll::target::ForeignKey;

fn refused(shop: &Shop, table: &str, edit: impl FnOnce(&mut piperoll::target::Table)) -> String {
    let from = shop.state(table);
    let mut to = from.table.clone();
    edit(&mut to);
    let before = shop.sqlite3(".dump");
    let wanted = change(Some(&from), &to);
    let error = piperoll_testkit::targets::apply(&shop.target(), &wanted).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(shop.sqlite3(".dump"), before);
    error.chain()
}

#[test]
fn rows_that_refer_to_nothing_are_counted() {
    let shop = Shop::new();
    shop.sqlite3(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY);
         CREATE TABLE child (p INTEGER);
         INSERT INTO parent VALUES (1);
         INSERT INTO child VALUES (1), (2), (3), (NULL);",
    );
    let told = refused(&shop, "child", |to| {
        let key = ForeignKey {
            columns: vec!["p".into()],
            reference_table: name("parent"),
            reference_columns: vec!["id".into()],
        };
        to.foreign_keys.insert("to_parent".into(), key);
    });
    assert_eq!(told, "rows of `child` refer to no row of `parent`: 2");
}

#[test]
fn rows_that_referred_to_nothing_before_are_no_hindrance() {
    let shop = Shop::new();
    shop.sqlite3(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY, n INT CHECK (n > 0));
         CREATE TABLE child (p INTEGER REFERENCES parent);
         CREATE TABLE strange (p INTEGER REFERENCES parent (n));
         INSERT INTO parent VALUES (1, 1);
         INSERT INTO child VALUES (1), (2);",
    );
    shop.edit("parent", |to| to.columns[1].checks.clear());
    shop.edit("child", |to| to.columns[0].nullable = false);
    assert_eq!(shop.sqlite3("SELECT p FROM child"), "1\n2\n");
}

#[test]
fn a_key_that_others_refer_to_is_not_dropped() {
    let shop = Shop::new();
    shop.sqlite3(
        "CREATE TABLE parent (id INT, code TEXT UNIQUE);
         CREATE TABLE child (p TEXT REFERENCES parent (code));
         INSERT INTO parent VALUES (1, 'a'); INSERT INTO child VALUES ('a');",
    );
    let told = refused(&shop, "parent", |to| to.unique_keys.clear());
    assert_eq!(
        told,
        "a foreign key of `child` refers to columns that are no key"
    );
}

/// SQLite does not rename a column that has the name of the rowid; all else of such a table works.
#[test]
fn a_column_with_the_name_of_the_rowid_keeps_it() {
    let shop = Shop::new();
    shop.sqlite3(
        "CREATE TABLE t (\"rowid\" TEXT, a CHECK (a > 0)); INSERT INTO t VALUES ('x', 1);",
    );
    let from = shop.state("t");
    let mut to = from.table.clone();
    to.columns[0].name = "other".into();
    let renamed = [("rowid".to_owned(), "other".to_owned())];
    let wanted = piperoll::target::TableChange {
        renamed_columns: &renamed,
        ..change(Some(&from), &to)
    };
    let error = piperoll_testkit::targets::apply(&shop.target(), &wanted).unwrap_err();
    assert!(error.to_string().contains("rowid"), "{error}");
    shop.edit("t", |to| to.columns[1].checks.clear());
    assert_eq!(
        shop.sqlite3("SELECT \"rowid\", a, _rowid_ FROM t"),
        "x|1|1\n"
    );
}
