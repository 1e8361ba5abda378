//! The verbs of runs: what they print, and how they exit.

use crate::sandbox::Sandbox;

const LINES: &str = r#"{"name":"load","release":"2026-11-01T00:00:00+01:00","type":"scheduled","run_id":"r-1","context":{"params":{"date":"2026-11-01","db_password":"hunter2-x"},"jobs":{"extract":{"status":"SUCCESS"},"load":{"status":"FAILED"}},"status":"FAILED","errors":{"name":"E","message":"no login with hunter2-x"}},"started_at":"2026-11-01T00:00:05Z","ended_at":"2026-11-01T00:01:06.5Z","actor":{"name":"etl","kind":"service"}}
{"name":"load","release":"2026-10-31T23:00:00Z","type":"rerun","run_id":"r-2","runs_metadata":{"execution_time":"300s","n":1.0},"started_at":"2026-11-02T00:00:00Z","ended_at":"2026-11-02T00:00:00.25Z"}

{"name":"load","release":"2026-11-02","run_id":"r-3","status":"running","started_at":"2026-11-02T00:00:00Z"}
{"name":"load","release":"2020-01-01 00:00:00","run_id":"\u202ebackfill\u001b[31m"}
"#;

/// As ddeutil-workflow writes a file.
const LOG: &str = "{
  \"name\": \"data-pipeline\",
  \"release\": \"2024-01-15 10:30:00\",
  \"type\": \"normal\",
  \"context\": {
    \"params\": {
      \"source_table\": \"users\"
    }
  },
  \"run_id\": \"workflow-123\",
  \"parent_run_id\": null,
  \"runs_metadata\": {
    \"execution_time\": \"300s\"
  }
}";

fn with_runs(sandbox: Sandbox) -> Sandbox {
    let sandbox = sandbox.with_project();
    let project =
        sandbox.read("piperoll.yaml") + "runs: {redact: [password], success_only: false}\n";
    sandbox.write("piperoll.yaml", project);
    sandbox.write("runs.jsonl", LINES);
    sandbox.write("audits/run.log", LOG);
    sandbox
}

#[test]
fn runs_are_recorded_found_shown_and_asked_for() {
    let mut sandbox = with_runs(Sandbox::named("runs"));
    sandbox.run(&["runs", "record", "runs.jsonl"]);
    sandbox.run(&["runs", "record", "audits/run.log", "--json"]);
    sandbox.run(&["runs", "find", "load"]);
    sandbox.run(&["runs", "find", "load", "--status", "failed", "--json"]);
    sandbox.run(&["runs", "find", "load", "--status", "RUNNING"]);
    sandbox.run(&[
        "runs",
        "find",
        "load",
        "--since",
        "2026-10-31",
        "--until",
        "2026-10-31",
        "--limit",
        "1",
    ]);
    sandbox.run(&["runs", "find", "nothing"]);
    sandbox.run(&["runs", "find", "nothing", "--exit-code"]);
    sandbox.run(&["runs", "find", "load", "--status", "DONE"]);
    sandbox.run(&["runs", "show", "load"]);
    sandbox.run(&["runs", "show", "load", "--by", "recorded"]);
    sandbox.run(&["runs", "show", "load", "--release", "2026-10-31T23:00:00Z"]);
    sandbox.run(&["runs", "show", "data-pipeline", "--json"]);
    sandbox.run(&["runs", "show", "load", "--release", "2026-12-01"]);
    sandbox.run(&["runs", "show", "load", "--release", "soon"]);
    sandbox.run(&[
        "runs",
        "is-pointed",
        "load",
        "--release",
        "2026-11-01T00:00:00+01:00",
    ]);
    sandbox.run(&[
        "runs",
        "is-pointed",
        "load",
        "--release",
        "2026-11-02",
        "--json",
    ]);
    sandbox.run_with_input(
        &["runs", "record", "-"],
        r#"{"name":"load","release":"2026-11-02T01:00+01:00","run_id":"r-3"}"#,
    );
    sandbox.run(&[
        "runs",
        "is-pointed",
        "load",
        "--release",
        "2026-11-02",
        "--success-only",
    ]);
    // The end names its start.
    let log = sandbox.quietly(&["log", "--json", "--limit", "1"]).json();
    assert_eq!(log["header"]["phase"], "outcome");
    sandbox.run(&["runs", "find", "load", "--since", "2026-11-02", "--json"]);
}

