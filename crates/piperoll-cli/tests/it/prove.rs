//! One entry's evidence: made from a trail, checked without it.

use crate::events::{id, lines};
use crate::sandbox::{Run, Sandbox};
use serde_json::Value;

/// A project with a proof of entry 3, the entry, and the public keys.
fn proven(sandbox: Sandbox) -> (Sandbox, String, String) {
    let sandbox = sandbox.with_project().with_events(&lines(7));
    assert_eq!(
        sandbox
            .quietly(&["prove", "3", "--out", "3.tlog-proof"])
            .code,
        0
    );
    let entry = sandbox.quietly(&["--json", "show", "3"]);
    sandbox.write("3.json", &entry.stdout);
    let keys = sandbox.quietly(&["--json", "key", "show"]).json();
    let text = |key: &str| keys[key].as_str().unwrap().to_owned();
    (sandbox, text("key"), text("clock"))
}

fn check(sandbox: &Sandbox, entry: &str, key: &str) -> Run {
    let arguments = [
        "--json",
        "verify-proof",
        "3.tlog-proof",
        "--entry",
        entry,
        "--key",
        key,
    ];
    Run::new(sandbox.command(&arguments).output().unwrap())
}

fn verdicts(run: &Run) -> Vec<String> {
    let findings = run.json()["findings"].as_array().unwrap().clone();
    findings
        .iter()
        .map(|f| f["verdict"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn an_entry_is_proven_to_somebody_who_has_not_the_trail() {
    let (mut sandbox, log, clock) = proven(Sandbox::named("prove"));
    std::fs::remove_dir_all(sandbox.path(".piperoll")).unwrap();
    std::fs::remove_file(sandbox.path("piperoll.yaml")).unwrap();
    let run = sandbox.run(&[
        "verify-proof",
        "3.tlog-proof",
        "--entry",
        "3.json",
        "--key",
        &log,
        "--key",
        &clock,
    ]);
    assert_eq!(run.code, 0);
    let json = check(&sandbox, "3.json", &log);
    assert_eq!((json.code, json.json()["level"].as_str()), (0, Some("L1")));
    assert_eq!(json.json()["payload"], "intact");
    assert_eq!(json.json()["id"], id(3));
}

#[test]
fn a_proof_is_printed_or_written_and_its_checkpoint_is_kept() {
    let mut sandbox = Sandbox::named("prove_out")
        .with_project()
        .with_events(&lines(7));
    let printed = sandbox.run(&["prove", "3"]);
    assert!(
        printed
            .stdout
            .starts_with("c2sp.org/tlog-proof@v1\nindex 3\n")
    );
    assert_eq!(
        sandbox
            .run(&["prove", &id(3), "--out", "3.tlog-proof"])
            .stdout,
        ""
    );
    assert_eq!(
        sandbox
            .read("3.tlog-proof")
            .lines()
            .take(5)
            .collect::<Vec<_>>(),
        printed.stdout.lines().take(5).collect::<Vec<_>>()
    );
    let kept = "SELECT count(*) FROM checkpoints";
    let kept: i64 = sandbox
        .sqlite()
        .query_row(kept, [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 2);
    assert_eq!(sandbox.run(&["prove", "7"]).code, 2);
    assert_eq!(sandbox.quietly(&["verify"]).code, 0);
}

#[test]
fn what_was_changed_in_the_evidence_is_named() {
    let (mut sandbox, log, clock) = proven(Sandbox::named("prove_changed"));
    let entry: Value = serde_json::from_str(&sandbox.read("3.json")).unwrap();
    let case = |name: &str, verdict: &str, change: &dyn Fn(&mut Value)| {
        let mut changed = entry.clone();
        change(&mut changed);
        assert_ne!(changed, entry, "{name}");
        sandbox.write("changed.json", changed.to_string());
        let run = check(&sandbox, "changed.json", &log);
        assert_eq!(
            (run.code, verdicts(&run)),
            (1, vec![verdict.to_owned()]),
            "{name}"
        );
    };
    case("actor", "altered", &|e| {
        e["header"]["actor"]["name"] = "mallory".into();
    });
    case("unknown action", "altered", &|e| {
        e["header"]["action"] = "LOOK".into();
    });
    case("payload", "altered", &|e| {
        e["payload"] = serde_json::json!({"key": 8});
    });
    case("salt", "altered", &|e| {
        e["salt"] = "AAAA".into();
    });
    case("index", "reordered", &|e| {
        e["index"] = 4.into();
    });

    // A leaf that is written in the file is not believed, and neither key order nor white space counts: the header is made canonical first.
    let mut same = entry.clone();
    same["leaf"] = "AAAA".into();
    sandbox.write("same.json", serde_json::to_string_pretty(&same).unwrap());
    assert_eq!(check(&sandbox, "same.json", &log).code, 0);

    // Without the payload the header is proven, and that is said.
    let mut header_only = entry.clone();
    header_only["payload"] = Value::Null;
    header_only["salt"] = Value::Null;
    sandbox.write("header.json", header_only.to_string());
    let run = check(&sandbox, "header.json", &log);
    assert_eq!(
        (run.code, run.json()["payload"].as_str()),
        (0, Some("unverifiable"))
    );

    let other = Sandbox::new()
        .with_project()
        .quietly(&["--json", "key", "show"])
        .json();
    let run = check(&sandbox, "3.json", other["key"].as_str().unwrap());
    assert_eq!(
        (run.code, verdicts(&run)),
        (1, vec!["forged".to_owned()]),
        "another key"
    );
    let run = sandbox.run(&[
        "verify-proof",
        "3.tlog-proof",
        "--entry",
        "3.json",
        "--key",
        &clock,
    ]);
    assert_eq!(run.code, 2, "the clock's key alone is none of a log");

    sandbox.write(
        "3.tlog-proof",
        sandbox.read("3.tlog-proof").replace("index 3", "index 2"),
    );
    let run = check(&sandbox, "3.json", &log);
    assert_eq!(
        (run.code, verdicts(&run).contains(&"altered".to_owned())),
        (1, true)
    );
    sandbox.write("3.tlog-proof", "no proof");
    assert_eq!(
        sandbox
            .run(&[
                "verify-proof",
                "3.tlog-proof",
                "--entry",
                "3.json",
                "--key",
                &log
            ])
            .code,
        2
    );
    assert_eq!(
        sandbox
            .run(&["verify-proof", "gone", "--entry", "3.json", "--key", &log])
            .code,
        3
    );
    sandbox.write(
        "twice.json",
        sandbox
            .read("3.json")
            .replacen("\"header\":", "\"header\":{},\"header\":", 1),
    );
    assert_eq!(
        check(&sandbox, "twice.json", &log).code,
        2,
        "two headers say two things"
    );
}

#[test]
fn the_program_of_the_guide_proves_the_same_without_piperoll() {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/guide/check_proof.py"
    );
    let sandbox = Sandbox::new().with_project();
    let odd = concat!(
        r#"{"kind":"row","action":"UPDATE","actor":{"name":"al\u001b[31m\u009b\u202eice\u007f"},"#,
        r#""resource":{"system":"s","name":"n","kind":"table"},"payload":{"key":[1,null],"after":{"#,
        r#""\ufb33":1e-7,"\ud83d\ude00":1e-7,"d":5e-324,"e":1.5e300,"i":-7,"t":12.50,"x":"\u0085\n"}}}"#
    );
    sandbox.write("odd.jsonl", format!("{odd}\n{odd}\n{odd}\n"));
    assert_eq!(sandbox.quietly(&["record", "odd.jsonl"]).code, 0);
    let key = sandbox.quietly(&["key", "show"]).stdout;
    let key = key.lines().last().unwrap().to_owned();
    sandbox.quietly(&["prove", "1", "--out", "1.tlog-proof"]);
    let entry = sandbox.quietly(&["--json", "show", "1"]).stdout;
    let check = |entry: &str| {
        sandbox.write("1.json", entry);
        let mut python = sandbox.program("python3");
        python.args([script, "1.tlog-proof", "1.json", &key]);
        Run::new(python.output().unwrap())
    };
    let proven = check(&entry);
    assert_eq!((proven.code, proven.stderr.as_str()), (0, ""));
    assert!(
        proven
            .stdout
            .ends_with("its payload: the one that was recorded\n"),
        "{}",
        proven.stdout
    );
    assert_eq!(check(&entry.replace("UPDATE", "DELETE")).code, 1);
    assert_eq!(check(&entry.replace("-7,", "-8,")).code, 1);
}
