//! What the surroundings refuse: rights, locks, space.

use crate::events::{input, lines};
use crate::sandbox::{PIPEROLL, Run, Sandbox, is_root};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

const NOBODY: u32 = 65_534;

/// A command run by somebody without rights: root may do everything.
fn unprivileged(sandbox: &Sandbox, mut command: Command) -> Command {
    if is_root(&sandbox.path(".")) {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

fn set_mode(sandbox: &Sandbox, name: &str, mode: u32) {
    fs::set_permissions(sandbox.path(name), fs::Permissions::from_mode(mode)).unwrap();
}

/// A binary that anybody may run: the build folder may be closed to others. Another process copies it: while this one has it open for writing, a child
/// that another test begins would have so, too, and the binary could not be run ("text file busy").
fn copy_of_piperoll(sandbox: &Sandbox) -> String {
    let mut copy = sandbox.program("cp");
    let copied = copy.args([PIPEROLL, "piperoll"]).status().unwrap();
    assert!(copied.success());
    set_mode(sandbox, "piperoll", 0o755);
    set_mode(sandbox, ".", 0o755);
    sandbox.path("piperoll").to_str().unwrap().to_owned()
}

#[test]
fn c5_38_what_may_not_be_written_is_denied() {
    let mut sandbox = Sandbox::named("denied")
        .with_project()
        .with_events(&lines(2));
    let piperoll = copy_of_piperoll(&sandbox);
    sandbox.write("events.jsonl", input(3));
    fs::create_dir(sandbox.path("closed")).unwrap();
    for own in [".piperoll/trail.key", ".piperoll/trail.key.head"] {
        if is_root(&sandbox.path(".")) {
            std::os::unix::fs::chown(sandbox.path(own), Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    set_mode(&sandbox, ".piperoll", 0o555);
    set_mode(&sandbox, ".piperoll/trail.db", 0o444);
    set_mode(&sandbox, "closed", 0o555);
    let mut run = |arguments: &[&str]| {
        let mut command = sandbox.program(&piperoll);
        command.args(arguments);
        let command = unprivileged(&sandbox, command);
        sandbox.run_as(&format!("piperoll {}", arguments.join(" ")), command)
    };
    assert_eq!(run(&["record", "events.jsonl"]).code, 5);
    assert_eq!(run(&["checkpoint"]).code, 5);
    assert_eq!(run(&["-C", "closed", "init"]).code, 5);
    assert_eq!(
        run(&["export", "--format", "csv", "--out", "closed/x.csv"]).code,
        5
    );
    // Whoever may only read can read.
    assert_eq!(run(&["log", "--json", "--exit-code"]).code, 0);
    assert_eq!(run(&["verify"]).code, 0);

    set_mode(&sandbox, ".piperoll/trail.db", 0o000);
    set_mode(&sandbox, "events.jsonl", 0o000);
    let mut run = |arguments: &[&str]| {
        let mut command = sandbox.program(&piperoll);
        command.args(arguments);
        let command = unprivileged(&sandbox, command);
        sandbox.run_as(&format!("piperoll {}", arguments.join(" ")), command)
    };
    assert_eq!(run(&["log"]).code, 5);
    assert_eq!(run(&["record", "events.jsonl"]).code, 5);
    for name in [".piperoll", "closed"] {
        set_mode(&sandbox, name, 0o755);
    }
}

/// Takes the ten seconds that a writer waits.
#[test]
fn a_trail_that_another_program_has_locked_is_a_conflict() {
    let mut sandbox = Sandbox::named("locked")
        .with_project()
        .with_events(&lines(1));
    sandbox.write("events.jsonl", input(3));
    let other = sandbox.sqlite();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let run = sandbox.run(&["record", "events.jsonl"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    assert_eq!(
        sandbox.run(&["log", "--json"]).code,
        0,
        "reading waits for nobody"
    );
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(sandbox.run(&["record", "events.jsonl"]).code, 0);
}

/// A limit on the size of files stands for a disk without space: it needs no rights.
#[test]
fn c5_38_a_disk_without_space_leaves_the_trail_as_it_was() {
    let sandbox = Sandbox::new().with_project().with_events(&lines(2));
    sandbox.write("events.jsonl", input(20_000));
    // In blocks of 512 bytes; the signal that comes with it is ignored, as a full disk sends none.
    let script = "trap '' XFSZ; ulimit -f 4000; exec \"$0\" record events.jsonl --json";
    let run = Run::new(
        sandbox
            .program("bash")
            .args(["-c", script, PIPEROLL])
            .output()
            .unwrap(),
    );
    assert_eq!((run.code, run.stdout.as_str()), (6, ""), "{}", run.stderr);
    assert!(
        run.stderr
            .starts_with("error: `.piperoll/trail.db` cannot be read or written\n"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("; resume at line "), "{}", run.stderr);
    let verified = sandbox.quietly(&["verify", "--json"]).json();
    let recorded = verified["size"].as_u64().unwrap() - 2;
    let told = run.stderr.rsplit("hint: ").next().unwrap();
    assert_eq!(
        told,
        format!(
            "{recorded} events before it were recorded, 2 were there already; resume at line {}\n",
            recorded + 3
        )
    );
    sandbox.quietly(&["record", "events.jsonl"]);
    assert_eq!(
        sandbox.quietly(&["verify", "--json"]).json()["size"],
        20_000
    );
}

/// What is replaced whole is written beside it first.
#[test]
fn c5_38_a_temporary_file_without_space_leaves_the_old_file_alone() {
    let sandbox = Sandbox::new().with_project().with_events(&lines(2));
    sandbox.write("events.jsonl", input(1_000));
    sandbox.quietly(&["record", "events.jsonl"]);
    sandbox.write("out.jsonl", "the old one\n");
    let names = sandbox.names(".");
    let script = "trap '' XFSZ; ulimit -f 100; exec \"$0\" export --format jsonl --out out.jsonl";
    let mut shell = sandbox.program("bash");
    let run = Run::new(shell.args(["-c", script, PIPEROLL]).output().unwrap());
    assert_eq!((run.code, run.stdout.as_str()), (6, ""), "{}", run.stderr);
    assert!(
        run.stderr
            .starts_with("error: the export cannot be written\n"),
        "{}",
        run.stderr
    );
    assert_eq!(sandbox.read("out.jsonl"), "the old one\n");
    assert_eq!(sandbox.names("."), names);
    sandbox.quietly(&["export", "--format", "jsonl", "--out", "out.jsonl"]);
    assert_eq!(sandbox.read("out.jsonl").lines().count(), 1_000);
}

/// In a namespace of mounts of its own, where the system lets this user make one; without, only the rights of the test above stand for it.
#[test]
fn c5_38_a_read_only_file_system_is_denied_and_can_be_read() {
    let sandbox = Sandbox::new().with_project().with_events(&lines(2));
    sandbox.write("events.jsonl", input(5));
    let read_only = |command: &str| {
        let script = format!(
            "mount --bind . . && cd \"$PWD\" && mount -o remount,ro,bind . && exec \"$0\" {command}"
        );
        let mut shell = sandbox.program("unshare");
        Run::new(
            shell
                .args(["-rm", "sh", "-c", &script, PIPEROLL])
                .output()
                .unwrap(),
        )
    };
    let mut probe = sandbox.program("unshare");
    let probe = probe.args([
        "-rm",
        "sh",
        "-c",
        "mount --bind . . && mount -o remount,ro,bind .",
    ]);
    if !probe.output().is_ok_and(|output| output.status.success()) {
        eprintln!("this user may not mount: no file system is made read-only");
        return;
    }
    for command in [
        "record events.jsonl",
        "checkpoint",
        "export --format jsonl --out x",
    ] {
        let run = read_only(command);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (5, ""),
            "{command}: {}",
            run.stderr
        );
    }
    let verified = read_only("verify --json");
    assert_eq!(verified.code, 0, "{}", verified.stderr);
    assert_eq!(
        [&verified.json()["size"], &verified.json()["findings"]],
        [&2.into(), &serde_json::json!([])]
    );
    sandbox.quietly(&["record", "events.jsonl"]);
    assert_eq!(sandbox.quietly(&["verify", "--json"]).json()["size"], 5);
}

/// The fewest descriptors with which a program of this system starts at all, and more than any command needs.
const DESCRIPTORS: std::ops::Range<u32> = 4..32;

/// Runs a command with so few descriptors.
fn limited(sandbox: &Sandbox, descriptors: u32, command: &str) -> Run {
    let script = format!("ulimit -n {descriptors}; exec \"$0\" {command}");
    let mut shell = sandbox.program("bash");
    Run::new(shell.args(["-c", &script, PIPEROLL]).output().unwrap())
}

#[test]
fn c5_38_too_few_descriptors_leave_the_trail_as_it_was() {
    let commands = [
        "log --json",
        "verify --json",
        "checkpoint",
        "record events.jsonl",
    ];
    for command in commands {
        let sandbox = Sandbox::new().with_project().with_events(&lines(2));
        sandbox.write("events.jsonl", input(5));
        let mut failed = 0;
        let enough = DESCRIPTORS.into_iter().find(|descriptors| {
            let run = limited(&sandbox, *descriptors, command);
            if run.code != 0 {
                failed += 1;
                let what = format!("{command} with {descriptors}: {run:?}");
                assert_eq!((run.code, run.stdout.as_str()), (6, ""), "{what}");
                let verified = sandbox.quietly(&["verify", "--json"]).json();
                assert_eq!(verified["size"], 2, "{what}");
            }
            run.code == 0
        });
        assert!(enough.is_some() && failed >= 2, "{command}: {enough:?}");
        sandbox.quietly(&["record", "events.jsonl"]);
        assert_eq!(sandbox.quietly(&["verify", "--json"]).json()["size"], 5);
    }
}

#[test]
fn c5_38_too_few_descriptors_leave_a_trail_that_can_still_be_made() {
    let mut failed = 0;
    for descriptors in DESCRIPTORS {
        let sandbox = Sandbox::new().with_project();
        fs::remove_dir_all(sandbox.path(".piperoll")).unwrap();
        sandbox.write("events.jsonl", input(5));
        let run = limited(&sandbox, descriptors, "record events.jsonl");
        let what = format!("with {descriptors}: {run:?}");
        if run.code != 0 {
            failed += 1;
            assert_eq!(run.code, 6, "{what}");
        }
        let again = Run::new(
            sandbox
                .command(&["record", "events.jsonl"])
                .output()
                .unwrap(),
        );
        assert_eq!(again.code, 0, "{what}, then {again:?}");
        let verified = sandbox.quietly(&["verify", "--json"]).json();
        assert_eq!(verified["size"], 5, "{what}");
        if run.code == 0 {
            break;
        }
    }
    assert!(failed >= 2, "{failed}");
}

#[test]
fn output_that_cannot_be_written_is_told() {
    let sandbox = Sandbox::new().with_project().with_events(&lines(3));
    for command in [
        "log",
        "log --json",
        "export --format jsonl --out -",
        "verify",
        "key show",
        "--help",
    ] {
        let script = format!("exec \"$0\" {command} >/dev/full");
        let run = Run::new(
            sandbox
                .program("sh")
                .args(["-c", &script, PIPEROLL])
                .output()
                .unwrap(),
        );
        assert_eq!(run.code, 6, "{command}: {}", run.stderr);
        assert!(
            run.stderr.starts_with("error: "),
            "{command}: {}",
            run.stderr
        );
    }
}
