//! Checkpoints, and the keys that sign them.

use crate::events::{input, lines};
use crate::sandbox::{Run, Sandbox};

#[test]
fn a_checkpoint_is_signed_printed_and_kept() {
    let mut sandbox = Sandbox::named("checkpoint")
        .with_project()
        .with_events(&lines(3));
    let first = sandbox.run(&["checkpoint"]);
    let second = sandbox.run(&["checkpoint", "--out", "kept.checkpoint"]);
    assert_eq!(sandbox.read("kept.checkpoint"), second.stdout);
    let text = |note: &str| note.lines().take(3).collect::<Vec<_>>().join("\n");
    assert_eq!(text(&first.stdout), text(&second.stdout), "the same tree");
    let kept: i64 = sandbox
        .sqlite()
        .query_row("SELECT count(*) FROM checkpoints", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 2, "an unchanged trail gives another one");
    let json = sandbox
        .run(&["--json", "checkpoint", "--out", "kept.checkpoint"])
        .json();
    assert_eq!(
        json["checkpoint"],
        sandbox.read("kept.checkpoint"),
        "replaced"
    );
    assert_eq!(
        sandbox.run(&["verify", "--since", "kept.checkpoint"]).code,
        0
    );
    assert_eq!(
        sandbox.quietly(&["verify", "--json"]).json()["size"],
        3,
        "no entry was added"
    );
}

#[test]
fn a_checkpoint_goes_where_it_can_be_written() {
    let mut sandbox = Sandbox::named("checkpoint_out").with_project();
    let nowhere = sandbox.run(&["checkpoint", "--out", "missing/kept.checkpoint"]);
    assert_eq!((nowhere.code, nowhere.stdout.as_str()), (2, ""));
    std::fs::create_dir(sandbox.path("folder")).unwrap();
    assert_eq!(sandbox.run(&["checkpoint", "--out", "folder"]).code, 2);
    assert_eq!(sandbox.names("folder"), [] as [&str; 0], "no leftover");
    let streamed = sandbox.quietly(&["checkpoint", "--out", "/dev/null"]);
    assert!(streamed.stdout.starts_with("shop.example/audit\n0\n"));
    assert!(
        !std::fs::metadata("/dev/null").unwrap().is_file(),
        "not replaced by a file"
    );
}

#[test]
fn the_last_line_of_key_show_is_the_logs_key_alone() {
    let mut sandbox = Sandbox::named("key_show")
        .with_project()
        .with_events(&lines(1));
    let plain = sandbox.run(&["key", "show"]);
    let json = sandbox.run(&["key", "show", "--json"]).json();
    let coloured = sandbox.run(&["key", "show", "--color", "always"]);
    for run in [&plain, &coloured] {
        assert_eq!(run.stdout.lines().last().unwrap(), json["key"]);
    }
    // Each of them verifies on its own.
    sandbox.quietly(&["checkpoint"]);
    let log = json["key"].as_str().unwrap();
    assert_eq!(
        sandbox.quietly(&["verify", "--key", log, "--json"]).json()["level"],
        "L1"
    );
    let script =
        "\"$0\" key show | tail -n 1 > trail.vkey && \"$0\" verify --key \"$(cat trail.vkey)\"";
    let piped = Run::new(
        sandbox
            .program("sh")
            .args(["-c", script, crate::sandbox::PIPEROLL])
            .output()
            .unwrap(),
    );
    assert_eq!(piped.code, 0, "{}", piped.stderr);
    assert_eq!(sandbox.run(&["key"]).code, 2);

    std::fs::remove_file(sandbox.path(".piperoll/trail.key")).unwrap();
    assert_eq!(sandbox.run(&["key", "show"]).code, 2);
}

#[test]
fn a_key_from_the_environment_signs_and_is_never_shown() {
    let sandbox = Sandbox::new().with_project();
    let key = sandbox.read(".piperoll/trail.key");
    let yaml = sandbox.read("piperoll.yaml");
    sandbox.write(
        "piperoll.yaml",
        yaml.replace("key: .piperoll/trail.key", "key: ${env.AUDIT_KEY}"),
    );
    std::fs::remove_file(sandbox.path(".piperoll/trail.key")).unwrap();
    sandbox.write("events.jsonl", input(2));
    let run = |arguments: &[&str], key: Option<&str>| {
        let mut command = sandbox.command(arguments);
        command.envs(key.map(|key| ("AUDIT_KEY", key)));
        Run::new(command.output().unwrap())
    };
    let recorded = run(&["record", "events.jsonl"], Some(&key));
    assert_eq!(recorded.code, 0, "{}", recorded.stderr);
    assert_eq!(run(&["verify"], Some(&key)).code, 0);
    let unset = run(&["record", "events.jsonl"], None);
    assert_eq!(unset.code, 2);
    assert!(
        unset.stderr.contains("piperoll.yaml:4:"),
        "{}",
        unset.stderr
    );
    // What needs no key does not read the variable; nor does an auditor, who brings the public key along.
    assert_eq!(run(&["log"], None).code, 0);
    let shown = run(&["key", "show"], Some(&key)).stdout;
    let vkey = shown.lines().last().unwrap();
    let verified = run(&["verify", "--key", vkey], None);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
    // `PRIVATE+KEY+<name>+<id>+<key>`; base64 may hold a plus itself.
    let secret = key.trim().splitn(5, '+').nth(4).unwrap();
    let wrong = key.replace("audit+", "other+");
    for run in [
        run(&["record", "events.jsonl"], Some(&wrong)),
        run(&["key", "show"], Some(&wrong)),
    ] {
        assert_eq!(run.code, 2);
        assert!(!run.stderr.contains(secret), "{}", run.stderr);
    }
}