#[test]
fn claims_and_cleanup_say_what_they_did() {
    let mut sandbox = with_runs(Sandbox::named("runs_claim"));
    let release = ["--release", "2026-11-01"];
    let claim = |more: &[&'static str]| [&["runs", "claim", "load"], &release[..], more].concat();
    sandbox.run(&claim(&["--run-id", "a", "--lease", "1h"]));
    sandbox.run(&claim(&["--run-id", "b"]));
    sandbox.run(&claim(&["--json"]));
    sandbox.run(&claim(&["--lease", "soon"]));
    let done = r#"{"name":"load","release":"2026-11-01","run_id":"a","status":"SUCCESS"}"#;
    sandbox.run_with_input(&["runs", "record", "--quiet"], done);
    sandbox.run(&claim(&[]));
    let other = sandbox.run(&[
        "runs",
        "claim",
        "other",
        "--release",
        "2026-11-01",
        "--json",
    ]);
    assert_eq!(other.json()["claimed"], true);
    sandbox.run(&["runs", "cleanup", "--max-age-days", "1"]);
    sandbox.run(&[
        "runs",
        "cleanup",
        "--max-age-days",
        "0",
        "--reason",
        "policy",
    ]);
    sandbox.run(&[
        "runs",
        "cleanup",
        "--max-age-days",
        "0",
        "--by",
        "release",
        "--json",
    ]);
    sandbox.run(&["runs", "cleanup", "--max-age-days", "0", "--by", "birth"]);
    sandbox.run(&["runs", "find", "load"]);
    sandbox.run(&["runs", "find", "other"]);
    let verify = sandbox.quietly(&["verify", "--json"]).json();
    assert_eq!(verify["checked"]["erased"], 2);
    assert_eq!(verify["findings"], serde_json::json!([]));
}

#[test]
fn faults_of_documents_are_told_and_nothing_is_recorded() {
    let mut sandbox = with_runs(Sandbox::named("runs_faults"));
    sandbox.write("bad.jsonl", "{\"name\":\"w\",\"release\":\"2026-11-01\",\"run_id\":\"r\"}\n{\"name\":\"w\",\"release\":\"soon\",\"x\":1}\nno JSON\n");
    sandbox.run(&["runs", "record", "bad.jsonl"]);
    sandbox.write("bad.log", LOG.replace("\"normal\"", "\"sometimes\""));
    sandbox.run(&["runs", "record", "bad.log"]);
    sandbox.write("cut.log", &LOG[..60]);
    sandbox.run(&["runs", "record", "cut.log"]);
    sandbox.run(&["runs", "record", "nowhere.log"]);
    sandbox.run(&["runs", "record", "audits"]);
    sandbox.write("empty", "\n \n");
    sandbox.run(&["runs", "record", "empty"]);
    sandbox.write("bom.log", "\u{feff}".to_owned() + LOG);
    sandbox.run(&["runs", "record", "bom.log", "--quiet"]);
    sandbox.run_with_input(
        &["runs", "record", "-"],
        "{\"name\":\"w\",\"release\":\"2026-11-01\",\"run_id\":\"r\"}\n[]\n",
    );
    assert_eq!(sandbox.quietly(&["log", "--json"]).json_lines().len(), 1);
}

#[test]
fn nobody_is_named_anywhere() {
    let sandbox = with_runs(Sandbox::new());
    let project = sandbox.read("piperoll.yaml");
    let without: String = project
        .lines()
        .filter(|line| !line.starts_with("actor:"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_ne!(without, project);
    sandbox.write("piperoll.yaml", without);
    let run = sandbox.quietly_exits(2, &["runs", "record", "audits/run.log"]);
    assert!(
        run.stderr.contains("audits/run.log:1: actor: is missing"),
        "{}",
        run.stderr
    );
    sandbox.quietly(&["runs", "record", "audits/run.log", "--actor", "bob"]);
    let shown = sandbox
        .quietly(&["runs", "show", "data-pipeline", "--json"])
        .json();
    assert_eq!(shown["actor"]["name"], "bob");
}

#[test]
fn d_f22_a_forced_run_overwrites_nothing_and_what_find_prints_can_be_recorded() {
    let sandbox = with_runs(Sandbox::new());
    let document = |status: &str| {
        format!(
            r#"{{"name":"w","release":"2026-11-01","type":"force","run_id":"same","status":"{status}"}}"#
        )
    };
    sandbox.write("one.log", document("FAILED"));
    sandbox.quietly(&["runs", "record", "one.log"]);
    sandbox.write("two.log", document("SUCCESS"));
    sandbox.quietly(&["runs", "record", "two.log"]);
    let found = sandbox.quietly(&["runs", "find", "w", "--json"]);
    let told: Vec<_> = found
        .json_lines()
        .iter()
        .map(|run| format!("{} {}", run["status"], run["attempt"]))
        .collect();
    assert_eq!(told, ["\"SUCCESS\" 2", "\"FAILED\" 1"]);
    sandbox.write("again.jsonl", &found.stdout);
    sandbox.quietly(&["runs", "record", "again.jsonl"]);
    assert_eq!(
        sandbox
            .quietly(&["runs", "find", "w", "--json"])
            .json_lines()
            .len(),
        4
    );
}
