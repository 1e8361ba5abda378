//! Runs that come from other systems' files and go to them: what the commands print, how they exit, and what they leave behind.

use crate::sandbox::Sandbox;

fn document(run_id: &str, day: u32, status: &str) -> String {
    format!(
        "{{\n  \"name\": \"data-pipeline\",\n  \"release\": \"2024-01-{day} 10:30:00\",\n  \"type\": \"normal\",\n  \"context\": {{\n    \"status\": \"{status}\",\n    \"info\": {{\n      \"exec_start\": \"2026-11-01 08:00:00+00:00\"\n    }}\n  }},\n  \"run_id\": \"{run_id}\",\n  \"parent_run_id\": null,\n  \"runs_metadata\": {{}}\n}}"
    )
}

fn with_audits(sandbox: Sandbox) -> Sandbox {
    for (run_id, day, status) in [
        ("workflow-123", 15, "FAILED"),
        ("workflow-124", 15, "SUCCESS"),
        ("workflow-125", 16, "SUCCESS"),
    ] {
        let path = format!("audits/workflow=data-pipeline/release=202401{day}103000/{run_id}.log");
        sandbox.write(&path, document(run_id, day, status));
    }
    sandbox
}

#[test]
fn d_f23_the_default_program_moves_histories_in_and_out_and_nothing_is_doubled() {
    let mut sandbox = with_audits(Sandbox::named("run_formats")).with_project();
    let mut run = |arguments: &[&str], code: i32| {
        let mut all = vec!["runs"];
        all.extend(arguments);
        assert_eq!(sandbox.run(&all).code, code, "{arguments:?}");
    };
    run(&["import", "--format", "ddeutil-file", "audits"], 0);
    run(&["import", "--format", "ddeutil-file", "audits"], 0);
    run(&["export", "--format", "ddeutil-file", "audits"], 0);
    run(&["export", "--format", "ddeutil-sqlite", "audits.db"], 0);
    run(&["import", "--format", "ddeutil-sqlite", "audits.db"], 0);
    run(
        &[
            "export",
            "--format",
            "openlineage",
            "events.jsonl",
            "--json",
        ],
        0,
    );
    run(
        &[
            "import",
            "--format",
            "openlineage",
            "events.jsonl",
            "--json",
        ],
        0,
    );
    run(
        &["import", "--format", "ddeutil-file", "audits", "--quiet"],
        0,
    );
    assert_eq!(sandbox.run(&["verify"]).code, 0);
}

#[test]
fn what_is_damaged_is_named_and_the_exit_says_so() {
    let mut sandbox = with_audits(Sandbox::named("run_formats_damaged")).with_project();
    let release = "audits/workflow=data-pipeline/release=20240115103000";
    sandbox.write(
        &format!("{release}/torn.log"),
        &document("torn", 15, "SUCCESS")[..40],
    );
    sandbox.write(&format!("{release}/\u{1b}[2J.log"), "{}");
    assert_eq!(
        sandbox
            .run(&["runs", "import", "--format", "ddeutil-file", "audits"])
            .code,
        1
    );
    let json = [
        "runs",
        "import",
        "--format",
        "ddeutil-file",
        "audits",
        "--json",
    ];
    assert_eq!(sandbox.run(&json).code, 1);
    sandbox.write("events.jsonl", "{\"eventType\":\"START\"}\n");
    assert_eq!(
        sandbox
            .run(&["runs", "import", "--format", "openlineage", "events.jsonl"])
            .code,
        1
    );
    for refused in [
        &["runs", "import", "--format", "ddeutil-file", "gone"][..],
        &[
            "runs",
            "import",
            "--format",
            "ddeutil-sqlite",
            "events.jsonl",
        ],
        &["runs", "import", "--format", "marquez", "events.jsonl"],
        &["runs", "export", "--format", "ddeutil-sqlite", "audits"],
        &["runs", "export", "--format", "openlineage"],
    ] {
        assert_eq!(sandbox.run(refused).code, 2, "{refused:?}");
    }
}

#[test]
fn with_files_every_run_lands_in_the_folder_too_and_secrets_do_not() {
    let sandbox = Sandbox::new().with_project();
    let project = sandbox.read("piperoll.yaml") + "runs: {files: landed/, redact: [password]}\n";
    sandbox.write("piperoll.yaml", project);
    let with_secret = document("workflow-1", 17, "SUCCESS")
        .replace("\"info\"", "\"password\": \"hunter22\",\n    \"info\"");
    sandbox.write("run.log", with_secret);
    for _ in 0..2 {
        sandbox.quietly(&["runs", "import", "--format", "ddeutil-file", "run.log"]);
    }
    let folder = "landed/workflow=data-pipeline/release=20240117103000";
    assert_eq!(sandbox.names(folder), ["workflow-1.log"]);
    let landed = sandbox.read(&format!("{folder}/workflow-1.log"));
    assert!(landed.contains("\"password\": \"[redacted]\""), "{landed}");
    assert!(!landed.contains("hunter22"));
}
