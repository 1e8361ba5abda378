//! What is SQLite's own of a target: tables that somebody else made, what hangs on a table that is rebuilt, and who holds the file.

mod companion;
mod faults;
mod foreign;
mod hostile;
mod kept;
mod killed;
mod references;
mod size;

use piperoll::target::{
    Check, Column, DataType, SqliteTarget, State, Table, TableChange, TableName, Target,
};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A file of its own.
pub(crate) struct Shop(TempDir);

impl Shop {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("shop.db")
    }

    pub(crate) fn target(&self) -> SqliteTarget {
        SqliteTarget::new("shop", &self.path())
    }

    /// Runs SQL by the system's own `sqlite3`; what it prints.
    pub(crate) fn sqlite3(&self, sql: &str) -> String {
        sqlite3(&self.path(), sql)
    }

    /// The state of a table that is there.
    pub(crate) fn state(&self, table: &str) -> State {
        let mut states = self.target().inspect(&[name(table)]).unwrap();
        states.pop().unwrap().unwrap()
    }

    /// Edits a table as it is, and applies that; what the plan did.
    pub(crate) fn edit(&self, table: &str, edit: impl FnOnce(&mut Table)) -> Vec<String> {
        let from = self.state(table);
        let mut to = from.table.clone();
        edit(&mut to);
        let wanted = change(Some(&from), &to);
        let target = self.target();
        let steps = target.steps(&wanted).unwrap();
        let mut session = target.session().unwrap();
        for step in &steps {
            session.execute(step).unwrap();
        }
        session.finish().unwrap();
        let found = self.state(table).table;
        assert_eq!(sorted(&found), sorted(&to));
        steps.into_iter().map(|step| step.what).collect()
    }
}

pub(crate) use piperoll_testkit::targets::{change, name, sorted};

pub(crate) fn sqlite3(path: &Path, sql: &str) -> String {
    let output = Command::new("sqlite3")
        .args(["-batch", "-bail"])
        .arg(path)
        .arg(sql)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{sql}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn check(name: &str, expression: &str) -> Check {
    Check {
        name: name.to_owned(),
        expression: expression.to_owned(),
    }
}

pub(crate) fn column(name: &str, datatype: DataType) -> Column {
    piperoll_testkit::targets::tables::bare_column(name, datatype)
}

pub(crate) fn table(name: &TableName, columns: Vec<Column>) -> Table {
    piperoll_testkit::targets::tables::bare_table(name, columns)
}

/// Makes a table.
pub(crate) fn create(target: &SqliteTarget, table: &Table) {
    let wanted: TableChange<'_> = change(None, table);
    piperoll_testkit::targets::apply(target, &wanted).unwrap();
}
