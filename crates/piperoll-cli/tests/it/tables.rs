//! Tables: what the commands print, how they exit, and what they leave behind.

use crate::sandbox::{Run, Sandbox};
use std::collections::BTreeSet;
use std::process::{Child, Stdio};
use std::time::Duration;

const ORDERS: &str = "catalog: shop
schema: main
table: orders
primary_key: order_id
table_comment: What was ordered
columns:
  - {name: order_id, datatype: bigint, nullable: false}
  - {name: status, datatype: string, default_value: new}
  - {name: amount, datatype: \"decimal(10,2)\"}
";

const CUSTOMERS: &str = "catalog: shop
schema: main
table: customers
columns:
  - {name: customer_id, datatype: bigint}
";

const KEYS: &str = "targets:
  shop: {url: \"sqlite:.piperoll/shop.db\"}
tables:
  - {target: shop, files: \"tables/*.yaml\"}
";

fn with_tables(sandbox: Sandbox) -> Sandbox {
    let sandbox = sandbox.with_project();
    let project = sandbox.read("piperoll.yaml") + KEYS;
    sandbox.write("piperoll.yaml", project);
    sandbox.write("tables/orders.yaml", ORDERS);
    sandbox
}

fn edit(sandbox: &Sandbox, from: &str, to: &str) {
    let text = sandbox.read("tables/orders.yaml");
    assert!(text.contains(from), "{from}");
    sandbox.write("tables/orders.yaml", text.replace(from, to));
}

fn in_shop(sandbox: &Sandbox, sql: &str) {
    let connection = rusqlite::Connection::open(sandbox.path(".piperoll/shop.db")).unwrap();
    connection.execute_batch(sql).unwrap();
}

fn size(sandbox: &Sandbox) -> i64 {
    sandbox
        .sqlite()
        .query_row("SELECT count(*) FROM entries", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn a_table_is_planned_applied_edited_and_its_history_told() {
    let mut sandbox = with_tables(Sandbox::named("tables"));
    assert_eq!(sandbox.run(&["tables", "validate"]).code, 0);
    assert_eq!(sandbox.run(&["plan"]).code, 0);
    assert!(
        !sandbox.path(".piperoll/shop.db").exists(),
        "a plan makes nothing"
    );
    assert_eq!(
        sandbox
            .run(&["apply", "--yes", "--reason", "release 1"])
            .code,
        0
    );
    assert_eq!(sandbox.run(&["apply", "--yes"]).code, 0);
    assert_eq!(size(&sandbox), 2, "nothing to do, nothing recorded");
    edit(
        &sandbox,
        "default_value: new}",
        "default_value: open, comment: \"How far\\nit is\"}",
    );
    sandbox.write("tables/customers.yaml", CUSTOMERS);
    assert_eq!(sandbox.run(&["tables", "diff"]).code, 0);
    assert_eq!(sandbox.run(&["tables", "drift"]).code, 1);
    assert_eq!(
        sandbox
            .run(&["tables", "apply", "--notes", "it's due"])
            .code,
        0
    );
    assert_eq!(sandbox.run(&["tables", "drift"]).code, 0);
    assert_eq!(
        sandbox.run(&["tables", "history", "shop.main.orders"]).code,
        0
    );
    assert_eq!(sandbox.run(&["tables", "dump", "shop.main.orders"]).code, 0);
    assert_eq!(sandbox.run(&["verify"]).code, 0);
}

#[test]
fn json_is_laykers_where_layker_has_one() {
    let sandbox = with_tables(Sandbox::new());
    sandbox.quietly(&["tables", "apply", "--run-id", "nightly", "--env", "prod"]);
    let one = |arguments: &[&str]| sandbox.quietly(arguments).json();
    let orders = "tables/orders.yaml";
    assert_eq!(
        one(&["tables", "diff", orders, "--json"]),
        serde_json::json!({})
    );
    let all = sandbox.quietly(&["tables", "diff", "--json"]).json_lines();
    assert_eq!(
        all,
        [serde_json::json!({"full_table_name": "shop.main.orders"})]
    );
    edit(&sandbox, "What was", "All that was");
    let update = serde_json::json!({"table_comment": "All that was ordered"});
    assert_eq!(
        one(&["tables", "diff", orders, "--json"]),
        serde_json::json!({"full_table_name": "shop.main.orders", "update": update})
    );
    let found = sandbox
        .command(&["tables", "diff", orders, "--exit-code"])
        .output()
        .unwrap();
    assert_eq!(found.status.code(), Some(1));
    let applied = one(&["apply", "--json"]);
    assert_eq!(applied["applied"][0]["change_key"], "create-1~update-1");
    assert_eq!(applied["checkpoint"]["size"], 4);
    let history = sandbox
        .quietly(&["tables", "history", "shop.main.orders", "--json"])
        .json_lines();
    assert_eq!(history.len(), 2);
    let first = history[0].as_object().unwrap();
    let columns: BTreeSet<&str> = first.keys().map(String::as_str).collect();
    let expected = "change_id run_id env yaml_path fqn change_category change_key before_value differences after_value \
                    notes created_at created_by updated_at updated_by";
    assert_eq!(columns, expected.split(' ').collect());
    let lines = sandbox.quietly(&["tables", "history", "shop.main.orders", "--json"]);
    let places = expected.split(' ').map(|name| {
        let line = lines.stdout.lines().next().unwrap();
        line.find(&format!("{name:?}:")).unwrap()
    });
    assert!(places.is_sorted(), "the columns come in their order");
    assert_eq!(
        (
            &first["change_key"],
            &first["run_id"],
            &first["env"],
            &first["before_value"]
        ),
        (
            &"create-1".into(),
            &"nightly".into(),
            &"prod".into(),
            &serde_json::Value::Null
        )
    );
    assert_eq!(first["created_by"], "tester");
    let after = first["after_value"].as_str().unwrap();
    assert!(
        after.starts_with("{\n  \"catalog\": \"shop\",\n"),
        "{after}"
    );
    let plan = one(&["plan", "--json"]);
    assert_eq!(
        (&plan["piperoll_plan"], &plan["tables"]),
        (&1.into(), &serde_json::json!([]))
    );
}

#[test]
fn a_history_names_its_columns_in_every_form() {
    let sandbox = with_tables(Sandbox::new());
    sandbox.quietly(&["tables", "apply"]);
    for (format, value) in [("json", "a"), ("json_pretty", "b"), ("kv", "c")] {
        let text = sandbox.read("tables/orders.yaml");
        let at = text.find("default_value: ").unwrap();
        let end = at + text[at..].find('}').unwrap();
        let edited = format!("{}default_value: {value}{}", &text[..at], &text[end..]);
        sandbox.write("tables/orders.yaml", edited);
        sandbox.quietly(&["tables", "apply", "--snapshot-format", format]);
    }
    let told = sandbox
        .quietly(&["tables", "history", "shop.main.orders"])
        .stdout;
    let lines = told.lines().filter(|line| line.contains("update:"));
    assert_eq!(
        lines.collect::<Vec<_>>(),
        ["  update: columns status (default_value)"; 3]
    );
}

#[test]
fn what_is_wrong_with_specifications_is_told_at_once_and_nothing_is_done() {
    let mut sandbox = with_tables(Sandbox::named("tables_faults"));
    sandbox.write(
        "tables/bad.yaml",
        "catalog: shop\nschema: main\ntabel: bad\ncolumns:\n  - {name: a, datatype: strin}\n",
    );
    sandbox.write("tables/worse.yaml", "");
    for arguments in [
        &["tables", "validate"][..],
        &["tables", "validate", "tables/bad.yaml", "--json"],
        &["apply", "--yes"],
    ] {
        let run = sandbox.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
    }
    assert!(!sandbox.path(".piperoll/shop.db").exists());
    for (arguments, code) in [
        (&["tables", "validate", "no.yaml"][..], 2),
        (&["tables", "dump", "shop.main.no"], 2),
        (&["tables", "dump", "orders"], 2),
        (&["tables", "dump", "shop.main.orders", "--target", "no"], 2),
        (&["tables", "history", "shop.main.no"], 2),
        (&["tables", "apply", "--match", "index"], 2),
        (&["apply", "no.plan"], 2),
    ] {
        assert_eq!(sandbox.run(arguments).code, code, "{arguments:?}");
    }
    assert_eq!(size(&sandbox), 0);
}

#[test]
fn a_project_tells_what_is_wrong_with_its_targets_and_tables() {
    let mut sandbox = Sandbox::named("tables_project").with_project();
    let project = sandbox.read("piperoll.yaml");
    let run = sandbox.run(&["plan"]);
    assert_eq!(run.code, 2, "no tables are declared");
    for keys in [
        KEYS.to_owned(),
        "targets: {shop: {url: \"mysql:x\"}, b: {path: x}}\ntables: [{target: shop}]\n".to_owned(),
        KEYS.replace("target: shop", "target: shpo"),
    ] {
        sandbox.write("piperoll.yaml", format!("{project}{keys}"));
        assert_eq!(sandbox.run(&["tables", "validate"]).code, 2);
    }
}

#[test]
fn what_loses_something_and_what_is_stale_is_refused() {
    let mut sandbox = with_tables(Sandbox::named("tables_refused"));
    sandbox.quietly(&["apply", "--yes"]);
    in_shop(&sandbox, "INSERT INTO orders VALUES (1, 'paid', 12.5)");
    edit(
        &sandbox,
        "  - {name: amount, datatype: \"decimal(10,2)\"}\n",
        "",
    );
    assert_eq!(sandbox.run(&["tables", "apply"]).code, 2);
    assert_eq!(sandbox.run(&["apply", "--yes"]).code, 2);
    assert_eq!(sandbox.quietly(&["plan", "--out", "drop.plan"]).code, 0);
    in_shop(&sandbox, "ALTER TABLE orders ADD COLUMN other TEXT");
    assert_eq!(
        sandbox
            .run(&["apply", "drop.plan", "--allow-destructive"])
            .code,
        2
    );
    assert_eq!(size(&sandbox), 2, "refusals leave no entry");
    sandbox.quietly(&["plan", "--out", "drop.plan"]);
    assert_eq!(
        sandbox
            .run(&["apply", "drop.plan", "--allow-destructive"])
            .code,
        0
    );
    edit(
        &sandbox,
        "nullable: false}",
        "nullable: false}\nrow_filters: {r: {name: n, expression: a = 1}}\n#",
    );
    assert_eq!(sandbox.run(&["tables", "validate"]).code, 2);
    edit(
        &sandbox,
        "\nrow_filters",
        "\n  - {name: x, datatype: int}\nrow_filters",
    );
    let text = sandbox.read("tables/orders.yaml");
    let cut = text.find("\n#").unwrap();
    sandbox.write("tables/orders.yaml", format!("{}\n", &text[..cut]));
    assert_eq!(sandbox.run(&["plan"]).code, 2, "SQLite has no row filters");
}

#[test]
fn nothing_is_recorded_where_nothing_shall_be() {
    let sandbox = with_tables(Sandbox::new());
    let planned = sandbox.quietly(&["tables", "apply", "--dry-run"]);
    assert!(
        planned.stdout.contains("CREATE TABLE"),
        "{}",
        planned.stdout
    );
    assert!(!sandbox.path(".piperoll/shop.db").exists());
    sandbox.quietly(&["tables", "apply", "--no-audit"]);
    assert_eq!(size(&sandbox), 0);
    let elsewhere = sandbox
        .read("piperoll.yaml")
        .replace(".piperoll/shop.db", "new/folder/shop.db");
    sandbox.write("elsewhere.yaml", elsewhere);
    sandbox.quietly(&[
        "--project",
        "elsewhere.yaml",
        "tables",
        "apply",
        "--no-audit",
    ]);
    assert!(sandbox.path("new/folder/shop.db").exists());
    edit(&sandbox, "What was", "All that was");
    // As in a fresh clone: the trail and its key are made by the first command that records.
    for name in ["trail.db", "trail.key", "trail.key.head"] {
        drop(std::fs::remove_file(sandbox.path(".piperoll").join(name)));
    }
    sandbox.quietly(&["tables", "apply", "--trail", "sqlite:other.db"]);
    assert_eq!(
        sandbox
            .names(".piperoll")
            .iter()
            .filter(|name| name.starts_with("trail.db"))
            .count(),
        0
    );
    let history = [
        "tables",
        "history",
        "shop.main.orders",
        "--trail",
        "sqlite:other.db",
    ];
    assert!(
        sandbox
            .quietly(&history)
            .stdout
            .starts_with("create-1~update-1")
    );
}

#[test]
fn a_dump_has_no_differences() {
    let sandbox = with_tables(Sandbox::new());
    sandbox.quietly(&["apply", "--yes"]);
    in_shop(
        &sandbox,
        "CREATE TABLE other(a INT NOT NULL DEFAULT 7, \"b c\" TEXT UNIQUE, CHECK (a > 0))",
    );
    for table in ["orders", "other"] {
        let dump = sandbox.quietly(&["tables", "dump", &format!("shop.main.{table}")]);
        sandbox.write("dumped.yaml", &dump.stdout);
        let diff = sandbox
            .command(&["tables", "diff", "dumped.yaml", "--exit-code"])
            .output()
            .unwrap();
        let diff = Run::new(diff);
        assert_eq!(
            diff.code, 0,
            "{}\n{}{}",
            dump.stdout, diff.stdout, diff.stderr
        );
    }
}

fn spawn(sandbox: &Sandbox, arguments: &[&str]) -> Child {
    let mut command = sandbox.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn l_f9_eight_processes_apply_at_once_and_their_keys_differ() {
    let sandbox = with_tables(Sandbox::new());
    sandbox.quietly(&["apply", "--yes"]);
    let children: Vec<Child> = (0..8)
        .map(|n| {
            let file = format!("own/{n}.yaml");
            sandbox.write(&file, ORDERS.replace("What was", &format!("{n} was")));
            spawn(&sandbox, &["tables", "apply", &file])
        })
        .collect();
    for child in children {
        let run = Run::new(child.wait_with_output().unwrap());
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let keys: Vec<String> = sandbox
        .quietly(&["tables", "history", "shop.main.orders", "--json"])
        .json_lines()
        .iter()
        .map(|line| line["change_key"].as_str().unwrap().to_owned())
        .collect();
    let expected = (1..=8).map(|n| format!("create-1~update-{n}"));
    let expected: Vec<String> = std::iter::once("create-1".to_owned())
        .chain(expected)
        .collect();
    assert_eq!(keys, expected);
    sandbox.quietly(&["verify"]);
}

/// C5.36, with the signal itself: whenever it comes, the next apply tells what became of it and finishes the work.
#[test]
fn c5_36_a_killed_apply_is_told_and_finished_by_the_next() {
    let sandbox = with_tables(Sandbox::new());
    sandbox.quietly(&["apply", "--yes"]);
    let started = std::time::Instant::now();
    sandbox.quietly(&["plan"]);
    let whole = started.elapsed() * 2;
    for round in 0..24_u32 {
        let text = ORDERS.replace("What was", &format!("{round} was"));
        sandbox.write("tables/orders.yaml", text);
        let mut child = spawn(&sandbox, &["apply", "--yes"]);
        std::thread::sleep(whole * round / 24 + Duration::from_micros(500));
        child.kill().unwrap();
        child.wait().unwrap();
        sandbox.quietly(&["apply", "--yes"]);
        sandbox.quietly(&["tables", "drift"]);
    }
    let entries = sandbox
        .quietly(&["log", "--limit", "1000", "--json"])
        .json_lines();
    let phase = |phase: &str| {
        entries
            .iter()
            .filter(|entry| entry["header"]["phase"] == phase)
            .count()
    };
    assert_eq!(
        phase("intent"),
        phase("outcome"),
        "each intent has its outcome"
    );
    let history = sandbox
        .quietly(&["tables", "history", "shop.main.orders", "--json"])
        .json_lines();
    assert_eq!(
        history.len(),
        25,
        "each change stands there once, whoever finished it"
    );
    let keys: BTreeSet<&str> = history
        .iter()
        .map(|line| line["change_key"].as_str().unwrap())
        .collect();
    assert_eq!(keys.len(), 25);
    sandbox.quietly(&["verify"]);
}

#[test]
fn faults_of_files_and_what_targets_refuse_come_together() {
    let sandbox = with_tables(Sandbox::new());
    sandbox.write(
        "tables/again.yaml",
        format!("{ORDERS}row_filters: {{mine: {{name: mine, expression: amount > 1}}}}\ntable_check_constraints: {{c: {{name: c, expression: 'amount >'}}}}\n"),
    );
    sandbox.write("tables/bad.yaml", "catalog: shop\n");
    sandbox.write("tables/latin.yaml", b"catalog: caf\xe9\n");
    std::os::unix::fs::symlink("../outside.yaml", sandbox.path("tables/link.yaml")).unwrap();
    for arguments in [&["tables", "validate"][..], &["plan"], &["apply", "--yes"]] {
        let run = sandbox.quietly_exits(2, arguments);
        assert!(
            run.stderr.contains("link.yaml` leads to nothing"),
            "{}",
            run.stderr
        );
    }
    std::fs::remove_file(sandbox.path("tables/link.yaml")).unwrap();
    for arguments in [&["tables", "validate"][..], &["plan"], &["apply", "--yes"]] {
        let run = sandbox.quietly_exits(2, arguments);
        assert_eq!(run.stdout, "", "{arguments:?}");
        for told in [
            "tables/again.yaml:10:46: `row_filters.mine`: SQLite has no row filters",
            "tables/again.yaml:11:52: `checks.c`: SQLite refuses it",
            "`shop.main.orders` is declared in `tables/again.yaml` and again in `tables/orders.yaml`",
            "tables/bad.yaml:1:1: missing key `schema`",
            "`tables/latin.yaml` is not UTF-8",
        ] {
            assert!(run.stderr.contains(told), "{told}: {}", run.stderr);
        }
    }
    assert_eq!(size(&sandbox), 0);
}

#[test]
fn drift_tells_every_table_to_programs() {
    let sandbox = with_tables(Sandbox::new());
    sandbox.write("tables/customers.yaml", CUSTOMERS);
    sandbox.quietly(&["apply", "--yes"]);
    let drift = ["tables", "drift", "--json"];
    assert_eq!(
        sandbox.quietly(&drift).stdout,
        "{\"full_table_name\":\"shop.main.customers\"}\n{\"full_table_name\":\"shop.main.orders\"}\n"
    );
    in_shop(&sandbox, "ALTER TABLE orders ADD COLUMN other TEXT");
    let run = sandbox.quietly_exits(1, &drift);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines[0], "{\"full_table_name\":\"shop.main.customers\"}");
    assert!(
        lines[1].contains("\"remove\":{\"columns\":{\"4\""),
        "{}",
        lines[1]
    );
}

#[test]
fn another_trail_needs_a_key_of_its_own() {
    let sandbox = with_tables(Sandbox::new());
    sandbox.quietly(&["tables", "apply"]);
    edit(&sandbox, "What was", "All that was");
    let elsewhere = ["tables", "apply", "--trail", "sqlite:other.db"];
    let run = sandbox.quietly_exits(2, &elsewhere);
    assert!(
        run.stderr.contains("one key signs one trail"),
        "{}",
        run.stderr
    );
    assert!(!sandbox.path("other.db").exists());
    // Where the key's own trail is gone, something is wrong.
    std::fs::remove_file(sandbox.path(".piperoll/trail.db")).unwrap();
    sandbox.quietly_exits(7, &elsewhere);
}
