//! Where a command finds its project, and what is said of one with faults.

use crate::events::{input, lines};
use crate::sandbox::Sandbox;

#[test]
fn global_options_stand_before_or_after_the_command() {
    let sandbox = Sandbox::new().with_project().with_events(&lines(3));
    let expected = sandbox.quietly(&["log", "--json"]).stdout;
    let folder = sandbox.path(".");
    let folder = folder.to_str().unwrap();
    for arguments in [
        &["--json", "log"][..],
        &["-C", folder, "log", "--json"],
        &["log", "--json", "-C", folder],
        &["--project", "piperoll.yaml", "--json", "log"],
        &["log", "--project", "./piperoll.yaml", "--json"],
        &["--trail", "sqlite:.piperoll/trail.db", "--json", "log"],
        &[
            "log",
            "--trail",
            "sqlite:.piperoll/trail.db",
            "--json",
            "--color",
            "always",
        ],
        &[
            "--quiet", "--actor", "alice", "--reason", "x", "log", "--json",
        ],
    ] {
        assert_eq!(sandbox.quietly(arguments).stdout, expected, "{arguments:?}");
    }
}

#[test]
fn relative_paths_start_at_the_folder_of_c() {
    let sandbox = Sandbox::new();
    sandbox.write("a/b/events.jsonl", input(2));
    sandbox.quietly(&["-C", "a/b", "init"]);
    sandbox.quietly(&["-C", "a/b", "record", "events.jsonl"]);
    sandbox.quietly(&["-C", "a/b", "checkpoint", "--out", "kept"]);
    sandbox.quietly(&["verify", "-C", "a/b", "--since", "kept"]);
    sandbox.quietly(&[
        "-C",
        "a/b",
        "export",
        "--format",
        "jsonl",
        "--out",
        "all.jsonl",
    ]);
    assert_eq!(
        sandbox.names("a/b"),
        [
            ".gitignore",
            ".piperoll",
            "all.jsonl",
            "events.jsonl",
            "kept",
            "piperoll.yaml"
        ]
    );
    sandbox.quietly(&[
        "-C",
        "a",
        "--trail",
        "sqlite:b/.piperoll/trail.db",
        "log",
        "--exit-code",
    ]);
    // With --project they start where one is; the file's own start at the file.
    sandbox.quietly(&[
        "--project",
        "a/b/piperoll.yaml",
        "record",
        "a/b/events.jsonl",
    ]);
    assert_eq!(sandbox.names("."), ["a"]);
}

#[test]
fn the_nearest_project_above_is_found() {
    let mut sandbox = Sandbox::named("project_found")
        .with_project()
        .with_events(&lines(1));
    std::fs::create_dir_all(sandbox.path("deep/er")).unwrap();
    sandbox.run(&["-C", "deep/er", "verify"]);
    sandbox.quietly(&["-C", "deep", "init"]);
    let nearest = sandbox
        .quietly(&["-C", "deep/er", "verify", "--json"])
        .json();
    assert_eq!(nearest["origin"], "deep.local/trail");
}

#[test]
fn without_a_project_there_is_a_hint() {
    let mut sandbox = Sandbox::named("project_missing");
    for arguments in [
        &["log"][..],
        &["record"],
        &["verify"],
        &["checkpoint"],
        &["key", "show"],
        &["--project", "missing.yaml", "log"],
        &["--project", ".", "log"],
        &["-C", "missing", "log"],
        &["--trail", "sqlite:missing.db", "log"],
        &["--trail", "sqlite:missing.db", "verify"],
        &["--trail", "sqlite:missing.db", "record"],
        &["--trail", "memory:", "log"],
    ] {
        let run = sandbox.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
    }
    assert_eq!(sandbox.names("."), [] as [&str; 0]);
}

#[test]
fn all_faults_of_a_project_file_are_told_with_their_places() {
    let mut sandbox = Sandbox::named("project_faults");
    sandbox.write(
        "bad.yaml",
        "version: 2\n\
         trail: postgres://etl:s3cret@db/audit\n\
         origin: \"a b\"\n\
         colour: red\n\
         \x20 actor: {name: bob\n",
    );
    sandbox.run(&["--project", "bad.yaml", "log"]);
    sandbox.write(
        "bad.yaml",
        "version: 2\n\
         trail: postgres://etl:s3cret@db/audit\n\
         origin: \"a b\"\n\
         colour: red\n\
         actor: {name: bob, kind: robot, role: x}\n\
         key: .piperoll/trail.key\n\
         key: other.key\n",
    );
    let run = sandbox.run(&["--project", "bad.yaml", "log", "--json"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("\nbad.yaml:4:1: "), "{}", run.stderr);
    assert!(!run.stderr.contains("s3cret"), "{}", run.stderr);
    sandbox.write("bad.yaml", b"version: 1\norigin: \xff\n");
    assert_eq!(sandbox.run(&["--project", "bad.yaml", "log"]).code, 2);
    sandbox.write("bad.yaml", "");
    assert_eq!(sandbox.run(&["--project", "bad.yaml", "log"]).code, 2);
    sandbox.write("bad.yaml", "a".repeat(1024 * 1024 + 1));
    assert_eq!(sandbox.run(&["--project", "bad.yaml", "log"]).code, 2);
    // C8.63: a bomb of aliases.
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let below = format!("*a{}", level - 1);
        bomb.push_str(&format!(
            "a{level}: &a{level} [{}]\n",
            vec![below; 10].join(", ")
        ));
    }
    sandbox.write("bad.yaml", bomb);
    assert_eq!(sandbox.run(&["--project", "bad.yaml", "log"]).code, 2);
}

#[test]
fn a_variable_that_is_not_set_is_an_error_where_it_is_needed() {
    let mut sandbox = Sandbox::named("project_variables")
        .with_project()
        .with_events(&lines(1));
    let yaml = sandbox.read("piperoll.yaml");
    sandbox.write(
        "piperoll.yaml",
        yaml.replace("env: dev", "env: ${env.STAGE}"),
    );
    assert_eq!(
        sandbox.quietly(&["verify", "--json"]).json()["level"],
        "L1",
        "`env` is not used"
    );
    sandbox.write("piperoll.yaml", yaml.replace("trail.db", "${env.TRAIL}"));
    assert_eq!(sandbox.run(&["log"]).code, 2);
    sandbox.write(
        "piperoll.yaml",
        yaml.replace("trail.db", "${env.TRAIL:-trail.db}"),
    );
    assert_eq!(sandbox.run(&["log"]).code, 0);
    let mut set = sandbox.command(&["log"]);
    set.env("TRAIL", "other.db");
    assert_eq!(sandbox.run_as("TRAIL=other.db piperoll log", set).code, 2);
}
