//! C8.61 and C8.63: what comes from outside never reaches a terminal as it is, wherever it stands.

use crate::sandbox::{Run, Sandbox};

/// A line end, ANSI and C1 sequences, DEL, marks of direction, a mark of byte order.
const HOSTILE: &str =
    "a\n\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31mb\r\u{7f}\u{202e}c\u{2066}\u{2028}\u{feff}\t</script>";

fn assert_harmless(what: &str, run: &Run) {
    for (stream, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
        let hostile = text.chars().find(|letter| {
            let direction = matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}');
            (letter.is_control() && *letter != '\n') || direction
        });
        assert_eq!(hostile, None, "{what}, {stream}: {text:?}");
        // Its line end begins no line of its own.
        assert!(
            !text.contains("\n\\u001b[2J") && !text.contains("a\n\\u"),
            "{what}, {stream}: {text:?}"
        );
    }
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[test]
fn c8_61_texts_of_events_are_escaped_in_every_form() {
    let hostile = json(HOSTILE);
    let reason = json(&HOSTILE.replace('\n', " "));
    let event = format!(
        r#"{{"at":"2020-11-01T08:00:00Z","kind":"row","action":"UPDATE","actor":{{"name":{hostile},"via":{hostile}}},"resource":{{"system":{hostile},"name":{hostile},"kind":{hostile}}},"reason":{reason},"payload":{{"key":{hostile},"after":{{{hostile}:{hostile}}}}}}}"#
    );
    let sandbox = Sandbox::new().with_project().with_events(&[event]);
    for arguments in [
        &["log"][..],
        &["log", "--payload"],
        &["log", "--json"],
        &["log", "--json", "--payload"],
        &["log", "--format", "csv"],
        &["log", "--format", "csv", "--payload"],
        &["show", "0"],
        &["show", "0", "--json"],
        &["export", "--format", "jsonl", "--out", "-"],
        &["export", "--format", "csv", "--out", "-"],
        &["verify"],
        &["verify", "--json"],
    ] {
        let run = sandbox.quietly(arguments);
        assert_harmless(&format!("{arguments:?}"), &run);
        if !arguments.contains(&"verify") {
            assert!(run.stdout.contains("\\u202e"), "{arguments:?}");
        }
    }
    // Escaped, it is still the same text.
    let entry = sandbox.quietly(&["show", "0", "--json"]).json();
    assert_eq!(entry["header"]["actor"]["name"], HOSTILE);
    assert_eq!(entry["payload"]["after"][HOSTILE], HOSTILE);
    let found = sandbox.quietly(&[
        "log",
        "--json",
        "--actor",
        HOSTILE,
        "--key",
        HOSTILE,
        "--exit-code",
    ]);
    assert_eq!(found.json_lines().len(), 1);
    sandbox
        .sqlite()
        .execute_batch(
            "DROP TRIGGER entries_update; UPDATE entries SET header = replace(header, 'UPDATE', char(27) || '[2J' || char(8238));
             CREATE TABLE \"t\x1b[2J\u{202e}\" (x);",
        )
        .unwrap();
    for arguments in [
        &["verify"][..],
        &["verify", "--json"],
        &["log"],
        &["log", "--json"],
        &["show", "0"],
    ] {
        let run = Run::new(sandbox.command(arguments).output().unwrap());
        assert_ne!(run.code, 0);
        assert_harmless(&format!("{arguments:?} of altered entries"), &run);
    }
}

#[test]
fn c8_61_texts_of_refused_lines_are_escaped() {
    let sandbox = Sandbox::new().with_project();
    let hostile = json(HOSTILE);
    let file = HOSTILE.replace('/', "_");
    for line in [
        HOSTILE.to_owned(),
        format!("{{{hostile}:1}}"),
        format!(
            r#"{{"kind":{hostile},"action":{hostile},"at":{hostile},"id":{hostile},"outcome":{hostile},"phase":{hostile},"of":{hostile}}}"#
        ),
        format!(
            r#"{{"actor":{{{hostile}:1,"kind":{hostile},"strength":{hostile}}},"resource":{{{hostile}:1}},"payload":{{{hostile}:1,"context":{{{hostile}:1,{hostile}:2}}}}}}"#
        ),
    ] {
        sandbox.write(&file, &line);
        let run = Run::new(sandbox.command(&["record", &file]).output().unwrap());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{line}");
        assert_harmless(&line, &run);
    }
    for name in ["bytes", "nul"] {
        let bytes: &[u8] = if name == "nul" {
            b"{\"kind\":\"\0\"}"
        } else {
            b"\x1b[2J\xff\x9b"
        };
        sandbox.write(name, bytes);
        assert_harmless(
            name,
            &Run::new(sandbox.command(&["record", name]).output().unwrap()),
        );
    }
}

