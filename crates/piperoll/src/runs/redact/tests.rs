use super::*;

fn words() -> Vec<String> {
    ["password", "Token"].map(str::to_owned).to_vec()
}

fn redacted(document: &str) -> String {
    let mut run = Run::parse(document.as_bytes()).unwrap();
    redact(&mut run, &words());
    run.to_json()
}

#[test]
fn d_f17_a_secret_goes_by_its_name_and_then_wherever_it_stands() {
    let text = redacted(
        r#"{"name":"w","release":"2026-11-01","run_id":"r","context":{"params":{"DB_PASSWORD":"hunter22","n":[{"apitoken":{"a":["k9-x"]}}]},
            "errors":{"message":"login as hunter22 failed"},"jobs":{"use hunter22":{"cmd":"-phunter22 --key=k9-x"}}},"runs_metadata":{"was":"k9-x!"}}"#,
    );
    assert!(
        !text.contains("hunter22") && !text.contains("k9-x"),
        "{text}"
    );
    assert!(
        text.contains(r#""message":"login as [redacted] failed""#),
        "{text}"
    );
    assert!(
        text.contains(r#""use [redacted]":{"cmd":"-p[redacted] --key=[redacted]"}"#),
        "{text}"
    );
}

#[test]
fn numbers_short_values_and_words_that_say_nothing() {
    let text = redacted(
        r#"{"name":"w","release":"2026-11-01","run_id":"r","context":{"params":{"password":"abc","token_pin":481,"token_on":true,"token_count":1,"password_set":"yes"},
            "out":"abc abcd x-abc. 481 1481 yes 1","pin":481,"count":1}}"#,
    );
    assert!(
        text.contains(r#""out":"[redacted] abcd x-[redacted]. [redacted] 1481 yes 1""#),
        "{text}"
    );
    assert!(
        text.contains(r#""pin":"[redacted]""#) && text.contains(r#""count":1"#),
        "{text}"
    );
}

#[test]
fn a_secret_that_is_cut_in_two_or_escaped_or_of_several_lines_is_seen_nowhere() {
    let pairs = [
        ("MY_TOKEN", "line-one-secret\nline \"two\" secret"),
        ("token", "long"),
        ("TOKEN2", "longer"),
    ];
    let secrets = Secrets::of_pairs(pairs, &words());
    let text = "say line-one-secret, then {\"k\":\"line-one-secret\\nline \\\"two\\\" secret\"} longer longest";
    assert_eq!(
        secrets.redacted(text).unwrap(),
        "say [redacted], then {\"k\":\"[redacted]\"} [redacted] [redacted]est"
    );
    let from = text.find("one-secret").unwrap();
    assert!(
        secrets
            .redacted_from(text, from)
            .starts_with("[redacted], then")
    );
    assert_eq!(secrets.redacted("nothing here"), None);
    assert!(!format!("{secrets:?}").contains("long"));
}
