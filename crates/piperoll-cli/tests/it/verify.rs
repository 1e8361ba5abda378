use crate::events::{input, lines};
use crate::sandbox::{Run, Sandbox};
use std::fs;

/// Lets the trail's file be written as an attacker would.
fn tamper(sandbox: &Sandbox, sql: &str) {
    let connection = sandbox.sqlite();
    let triggers = {
        let mut query = connection
            .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            .unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.unwrap()
            .collect::<Result<Vec<(String, String)>, _>>()
            .unwrap()
    };
    // Put back afterwards, so that the trace of the deed is what is found.
    for (name, _) in &triggers {
        connection
            .execute_batch(&format!("DROP TRIGGER {name}"))
            .unwrap();
    }
    connection.execute_batch(sql).unwrap();
    for (_, sql) in &triggers {
        connection.execute_batch(sql).unwrap();
    }
}

#[test]
fn each_level_states_what_holds() {
    let mut sandbox = Sandbox::named("verify_levels")
        .with_project()
        .with_events(&lines(5));
    sandbox.run(&["checkpoint", "--out", "kept.checkpoint", "--quiet"]);
    sandbox.write("more.jsonl", input(9));
    sandbox.quietly(&["record", "more.jsonl"]);
    assert_eq!(sandbox.run(&["verify"]).code, 0);
    sandbox.run(&["verify", "--json"]);
    assert_eq!(
        sandbox.run(&["verify", "--since", "kept.checkpoint"]).code,
        0
    );
    let pinned = sandbox.run(&["verify", "--since", "kept.checkpoint", "--json"]);
    assert_eq!(pinned.json()["level"], "L2");
    assert_eq!(sandbox.run(&["verify", "--level", "L0"]).code, 0);
    assert_eq!(
        sandbox.run(&["verify", "--level", "L2"]).code,
        2,
        "without a pin"
    );
    assert_eq!(sandbox.run(&["verify", "--level", "L3"]).code, 2);
    assert_eq!(sandbox.run(&["verify", "--since", "missing"]).code, 3);
}

#[test]
fn c3_26_without_a_key_only_self_consistency_can_be_stated() {
    let mut sandbox = Sandbox::named("verify_without_key")
        .with_project()
        .with_events(&lines(5));
    let vkey = sandbox.quietly(&["key", "show"]).stdout;
    let vkey = vkey.lines().last().unwrap().to_owned();
    fs::copy(sandbox.path(".piperoll/trail.db"), sandbox.path("copy.db")).unwrap();
    let copy = ["verify", "--trail", "sqlite:copy.db"];
    let without = sandbox.run(&copy);
    assert_eq!(without.code, 3);
    let mut with = sandbox.command(&copy);
    with.args(["--key", &vkey]);
    assert_eq!(
        sandbox
            .run_as("piperoll verify --trail sqlite:copy.db --key VKEY", with)
            .code,
        0
    );

    fs::rename(sandbox.path(".piperoll/trail.key"), sandbox.path("key")).unwrap();
    assert_eq!(sandbox.run(&["verify"]).code, 3);
    assert_eq!(sandbox.run(&["verify", "--json"]).json()["level"], "L0");
    assert_eq!(sandbox.run(&["verify", "--level", "L0"]).code, 0);
    let mut with = sandbox.command(&["verify", "--key", &vkey]);
    with.arg("--json");
    assert_eq!(Run::new(with.output().unwrap()).json()["level"], "L1");
    // To write, a trail needs its key.
    assert_eq!(sandbox.run(&["checkpoint"]).code, 2);
}

#[test]
fn an_auditor_needs_no_project() {
    let sandbox = Sandbox::new().with_project().with_events(&lines(3));
    let vkey = sandbox.quietly(&["key", "show"]).stdout;
    let vkey = vkey.lines().last().unwrap();
    let auditor = Sandbox::new();
    fs::copy(sandbox.path(".piperoll/trail.db"), auditor.path("copy.db")).unwrap();
    let run = auditor.quietly(&[
        "verify",
        "--trail",
        "sqlite:copy.db",
        "--key",
        vkey,
        "--json",
    ]);
    assert_eq!([&run.json()["level"], &run.json()["key"]], ["L1", vkey]);
    assert_eq!(
        auditor
            .quietly(&["--trail", "sqlite:copy.db", "log", "--json"])
            .stdout
            .lines()
            .count(),
        3
    );
}

