use crate::events::{id, varied};
use crate::sandbox::Sandbox;

#[test]
fn an_entry_is_shown_whole() {
    let mut sandbox = Sandbox::named("show").with_project().with_events(&varied());
    sandbox.run(&["show", "1"]);
    sandbox.run(&["show", &id(2)]);
    sandbox.run(&["show", &id(2).to_uppercase(), "--color", "always"]);
    let json = sandbox.run(&["--json", "show", "1"]);
    let entry = json.json();
    assert_eq!(entry["header"]["id"], id(1));
    assert_eq!(entry["payload"]["after"]["amount"]["$dec"], "12.50");
    assert_eq!(entry["erased"], serde_json::Value::Null);
    let log = sandbox.quietly(&["log", "--json", "--payload", "--after", "2", "--limit", "1"]);
    assert_eq!(
        log.stdout, json.stdout,
        "the same as `log --payload` prints"
    );
}

#[test]
fn what_is_not_there_is_refused() {
    let mut sandbox = Sandbox::named("show_refused")
        .with_project()
        .with_events(&varied());
    for name in [
        &id(9),
        "5",
        "18446744073709551615",
        "18446744073709551616",
        "-1",
        "+1",
        " 1",
        "",
        "abc",
    ] {
        let refused = sandbox.run(&["--json", "show", name]);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{name}");
    }
    assert_eq!(sandbox.run(&["show"]).code, 2);
    assert_eq!(sandbox.run(&["show", "1", "2"]).code, 2);
}
