//! Rows: what the commands print, how they exit, and what they leave behind.

use crate::sandbox::Sandbox;

const KEYS: &str = "targets:
  shop: {url: \"sqlite:shop.db\"}
";

const ROWS: &str = "rows:
  - {target: shop, tables: [orders, \"log_*\"], exclude: {orders: [secret]}, redact: {orders: {email: redact}}}
";

/// A project with a database beside it.
fn with_target(sandbox: Sandbox, rows: &str, schema: &str) -> Sandbox {
    let sandbox = sandbox.with_project();
    let project = sandbox.read("piperoll.yaml") + KEYS + rows;
    sandbox.write("piperoll.yaml", project);
    in_shop(&sandbox, schema);
    sandbox
}

fn in_shop(sandbox: &Sandbox, sql: &str) {
    let connection = rusqlite::Connection::open(sandbox.path("shop.db")).unwrap();
    connection.execute_batch(sql).unwrap();
}

/// Times are no matter of a snapshot.
fn at_noon(sandbox: &Sandbox, history: &str) {
    in_shop(
        sandbox,
        &format!(
            "BEGIN; INSERT INTO piperoll_gate (history_name) VALUES ('{history}');
             UPDATE {history} SET audit_timestamp = '2026-11-01T12:00:0' || (audit_seq % 10) || '.000Z';
             UPDATE piperoll_eras SET since = '2026-11-01T12:00:00.000Z'; DELETE FROM piperoll_gate; COMMIT"
        ),
    );
}

fn size(sandbox: &Sandbox) -> i64 {
    sandbox
        .sqlite()
        .query_row("SELECT count(*) FROM entries", [], |row| row.get(0))
        .unwrap()
}

const ORDERS: &str =
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT, email TEXT, secret TEXT);
    INSERT INTO orders VALUES (1, 'new', 'a@example.org', 'x')";

#[test]
fn rows_are_tracked_written_read_and_mended() {
    let mut sandbox = with_target(Sandbox::named("rows"), ROWS, ORDERS);
    assert_eq!(sandbox.run(&["plan"]).code, 0);
    assert_eq!(sandbox.run(&["apply", "--yes"]).code, 0);
    let recorded = size(&sandbox);
    assert_eq!(sandbox.run(&["apply", "--yes"]).code, 0);
    assert_eq!(size(&sandbox), recorded, "nothing to do, nothing recorded");
    in_shop(
        &sandbox,
        "BEGIN; INSERT INTO piperoll_context (only, actor, reason, session_id, source) VALUES (1, 'anna', 'paid by card', 's-1', 'till');
         UPDATE orders SET status = 'paid'; DELETE FROM piperoll_context; COMMIT;
         UPDATE orders SET secret = 'y'; UPDATE orders SET id = 2; DELETE FROM orders;
         INSERT INTO orders (id) VALUES (3)",
    );
    at_noon(&sandbox, "orders_audit");
    assert_eq!(sandbox.run(&["rows", "history", "orders", "1"]).code, 0);
    assert_eq!(
        sandbox
            .run(&["rows", "history", "orders", "id=2", "--json"])
            .code,
        0
    );
    assert_eq!(
        sandbox
            .run(&["rows", "as-of", "orders", "--at", "2026-11-01T12:00:02Z"])
            .code,
        0
    );
    assert_eq!(
        sandbox
            .run(&[
                "rows",
                "as-of",
                "orders",
                "--at",
                "2026-11-01T12:00:09Z",
                "--json"
            ])
            .code,
        0
    );
    in_shop(
        &sandbox,
        "DROP TRIGGER piperoll_insert_of_orders; INSERT INTO orders (id) VALUES (4); CREATE TABLE log_1 (id INTEGER PRIMARY KEY); CREATE TABLE other (a)",
    );
    assert_eq!(sandbox.run(&["rows", "coverage"]).code, 1);
    assert_eq!(sandbox.run(&["rows", "coverage", "--json"]).code, 1);
    assert_eq!(sandbox.run(&["apply", "--yes", "--reason", "mend"]).code, 0);
    assert_eq!(sandbox.run(&["rows", "coverage"]).code, 0);
    assert_eq!(sandbox.run(&["rows", "untrack", "log_1", "--json"]).code, 0);
    assert_eq!(sandbox.run(&["verify", "--quiet"]).code, 0);
}

#[test]
fn a_table_that_nobody_declares_is_tracked_by_hand() {
    let mut sandbox = with_target(
        Sandbox::named("rows_by_hand"),
        "",
        "CREATE TABLE t (a TEXT, b TEXT, n, PRIMARY KEY (a, b)) WITHOUT ROWID",
    );
    assert_eq!(sandbox.run(&["rows", "track", "t"]).code, 0);
    assert_eq!(sandbox.run(&["rows", "track", "t"]).code, 0);
    in_shop(
        &sandbox,
        "INSERT INTO t VALUES ('x=1,y', 'b', x'00ff'), ('p', 'q', NULL)",
    );
    at_noon(&sandbox, "t_audit");
    assert_eq!(
        sandbox
            .run(&["rows", "history", "t", "a=p,b=q", "--json"])
            .code,
        0
    );
    assert_eq!(
        sandbox
            .run(&["rows", "history", "t", "{\"a\":\"x=1,y\",\"b\":\"b\"}"])
            .code,
        0
    );
    assert_eq!(sandbox.run(&["rows", "coverage"]).code, 0);
    assert_eq!(sandbox.run(&["rows", "untrack", "t"]).code, 0);
    in_shop(&sandbox, "INSERT INTO t VALUES ('r', 's', 1)");
    assert_eq!(sandbox.run(&["rows", "history", "t", "a=r,b=s"]).code, 2);
    assert_eq!(sandbox.run(&["rows", "track", "t"]).code, 0);
    at_noon(&sandbox, "t_audit");
    assert_eq!(sandbox.run(&["rows", "history", "t", "a=r,b=s"]).code, 0);
}

#[test]
fn what_cannot_be_tracked_is_refused_and_nothing_changes() {
    let mut sandbox = with_target(
        Sandbox::named("rows_refused"),
        "",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, audit_id TEXT); CREATE TABLE ok (id INTEGER PRIMARY KEY); CREATE TABLE taken (id INTEGER PRIMARY KEY); CREATE TABLE taken_audit (x); CREATE VIEW v AS SELECT 1",
    );
    let mut is_tracked = false;
    for arguments in [
        &["rows", "track", "nope"][..],
        &["rows", "track", "v"],
        &["rows", "track", "t"],
        &["rows", "track", "taken"],
        &["rows", "track", "ok", "nope"],
        &["rows", "track", "ok", "--target", "nope"],
        &["rows", "track", "ok"],
        &["rows", "track", "ok_audit"],
        &["rows", "track", "piperoll_tracked"],
        &["rows", "untrack", "t"],
        &["rows", "untrack", "ok", "t"],
        &["rows", "history", "t", "1"],
        &["rows", "history", "ok", "1"],
        &["rows", "history", "ok", "a=1"],
        &["rows", "history", "ok", "id=1,id=2"],
        &["rows", "history", "ok", "{no json"],
        &["rows", "as-of", "ok", "--at", "2020-01-01"],
        &["rows", "as-of", "ok", "--at", "then"],
        &["rows", "coverage", "--target", "nope"],
    ] {
        let code = sandbox.run(arguments).code;
        let expected = match arguments {
            ["rows", "track", "taken"] => 4,
            ["rows", "track", "ok"] => 0,
            _ => 2,
        };
        assert_eq!(code, expected, "{arguments:?}");
        is_tracked |= code == 0;
        let connection = rusqlite::Connection::open(sandbox.path("shop.db")).unwrap();
        let histories: String = connection
            .query_row("SELECT coalesce(group_concat(name), '') FROM sqlite_master WHERE name LIKE '%\\_audit' ESCAPE '\\' AND type = 'table' AND name <> 'taken_audit'", [], |row| row.get(0))
            .unwrap();
        let expected = if is_tracked { "ok_audit" } else { "" };
        assert_eq!(histories, expected, "{arguments:?}");
        let tracked =
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ok'";
        let triggers: i64 = connection.query_row(tracked, [], |row| row.get(0)).unwrap();
        assert_eq!(triggers > 0, is_tracked, "{arguments:?}");
        if is_tracked {
            let since = "UPDATE piperoll_eras SET since = '2026-11-01T12:00:00.000Z'";
            connection.execute_batch(since).unwrap();
        }
    }
}

#[test]
fn a_table_that_is_neither_there_nor_declared_is_refused_before_anything_is_done() {
    let rows = "rows: [{target: shop, tables: [orders, nope]}]\n";
    let sandbox = with_target(Sandbox::new(), rows, ORDERS);
    let before = size(&sandbox);
    for arguments in [&["plan"][..], &["apply", "--yes"]] {
        let run = crate::sandbox::Run::new(sandbox.command(arguments).output().unwrap());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.contains("`nope`"), "{}", run.stderr);
        assert_eq!(size(&sandbox), before);
        let connection = rusqlite::Connection::open(sandbox.path("shop.db")).unwrap();
        let triggers = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'";
        let triggers: i64 = connection
            .query_row(triggers, [], |row| row.get(0))
            .unwrap();
        assert_eq!(triggers, 0);
    }
}

