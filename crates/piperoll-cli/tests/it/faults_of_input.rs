use crate::events::{id, input, line, lines};
use crate::sandbox::{Run, Sandbox};

/// A line with one thing of it replaced.
fn with(what: &str, by: &str) -> String {
    let line = line(1);
    assert!(line.contains(what), "{what} is not in {line}");
    line.replacen(what, by, 1)
}

#[test]
fn each_fault_is_named_with_its_line_and_key() {
    let mut sandbox = Sandbox::named("faults").with_project();
    let cases = [
        ("not JSON", "hello".to_owned()),
        ("cut off", line(1)[..60].to_owned()),
        ("two documents", line(1) + " {}"),
        ("not an object", "[1, 2]".to_owned()),
        ("no WHO", with(r#""actor":{"name":"alice"},"#, "")),
        (
            "no name of WHO",
            with(r#"{"name":"alice"}"#, r#"{"kind":"user"}"#),
        ),
        ("a blank WHO", with(r#""alice""#, r#"" ""#)),
        ("no WHAT", with(r#""action":"READ","#, "")),
        ("no kind", with(r#""kind":"access","#, "")),
        (
            "no WHERE",
            with(
                r#""resource":{"system":"shop","name":"shop.main.orders","kind":"table"},"#,
                "",
            ),
        ),
        ("no system of WHERE", with(r#""system":"shop","#, "")),
        ("an invalid WHEN", with("2020-11-01T", "2020-13-01T")),
        (
            "a WHEN without offset",
            with(r#"08:00:01Z""#, r#"08:00:01""#),
        ),
        ("an unknown action", with("READ", "LOOK")),
        ("an action in lower case", with("READ", "read")),
        ("an unknown kind", with("access", "acces")),
        ("an unknown key", with(r#""at""#, r#""att""#)),
        (
            "an unknown key of actor",
            with(r#"{"name":"alice"}"#, r#"{"name":"alice","role":"x"}"#),
        ),
        (
            "a duplicate key",
            with(r#""action":"READ""#, r#""action":"READ","action":"EXPORT""#),
        ),
        (
            "a duplicate key of the payload",
            with(r#""key":1"#, r#""key":1,"key":2"#),
        ),
        ("kind trail", with("access", "trail")),
        ("an action of Piperoll's own", with("READ", "ERASE")),
        (
            "a claim to be authenticated",
            with(
                r#"{"name":"alice"}"#,
                r#"{"name":"alice","strength":"authenticated"}"#,
            ),
        ),
        (
            "what Piperoll sets",
            with(r#"{"id""#, r#"{"recorded_at":"2020-11-01T08:00:00Z","id""#),
        ),
        ("an id that is none", with(&id(1), "42")),
        ("U+0000", with("alice", "al\\u0000ice")),
        ("a lone surrogate", with("alice", "al\\ud800ice")),
        (
            "a row without its key",
            with("access", "row").replace(r#","payload":{"key":1}"#, ""),
        ),
        (
            "a reason that is too long",
            with(
                r#"{"id""#,
                &format!(r#"{{"reason":"{}","id""#, "x".repeat(1025)),
            ),
        ),
    ];
    for (what, faulty) in cases {
        sandbox.remark(what);
        let text = format!("{}\n{faulty}\n{}\n", line(0), line(2));
        sandbox.write("bad.jsonl", text);
        let run = sandbox.run(&["record", "bad.jsonl"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{what}");
        assert!(
            run.stderr.contains("\nbad.jsonl:2: "),
            "{what}: {}",
            run.stderr
        );
    }
    assert_eq!(
        sandbox.quietly(&["verify", "--json"]).json()["size"],
        0,
        "nothing was recorded"
    );
}

#[test]
fn all_faults_of_all_lines_are_told_at_once() {
    let mut sandbox = Sandbox::named("faults_several").with_project();
    let first = with(r#""action":"READ","#, "").replace(r#""actor":{"name":"alice"},"#, "");
    sandbox.write(
        "bad.jsonl",
        format!("{first}\n{}\nhello\n{}\n", line(2), with("READ", "LOOK")),
    );
    sandbox.run(&["record", "bad.jsonl"]);
    let json = sandbox.run(&["record", "bad.jsonl", "--json"]);
    assert_eq!((json.code, json.stdout.as_str()), (2, ""));

    // The first hundred are listed, and all are counted.
    sandbox.write("bad.jsonl", "x\n".repeat(250));
    let many = Run::new(sandbox.command(&["record", "bad.jsonl"]).output().unwrap());
    let listed = many
        .stderr
        .lines()
        .filter(|line| line.starts_with("bad.jsonl:"));
    assert_eq!(listed.count(), 100);
    assert!(
        many.stderr
            .starts_with("error: 250 of 250 lines of `bad.jsonl` are refused\n"),
        "{}",
        many.stderr
    );
    assert!(
        many.stderr
            .contains("\nhint: 250 faults in all; the first 100 are listed\n")
    );
}

#[test]
fn what_is_too_large_is_refused_and_what_is_just_not_is_recorded() {
    let mut sandbox = Sandbox::named("faults_too_large").with_project();
    let named = |length: usize| with("shop.main.orders", &"x".repeat(length));
    let header_bytes = |line: &str| {
        let sandbox = Sandbox::new()
            .with_project()
            .with_events(&[line.to_owned()]);
        let entry = sandbox.quietly(&["--json", "show", "0"]).json();
        entry["header"].to_string().len()
    };
    let fixed = header_bytes(&named(1000)) - 1000;
    let longest = 65_535 - fixed;
    sandbox.write("header.jsonl", named(longest + 1));
    let refused = sandbox.run(&["record", "header.jsonl"]);
    assert!(
        refused.stderr.contains("\nheader.jsonl:1"),
        "{}",
        refused.stderr
    );
    assert_eq!(header_bytes(&named(longest)), 65_535);

    let mib = 1024 * 1024;
    let context = |length: usize| {
        with(
            r#"{"key":1}"#,
            &format!(r#"{{"context":{{"x":"{}"}}}}"#, "y".repeat(length)),
        )
    };
    let around = r#"{"context":{"x":""}}"#.len();
    sandbox.write("payload.jsonl", context(16 * mib - around + 1));
    sandbox.run(&["record", "payload.jsonl"]);
    sandbox.write("payload.jsonl", context(16 * mib - around));
    sandbox.run(&["record", "payload.jsonl"]);

    let deep = |depth: usize| {
        with(
            r#""key":1"#,
            &format!(
                r#""context":{{"x":{}{}}}"#,
                "[".repeat(depth),
                "]".repeat(depth)
            ),
        )
    };
    let refused = sandbox.run_with_input(&["record"], deep(100_000));
    assert_eq!(refused.code, 2);
}

#[test]
fn bytes_that_are_no_utf_8_are_refused() {
    let mut sandbox = Sandbox::named("faults_no_utf_8").with_project();
    let mut bytes = line(0).into_bytes();
    bytes.extend(b"\n{\"kind\":\"\xff\xfe\"}\n");
    sandbox.write("bad.jsonl", &bytes);
    assert_eq!(sandbox.run(&["record", "bad.jsonl"]).code, 2);
    bytes.retain(|byte| *byte != b'\n');
    assert_eq!(sandbox.run_with_input(&["record"], bytes).code, 2);
}

#[test]
fn a_bad_file_makes_no_trail() {
    let sandbox = Sandbox::new().with_project();
    std::fs::remove_dir_all(sandbox.path(".piperoll")).unwrap();
    sandbox.write("bad.jsonl", input(3) + "hello\n");
    for file in ["bad.jsonl", "missing.jsonl", "."] {
        let refused = Run::new(sandbox.command(&["record", file]).output().unwrap());
        assert_eq!(refused.code, 2, "{file}");
        assert!(!sandbox.path(".piperoll").exists(), "{file}");
    }
}

#[test]
fn an_id_is_that_of_one_event() {
    let mut sandbox = Sandbox::named("faults_id_taken")
        .with_project()
        .with_events(&lines(3));
    let other = line(1).replace("alice", "mallory");
    sandbox.write(
        "taken.jsonl",
        format!("{}\n{}\n{other}\n", line(8), line(9)),
    );
    let taken = sandbox.run(&["record", "taken.jsonl"]);
    assert_eq!(taken.code, 4);
    sandbox.run_with_input(&["record"], format!("{}\n{other}\n", line(8)));
    let twice = line(20).replace("alice", "mallory");
    sandbox.write(
        "twice.jsonl",
        format!("{}\n\n{}\n{twice}\n", line(20), line(20)),
    );
    assert_eq!(sandbox.run(&["record", "twice.jsonl"]).code, 4);
    let piped = format!("{}\n{twice}\n", line(20));
    assert_eq!(sandbox.run_with_input(&["record"], piped).code, 4);
    // Where something else is wrong as well, mending that comes first.
    sandbox.write("both.jsonl", format!("{}\n{twice}\nhello\n", line(20)));
    assert_eq!(sandbox.run(&["record", "both.jsonl"]).code, 2);
    assert_eq!(sandbox.quietly(&["verify", "--json"]).json()["size"], 3);
}

#[test]
fn a_refusal_in_the_third_batch_says_what_was_recorded_and_where_to_resume() {
    let mut sandbox = Sandbox::named("faults_third_batch")
        .with_project()
        .with_events(&lines(1));
    let mut events = lines(10);
    events[6] = "hello".to_owned();
    let run = sandbox.run_with_input(&["record", "-", "--batch", "3"], events.join("\n"));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr.ends_with(
            "hint: 5 events before it were recorded, 1 was there already; resume at line 7\n"
        ),
        "{}",
        run.stderr
    );
    assert_eq!(sandbox.quietly(&["verify", "--json"]).json()["size"], 6);
    // Whoever does as told loses nothing and doubles nothing.
    events[6] = line(6);
    sandbox.run_with_input(&["record", "-", "--batch", "3"], events[6..].join("\n"));
    assert_eq!(sandbox.quietly(&["verify", "--json"]).json()["size"], 10);

    let first = sandbox.run_with_input(&["record"], "hello\n");
    assert!(first.stderr.ends_with("hint: nothing was recorded\n"));
}

#[test]
fn a_line_without_end_is_refused_before_memory_is() {
    let sandbox = Sandbox::new().with_project();
    let script = "head -c 140000000 /dev/zero | tr '\\0' x | \"$0\" record";
    let run = Run::new(
        sandbox
            .program("sh")
            .args(["-c", script, crate::sandbox::PIPEROLL])
            .output()
            .unwrap(),
    );
    assert_eq!(run.code, 2);
    assert_eq!(
        run.stderr,
        "error: line 1 has more than 134217728 bytes (128 MiB)\nhint: nothing was recorded\n"
    );
}
