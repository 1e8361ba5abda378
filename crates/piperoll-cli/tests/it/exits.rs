//! The exit codes that other tests do not meet on their way, and that all of `docs/errors.md` are met.

use crate::events::{input, line, lines};
use crate::sandbox::{PIPEROLL, Run, Sandbox};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::Duration;

fn set_mode(sandbox: &Sandbox, name: &str, mode: u32) {
    fs::set_permissions(sandbox.path(name), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_newer_layout_is_left_to_a_newer_piperoll() {
    let mut sandbox = Sandbox::named("exit_newer_layout")
        .with_project()
        .with_events(&lines(1));
    sandbox
        .sqlite()
        .execute_batch("PRAGMA user_version = 2")
        .unwrap();
    sandbox.write("events.jsonl", input(2));
    for arguments in [&["log"][..], &["record", "events.jsonl"], &["verify"]] {
        assert_eq!(sandbox.run(arguments).code, 2);
    }
}

#[test]
fn a_key_that_is_not_the_trails_is_refused() {
    let mut sandbox = Sandbox::named("exit_other_key")
        .with_project()
        .with_events(&lines(1));
    sandbox.write("events.jsonl", input(2));
    let other = Sandbox::new().with_project();
    let theirs = other.read(".piperoll/trail.key");
    sandbox.write(".piperoll/trail.key", &theirs);
    set_mode(&sandbox, ".piperoll/trail.key", 0o600);
    assert_eq!(sandbox.run(&["record", "events.jsonl"]).code, 2);
    sandbox.write(
        ".piperoll/trail.key",
        theirs.replace("shop.example/audit", "other"),
    );
    assert_eq!(sandbox.run(&["record", "events.jsonl"]).code, 2);
    sandbox.write(".piperoll/trail.key", "hello\n");
    let no_key = sandbox.run(&["record", "events.jsonl"]);
    assert_eq!(no_key.code, 2);
    assert_eq!(
        sandbox.quietly(&["log", "--json"]).stdout.lines().count(),
        1
    );
}

#[test]
fn a_key_that_others_can_read_is_no_key() {
    let mut sandbox = Sandbox::named("exit_open_key").with_project();
    sandbox.write("events.jsonl", input(1));
    set_mode(&sandbox, ".piperoll/trail.key", 0o644);
    for arguments in [
        &["record", "events.jsonl"][..],
        &["verify"],
        &["key", "show"],
    ] {
        let run = sandbox.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (5, ""));
    }
    set_mode(&sandbox, ".piperoll/trail.key", 0o600);
    assert_eq!(sandbox.run(&["record", "events.jsonl"]).code, 0);
}

#[test]
fn a_store_that_is_no_database_is_corrupt() {
    let mut sandbox = Sandbox::named("exit_corrupt")
        .with_project()
        .with_events(&lines(1));
    let trail = sandbox.path(".piperoll/trail.db");
    for ending in ["-wal", "-shm"] {
        drop(fs::remove_file(
            sandbox.path(&format!(".piperoll/trail.db{ending}")),
        ));
    }
    fs::write(
        &trail,
        "this is no database, and long enough to be seen as none\n".repeat(50),
    )
    .unwrap();
    sandbox.write("events.jsonl", input(1));
    for arguments in [
        &["log"][..],
        &["record", "events.jsonl"],
        &["verify"],
        &["--json", "checkpoint"],
    ] {
        let run = sandbox.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (7, ""));
    }
    fs::write(&trail, "").unwrap();
    sandbox.remark("an empty file, beside the key that has signed a trail");
    assert_eq!(sandbox.run(&["record", "events.jsonl"]).code, 7);
    assert_eq!(sandbox.run(&["verify"]).code, 7);
    fs::remove_file(&trail).unwrap();
    rusqlite::Connection::open(&trail)
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();
    sandbox.remark("another database");
    assert_eq!(sandbox.run(&["log"]).code, 2);
}

#[test]
fn whoever_waits_for_input_is_interrupted_as_a_shell_expects() {
    let sandbox = Sandbox::new().with_project();
    // What a shell runs in the background ignores the interrupt, and so do its children: these tests may be run there.
    let mut command = sandbox.program("env");
    let mut child = command
        .args(["--default-signal=INT", PIPEROLL])
        .args(["record", "-", "--batch", "1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, (line(0) + "\n").as_bytes()).unwrap();
    // What it was given before is recorded, and so it is waiting now.
    let recorded = || sandbox.quietly(&["log", "--json"]).stdout.lines().count() == 1;
    assert!((0..500).any(|_| recorded() || {
        std::thread::sleep(Duration::from_millis(20));
        false
    }));
    let killed = sandbox
        .program("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    // One that was not interrupted ends here, and is no endless wait.
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        output.status.signal(),
        Some(2),
        "death by SIGINT, which stops a shell's loop, too"
    );
    assert_eq!(Run::new(output).code, 130);
    assert_eq!(sandbox.quietly(&["verify", "--json"]).json()["size"], 1);
}