#[test]
fn faults_of_the_project_file_come_at_once_with_their_places() {
    let rows = "rows:
  - {target: nope, tables: [a]}
  - {target: shop, tables: []}
  - {target: shop, tables: [\"[\"], profile: full, delete_image: none, timestamp: now, baseline: 1, prefix: \" \"}
  - {target: shop, tables: [a], exclude: {b: [c]}, redact: {a: {c: drop}}, colour: red}
";
    let mut sandbox = with_target(Sandbox::named("rows_project_faults"), rows, "");
    assert_eq!(sandbox.run(&["rows", "coverage"]).code, 2);
    let hashed = "rows:\n  - {target: shop, tables: [a], redact: {a: {c: hash}}}\n";
    let project = sandbox.read("piperoll.yaml").replace(rows, hashed);
    sandbox.write("piperoll.yaml", project);
    assert_eq!(sandbox.run(&["plan"]).code, 2);
}

#[test]
fn hostile_names_and_values_are_shown_harmless() {
    let mut sandbox = with_target(
        Sandbox::named("rows_hostile"),
        "",
        "CREATE TABLE \"x'); DROP TABLE y; --\" (\"\u{1b}[31mid\" TEXT PRIMARY KEY NOT NULL, \"a\"\"b\" TEXT); CREATE TABLE y (id INTEGER PRIMARY KEY)",
    );
    let table = "x'); DROP TABLE y; --";
    assert_eq!(sandbox.run(&["rows", "track", table]).code, 0);
    in_shop(
        &sandbox,
        "INSERT INTO \"x'); DROP TABLE y; --\" VALUES ('\u{1b}[2J', '\u{7}\u{202e}evil')",
    );
    in_shop(
        &sandbox,
        "BEGIN; INSERT INTO piperoll_gate (history_name) VALUES ('x''); DROP TABLE y; --_audit'); UPDATE \"x'); DROP TABLE y; --_audit\" SET audit_timestamp = '2026-11-01T12:00:00.000Z', audit_actor = '\u{1b}]0;x'; DELETE FROM piperoll_gate; COMMIT",
    );
    assert_eq!(
        sandbox.run(&["rows", "history", table, "\u{1b}[2J"]).code,
        0
    );
    assert_eq!(
        sandbox
            .run(&["rows", "history", table, "\u{1b}[2J", "--json"])
            .code,
        0
    );
    assert_eq!(
        sandbox
            .run(&["rows", "as-of", table, "--at", "2036-11-01"])
            .code,
        0
    );
    assert_eq!(sandbox.run(&["rows", "coverage"]).code, 0);
}

#[test]
fn a_table_is_tracked_as_it_is_declared_in_whatever_letters_it_is_called() {
    let mut sandbox = with_target(Sandbox::new(), ROWS, ORDERS);
    assert_eq!(sandbox.run(&["rows", "track", "ORDERS"]).code, 0);
    let connection = rusqlite::Connection::open(sandbox.path("shop.db")).unwrap();
    let columns = |name: &str| -> i64 {
        let sql = "SELECT count(*) FROM pragma_table_info('orders_audit') WHERE name = ?1";
        connection.query_row(sql, [name], |row| row.get(0)).unwrap()
    };
    assert_eq!((columns("email"), columns("secret")), (1, 0));
    let email: String = connection
        .query_row("SELECT email FROM orders_audit", [], |row| row.get(0))
        .unwrap();
    assert_eq!(email, "[redacted]");
}

/// The trail says `shop.main.t`; who reads it there may ask so.
#[test]
fn a_table_may_be_called_as_the_trail_calls_it() {
    let schema = "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TABLE \"main.u\" (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)";
    let mut sandbox = with_target(Sandbox::new(), "", schema);
    let tracked = sandbox.run(&["rows", "track", "shop.main.t", "main.u"]);
    assert_eq!(tracked.code, 0, "{}", tracked.stderr);
    for name in ["t", "main.t", "shop.main.t", "x.MAIN.T"] {
        assert_eq!(
            sandbox.run(&["rows", "history", name, "1"]).code,
            0,
            "{name}"
        );
        let at_end = ["rows", "as-of", name, "--at", "2030-01-01", "--json"];
        assert_eq!(sandbox.run(&at_end).stdout, "{\"id\":1}\n", "{name}");
    }
    assert_eq!(sandbox.run(&["rows", "history", "other.t", "1"]).code, 2);
    assert_eq!(sandbox.run(&["rows", "untrack", "main.main.u"]).code, 2);
    assert_eq!(
        sandbox.run(&["rows", "untrack", "main.u", "main.t"]).code,
        0
    );
}

#[test]
fn the_examples_of_the_help_are_understood() {
    let mut sandbox = with_target(Sandbox::new(), ROWS, ORDERS);
    assert_eq!(sandbox.run(&["rows", "track", "orders"]).code, 0);
    let help = sandbox.run(&["rows", "as-of", "--help"]).stdout;
    let examples: Vec<&str> = help
        .lines()
        .filter_map(|line| line.trim().strip_prefix("piperoll "))
        .filter(|line| line.contains("--at"))
        .collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        let words: Vec<&str> = example.split(' ').collect();
        let told = sandbox.run(&words).stderr;
        assert!(
            told.starts_with("error: the history of `orders` begins at "),
            "{example}: {told}"
        );
    }
}

#[test]
fn whoever_reads_a_history_that_is_over_is_told() {
    let mut sandbox = with_target(Sandbox::new(), ROWS, ORDERS);
    assert_eq!(sandbox.run(&["rows", "track", "orders"]).code, 0);
    let read: [&[&str]; 2] = [
        &["rows", "history", "orders", "1"],
        &["rows", "as-of", "Orders", "--at", "2036-11-01"],
    ];
    for command in read {
        assert_eq!(sandbox.run(command).stderr, "");
    }
    assert_eq!(sandbox.run(&["rows", "untrack", "orders"]).code, 0);
    for command in read {
        let told = sandbox.run(command);
        assert_eq!(told.code, 0);
        assert!(
            told.stderr.contains("are not tracked any more"),
            "{}",
            told.stderr
        );
    }
    // Another history goes on.
    let project = sandbox.read("piperoll.yaml");
    let project = project.replace("tables: [orders", "prefix: h_, tables: [orders");
    sandbox.write("piperoll.yaml", project);
    assert_eq!(sandbox.run(&["rows", "track", "orders"]).code, 0);
    for command in read {
        assert_eq!(sandbox.run(command).stderr, "");
    }
}
