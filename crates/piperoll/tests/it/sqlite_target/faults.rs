//! Who holds the file, and what it is.

#![expect(clippy::disallowed_methods, reason = "tests prepare files")]

use super::{Shop, change, column, create, name, table};
use crate::place::{process, task};
use piperoll::ErrorKind;
use piperoll::target::{DataType, SqliteTarget, Table, Target};
use std::path::Path;
use std::time::Duration;

fn simple() -> Table {
    table(&name("t"), vec![column("a", DataType::Int)])
}

fn kind(target: &dyn Target) -> (ErrorKind, String) {
    let error = piperoll_testkit::targets::apply(target, &change(None, &simple())).unwrap_err();
    (error.kind(), error.chain())
}

#[test]
fn a_busy_file_is_a_conflict() {
    let shop = Shop::new();
    create(&shop.target(), &simple());
    let other = rusqlite::Connection::open(shop.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let target = SqliteTarget::with_wait("shop", &shop.path(), Duration::from_millis(20));
    let Err(error) = target.session() else {
        panic!("a locked file is written");
    };
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(target.inspect(&[name("t")]).unwrap().len(), 1);
    other.execute_batch("COMMIT; BEGIN EXCLUSIVE").unwrap();
    let error = target.inspect(&[name("t")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
}

#[test]
fn a_reader_in_the_way_of_the_commit_is_a_conflict_and_nothing_is_kept() {
    let shop = Shop::new();
    create(&shop.target(), &simple());
    let other = rusqlite::Connection::open(shop.path()).unwrap();
    other.execute_batch("BEGIN").unwrap();
    let read = "SELECT count(*) FROM t";
    other.query_row(read, [], |_| Ok(())).unwrap();
    let target = SqliteTarget::with_wait("shop", &shop.path(), Duration::from_millis(20));
    let more = table(&name("u"), vec![column("a", DataType::Int)]);
    let error = piperoll_testkit::targets::apply(&target, &change(None, &more)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    drop(other);
    assert_eq!(target.list("main").unwrap(), ["t"]);
}

#[test]
fn what_is_no_database_is_corrupt() {
    let shop = Shop::new();
    std::fs::write(
        shop.path(),
        "this is a text, and long enough to be looked at".repeat(99),
    )
    .unwrap();
    assert_eq!(kind(&shop.target()).0, ErrorKind::Corrupt);
    let error = shop.target().inspect(&[name("t")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
}

#[test]
fn a_name_that_something_else_has_is_refused_before_anything_is_done() {
    let taken = [
        ("CREATE VIEW t AS SELECT 1 AS a", "view `t`"),
        ("CREATE TABLE o (a); CREATE INDEX T ON o (a)", "index `T`"),
        ("CREATE TABLE T (a)", "table `T`"),
    ];
    for (sql, shown) in taken {
        let shop = Shop::new();
        shop.sqlite3(sql);
        let error = shop.target().inspect(&[name("t")]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        let told: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
        assert_eq!(told, [format!("shop.main.t: the name is taken: {shown}")]);
    }
}

#[test]
fn a_side_table_of_somebody_else_is_corrupt() {
    let shop = Shop::new();
    shop.sqlite3("CREATE TABLE piperoll_metadata (mine TEXT); CREATE TABLE t (a)");
    let error = shop.target().inspect(&[name("t")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(error.to_string().contains("piperoll_metadata"), "{error}");
}

#[test]
fn a_full_disk_is_unavailable_and_nothing_is_kept() {
    let shop = Shop::new();
    create(&shop.target(), &simple());
    let before = std::fs::read(shop.path()).unwrap();
    // A file that may not grow is what a full disk is to SQLite.
    let target = shop.target();
    let columns = (0..1_500).map(|at| column(&format!("column_{at}"), DataType::String));
    let wide = table(&name("wide"), columns.collect());
    let mut session = target.session().unwrap();
    let mut step = target.steps(&change(None, &wide)).unwrap().remove(0);
    step.statements
        .insert(0, "PRAGMA max_page_count = 1".to_owned());
    let error = session.execute(&step).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{}", error.chain());
    drop(session);
    assert_eq!(std::fs::read(shop.path()).unwrap(), before);
}

#[test]
fn a_folder_and_a_missing_folder_are_told() {
    let shop = Shop::new();
    let folder = shop.path().parent().unwrap().to_owned();
    let at = |path: &Path| SqliteTarget::new("shop", path);
    assert_eq!(kind(&at(&folder)).0, ErrorKind::InvalidInput);
    assert_eq!(kind(&at(&folder.join("no/shop.db"))).0, ErrorKind::NotFound);
}

#[test]
fn another_schema_is_unsupported() {
    let shop = Shop::new();
    let other = piperoll::target::TableName::new("shop", "other", "t").unwrap();
    let error = shop
        .target()
        .inspect(std::slice::from_ref(&other))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(shop.target().list("other").is_err());
    let problems = shop
        .target()
        .problems(&table(&other, vec![column("a", DataType::Int)]));
    assert_eq!(problems[0].place, "schema");
}

/// Root may write anywhere: a process of a user without rights looks on.
#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_is_denied() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    const NOBODY: u32 = 65_534;
    if let Some(path) = task() {
        let target = SqliteTarget::with_wait("shop", Path::new(&path), Duration::from_millis(20));
        let more = table(&name("u"), vec![column("a", DataType::Int)]);
        let error = piperoll_testkit::targets::apply(&target, &change(None, &more)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{}", error.chain());
        assert_eq!(target.list("main").unwrap(), ["t"]);
        println!("looked at {path}");
        return;
    }
    let shop = Shop::new();
    create(&shop.target(), &simple());
    let folder = shop.path().parent().unwrap().to_owned();
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let binary = folder.join("it");
    // Copied by another process: a child of another test would inherit the copy while it is open for writing, and what is so cannot be run.
    let copied = std::process::Command::new("cp")
        .args([std::env::current_exe().unwrap(), binary.clone()])
        .status();
    assert!(copied.unwrap().success());
    for (file, of_folder) in [(0o444, 0o755), (0o644, 0o555)] {
        mode(&shop.path(), file);
        mode(&folder, of_folder);
        let test = "sqlite_target::faults::a_file_that_cannot_be_written_is_denied";
        let mut child = process(&binary, test, shop.path().to_str().unwrap());
        if std::fs::metadata(&binary).unwrap().uid() == 0 {
            child.uid(NOBODY).gid(NOBODY);
        }
        let output = child.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}{errors}");
        assert!(said.contains("looked at"), "it looked at nothing: {said}");
    }
    mode(&folder, 0o755);
}
