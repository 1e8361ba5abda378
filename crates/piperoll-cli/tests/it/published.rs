//! Against the packages as they are published: what they write is imported, and what is exported they read.

use crate::sandbox::Sandbox;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Names the Python that has the packages; `scripts/test` sets it.
const PYTHON: &str = "PIPEROLL_PYTHON";

/// A Python that has what `scripts/requirements.txt` lists; it is made where it is not there. Without it these tests fail.
fn python() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        if let Some(python) = std::env::var_os(PYTHON).filter(|python| !python.is_empty()) {
            return python.into();
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/python");
        let output = Command::new(script).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
        PathBuf::from(String::from_utf8(output.stdout).unwrap().trim_end())
    })
}

/// Runs one of the scripts beside these tests, in the sandbox. Returns what it printed.
pub(crate) fn published(sandbox: &Sandbox, script: &str, arguments: &[&str]) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/python")
        .join(script);
    let mut command = sandbox.program(python().to_str().unwrap());
    let output = command.arg(script).args(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {told}");
    let printed = String::from_utf8(output.stdout).unwrap();
    match printed.trim() {
        "" => Value::Null,
        printed => serde_json::from_str(printed).unwrap(),
    }
}

fn import(sandbox: &Sandbox, format: &str, path: &str) -> Value {
    let arguments = ["runs", "import", "--format", format, path, "--json"];
    sandbox.quietly(&arguments).json()
}

fn export(sandbox: &Sandbox, format: &str, path: &str) -> Value {
    let arguments = ["runs", "export", "--format", format, path, "--json"];
    sandbox.quietly(&arguments).json()
}

fn with_project() -> Sandbox {
    Sandbox::new().with_project()
}

/// What the package has of a run, with what an export adds: a status in every context.
fn with_status(mut runs: Value) -> Value {
    for run in runs.as_array_mut().unwrap() {
        let context = run["context"].as_object_mut().unwrap();
        context.entry("status").or_insert(json!("SUCCESS"));
    }
    runs
}

#[test]
fn the_packages_files_come_in_and_go_out_as_they_were() {
    let sandbox = with_project();
    published(&sandbox, "published_ddeutil.py", &["write-files", "audits"]);
    let written = published(&sandbox, "published_ddeutil.py", &["read-files", "audits"]);
    assert_eq!(written.as_array().unwrap().len(), 8);
    let imported = import(&sandbox, "ddeutil-file", "audits");
    assert_eq!(
        (&imported["recorded"], &imported["skipped"]["count"]),
        (&json!(8), &json!(0))
    );
    assert_eq!(
        import(&sandbox, "ddeutil-file", "audits")["there"],
        json!(8)
    );
    // Beside the package's own files there is nothing to write.
    assert_eq!(
        export(&sandbox, "ddeutil-file", "audits")["there"],
        json!(8)
    );
    assert_eq!(export(&sandbox, "ddeutil-file", "out")["written"], json!(8));
    let read = published(&sandbox, "published_ddeutil.py", &["read-files", "out"]);
    assert_eq!(read, with_status(written));
}

#[test]
fn the_packages_database_comes_in_and_goes_out_as_it_was() {
    let sandbox = with_project();
    published(
        &sandbox,
        "published_ddeutil.py",
        &["write-sqlite", "audits.db"],
    );
    let written = published(
        &sandbox,
        "published_ddeutil.py",
        &["read-sqlite", "audits.db"],
    );
    assert_eq!(written.as_array().unwrap().len(), 8);
    assert_eq!(
        import(&sandbox, "ddeutil-sqlite", "audits.db")["recorded"],
        json!(8)
    );
    assert_eq!(
        import(&sandbox, "ddeutil-sqlite", "audits.db")["there"],
        json!(8)
    );
    let exported = export(&sandbox, "ddeutil-sqlite", "out.db");
    assert_eq!(
        (&exported["written"], &exported["older"]["count"]),
        (&json!(8), &json!(0))
    );
    let read = published(&sandbox, "published_ddeutil.py", &["read-sqlite", "out.db"]);
    assert_eq!(read, with_status(written));
    // The package's files of the same runs are known.
    published(
        &sandbox,
        "published_ddeutil.py",
        &["write-sqlite", "out.db"],
    );
    assert_eq!(
        import(&sandbox, "ddeutil-sqlite", "out.db")["there"],
        json!(8)
    );
}

