use crate::events::{id, lines, varied};
use crate::sandbox::{Run, Sandbox};

#[test]
fn entries_are_listed_newest_first() {
    let mut sandbox = Sandbox::named("log").with_project().with_events(&varied());
    sandbox.run(&["log"]);
    sandbox.run(&["log", "--reverse"]);
    sandbox.run(&["log", "--payload"]);
    sandbox.run(&["log", "--limit", "1", "--color", "always"]);
    sandbox.run(&["log", "--format", "csv", "--reverse"]);
    sandbox.run(&["log", "--format", "csv", "--payload", "--limit", "4"]);
    sandbox.run(&["log", "--format", "json", "--limit", "2"]);
    sandbox.run(&["log", "--json", "--payload", "--reverse", "--limit", "2"]);
    sandbox.run(&["log", "--format", "table", "--limit", "1", "--quiet"]);
}

#[test]
fn each_filter_leaves_what_it_names() {
    let sandbox = Sandbox::new().with_project().with_events(&varied());
    let cases: [(&[&str], &[u64]); 28] = [
        (&[], &[4, 3, 2, 1, 0]),
        (&["--kind", "access"], &[3, 2]),
        (&["--kind", "trail"], &[]),
        (&["--action", "READ"], &[2]),
        (&["--action", "insert"], &[1]),
        (&["--action", "x.shop.refund"], &[4]),
        (&["--action", "x.shop.other"], &[]),
        (&["--actor", "alice"], &[4, 3, 2]),
        (&["--actor", "Alice"], &[]),
        (&["--resource", "shop.main.orders"], &[4, 1, 0]),
        (&["--resource", "shop.*"], &[4, 2, 1, 0]),
        (&["--resource", "*customers"], &[3, 2]),
        (&["--resource", "Shop.*"], &[]),
        (
            &["--resource", "shop.main.{orders,customers}"],
            &[4, 2, 1, 0],
        ),
        (&["--key", "42"], &[1]),
        (&["--key", "order_id=42"], &[1]),
        (&["--key", r#"{"order_id":42}"#], &[1]),
        (&["--key", "order_id=7,line=1"], &[4]),
        (&["--key", "7"], &[]),
        (&["--since", "2020-11-02"], &[4, 3, 2]),
        (&["--until", "2020-11-02"], &[3, 2, 1, 0]),
        (
            &[
                "--since",
                "2020-11-02T09:15:00Z",
                "--until",
                "2020-11-03T10:00:00Z",
            ],
            &[3],
        ),
        (&["--since", "2020-11-02T10:15:00+01:00"], &[4, 3]),
        (&["--since", "1d"], &[]),
        (&["--until", "1d"], &[4, 3, 2, 1, 0]),
        (&["--outcome", "denied"], &[3]),
        (
            &[
                "--actor",
                "alice",
                "--kind",
                "access",
                "--outcome",
                "success",
            ],
            &[2],
        ),
        (&["--reverse", "--actor", "alice"], &[2, 3, 4]),
    ];
    for (filters, expected) in cases {
        let arguments = [&["log", "--json"], filters].concat();
        let entries = sandbox.quietly(&arguments).json_lines();
        let indices = entries
            .iter()
            .map(|entry| entry["index"].as_u64().unwrap())
            .collect::<Vec<_>>();
        assert_eq!(indices, expected, "{filters:?}");
        let code = Run::new(
            sandbox
                .command(&[&arguments, &["--exit-code"][..]].concat())
                .output()
                .unwrap(),
        );
        assert_eq!(code.code, i32::from(expected.is_empty()), "{filters:?}");
    }
}

#[test]
fn pages_join_without_gap_or_overlap_both_ways() {
    let sandbox = Sandbox::new().with_project().with_events(&lines(23));
    for (reverse, all) in [
        (&[][..], (0..23).rev().map(id).collect::<Vec<_>>()),
        (&["--reverse"][..], (0..23).map(id).collect()),
    ] {
        let mut ids = Vec::new();
        let mut after: Option<String> = None;
        for page in 1.. {
            let cursor = after.iter().flat_map(|after| ["--after", after.as_str()]);
            let arguments = ["log", "--json", "--limit", "5"].into_iter().chain(cursor);
            let arguments = arguments.chain(reverse.iter().copied()).collect::<Vec<_>>();
            let run = sandbox.quietly(&arguments);
            let entries = run.json_lines();
            ids.extend(entries.iter().map(|entry| entry["header"]["id"].clone()));
            let more = run.stderr.strip_prefix("there are more: --after ");
            assert_eq!(more.is_some(), page < 5, "page {page}: {}", run.stderr);
            let Some(more) = more else { break };
            assert_eq!(more.trim(), entries.last().unwrap()["index"].to_string());
            after = Some(more.trim().to_owned());
        }
        assert_eq!(ids, all);
    }
    let none = sandbox.quietly(&["log", "--after", "0"]);
    assert_eq!(
        (none.stdout.as_str(), none.stderr.as_str()),
        ("", "no entries\n")
    );
    let exact = sandbox.quietly(&["log", "--limit", "23"]);
    assert_eq!(exact.stderr, "", "there are no more");
}

#[test]
fn fifty_are_listed_unless_told_otherwise() {
    let sandbox = Sandbox::new().with_project().with_events(&lines(60));
    let count = |arguments: &[&str]| sandbox.quietly(arguments).stdout.lines().count();
    assert_eq!(count(&["log", "--json"]), 50);
    assert_eq!(count(&["log"]), 51, "and the titles");
    assert_eq!(
        count(&["log", "--json", "--limit", "18446744073709551615"]),
        60
    );
    assert_eq!(count(&["log", "--json", "--limit", "0"]), 0);
}

#[test]
fn what_cannot_be_searched_for_is_refused() {
    let mut sandbox = Sandbox::named("log_refused")
        .with_project()
        .with_events(&varied());
    for arguments in [
        ["--kind", "rows"],
        ["--action", "LOOK"],
        ["--outcome", "ok"],
        ["--since", "yesterday"],
        ["--until", "2020-02-30"],
        ["--since", "2020-11-01T08:00:00"],
        ["--key", ""],
        ["--key", "{"],
        ["--key", "a=1,b"],
        ["--resource", "shop.[main"],
        ["--limit", "-1"],
        ["--limit", "all"],
        ["--after", "x"],
        ["--format", "xml"],
    ] {
        let refused = sandbox.run(&["log", arguments[0], arguments[1]]);
        assert_eq!(
            (refused.code, refused.stdout.as_str()),
            (2, ""),
            "{arguments:?}"
        );
    }
    assert_eq!(sandbox.run(&["log", "--json", "--format", "csv"]).code, 2);
}

#[test]
fn an_empty_trail_has_nothing_to_list() {
    let mut sandbox = Sandbox::named("log_empty").with_project();
    sandbox.run(&["log"]);
    sandbox.run(&["log", "--json"]);
    sandbox.run(&["log", "--format", "csv"]);
    assert_eq!(sandbox.run(&["log", "--exit-code", "--quiet"]).code, 1);
}
