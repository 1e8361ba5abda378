use crate::events::{input, lines, varied};
use crate::sandbox::{PIPEROLL, Run, Sandbox};

#[test]
fn entries_are_exported_in_their_order() {
    let mut sandbox = Sandbox::named("export")
        .with_project()
        .with_events(&varied());
    sandbox.run(&["export", "--format", "jsonl", "--out", "all.jsonl"]);
    sandbox.run(&["export", "--format", "jsonl", "--out", "-"]);
    sandbox.run(&["export", "--format", "csv", "--out", "-"]);
    let json = sandbox.run(&[
        "export", "--format", "csv", "--out", "some.csv", "--actor", "alice", "--kind", "access",
        "--json",
    ]);
    assert_eq!([&json.json()["exported"], &json.json()["cursor"]], [2, 3]);
    let stdout = sandbox
        .quietly(&["export", "--format", "jsonl", "--out", "-", "--json"])
        .stdout;
    assert_eq!(
        sandbox.read("all.jsonl"),
        stdout,
        "and nothing else on stdout"
    );
    let lines = stdout
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let indices = lines
        .map(|entry| entry["index"].as_u64().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(indices, [0, 1, 2, 3, 4]);
    let mut table = csv::Reader::from_path(sandbox.path("some.csv")).unwrap();
    let ids = table
        .records()
        .map(|row| row.unwrap()[1].to_owned())
        .collect::<Vec<_>>();
    assert_eq!(ids, [crate::events::id(2), crate::events::id(3)]);

    sandbox.run(&[
        "export", "--format", "csv", "--out", "none.csv", "--kind", "trail",
    ]);
    assert_eq!(sandbox.read("none.csv").lines().count(), 1, "the titles");
    for arguments in [
        &["export"][..],
        &["export", "--format", "parquet", "--out", "x"],
        &["export", "--format", "csv"],
        &["export", "--format", "csv", "--out", "missing/x.csv"],
        &["export", "--format", "csv", "--out", "."],
        &[
            "export", "--format", "csv", "--out", "x.csv", "--kind", "rows",
        ],
    ] {
        assert_eq!(sandbox.run(arguments).code, 2);
    }
    assert!(!sandbox.path("x.csv").exists());
}

#[test]
fn what_comes_later_is_exported_later_without_loss_or_double() {
    let sandbox = Sandbox::new().with_project();
    let mut all = String::new();
    let mut cursor = None::<String>;
    for size in [3, 3, 7, 12] {
        sandbox.write("events.jsonl", input(size));
        sandbox.quietly(&["record", "events.jsonl"]);
        let mut arguments = vec![
            "export",
            "--format",
            "jsonl",
            "--out",
            "part.jsonl",
            "--json",
        ];
        arguments.extend(
            cursor
                .iter()
                .flat_map(|cursor| ["--after", cursor.as_str()]),
        );
        let told = sandbox.quietly(&arguments).json();
        let part = sandbox.read("part.jsonl");
        assert_eq!(told["exported"], part.lines().count());
        assert_eq!(told["cursor"], size - 1, "also when there was nothing new");
        all.push_str(&part);
        cursor = Some(told["cursor"].to_string());
    }
    let whole = sandbox
        .quietly(&["export", "--format", "jsonl", "--out", "-"])
        .stdout;
    assert_eq!(all, whole);
}

#[test]
fn a_file_is_replaced_whole_or_left_as_it_is() {
    let sandbox = Sandbox::new().with_project().with_events(&lines(2));
    sandbox.write("all.jsonl", "old\n".repeat(10_000));
    sandbox.quietly(&["export", "--format", "jsonl", "--out", "all.jsonl"]);
    assert_eq!(sandbox.read("all.jsonl").lines().count(), 2);
    sandbox.write("all.jsonl", "old\n");
    // The header of an entry is no JSON any more: the export fails on its way.
    sandbox
        .sqlite()
        .execute_batch("DROP TRIGGER entries_update; UPDATE entries SET header = 'x' WHERE seq = 1")
        .unwrap();
    let failed = Run::new(
        sandbox
            .command(&[
                "export",
                "--format",
                "jsonl",
                "--out",
                "all.jsonl",
                "--json",
            ])
            .output()
            .unwrap(),
    );
    assert_eq!(
        (failed.code, failed.stdout.as_str()),
        (7, ""),
        "{}",
        failed.stderr
    );
    assert_eq!(sandbox.read("all.jsonl"), "old\n");
    assert_eq!(
        sandbox.names("."),
        [".gitignore", ".piperoll", "all.jsonl", "piperoll.yaml"]
    );
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let sandbox = Sandbox::new().with_project().with_events(&lines(3_000));
    for command in [
        "log --limit 3000",
        "log --limit 3000 --json",
        "log --limit 3000 --format csv",
        "export --format jsonl --out -",
        "export --format csv --out -",
        "completions bash",
        "--help",
    ] {
        // The pipe of the shell reports the exit code of its first command through a file.
        let script = format!("{{ \"$0\" {command}; echo $? >code; }} | head -n 1 >first; cat code");
        let run = Run::new(
            sandbox
                .program("sh")
                .args(["-c", &script, PIPEROLL])
                .output()
                .unwrap(),
        );
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str()),
            ("0\n", ""),
            "{command}"
        );
        assert_eq!(sandbox.read("first").lines().count(), 1, "{command}");
    }
}
