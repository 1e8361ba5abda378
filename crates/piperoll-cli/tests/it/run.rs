//! `piperoll run`: what passes through, what is recorded, and what happens when somebody or something ends it.

use crate::sandbox::{Run, Sandbox};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PROJECT: &str = "runs: {redact: [password, token]";

fn shop(runs: &str) -> Sandbox {
    let sandbox = Sandbox::new().with_project();
    let project = sandbox.read("piperoll.yaml") + PROJECT + runs + "}\n";
    sandbox.write("piperoll.yaml", project);
    sandbox
}

/// `piperoll run --name w --release 2026-11-01 ... -- sh -c SCRIPT`.
fn run(sandbox: &Sandbox, options: &[&str], script: &str) -> Run {
    Run::new(command(sandbox, options, script).output().unwrap())
}

fn command(sandbox: &Sandbox, options: &[&str], script: &str) -> Command {
    let begin = ["run", "--name", "w", "--release", "2026-11-01"];
    sandbox.command(&[&begin[..], options, &["--", "sh", "-c", script]].concat())
}

fn shown(sandbox: &Sandbox) -> serde_json::Value {
    sandbox.quietly(&["runs", "show", "w", "--json"]).json()
}

fn told(sandbox: &Sandbox) -> Vec<String> {
    let found = sandbox.quietly(&["runs", "find", "w", "--json"]);
    let tell = |run: &serde_json::Value| {
        format!(
            "{} {} {}",
            run["attempt"],
            run["type"].as_str().unwrap(),
            run["status"].as_str().unwrap()
        )
    };
    found.json_lines().iter().map(tell).collect()
}

