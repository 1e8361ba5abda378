//! Turns: `key rotate`, `adopt`, and where checkpoints are published.

use crate::events::lines;
use crate::sandbox::Sandbox;
use std::fs;

fn set_back(sandbox: &Sandbox, backup: &str) {
    for name in sandbox.names(".piperoll") {
        if name.starts_with("trail.db") {
            fs::remove_file(sandbox.path(".piperoll").join(name)).unwrap();
        }
    }
    fs::copy(sandbox.path(backup), sandbox.path(".piperoll/trail.db")).unwrap();
}

#[test]
fn the_key_is_rotated_and_an_older_one_is_followed() {
    let mut sandbox = Sandbox::named("key_rotate")
        .with_project()
        .with_events(&lines(3));
    let old = sandbox.quietly(&["key", "show", "--json"]).json();
    let old = old["key"].as_str().unwrap().to_owned();
    sandbox.quietly(&["checkpoint", "--out", "before.checkpoint"]);
    sandbox.run(&["key", "rotate", "--reason", "yearly", "--actor", "dba"]);
    let new = sandbox.run(&["key", "show"]);
    sandbox.run(&["verify"]);
    assert_eq!(sandbox.quietly(&["verify", "--key", &old]).code, 0);
    let since = ["verify", "--since", "before.checkpoint", "--key", &old];
    assert_eq!(sandbox.quietly(&since).code, 0);
    let json = sandbox.run(&["verify", "--json"]).json();
    assert_eq!(json["rotations"][0]["old"], old);
    assert_eq!(
        json["rotations"][0]["new"],
        new.stdout.lines().last().unwrap()
    );
    assert_eq!(json["incarnations"], serde_json::json!([]));
    let json = sandbox.run(&["key", "rotate", "--json"]).json();
    assert_eq!(json["old"], new.stdout.lines().last().unwrap());
    let told = sandbox.quietly(&["log", "--kind", "trail", "--json"]);
    assert_eq!(told.json_lines().len(), 2);
    // Who rotates must be named, and the key must be in a file.
    sandbox.run(&["key", "rotate", "--actor", " "]);
    let text = sandbox.read(".piperoll/trail.key");
    let project = sandbox.read("piperoll.yaml");
    let project = project.replace("key: .piperoll/trail.key", "key: ${env.TRAIL_KEY}");
    sandbox.write("piperoll.yaml", project);
    let mut command = sandbox.command(&["key", "rotate"]);
    command.env("TRAIL_KEY", text.trim());
    assert_eq!(sandbox.run_as("piperoll key rotate", command).code, 2);
}

#[test]
fn a_restored_backup_is_adopted_with_a_reason() {
    let mut sandbox = Sandbox::named("adopt")
        .with_project()
        .with_events(&lines(3));
    fs::copy(
        sandbox.path(".piperoll/trail.db"),
        sandbox.path("backup.db"),
    )
    .unwrap();
    sandbox.quietly(&["checkpoint", "--out", "kept.checkpoint"]);
    sandbox.write("more.jsonl", lines(5).join("\n"));
    sandbox.quietly(&["record", "more.jsonl"]);
    sandbox.quietly(&["checkpoint", "--out", "lost.checkpoint"]);
    assert_eq!(sandbox.run(&["adopt", "--reason", "no need"]).code, 2);
    set_back(&sandbox, "backup.db");
    assert_eq!(sandbox.run(&["record", "more.jsonl"]).code, 7);
    assert_eq!(sandbox.run(&["verify"]).code, 1);
    assert_eq!(sandbox.run(&["adopt"]).code, 2);
    assert_eq!(sandbox.run(&["adopt", "--reason", "disk lost"]).code, 0);
    assert_eq!(sandbox.run(&["record", "more.jsonl"]).code, 0);
    assert_eq!(sandbox.run(&["verify"]).code, 0);
    let since = |name| ["verify", "--since", name];
    assert_eq!(sandbox.run(&since("kept.checkpoint")).code, 0);
    assert_eq!(sandbox.run(&since("lost.checkpoint")).code, 3);
    let json = sandbox.run(&["verify", "--json"]).json();
    assert_eq!(json["incarnations"][0]["kept"]["size"], 3);
    assert_eq!(json["incarnations"][0]["lost"]["size"], 5);
    assert_eq!(json["incarnations"][0]["reason"], "disk lost");
    // A trail that is gone altogether.
    set_back(&sandbox, "backup.db");
    fs::remove_file(sandbox.path(".piperoll/trail.db")).unwrap();
    assert_eq!(sandbox.run(&["record", "more.jsonl"]).code, 7);
    let json = sandbox.run(&["adopt", "--reason", "all is lost", "--json"]);
    assert_eq!(json.json()["index"], 0);
    assert_eq!(sandbox.run(&["verify"]).code, 0);
}

#[test]
fn checkpoints_are_published_and_grow_old() {
    let mut sandbox = Sandbox::named("checkpoint_publish").with_project();
    let project = sandbox.read("piperoll.yaml");
    let published = "checkpoint: {max_age: 1d, publish: [out/latest.txt, second.txt]}\n";
    sandbox.write("piperoll.yaml", format!("{project}{published}"));
    // Nothing says yet how old the trail is.
    assert_eq!(sandbox.run(&["verify"]).code, 3);
    let note = sandbox.quietly(&["checkpoint"]).stdout;
    for name in ["out/latest.txt", "second.txt"] {
        assert_eq!(sandbox.read(name), note);
    }
    assert_eq!(
        sandbox.run(&["verify", "--since", "out/latest.txt"]).code,
        0
    );
    sandbox.write("one.jsonl", lines(1).join("\n"));
    sandbox.quietly(&["record", "one.jsonl"]);
    let proof = sandbox.quietly(&["prove", "0"]).stdout;
    assert!(proof.ends_with(&sandbox.read("second.txt")), "{proof}");
    sandbox.quietly(&["key", "rotate"]);
    assert_eq!(
        sandbox.run(&["verify", "--since", "second.txt"]).code,
        0,
        "the first under the new key"
    );
    // What was kept long ago is stale: here, what the shortest span allows is passed.
    sandbox.write(
        "piperoll.yaml",
        format!("{project}checkpoint: {{max_age: 1s}}\n"),
    );
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    let stale = sandbox.quietly_exits(1, &["verify", "--json"]).json();
    assert_eq!(stale["findings"][0]["verdict"], "stale");
    // Where nobody can write, the checkpoint is kept all the same, and the command says so.
    sandbox.write("file", "");
    sandbox.write(
        "piperoll.yaml",
        format!("{project}checkpoint: {{publish: [file/latest.txt]}}\n"),
    );
    let failed = sandbox.run(&["checkpoint"]);
    assert_ne!(failed.code, 0);
    sandbox.write(
        "piperoll.yaml",
        format!("{project}checkpoint: {{max_age: soon, publish: [' '], often: true}}\n"),
    );
    assert_eq!(sandbox.run(&["verify"]).code, 2);
}
