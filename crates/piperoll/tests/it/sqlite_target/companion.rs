//! What goes with a change of a table, in its transaction: the history that triggers write follows the table.

use super::{Shop, change, column};
use piperoll::ErrorKind;
use piperoll::target::{
    Accompanied, Alongside, Companion, DataType, Step, Table, TableChange, Target as _,
};
use piperoll_testkit::targets::apply;

const SCHEMA: &str = "
CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT);
CREATE TABLE t_history (seq INTEGER PRIMARY KEY, id, a, b);
CREATE TABLE log (what TEXT);
CREATE TRIGGER of_history AFTER UPDATE ON t BEGIN INSERT INTO t_history (id, a, b) VALUES (new.id, new.a, new.b); END;
CREATE TRIGGER own AFTER UPDATE OF a ON t BEGIN INSERT INTO log VALUES (new.a); END;
INSERT INTO t VALUES (1, 'x', 'y');
";

/// Keeps every version of the rows of `t`.
struct History {
    /// The last statement of all.
    last: &'static str,
}

fn step(statements: Vec<String>) -> Step {
    Step {
        what: "the history of `t` follows".to_owned(),
        statements,
        guards: Vec::new(),
        destructive: false,
        rewrites: false,
        undo: None,
    }
}

impl Companion for History {
    fn alongside(&self, change: &TableChange<'_>) -> piperoll::Result<Alongside> {
        let mut after = Vec::new();
        for (old, new) in change.renamed_columns {
            after.push(format!(
                "ALTER TABLE t_history RENAME COLUMN {old} TO {new}"
            ));
        }
        let columns: Vec<&str> = change
            .to
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        if columns.contains(&"added") {
            after.push("ALTER TABLE t_history ADD COLUMN added".to_owned());
        }
        after.push(format!(
            "CREATE TRIGGER of_history AFTER UPDATE ON t BEGIN INSERT INTO t_history ({}) VALUES (new.{}); END",
            columns.join(", "),
            columns.join(", new.")
        ));
        after.push(self.last.to_owned());
        Ok(Alongside {
            set_aside: vec!["OF_HISTORY".to_owned()],
            before: vec![step(vec!["DROP TRIGGER of_history".to_owned()])],
            after: vec![step(after)],
        })
    }
}

fn shop() -> Shop {
    let shop = Shop::new();
    shop.sqlite3(SCHEMA);
    shop
}

fn tracked(shop: &Shop, last: &'static str) -> Accompanied {
    Accompanied::new(Box::new(shop.target()), Box::new(History { last }))
}

/// One column goes, one comes, one gets another name, and one may no longer be NULL: a rebuild.
fn evolved(from: &Table) -> Table {
    let mut to = from.clone();
    to.columns.retain(|column| column.name != "b");
    to.columns[1].name = "c".to_owned();
    to.columns[1].nullable = false;
    to.columns.push(column("added", DataType::String));
    to
}

#[test]
fn a_table_and_what_goes_with_it_change_in_one_transaction() {
    let shop = shop();
    let from = shop.state("t");
    let to = evolved(&from.table);
    let renamed = [("a".to_owned(), "c".to_owned())];
    let wanted = TableChange {
        renamed_columns: &renamed,
        ..change(Some(&from), &to)
    };
    // The trigger names a column that goes.
    let error = shop.target().steps(&wanted).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");

    let target = tracked(&shop, "SELECT 1");
    let what: Vec<String> = target
        .steps(&wanted)
        .unwrap()
        .into_iter()
        .map(|step| step.what)
        .collect();
    assert_eq!(what.first(), what.last());
    apply(&target, &wanted).unwrap();
    assert_eq!(shop.state("t").table, to);
    shop.sqlite3("UPDATE t SET c = 'z', added = 'new'");
    assert_eq!(
        shop.sqlite3("SELECT * FROM t_history; SELECT * FROM log;"),
        "1|1|z||new\nz\n"
    );
    assert_eq!(
        shop.sqlite3("SELECT sql FROM sqlite_master WHERE name = 'own'"),
        "CREATE TRIGGER own AFTER UPDATE OF \"c\" ON t BEGIN INSERT INTO log VALUES (new.\"c\"); END\n"
    );
}

#[test]
fn what_fails_alongside_takes_the_table_back() {
    let shop = shop();
    let before = shop.sqlite3(".dump");
    let from = shop.state("t");
    let mut to = from.table.clone();
    to.columns.push(column("added", DataType::String));
    let target = tracked(&shop, "INSERT INTO t_history (seq) VALUES ('no number')");
    apply(&target, &change(Some(&from), &to)).unwrap_err();
    assert_eq!(shop.sqlite3(".dump"), before);
}

#[test]
fn nothing_goes_with_a_table_that_is_as_it_shall_be() {
    let shop = shop();
    let from = shop.state("t");
    let to = from.table.clone();
    let steps = tracked(&shop, "SELECT 1").steps(&change(Some(&from), &to));
    assert_eq!(steps.unwrap(), []);
}