/// A run that has said that it began.
fn begun(sandbox: &Sandbox, options: &[&str], script: &str) -> Child {
    let script = format!("echo $$ > begun; {script}");
    // Whoever started the tests may have had signals ignored, which is passed on.
    let plain = command(sandbox, options, &script);
    let child = sandbox
        .program("env")
        .arg("--default-signal=HUP,INT,TERM")
        .arg(plain.get_program())
        .args(plain.get_args())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while !sandbox.path("begun").exists() || sandbox.read("begun").is_empty() {
        assert!(Instant::now() < until, "it never began");
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

fn signal(name: &str, pid: &str) {
    let sent = Command::new("kill").args([name, pid]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn output_and_exit_code_pass_through_and_are_recorded() {
    let sandbox = shop("");
    let ended = run(
        &sandbox,
        &["--param", "date=2026-11-01", "--param", "a=b=c"],
        "echo out; echo err >&2; printf '%s %s %s' \"$PIPEROLL_RELEASE\" \"$PIPEROLL_PARAMS\" \"$PIPEROLL_RUN_ID\"; exit 7",
    );
    assert_eq!(ended.code, 7);
    let shown = shown(&sandbox);
    let id = shown["run_id"].as_str().unwrap();
    assert_eq!(
        ended.stdout,
        format!("out\n2026-11-01T00:00:00 {{\"a\":\"b=c\",\"date\":\"2026-11-01\"}} {id}")
    );
    assert!(ended.stderr.starts_with("err\n"), "{}", ended.stderr);
    assert_eq!(shown["status"], "FAILED");
    assert_eq!(
        shown["context"]["errors"]["message"],
        "it ended with exit code 7"
    );
    assert_eq!(shown["context"]["params"]["date"], "2026-11-01");
    let output = shown["context"]["output"].as_str().unwrap();
    assert!(
        output.contains("out\n") && output.contains("err\n"),
        "{output}"
    );
    let metadata = &shown["runs_metadata"];
    assert_eq!(metadata["exit_code"], 7);
    assert!(metadata["memory_max_kib"].as_i64().unwrap() > 100);
    assert!(metadata["duration_ms"].as_i64().unwrap() < 60_000);
    assert_eq!(shown["actor"]["name"], "tester");
    // An intent before, its outcome after.
    let log = sandbox.quietly(&["log", "--json"]).json_lines();
    assert_eq!(
        (&log[1]["header"]["phase"], &log[0]["header"]["phase"]),
        (&"intent".into(), &"outcome".into())
    );
    assert_eq!(log[0]["header"]["of"], log[1]["header"]["id"]);
    sandbox.quietly(&["verify"]);
}

#[test]
fn d_f4_d_f22_types_do_what_the_documents_say() {
    let sandbox = shop("");
    let count = "echo x >> ran; exit";
    assert_eq!(
        run(&sandbox, &["--param", "p=1"], &format!("{count} 3")).code,
        3
    );
    let skipped = run(&sandbox, &[], count);
    assert_eq!((skipped.code, skipped.stdout.as_str()), (0, ""));
    assert!(
        skipped
            .stderr
            .starts_with("skipped: `w` of 2026-11-01T00:00:00 has run, as"),
        "{}",
        skipped.stderr
    );
    assert_eq!(sandbox.read("ran"), "x\n");
    assert_eq!(run(&sandbox, &["--type", "force"], count).code, 0);
    let rerun = run(
        &sandbox,
        &["--type", "rerun", "--param", "q=2"],
        "echo $PIPEROLL_PARAMS",
    );
    // The params of the run before were none: it was forced without.
    assert_eq!(rerun.stdout, "{\"q\":\"2\"}\n");
    let rerun = run(&sandbox, &["--type", "rerun"], "echo $PIPEROLL_PARAMS");
    assert_eq!(rerun.stdout, "{\"q\":\"2\"}\n");
    let dry = run(&sandbox, &["--type", "dryrun"], "echo dry; exit 5");
    assert_eq!((dry.code, dry.stdout.as_str()), (5, "dry\n"));
    assert_eq!(
        told(&sandbox),
        [
            "4 rerun SUCCESS",
            "3 rerun SUCCESS",
            "2 force SUCCESS",
            "1 normal FAILED"
        ]
    );
    // Where only success counts, a failure is no reason to skip.
    let strict = shop(", success_only: true");
    assert_eq!(run(&strict, &[], "exit 3").code, 3);
    assert_eq!(run(&strict, &[], "exit 0").code, 0);
    assert!(run(&strict, &[], "exit 9").stderr.starts_with("skipped"));
}

#[test]
fn signals_are_passed_on_and_the_end_is_recorded() {
    for (name, number) in [("-TERM", 15), ("-INT", 2), ("-HUP", 1)] {
        let sandbox = shop("");
        let mut child = begun(&sandbox, &[], "exec sleep 60");
        signal(name, &child.id().to_string());
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(128 + number), "{name}");
        let told = shown(&sandbox);
        assert_eq!(told["status"], "CANCEL", "{name}");
        assert_eq!(told["context"]["errors"]["name"], "Interrupted");
    }
    // What is to be ignored is, by the command too.
    let sandbox = shop("");
    let mut nohup = sandbox.program("nohup");
    nohup.args([
        crate::sandbox::PIPEROLL,
        "run",
        "--name",
        "w",
        "--release",
        "2026-11-01",
        "--",
        "sh",
        "-c",
        "kill -HUP $PPID; kill -HUP $$; echo alive",
    ]);
    let ended = Run::new(nohup.output().unwrap());
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (0, "alive\n"),
        "{}",
        ended.stderr
    );
    // A command that cleans up ends as it wants to.
    let sandbox = shop("");
    let mut child = begun(
        &sandbox,
        &[],
        "trap 'echo cleaned > cleaned; exit 4' TERM; while :; do sleep 0.05; done",
    );
    signal("-TERM", &child.id().to_string());
    assert_eq!(child.wait().unwrap().code(), Some(4));
    assert_eq!(sandbox.read("cleaned"), "cleaned\n");
    // One that is killed by somebody else has failed.
    let killed = shop("");
    assert_eq!(run(&killed, &[], "kill -9 $$").code, 137);
    assert_eq!(shown(&killed)["status"], "FAILED");
}

#[test]
fn d_f7_killed_itself_it_leaves_a_start_without_an_end_which_the_next_takes_over() {
    let sandbox = shop("");
    let mut child = begun(&sandbox, &[], "exec sleep 2");
    // Somebody else has it.
    let held = run(&sandbox, &[], "true");
    assert_eq!(held.code, 4, "{}", held.stderr);
    assert!(
        held.stderr
            .contains("`w` of 2026-11-01T00:00:00 is running"),
        "{}",
        held.stderr
    );
    signal("-KILL", &child.id().to_string());
    assert!(!child.wait().unwrap().success());
    assert_eq!(told(&sandbox), ["1 normal RUNNING"]);
    sandbox.quietly_exits(1, &["runs", "is-pointed", "w", "--release", "2026-11-01"]);
    let next = run(&sandbox, &[], "true");
    assert_eq!(next.code, 0);
    assert!(
        next.stderr.contains("took over from run"),
        "{}",
        next.stderr
    );
    assert_eq!(told(&sandbox), ["2 normal SUCCESS", "1 normal CANCEL"]);
    sandbox.quietly(&["verify"]);
}

#[test]
fn d_f17_secrets_of_params_and_environment_are_in_no_file() {
    let sandbox = shop("");
    let script = "echo \"$DB_PASSWORD / $PIPEROLL_PARAMS\"; seq 20000; printf '%s' \"$DB_PASSWORD\" >&2; echo 'in 8' >&2; exit 1";
    let mut command = command(
        &sandbox,
        &[
            "--param",
            "Api-Token=tok-12345",
            "--param",
            "note=uses tok-12345",
        ],
        script,
    );
    command.env("DB_PASSWORD", "hunter2-\"x\"");
    let ended = Run::new(command.output().unwrap());
    // It passes through as it is.
    assert!(
        ended.stdout.contains("hunter2-\"x\" / "),
        "{}",
        &ended.stdout[..99]
    );
    let shown = shown(&sandbox);
    assert_eq!(shown["context"]["params"]["Api-Token"], "[redacted]");
    assert_eq!(shown["context"]["params"]["note"], "uses [redacted]");
    let output = shown["context"]["output"].as_str().unwrap();
    assert!(output.len() <= 64 * 1024 + 20, "{}", output.len());
    assert!(output.contains("[redacted]in 8\n") && output.contains("\n20000\n"));
    for name in sandbox.names(".piperoll") {
        let bytes = std::fs::read(sandbox.path(&format!(".piperoll/{name}"))).unwrap();
        for secret in ["hunter2", "tok-12345"] {
            let there = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!there, "{secret} in {name}");
        }
    }
    // What was redacted cannot be passed on again.
    let rerun = run(&sandbox, &["--type", "rerun"], "true");
    assert_eq!(rerun.code, 2);
    assert!(
        rerun
            .stderr
            .contains("the param `Api-Token` of the run before is redacted"),
        "{}",
        rerun.stderr
    );
    let given = run(
        &sandbox,
        &[
            "--type",
            "rerun",
            "--param",
            "Api-Token=x",
            "--param",
            "note=y",
        ],
        "true",
    );
    assert_eq!(given.code, 0);
}

#[test]
fn d_f8_a_run_without_network_or_dns_is_recorded() {
    let sandbox = shop("");
    let mut command = sandbox.program("unshare");
    command.args([
        "-rn",
        crate::sandbox::PIPEROLL,
        "run",
        "--name",
        "w",
        "--release",
        "2026-11-01",
        "--",
        "true",
    ]);
    let ended = Run::new(command.output().unwrap());
    if ended.code != 0 {
        eprintln!("this user may take no network away");
        assert_eq!(run(&sandbox, &[], "true").code, 0);
    }
    assert_eq!(told(&sandbox), ["1 normal SUCCESS"]);
    // Whether or not it could be taken away: the program has no way to ask for a host. What it calls of the system is named in it.
    let program = std::fs::read(crate::sandbox::PIPEROLL).unwrap();
    let called = |name: &&str| {
        program
            .split(|byte| *byte == 0)
            .any(|text| text == name.as_bytes())
    };
    let names = ["getaddrinfo", "gethostbyname", "getnameinfo", "fsync"];
    let called: Vec<&str> = names.into_iter().filter(called).collect();
    assert_eq!(called, ["fsync"]);
}

#[test]
fn when_the_trail_cannot_be_written_nothing_is_run() {
    let sandbox = shop("");
    let lock = sandbox.sqlite();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = run(&sandbox, &[], "echo x > ran");
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    assert!(!sandbox.path("ran").exists());
    drop(lock);
    assert_eq!(run(&sandbox, &[], "echo x > ran").code, 0);
}

#[test]
fn with_a_spool_it_runs_and_is_recorded_later_once() {
    let sandbox = shop(", on_unavailable: spool");
    let lock = sandbox.sqlite();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let ran = run(
        &sandbox,
        &["--param", "token=tok-98765"],
        "echo tok-98765; exit 3",
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (3, "tok-98765\n"));
    assert!(
        ran.stderr.contains("the run waits in the spool"),
        "{}",
        ran.stderr
    );
    let waiting = sandbox.read(".piperoll/spool.jsonl");
    assert_eq!(waiting.lines().count(), 2);
    assert!(!waiting.contains("tok-98765"));
    drop(lock);
    assert_eq!(told(&sandbox), [""; 0]);
    let next = run(&sandbox, &[], "true");
    assert!(
        next.stderr
            .contains("recorded what waited in the spool: 2 entries"),
        "{}",
        next.stderr
    );
    // What waited is a record of the release.
    assert!(next.stderr.contains("skipped"), "{}", next.stderr);
    assert_eq!(told(&sandbox), ["1 normal FAILED"]);
    assert!(!sandbox.path(".piperoll/spool.jsonl").exists());
    sandbox.write(".piperoll/spool.jsonl", waiting);
    run(&sandbox, &[], "true");
    assert_eq!(told(&sandbox), ["1 normal FAILED"]);
    sandbox.quietly(&["verify"]);
}

#[test]
fn what_cannot_be_started_and_what_is_misused() {
    let sandbox = shop("");
    let missing = sandbox.quietly_exits(127, &["run", "--name", "w", "--", "no-such-program"]);
    assert!(
        missing.stderr.contains("`no-such-program` cannot be run"),
        "{}",
        missing.stderr
    );
    assert_eq!(told(&sandbox), ["1 normal FAILED"]);
    sandbox.write("plain", "no program");
    sandbox.quietly_exits(126, &["run", "--", "./plain"]);
    let by_name = sandbox.quietly(&["runs", "show", "plain", "--json"]).json();
    assert_eq!(by_name["context"]["errors"]["name"], "NotStarted");
    for arguments in [
        &["run"][..],
        &["run", "--"],
        &["run", "--type", "often", "--", "true"],
        &["run", "--param", "x", "--", "true"],
        &["run", "--param", "x=1", "--param", "x=2", "--", "true"],
        &["run", "--release", "soon", "--", "true"],
        &["run", "--name", " ", "--", "true"],
    ] {
        let run = sandbox.quietly_exits(2, arguments);
        assert_ne!(run.stderr, "", "{arguments:?}");
    }
}

#[test]
fn a_run_within_a_run_names_its_parent_and_json_is_told_on_stderr() {
    let sandbox = shop("");
    let inner = format!(
        "{} run --name inner --release 2026-11-01 --json -- echo hello",
        crate::sandbox::PIPEROLL
    );
    let outer = run(&sandbox, &["--quiet"], &inner);
    assert_eq!((outer.code, outer.stdout.as_str()), (0, "hello\n"));
    let told: serde_json::Value = serde_json::from_str(&outer.stderr).unwrap();
    assert_eq!(
        (&told["name"], &told["status"]),
        (&"inner".into(), &"SUCCESS".into())
    );
    assert_eq!(told["parent_run_id"], shown(&sandbox)["run_id"]);
}

#[test]
fn what_a_command_leaves_running_does_not_hold_it() {
    let sandbox = shop("");
    let began = Instant::now();
    assert_eq!(
        run(&sandbox, &[], "sleep 30 > /dev/null 2>&1 & echo done").code,
        0
    );
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_name_that_is_blank_is_told_as_that() {
    let sandbox = shop("");
    for command in [
        &["run", "--name", " ", "--", "true"][..],
        &["runs", "claim", "", "--release", "2026-11-01"],
    ] {
        let refused = sandbox.quietly_exits(2, command);
        assert!(
            refused.stderr.contains("name: is blank"),
            "{}",
            refused.stderr
        );
        assert!(!refused.stderr.contains("event"), "{}", refused.stderr);
    }
}

#[test]
fn d_f16_hostile_names_are_names() {
    let sandbox = shop("");
    let long = "n".repeat(300);
    for name in [
        "../../escape",
        "/absolute",
        "*[",
        "\u{1f600}",
        "a b\tc",
        &long,
    ] {
        sandbox.quietly(&[
            "run",
            "--name",
            name,
            "--release",
            "2026-11-01",
            "--",
            "true",
        ]);
        let found = sandbox
            .quietly(&["runs", "find", name, "--json"])
            .json_lines();
        assert_eq!((found.len(), found[0]["name"].as_str()), (1, Some(name)));
    }
    assert_eq!(
        sandbox.names("."),
        [".gitignore", ".piperoll", "piperoll.yaml"]
    );
}
