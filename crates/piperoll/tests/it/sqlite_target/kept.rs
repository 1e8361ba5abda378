//! A rebuild leaves all as it was but for what was planned: looked at by the system's own `sqlite3` and by Python's module.

use super::{Shop, check, column};
use piperoll::target::{DataType, Target as _};
use std::process::Command;

const SCHEMA: &str = r#"
CREATE TABLE log (what TEXT);
CREATE TABLE parent (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT COLLATE NOCASE UNIQUE ON CONFLICT IGNORE,
  n INT CHECK (parent.n > 0 OR n IS NULL),
  price REAL DEFAULT (1 + 1),
  twice AS (n * 2) STORED,
  boss INTEGER REFERENCES parent (id) ON DELETE SET NULL,
  CONSTRAINT small CHECK (n < 1000)
);
CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent (id) ON DELETE CASCADE);
CREATE TABLE pair (k TEXT, v INTEGER, x ANY, PRIMARY KEY (k, v)) WITHOUT ROWID, STRICT;
CREATE TABLE loose (a, b);
CREATE INDEX by_n ON parent (n DESC) WHERE n > 1;
CREATE UNIQUE INDEX by_lower ON parent (lower(name) COLLATE BINARY);
CREATE VIEW named AS SELECT id, name AS called FROM parent;
CREATE VIEW named_again AS SELECT * FROM named JOIN child ON child.p = named.id;
CREATE TRIGGER b_second AFTER INSERT ON parent BEGIN INSERT INTO log VALUES ('second ' || new.name); END;
CREATE TRIGGER a_first AFTER INSERT ON parent WHEN new.n > 5 BEGIN INSERT INTO log SELECT 'first ' || count(*) FROM child; END;
CREATE TRIGGER of_child AFTER DELETE ON child BEGIN UPDATE parent SET n = n + 1 WHERE id = old.p; END;
CREATE TRIGGER of_view INSTEAD OF INSERT ON named BEGIN INSERT INTO parent (name) VALUES (new.called); END;
INSERT INTO parent (id, name, n) VALUES (1, 'Ada', 3), (5, 'Bo', 7), (99, 'gone', 1);
UPDATE parent SET boss = 1 WHERE id = 5;
DELETE FROM parent WHERE id = 99;
INSERT INTO child VALUES (10, 1), (11, 5), (12, 5);
INSERT INTO pair VALUES ('a', 1, x'00'), ('b', 2, 'text');
INSERT INTO loose (rowid, a, b) VALUES (7, 1, 'x'), (3, '1', NULL);
DELETE FROM log;
ANALYZE;
"#;

/// Everything but the side table: the objects in their order, and all rows with their types and rowids.
fn picture(shop: &Shop) -> Vec<String> {
    let objects = shop.sqlite3(
        "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM sqlite_master
         WHERE tbl_name <> 'piperoll_metadata' ORDER BY type, name",
    );
    let mut picture = vec![objects];
    let tables = [
        ("log", "rowid, "),
        ("parent", "rowid, "),
        ("child", "rowid, "),
        ("pair", ""),
        ("loose", "rowid, "),
        ("sqlite_sequence", ""),
        ("sqlite_stat1", ""),
    ];
    for (table, rowid) in tables {
        let quoted = format!("SELECT '{table}', {rowid}* FROM {table} ORDER BY 2");
        picture.push(shop.sqlite3(&quoted));
    }
    picture
}

fn shop() -> Shop {
    let shop = Shop::new();
    shop.sqlite3(SCHEMA);
    shop
}

fn sound(shop: &Shop) {
    assert_eq!(shop.sqlite3("PRAGMA integrity_check"), "ok\n");
    assert_eq!(shop.sqlite3("PRAGMA foreign_key_check"), "");
}

