use crate::events::{id, input, line, lines, varied};
use crate::sandbox::{PIPEROLL, Run, Sandbox};
use std::io::Write as _;

#[test]
fn a_file_is_recorded_and_given_again_it_is_skipped() {
    let mut sandbox = Sandbox::named("record").with_project();
    sandbox.write("one.jsonl", line(0));
    sandbox.write("events.jsonl", input(5));
    sandbox.run(&["record", "one.jsonl"]);
    sandbox.run(&["record", "events.jsonl"]);
    sandbox.run(&["record", "events.jsonl", "--json"]);
    let quiet = sandbox.run(&["record", "events.jsonl", "--quiet"]);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    sandbox.run_with_input(
        &["record", "-"],
        line(5) + "\n" + &line(6) + "\n" + &line(5),
    );
    let json = sandbox
        .run_with_input(&["record", "--json"], line(7))
        .json();
    assert_eq!(
        [
            &json["recorded"],
            &json["skipped"],
            &json["first"],
            &json["last"],
            &json["size"]
        ],
        [1, 0, 7, 7, 8]
    );
    let verified = sandbox.run(&["verify", "--json"]).json();
    assert_eq!(verified["root"], json["root"]);
}

#[test]
fn nothing_to_record_is_no_error() {
    let mut sandbox = Sandbox::named("record_nothing").with_project();
    sandbox.write("empty.jsonl", "");
    sandbox.write("blank.jsonl", "\u{feff}\r\n \t\n\n");
    sandbox.run(&["record", "empty.jsonl"]);
    sandbox.run(&["record", "blank.jsonl", "--json"]);
    sandbox.run_with_input(&["record"], "");
    assert_eq!(sandbox.quietly(&["verify", "--json"]).json()["size"], 0);
}

#[test]
fn blank_lines_line_ends_and_a_byte_order_mark_are_passed_over_and_counted() {
    let mut sandbox = Sandbox::new().with_project();
    let text = format!("\u{feff}{}\r\n\r\n  \n{}\n\n{}", line(0), line(1), line(2));
    sandbox.write("events.jsonl", &text);
    let recorded = sandbox
        .quietly(&["record", "events.jsonl", "--json"])
        .json();
    assert_eq!(recorded["recorded"], 3);

    let refused = sandbox.run_with_input(&["record"], text.replace(&id(2), "none"));
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("\n<stdin>:6: id: `none`"),
        "{}",
        refused.stderr
    );
}

