//! Corrections: new entries that name what they correct.

use crate::events::{id, lines};
use crate::sandbox::Sandbox;

#[test]
fn a_correction_is_a_new_entry_and_changes_nothing() {
    let mut sandbox = Sandbox::named("correct")
        .with_project()
        .with_events(&lines(3));
    let before = sandbox.quietly(&["--json", "show", "1"]).stdout;
    let words = [
        "--actor",
        "carol",
        "--reason",
        "wrong amount",
        "correct",
        "1",
    ];
    let set = [
        "--set",
        "amount=12.50",
        "--set",
        "note=a=b",
        "--set",
        "paid=true",
    ];
    assert_eq!(sandbox.run(&[&words[..], &set[..]].concat()).code, 0);
    assert_eq!(sandbox.quietly(&["--json", "show", "1"]).stdout, before);
    let entry = sandbox.quietly(&["--json", "show", "3"]).json();
    let original = sandbox.quietly(&["--json", "show", "1"]).json();
    assert_eq!(entry["header"]["action"], "CORRECTION");
    assert_eq!(entry["header"]["of"], id(1));
    assert_eq!(entry["header"]["actor"]["name"], "carol");
    assert_eq!(entry["header"]["reason"], "wrong amount");
    assert_eq!(entry["header"]["resource"], original["header"]["resource"]);
    assert_eq!(entry["payload"]["key"], original["payload"]["key"]);
    let after = serde_json::json!({"amount": {"$dec": "12.50"}, "note": "a=b", "paid": true});
    assert_eq!(entry["payload"]["after"], after);
    let by_project = sandbox
        .quietly(&["--json", "--reason", "r", "correct", &id(0)])
        .json();
    assert_eq!(by_project["of"], id(0));
    let entry = sandbox.quietly(&["--json", "show", "4"]).json();
    assert_eq!(entry["header"]["actor"]["name"], "tester");
    assert_eq!(sandbox.quietly(&["verify"]).code, 0);
}

#[test]
fn a_correction_that_says_too_little_is_refused() {
    let mut sandbox = Sandbox::named("correct_refused")
        .with_project()
        .with_events(&lines(1));
    for arguments in [
        &["correct", "0"][..],
        &["--reason", " ", "correct", "0"],
        &["--reason", "r", "correct", "9"],
        &["--reason", "r", "correct", "0", "--set", "amount"],
        &[
            "--reason", "r", "correct", "0", "--set", "a=1", "--set", "a=2",
        ],
        &["--reason", "r", "--actor", " ", "correct", "0"],
    ] {
        assert_eq!(sandbox.run(arguments).code, 2, "{arguments:?}");
    }
    assert_eq!(sandbox.quietly(&["verify", "--json"]).json()["size"], 1);
}