#[test]
fn c8_61_texts_of_the_command_line_are_escaped() {
    let sandbox = Sandbox::new().with_project();
    let option = format!("--{HOSTILE}");
    let url = format!("sqlite:{HOSTILE}");
    let scheme = format!("{HOSTILE}:x");
    for arguments in [
        &[HOSTILE][..],
        &[&option],
        &["record", &option],
        &["record", HOSTILE],
        &["record", "x", HOSTILE],
        &["record", "--batch", HOSTILE],
        &["record", "--actor", HOSTILE, HOSTILE],
        &["log", "--kind", HOSTILE],
        &["log", "--action", HOSTILE],
        &["log", "--outcome", HOSTILE],
        &["log", "--since", HOSTILE],
        &["log", "--key", &format!("{{{HOSTILE}")],
        &["log", "--key", &format!("x={HOSTILE},{HOSTILE}")],
        &["log", "--resource", &format!("{HOSTILE}[")],
        &["log", "--limit", HOSTILE],
        &["log", "--format", HOSTILE],
        &["log", "--color", HOSTILE],
        &["show", HOSTILE],
        &["verify", "--key", HOSTILE],
        &["verify", "--level", HOSTILE],
        &["verify", "--since", HOSTILE],
        &["checkpoint", "--out", &format!("{HOSTILE}/x")],
        &[
            "export",
            "--format",
            "csv",
            "--out",
            &format!("{HOSTILE}/x"),
        ],
        &["completions", HOSTILE],
        &["-C", HOSTILE, "log"],
        &["--project", HOSTILE, "log"],
        &["--trail", &url, "log"],
        &["--trail", &scheme, "log"],
        &["-C", "new", "init", "--origin", HOSTILE],
    ] {
        let run = Run::new(sandbox.command(arguments).output().unwrap());
        assert!([2, 3].contains(&run.code), "{arguments:?}: {run:?}");
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert_harmless(&format!("{arguments:?}"), &run);
    }
    // Bytes that are no text are escaped, or refused.
    use std::os::unix::ffi::OsStrExt as _;
    let bytes = std::ffi::OsStr::from_bytes(b"\xff\x1b[2J\x9b");
    for before in ["record", "show", "--actor", "--project", "--out"] {
        let mut command = sandbox.command(&[before]);
        command.arg(bytes).arg("log");
        let run = Run::new(command.output().unwrap());
        assert_eq!(run.code, 2);
        assert_harmless(before, &run);
    }
}

#[test]
fn c8_61_names_of_files_and_folders_are_escaped() {
    let sandbox = Sandbox::new();
    let folder = HOSTILE.replace('/', "_");
    let file = format!("{folder}.jsonl");
    for arguments in [
        &["-C", &folder, "init"][..],
        &["-C", &folder, "log"],
        &["-C", &folder, "verify"],
        &["-C", &folder, "export", "--format", "csv", "--out", &file],
        &[
            "-C", &folder, "export", "--format", "csv", "--out", &file, "--json",
        ],
        &["--project", &format!("{folder}/piperoll.yaml"), "log"],
        &[
            "--trail",
            &format!("sqlite:{folder}/.piperoll/trail.db"),
            "verify",
            "--level",
            "L0",
        ],
        &[
            "--trail",
            &format!("sqlite:{folder}/.piperoll/trail.db"),
            "verify",
            "--level",
            "L0",
            "--json",
        ],
    ] {
        assert_harmless(&format!("{arguments:?}"), &sandbox.quietly(arguments));
    }
    let again = Run::new(sandbox.command(&["-C", &folder, "init"]).output().unwrap());
    assert_eq!(again.code, 4);
    assert_harmless("init again", &again);
}

#[test]
fn c8_63_texts_of_a_project_file_are_escaped() {
    let sandbox = Sandbox::new();
    let quoted = json(HOSTILE);
    for yaml in [
        HOSTILE.to_owned(),
        format!("{quoted}: 1\n"),
        format!(
            "version: {quoted}\ntrail: {quoted}\norigin: {quoted}\nkey: {quoted}\nactor: {quoted}\n"
        ),
        format!("version: 1\ntrail: sqlite:x\norigin: o\nkey: k\nenv: !{HOSTILE} x\n"),
        format!(
            "version: 1\ntrail: \"sqlite:${{env.{}}}\"\norigin: o\nkey: k\n",
            &quoted[1..quoted.len() - 1]
        ),
        format!(
            "version: 1\ntrail: sqlite:x\norigin: o\nkey: k\nactor: {{name: x, kind: {quoted}, {quoted}: 1}}\n"
        ),
        "version: 1\n\u{1b}[2J\u{9b}: \u{202e}\n".to_owned(),
    ] {
        sandbox.write("piperoll.yaml", &yaml);
        let run = Run::new(sandbox.command(&["log"]).output().unwrap());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{yaml}");
        assert_harmless(&yaml, &run);
    }
}