#[test]
fn dropping_a_check_changes_the_check_alone() {
    let shop = shop();
    let before = picture(&shop);
    let sequence = shop.sqlite3("SELECT seq FROM sqlite_sequence WHERE name = 'parent'");
    assert_eq!(sequence, "99\n");
    let what = shop.edit("parent", |to| {
        to.checks.clear();
    });
    assert_eq!(what, ["`parent`: drop the check `small`"]);
    let after = picture(&shop);
    assert_ne!(after[0], before[0]);
    let made = shop.sqlite3("SELECT sql FROM sqlite_master WHERE name = 'parent'");
    assert_eq!(
        made,
        "CREATE TABLE \"parent\" (\n  \
           \"id\" INTEGER PRIMARY KEY AUTOINCREMENT,\n  \
           \"name\" TEXT COLLATE NOCASE UNIQUE ON CONFLICT IGNORE,\n  \
           \"n\" INT CHECK (n > 0 OR n IS NULL),\n  \
           \"price\" REAL DEFAULT (1 + 1),\n  \
           \"twice\" AS (n * 2) STORED,\n  \
           \"boss\" INTEGER REFERENCES parent (id) ON DELETE SET NULL\n)\n"
    );
    let others = |picture: &str| {
        let lines = picture
            .lines()
            .filter(|line| !line.starts_with("table parent "));
        let of_parent = [
            "  id ",
            "  name ",
            "  n ",
            "  price ",
            "  twice ",
            "  boss ",
            "  CONSTRAINT",
            "  \"",
            ")",
        ];
        lines
            .filter(|line| !of_parent.iter().any(|start| line.starts_with(start)))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(others(&after[0]), others(&before[0]));
    assert_eq!(after[1..], before[1..]);
    sound(&shop);

    // The counter goes on where it was, the triggers fire in their order, the views and the foreign keys work.
    shop.sqlite3("INSERT INTO parent (name, n) VALUES ('Cy', 2000)");
    assert_eq!(shop.sqlite3("SELECT max(id) FROM parent"), "100\n");
    shop.sqlite3("INSERT INTO named (called) VALUES ('by view')");
    let python = format!(
        "import sqlite3\n\
         c = sqlite3.connect({:?})\n\
         c.execute('PRAGMA foreign_keys = ON')\n\
         c.execute('DELETE FROM child WHERE id = 12')\n\
         print(c.execute('SELECT n FROM parent WHERE id = 5').fetchall())\n\
         print(c.execute('SELECT called, count(*) FROM named_again GROUP BY 1').fetchall())\n\
         c.execute('DELETE FROM parent WHERE id = 1')\n\
         print(c.execute('SELECT count(*) FROM child').fetchall())\n\
         print(c.execute('SELECT boss FROM parent WHERE id = 5').fetchall())\n\
         c.commit()\n",
        shop.path().to_str().unwrap()
    );
    let output = Command::new("python3")
        .args(["-c", &python])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        printed,
        "[(8,)]\n[('Ada', 1), ('Bo', 1)]\n[(1,)]\n[(None,)]\n"
    );
    assert_eq!(
        shop.sqlite3("SELECT what FROM log"),
        "first 3\nsecond Cy\nsecond by view\n",
    );
    sound(&shop);
}

#[test]
fn tables_without_rowid_and_with_rowids_keep_what_they_have() {
    let shop = shop();
    let before = picture(&shop);
    shop.edit("pair", |to| {
        to.checks.insert("c".into(), check("c", "k <> ''"));
    });
    shop.edit("loose", |to| {
        to.columns[0].nullable = false;
    });
    let after = picture(&shop);
    assert_eq!(after[1..], before[1..]);
    let made = shop.sqlite3("SELECT sql FROM sqlite_master WHERE name = 'pair'");
    assert!(made.ends_with("WITHOUT ROWID, STRICT\n"), "{made}");
    sound(&shop);
}

#[test]
fn a_rename_reaches_indexes_triggers_views_and_other_tables_before_a_rebuild() {
    let shop = shop();
    let from = shop.state("parent");
    let mut to = from.table.clone();
    to.columns[2].name = "number".into();
    to.columns[2].checks.clear();
    to.columns[4].generated = Some("\"number\" * 3".into());
    to.checks.clear();
    let renamed = [("n".to_owned(), "number".to_owned())];
    let wanted = piperoll::target::TableChange {
        from: Some(&from),
        to: &to,
        renamed_columns: &renamed,
        renamed_from: None,
        set_aside: &[],
    };
    piperoll_testkit::targets::apply(&shop.target(), &wanted).unwrap();
    assert_eq!(shop.state("parent").table, to);
    assert_eq!(
        shop.sqlite3("SELECT twice FROM parent WHERE id = 5"),
        "21\n"
    );
    shop.sqlite3("DELETE FROM child WHERE id = 11");
    assert_eq!(
        shop.sqlite3("SELECT \"number\" FROM parent WHERE id = 5"),
        "8\n"
    );
    let index = shop.sqlite3("SELECT sql FROM sqlite_master WHERE name = 'by_n'");
    assert_eq!(
        index,
        "CREATE INDEX by_n ON parent (\"number\" DESC) WHERE \"number\" > 1\n"
    );
    sound(&shop);
}