#[test]
fn a_key_of_another_trail_is_no_proof() {
    let mut sandbox = Sandbox::named("verify_other_key")
        .with_project()
        .with_events(&lines(5));
    let other = Sandbox::new().with_project();
    let vkey = other.quietly(&["key", "show"]).stdout;
    let vkey = vkey.lines().last().unwrap();
    let command = sandbox.command(&["verify", "--key", vkey]);
    let run = sandbox.run_as("piperoll verify --key OTHER", command);
    assert_eq!(run.code, 1);
    for key in ["", "nonsense", "a+00000000+AAAA"] {
        assert_eq!(sandbox.run(&["verify", "--key", key]).code, 2, "{key}");
    }
}

#[test]
fn a_checkpoint_of_another_trail_is_no_pin() {
    let mut sandbox = Sandbox::named("verify_other_pin")
        .with_project()
        .with_events(&lines(5));
    let other = Sandbox::new().with_project().with_events(&lines(2));
    other.quietly(&["checkpoint", "--out", "other.checkpoint"]);
    sandbox.write("other.checkpoint", other.read("other.checkpoint"));
    sandbox.write("nonsense.checkpoint", "hello\n");
    for pin in ["other.checkpoint", "nonsense.checkpoint"] {
        let run = sandbox.run(&["verify", "--since", pin]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    }
}

/// C1.1, C1.2: one byte of a payload or a header.
#[test]
fn tampering_is_named() {
    for (name, sql) in [
        (
            "payload",
            "UPDATE entries SET payload = replace(payload, '2', '3') WHERE seq = 2",
        ),
        (
            "actor",
            "UPDATE entries SET header = replace(header, 'alice', 'alicf') WHERE seq = 2",
        ),
        (
            "attributes",
            "UPDATE entries SET attributes = '{\"key\":\"x\"}' WHERE seq = 2",
        ),
    ] {
        let sandbox = Sandbox::new().with_project().with_events(&lines(5));
        tamper(&sandbox, sql);
        let run = Run::new(sandbox.command(&["verify", "--json"]).output().unwrap());
        assert_eq!(run.code, 1, "{name}");
        let json = run.json();
        let finding = &json["findings"][0];
        assert_eq!(
            [&finding["verdict"], &finding["id"]],
            ["altered", &crate::events::id(2)],
            "{name}: {json}"
        );
        assert_eq!([&finding["index"], &finding["to"]], [2, 2], "{name}");
    }
    let mut sandbox = Sandbox::named("verify_tampered")
        .with_project()
        .with_events(&lines(5));
    tamper(
        &sandbox,
        "UPDATE entries SET payload = replace(payload, '2', '3') WHERE seq = 2;
         DELETE FROM entries WHERE seq = 4;",
    );
    assert_eq!(sandbox.run(&["verify"]).code, 1);
    assert_eq!(sandbox.run(&["verify", "--json"]).code, 1);
    assert_eq!(sandbox.run(&["verify", "--level", "L0"]).code, 1);
}

#[test]
fn a_trail_that_was_set_back_is_stale() {
    let mut sandbox = Sandbox::named("verify_stale")
        .with_project()
        .with_events(&lines(5));
    fs::copy(
        sandbox.path(".piperoll/trail.db"),
        sandbox.path("backup.db"),
    )
    .unwrap();
    sandbox.write("more.jsonl", input(8));
    sandbox.quietly(&["record", "more.jsonl"]);
    for ending in ["", "-wal", "-shm"] {
        drop(fs::remove_file(
            sandbox.path(&format!(".piperoll/trail.db{ending}")),
        ));
    }
    fs::copy(
        sandbox.path("backup.db"),
        sandbox.path(".piperoll/trail.db"),
    )
    .unwrap();
    let run = sandbox.run(&["verify"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("  stale"), "{}", run.stdout);
    // Whoever would go on from there would sign two histories.
    assert_eq!(sandbox.run(&["record", "more.jsonl"]).code, 7);
    assert_eq!(sandbox.run(&["checkpoint"]).code, 7);
}

#[test]
fn a_trail_that_is_gone_while_its_key_is_there_was_not_lost_by_chance() {
    let mut sandbox = Sandbox::named("verify_trail_gone")
        .with_project()
        .with_events(&lines(5));
    for ending in ["", "-wal", "-shm"] {
        drop(fs::remove_file(
            sandbox.path(&format!(".piperoll/trail.db{ending}")),
        ));
    }
    assert_eq!(sandbox.run(&["verify"]).code, 7);
    sandbox.write("more.jsonl", input(1));
    assert_eq!(sandbox.run(&["record", "more.jsonl"]).code, 7);
    fs::remove_file(sandbox.path(".piperoll/trail.key")).unwrap();
    sandbox.remark("the head file is left");
    assert_eq!(sandbox.run(&["verify"]).code, 7);
    assert_eq!(sandbox.run(&["record", "more.jsonl"]).code, 7);
}

#[test]
fn a_project_of_another_origin_is_refused() {
    let mut sandbox = Sandbox::named("verify_other_origin")
        .with_project()
        .with_events(&lines(5));
    let yaml = sandbox.read("piperoll.yaml");
    sandbox.write(
        "piperoll.yaml",
        yaml.replace("shop.example/audit", "other.example/audit"),
    );
    for command in ["verify", "log", "checkpoint"] {
        assert_eq!(sandbox.run(&[command]).code, 2);
    }
    fs::remove_file(sandbox.path(".piperoll/trail.key")).unwrap();
    for command in ["verify", "log", "checkpoint"] {
        assert_eq!(sandbox.run(&[command]).code, 2);
    }
}

/// An auditor who has kept the keys of before and after a rotation gives both; one that has signed nothing here does no harm, wherever it stands.
#[test]
fn of_several_keys_of_one_name_the_one_that_signed_counts() {
    let sandbox = Sandbox::new().with_project().with_events(&lines(2));
    let other = Sandbox::new().with_project();
    let vkey = |sandbox: &Sandbox| {
        let shown = sandbox.quietly(&["key", "show"]).stdout;
        shown.lines().last().unwrap().to_owned()
    };
    let (own, stranger) = (vkey(&sandbox), vkey(&other));
    for keys in [[&own, &stranger], [&stranger, &own], [&own, &own]] {
        let arguments = ["verify", "--key", keys[0], "--key", keys[1], "--json"];
        let report = sandbox.quietly(&arguments).json();
        assert_eq!(
            (&report["level"], &report["key"]),
            (&"L1".into(), &own.as_str().into())
        );
    }
    let alone = ["verify", "--key", &stranger, "--json"];
    assert_eq!(sandbox.quietly_exits(1, &alone).json()["level"], "L0");
}

/// Whoever reads a pipe waits for its writer, who may never come.
#[test]
fn a_pipe_in_the_place_of_a_file_is_refused_at_once() {
    let sandbox = Sandbox::new().with_project().with_events(&lines(2));
    let made = sandbox.program("mkfifo").arg("pipe").status().unwrap();
    assert!(made.success());
    let project = sandbox.read("piperoll.yaml");
    let tables =
        "targets: {shop: {url: \"sqlite:pipe\"}}\ntables: [{target: shop, files: t.yaml}]\n";
    sandbox.write("piperoll.yaml", project + tables);
    sandbox.write(
        "t.yaml",
        "{catalog: c, schema: main, table: t, columns: [{name: a, datatype: int}]}",
    );
    for arguments in [
        &["verify", "--since", "pipe"][..],
        &[
            "verify",
            "--since",
            ".piperoll/trail.db",
            "--policy",
            "pipe",
        ],
        &["verify-proof", "pipe", "--entry", "pipe", "--key", "x"],
        &["--trail", "sqlite:pipe", "log"],
        &["--trail", "sqlite:pipe", "verify"],
        &["--trail", "sqlite:pipe", "checkpoint"],
        &["runs", "import", "--format", "ddeutil-sqlite", "pipe"],
        &["tables", "diff"],
        &["rows", "track", "t"],
    ] {
        let run = Run::new(sandbox.command(arguments).output().unwrap());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        let message = "error: `pipe` is no regular file\n";
        assert!(run.stderr.starts_with(message), "{}", run.stderr);
    }
    // A head file that is none is no head file: it is told, and nothing waits.
    fs::remove_file(sandbox.path(".piperoll/trail.key.head")).unwrap();
    fs::rename(
        sandbox.path("pipe"),
        sandbox.path(".piperoll/trail.key.head"),
    )
    .unwrap();
    let run = Run::new(sandbox.command(&["verify"]).output().unwrap());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("is no file of one line"),
        "{}",
        run.stdout
    );
    fs::rename(
        sandbox.path(".piperoll/trail.key.head"),
        sandbox.path("pipe"),
    )
    .unwrap();
    fs::remove_file(sandbox.path(".piperoll/trail.key")).unwrap();
    fs::rename(sandbox.path("pipe"), sandbox.path(".piperoll/trail.key")).unwrap();
    let run = Run::new(sandbox.command(&["verify"]).output().unwrap());
    assert_eq!(run.code, 2, "{}", run.stderr);
}