#[test]
fn batches_of_any_size_give_the_same_trail() {
    for batch in ["1", "2", "7", "100000"] {
        let sandbox = Sandbox::new().with_project();
        sandbox.write("events.jsonl", input(14));
        sandbox.quietly(&["record", "events.jsonl", "--batch", batch]);
        let entries = sandbox
            .quietly(&["log", "--json", "--reverse"])
            .json_lines();
        let ids = entries
            .iter()
            .map(|entry| entry["header"]["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>();
        assert_eq!(ids, (0..14).map(id).collect::<Vec<_>>(), "--batch {batch}");
    }
    let mut sandbox = Sandbox::named("record_batch").with_project();
    for batch in ["0", "100001", "-1", "many", ""] {
        assert_eq!(sandbox.run(&["record", "--batch", batch]).code, 2);
    }
}

#[test]
fn actor_and_reason_of_the_command_line_fill_what_a_line_leaves_out() {
    let mut sandbox = Sandbox::named("record_defaults").with_project();
    let bare = line(0).replace(r#""actor":{"name":"alice"},"#, "");
    let reasoned = line(1).replace(r#""payload""#, r#""reason":"its own","payload""#);
    let refused = sandbox.run_with_input(&["record"], &bare);
    assert_eq!(
        refused.code, 2,
        "the project's actor is never that of an event"
    );
    sandbox.run_with_input(
        &["--actor", "etl", "--reason", "nightly load", "record"],
        format!("{bare}\n{reasoned}\n"),
    );
    let header = |index: &str| sandbox.quietly(&["--json", "show", index]).json()["header"].clone();
    assert_eq!(header("0")["actor"]["name"], "etl");
    assert_eq!(header("0")["actor"]["strength"], "asserted");
    assert_eq!(header("0")["reason"], "nightly load");
    assert_eq!(header("1")["actor"]["name"], "alice");
    assert_eq!(header("1")["reason"], "its own");

    for arguments in [
        ["record", "--actor", ""],
        ["record", "--actor", " \t"],
        ["record", "--reason", &"x".repeat(1025)],
    ] {
        let refused = Run::new(sandbox.command(&arguments).output().unwrap());
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
        let named = format!("error: `{}` ", arguments[1]);
        assert!(refused.stderr.starts_with(&named), "{}", refused.stderr);
    }
}

#[test]
fn in_a_fresh_clone_the_first_command_that_writes_makes_trail_and_key() {
    let mut sandbox = Sandbox::named("record_fresh_clone").with_project();
    std::fs::remove_dir_all(sandbox.path(".piperoll")).unwrap();
    sandbox.write("events.jsonl", input(2));
    assert_eq!(sandbox.run(&["log"]).code, 2, "reading makes nothing");
    assert!(!sandbox.path(".piperoll").exists());
    let first = sandbox.run(&["record", "events.jsonl", "--json"]);
    assert_eq!(first.json()["recorded"], 2);
    assert!(
        first.stderr.contains("shop.example/audit+"),
        "{}",
        first.stderr
    );
    assert_eq!(sandbox.run(&["record", "events.jsonl"]).stderr, "");

    std::fs::remove_dir_all(sandbox.path(".piperoll")).unwrap();
    assert_eq!(sandbox.run(&["checkpoint", "--quiet"]).stderr, "");
}

#[test]
fn a_pipe_with_a_name_is_a_file() {
    let sandbox = Sandbox::new().with_project();
    let made = sandbox.program("mkfifo").arg("events").status().unwrap();
    assert!(made.success());
    let path = sandbox.path("events");
    let writer = std::thread::spawn(move || {
        let mut pipe = std::fs::OpenOptions::new().write(true).open(path).unwrap();
        pipe.write_all(input(2500).as_bytes()).unwrap();
    });
    let recorded = sandbox.quietly(&["record", "events", "--json"]).json();
    writer.join().unwrap();
    assert_eq!([&recorded["recorded"], &recorded["size"]], [2500, 2500]);
}

#[test]
fn c7_59_what_export_wrote_is_recorded_elsewhere_byte_for_byte() {
    let source = Sandbox::new().with_project().with_events(&varied());
    source.quietly(&["export", "--format", "jsonl", "--out", "all.jsonl"]);
    let kept = [
        "id", "at", "kind", "action", "actor", "resource", "outcome", "reason",
    ];
    let mut events = String::new();
    for line in source.read("all.jsonl").lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let mut event = entry["header"].clone();
        event
            .as_object_mut()
            .unwrap()
            .retain(|key, _| kept.contains(&key.as_str()));
        event["payload"] = entry["payload"].clone();
        events.push_str(&format!("{event}\n"));
    }
    source.write("again.jsonl", &events);
    let again = source.quietly(&["record", "again.jsonl", "--json"]).json();
    assert_eq!(
        [&again["recorded"], &again["skipped"]],
        [0, 5],
        "the same content"
    );
    let target = Sandbox::new().with_project();
    target.write("again.jsonl", &events);
    let other = target.quietly(&["record", "again.jsonl", "--json"]).json();
    assert_eq!(other["recorded"], 5);
    // Elsewhere it has another salt and another time of recording; what happened, and the bytes of every payload, are the same.
    target.quietly(&["export", "--format", "jsonl", "--out", "all.jsonl"]);
    let (here, there) = (source.read("all.jsonl"), target.read("all.jsonl"));
    let mut payloads = 0;
    for (here, there) in here.lines().zip(there.lines()) {
        let [here_json, there_json] =
            [here, there].map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        for key in kept {
            assert_eq!(here_json["header"][key], there_json["header"][key], "{key}");
        }
        let [here, there] = [here, there].map(|line| {
            let from = line.find("\"payload\":{").map(|at| &line[at..]);
            from.map(|rest| rest.split(",\"salt\"").next().unwrap())
        });
        assert_eq!(here, there);
        payloads += usize::from(here.is_some());
    }
    assert!(payloads >= 2, "{payloads}");
    assert_eq!(target.quietly(&["verify", "--json"]).json()["level"], "L1");
}

#[test]
fn a_large_file_is_recorded_whole() {
    let sandbox = Sandbox::new().with_project();
    sandbox.write("events.jsonl", lines(5_000).join("\r\n"));
    let recorded = sandbox
        .quietly(&["record", "events.jsonl", "--json"])
        .json();
    assert_eq!([&recorded["recorded"], &recorded["size"]], [5_000, 5_000]);
    assert_eq!(sandbox.quietly(&["verify", "--json"]).json()["level"], "L1");
}

/// Twelve lines of six MiB: more than one append takes.
#[test]
fn an_append_is_bounded_by_bytes_too() {
    let sandbox = Sandbox::new().with_project();
    let text = "x".repeat(6 * 1024 * 1024);
    let lines: String = (0..12)
        .map(|n| {
            format!(
                "{{\"kind\":\"row\",\"action\":\"UPDATE\",\"actor\":{{\"name\":\"a\"}},\"resource\":{{\"system\":\"s\",\"name\":\"t\",\"kind\":\"table\"}},\"payload\":{{\"key\":{n},\"after\":\"{text}\"}}}}\n"
            )
        })
        .collect();
    sandbox.write("large.jsonl", &lines);
    // Whoever asks for twelve lines as one append gets them as one, or not at all.
    for (script, name) in [
        ("exec \"$0\" record large.jsonl --batch 12", "large.jsonl"),
        ("exec \"$0\" record - --batch 12 <large.jsonl", "<stdin>"),
    ] {
        let mut shell = sandbox.program("sh");
        let run = Run::new(shell.args(["-c", script, PIPEROLL]).output().unwrap());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        let message = format!(
            "error: `{name}`: the lines of one append have more than 67108864 bytes up to line 11\n"
        );
        assert!(run.stderr.starts_with(&message), "{}", run.stderr);
        assert!(
            run.stderr.contains("give a smaller --batch, or none"),
            "{}",
            run.stderr
        );
    }
    assert_eq!(sandbox.quietly(&["verify", "--json"]).json()["size"], 0);
    let recorded = sandbox.quietly(&["record", "large.jsonl", "--json"]).json();
    assert_eq!([&recorded["recorded"], &recorded["size"]], [12, 12]);
}
