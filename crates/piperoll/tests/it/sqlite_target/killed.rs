//! A process is killed in the middle of a rebuild: the table is the old one, or the new one, and never anything between.

use super::{Shop, change, check, name};
use crate::place::{process, task};
use piperoll::target::{SqliteTarget, Target as _};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{ChildStdout, Stdio};
use std::time::{Duration, Instant};

const KILLS: u32 = 12;
const ROWS: u32 = 60_000;
const CHILD: &str = "sqlite_target::killed::a_process_rebuilds_a_table";

fn wanted(from: &piperoll::target::Table) -> piperoll::target::Table {
    let mut to = from.clone();
    to.columns[1].nullable = false;
    to.checks.insert("c".into(), check("c", "b <> ''"));
    to
}

#[test]
fn a_rebuild_that_is_killed_leaves_the_old_table() {
    let shop = Shop::new();
    shop.sqlite3(&format!(
        "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX by_b ON t (b);
         CREATE TABLE log (x); CREATE TRIGGER r AFTER DELETE ON t BEGIN INSERT INTO log VALUES (old.a); END;
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
         INSERT INTO t SELECT i, 'a text that fills the page ' || i FROM n;"
    ));
    let picture = |shop: &Shop| {
        shop.sqlite3("SELECT group_concat(sql) FROM sqlite_master WHERE tbl_name = 't'; SELECT count(*), sum(a), sum(length(b)) FROM t; PRAGMA integrity_check")
    };
    let before = picture(&shop);
    // How long a whole one takes here and now: the kills are spread over that.
    let copy = Shop::new();
    std::fs::copy(shop.path(), copy.path()).unwrap();
    let begun = Instant::now();
    let (mut child, lines) = start(&copy);
    assert_eq!(lines.map(Result::unwrap).last().as_deref(), Some("done"));
    assert!(child.wait().unwrap().success());
    let whole = begun.elapsed();
    let after = picture(&copy);
    assert_ne!(after, before);

    let (mut old, mut new) = (0, 0);
    for kill in 0..KILLS {
        let copy = Shop::new();
        std::fs::copy(shop.path(), copy.path()).unwrap();
        let begun = Instant::now();
        let (mut child, mut lines) = start(&copy);
        assert_eq!(lines.next().unwrap().unwrap(), "begun");
        let rest = whole.saturating_sub(begun.elapsed());
        std::thread::sleep(rest * kill * 2 / KILLS);
        child.kill().unwrap();
        child.wait().unwrap();
        let found = picture(&copy);
        if found == before {
            old += 1;
        } else {
            assert_eq!(found, after, "kill {kill}");
            new += 1;
        }
        // Whatever was left, the same change leads to its end.
        let target = copy.target();
        let from = copy.state("t");
        let to = wanted(&from.table);
        piperoll_testkit::targets::apply(&target, &change(Some(&from), &to)).unwrap();
        assert_eq!(picture(&copy), after);
    }
    println!("{old} left the old table, {new} the new one, of {KILLS} in {whole:?}");
    assert!(old >= 3, "too few kills in the middle: {old}");
}

type Lines =
    std::iter::Filter<std::io::Lines<BufReader<ChildStdout>>, fn(&std::io::Result<String>) -> bool>;

/// Starts a process that rebuilds the table; the lines that it says itself.
fn start(shop: &Shop) -> (std::process::Child, Lines) {
    let binary = std::env::current_exe().unwrap();
    let mut child = process(&binary, CHILD, shop.path().to_str().unwrap())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said: fn(&std::io::Result<String>) -> bool =
        |line| matches!(line.as_deref(), Ok("begun" | "done"));
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines.filter(said))
}

/// What the killed process does; without a task, nothing.
#[test]
fn a_process_rebuilds_a_table() {
    let Some(path) = task() else { return };
    let target = SqliteTarget::with_wait("shop", Path::new(&path), Duration::from_secs(5));
    let names = [name("t")];
    let from = target.inspect(&names).unwrap().remove(0).unwrap();
    let to = wanted(&from.table);
    let steps = target.steps(&change(Some(&from), &to)).unwrap();
    assert!(steps[0].rewrites);
    let mut session = target.session().unwrap();
    println!("\nbegun");
    for step in &steps {
        session.execute(step).unwrap();
    }
    session.finish().unwrap();
    println!("done");
}