#[test]
fn what_an_index_a_trigger_or_a_view_names_is_not_dropped() {
    let shop = shop();
    let before = picture(&shop);
    let from = shop.state("parent");
    for (position, named_by) in [(2, "by_n"), (1, "by_lower")] {
        let mut to = from.table.clone();
        let gone = to.columns.remove(position);
        to.columns.retain(|column| column.generated.is_none());
        to.checks.clear();
        to.unique_keys
            .retain(|key| !key.columns.contains(&gone.name));
        let error = shop
            .target()
            .steps(&super::change(Some(&from), &to))
            .unwrap_err();
        assert_eq!(error.kind(), piperoll::ErrorKind::InvalidInput);
        let told = error.to_string();
        assert!(
            told.contains("no such column") || told.contains(named_by),
            "{told}"
        );
    }
    assert_eq!(picture(&shop), before);
}

#[test]
fn columns_are_added_and_dropped_without_a_rebuild_where_sqlite_can() {
    let shop = shop();
    shop.edit("loose", |to| {
        let mut status = column("status", DataType::String);
        status.nullable = false;
        status.default = Some(piperoll::target::DefaultValue::Value(
            piperoll::event::Value::Text("new".into()),
        ));
        to.columns.push(status);
        to.columns.remove(1);
    });
    let made = shop.sqlite3("SELECT sql FROM sqlite_master WHERE name = 'loose'");
    assert_eq!(
        made,
        "CREATE TABLE loose (a, \"status\" TEXT NOT NULL DEFAULT 'new')\n"
    );
    assert_eq!(
        shop.sqlite3("SELECT rowid, * FROM loose"),
        "3|1|new\n7|1|new\n"
    );
}

#[test]
fn a_key_that_is_the_rowid_cannot_be_null() {
    let shop = Shop::new();
    let mut table = super::table(&super::name("t"), vec![column("id", DataType::Int)]);
    table.primary_key = vec!["id".into()];
    let error = shop
        .target()
        .steps(&super::change(None, &table))
        .unwrap_err();
    assert_eq!(error.kind(), piperoll::ErrorKind::Unsupported);
    assert_eq!(error.problems()[0].place, "columns.id.nullable");
}

/// Which column is the rowid decides whether rowids have to be copied.
#[test]
fn rowids_stay_whatever_the_key_is() {
    let shop = Shop::new();
    let tables = [
        "(k INTEGER PRIMARY KEY DESC, v)",
        "(k INTEGER, v, PRIMARY KEY (k DESC))",
        "(k INT PRIMARY KEY, v)",
        "(k \"INTEGER\" PRIMARY KEY, v)",
        "(k, v, rowid, oid)",
        "(k TEXT, v /* WITHOUT ROWID */) -- STRICT",
    ];
    for (at, body) in tables.iter().enumerate() {
        let rowid = if body.contains("rowid, oid") {
            "_rowid_"
        } else {
            "rowid"
        };
        shop.sqlite3(&format!(
            "CREATE TABLE t{at} {body}\n; INSERT INTO t{at} (k, v) VALUES (7, 'x'), (3, 'y'); DELETE FROM t{at} WHERE k = 7; INSERT INTO t{at} (k, v) VALUES (9, 'z')"
        ));
        let rows = format!("SELECT {rowid}, k, v FROM t{at} ORDER BY k");
        let before = shop.sqlite3(&rows);
        shop.edit(&format!("t{at}"), |to| {
            to.checks.insert("c".into(), check("c", "v <> ''"));
        });
        assert_eq!(shop.sqlite3(&rows), before, "{body}");
    }
}