#[test]
fn the_clients_events_come_in_and_what_goes_out_is_valid() {
    let sandbox = with_project();
    published(
        &sandbox,
        "published_openlineage.py",
        &["write", "events.jsonl"],
    );
    let imported = import(&sandbox, "openlineage", "events.jsonl");
    assert_eq!(
        (&imported["recorded"], &imported["skipped"]["count"]),
        (&json!(7), &json!(0))
    );
    let told: Vec<String> = imported["noted"]["listed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|noted| {
            format!(
                "{} {}",
                noted["place"].as_str().unwrap(),
                noted["message"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "events.jsonl:11 dag.lost 0197fff0-0000-7000-8000-000000000005 it began, and there is no event of its end",
            "events.jsonl:12 dag.late 0197fff0-0000-7000-8000-000000000006 it ended, and there is no event of its start",
            "events.jsonl:14 dag.lie 0197fff0-0000-7000-8000-000000000007 it is told as COMPLETE with an error: it is taken as FAILED",
        ]
    );
    assert_eq!(
        import(&sandbox, "openlineage", "events.jsonl")["there"],
        json!(7)
    );
    let exported = export(&sandbox, "openlineage", "out.jsonl");
    assert_eq!(
        (&exported["written"], &exported["running"]),
        (&json!(6), &json!(1))
    );
    let states = published(
        &sandbox,
        "published_openlineage.py",
        &["check", "out.jsonl"],
    );
    let mut states: Vec<&str> = states
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s.as_str().unwrap())
        .collect();
    states.sort_unstable();
    assert_eq!(
        states,
        [
            "ABORT", "COMPLETE", "COMPLETE", "COMPLETE", "FAIL", "FAIL", "START", "START", "START",
            "START", "START", "START"
        ]
    );
    let first: Value =
        serde_json::from_str(sandbox.read("out.jsonl").lines().next().unwrap()).unwrap();
    assert_eq!(first["job"]["namespace"], "airflow");
    // One file for each event, laid out for people: the client's other way.
    let elsewhere = with_project();
    std::fs::create_dir_all(elsewhere.path("events")).unwrap();
    published(
        &elsewhere,
        "published_openlineage.py",
        &["write-folder", "events/ol"],
    );
    assert_eq!(
        import(&elsewhere, "openlineage", "events")["recorded"],
        json!(7)
    );
    // What we wrote comes back as what we have.
    assert_eq!(
        import(&sandbox, "openlineage", "out.jsonl")["there"],
        json!(7)
    );
}

#[test]
fn runs_of_ours_are_read_by_both_packages() {
    let sandbox = with_project();
    let document = json!({
        "name": "data-pipeline", "release": "2024-01-15T10:30:00", "type": "scheduled", "run_id": "workflow-123",
        "parent_run_id": null, "runs_metadata": {"execution_time": "300s"},
        "context": {"params": {"source_table": "users"}, "jobs": {"extract": {"status": "SUCCESS"}}},
    });
    sandbox.write("run.log", document.to_string());
    assert_eq!(
        import(&sandbox, "ddeutil-file", "run.log")["recorded"],
        json!(1)
    );
    export(&sandbox, "ddeutil-file", "audits");
    export(&sandbox, "ddeutil-sqlite", "audits.db");
    export(&sandbox, "openlineage", "events.jsonl");
    let files = published(&sandbox, "published_ddeutil.py", &["read-files", "audits"]);
    let rows = published(
        &sandbox,
        "published_ddeutil.py",
        &["read-sqlite", "audits.db"],
    );
    assert_eq!(files, rows);
    assert_eq!(
        (&files[0]["type"], &files[0]["context"]["status"]),
        (&json!("normal"), &json!("SUCCESS"))
    );
    assert_eq!(
        sandbox.names("audits/workflow=data-pipeline/release=20240115103000"),
        ["workflow-123.log"]
    );
    let states = published(
        &sandbox,
        "published_openlineage.py",
        &["check", "events.jsonl"],
    );
    assert_eq!(states, json!(["COMPLETE"]));
}
