//! `docs/vectors/format-v1.json` is what the naive implementation says, and it says all it should.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use piperoll_testkit::naive::canonical::canonicalize;
use piperoll_testkit::naive::json::{Json, read};
use piperoll_testkit::naive::key::is_origin;
use piperoll_testkit::naive::line::{self, Command, LINE_BYTES_MAX, PAYLOAD_BYTES_MAX, Writer};
use piperoll_testkit::naive::record::{Stamp, record};
use piperoll_testkit::naive::vectors::vectors;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/vectors/format-v1.json"
);

static SAID: LazyLock<String> = LazyLock::new(vectors);

#[test]
fn the_file_is_what_the_code_says() {
    let said = SAID.as_str();
    #[expect(
        clippy::disallowed_methods,
        reason = "a developer asks the test to write the file"
    )]
    if std::env::var("PIPEROLL_WRITE_VECTORS").as_deref() == Ok("1") {
        std::fs::create_dir_all(Path::new(FILE).parent().unwrap()).unwrap();
        std::fs::write(FILE, said).unwrap();
    }
    #[expect(clippy::disallowed_methods, reason = "a test reads the repository")]
    let file = std::fs::read_to_string(FILE).unwrap();
    if let Some((i, (file, said))) =
        (file.lines().zip(said.lines()).enumerate()).find(|(_, (file, said))| file != said)
    {
        panic!(
            "line {} of the vectors\n  is   {file}\n  not  {said}",
            i + 1
        );
    }
    assert_eq!(file.len(), said.len());
}

fn section(name: &str) -> Vec<Json> {
    match read(&SAID).unwrap().get(name) {
        Some(Json::Array(cases)) => cases.clone(),
        other => panic!("no section {name}: {other:?}"),
    }
}

fn text(case: &Json, name: &str) -> String {
    let value = case.get(name).and_then(Json::as_text);
    value
        .unwrap_or_else(|| panic!("no `{name}` in {case:?}"))
        .to_owned()
}

#[test]
fn every_accepted_line_has_a_header_and_every_header_is_canonical() {
    let cases = section("accepted");
    assert!(cases.len() >= 40);
    let mut kinds = BTreeSet::new();
    for case in cases {
        let header = text(&case, "header");
        assert_eq!(canonicalize(&header).unwrap(), header);
        kinds.insert(text(&read(&header).unwrap(), "kind"));
        if let Some(payload) = case.get("payload").and_then(Json::as_text) {
            assert_eq!(canonicalize(payload).unwrap(), payload);
        }
    }
    let all = [
        "access", "business", "config", "quality", "row", "run", "schema", "security", "trail",
    ];
    assert_eq!(kinds, all.map(str::to_owned).into());
}

/// Section 4: what is printed can be recorded again and is the same content.
#[test]
fn every_kept_payload_is_kept_as_it_is_when_it_is_recorded_again() {
    for case in section("accepted") {
        let Some(payload) = case.get("payload").and_then(Json::as_text) else {
            continue;
        };
        let line = format!(
            r#"{{"kind":"access","action":"READ","actor":{{"name":"a"}},"resource":{{"kind":"k","name":"n","system":"s"}},"payload":{payload}}}"#
        );
        let again = record(line.as_bytes(), &stamp()).unwrap();
        assert_eq!(again.payload.as_deref(), Some(payload.as_bytes()));
    }
}

#[test]
fn every_refused_line_is_refused_for_one_fault() {
    let cases = section("refused");
    assert!(cases.len() >= 50);
    for case in cases {
        let place = text(&case, "place");
        assert!(
            !place.contains(' ') && place != "accepted",
            "{place} in {case:?}"
        );
    }
    for case in section("canonical_refused") {
        assert!(canonicalize(&text(&case, "json")).is_err(), "{case:?}");
    }
}

#[test]
fn keys_that_are_the_same_as_text_have_the_same_attribute() {
    let keys: Vec<(String, String)> = section("accepted")
        .iter()
        .filter(|case| text(case, "name").starts_with("key: "))
        .map(|case| {
            (
                text(case, "name"),
                text(case.get("attributes").unwrap(), "key"),
            )
        })
        .collect();
    let same = |name: &str| name == "key: a number" || name.starts_with("key: the same");
    let first = &keys[0].1;
    assert_eq!(keys.iter().filter(|(name, _)| same(name)).count(), 5);
    for (name, key) in &keys {
        assert_eq!(key == first, same(name), "{name}");
    }
}

#[test]
fn limits_of_size_are_exact() {
    let line = |letters: usize| {
        format!(
            r#"{{"kind":"access","action":"READ","actor":{{"name":"a"}},"resource":{{"kind":"k","name":"n","system":"s"}},"payload":{{"after":"{}"}}}}"#,
            "x".repeat(letters)
        )
    };
    let letters = PAYLOAD_BYTES_MAX - r#"{"after":""}"#.len();
    let kept = record(line(letters).as_bytes(), &stamp()).unwrap();
    assert_eq!(kept.payload.unwrap().len(), 16_777_216);
    let faults = record(line(letters + 1).as_bytes(), &stamp()).unwrap_err();
    assert_eq!(
        faults[0].to_string(),
        "`payload`: is longer than 16 MiB in canonical form"
    );

    let long = vec![b' '; LINE_BYTES_MAX + 1];
    let faults = line::read(&long, Writer::Line, &Command::default()).unwrap_err();
    assert_eq!(faults[0].to_string(), "`line`: is longer than 128 MiB");

    let name =
        |letters: usize| line(0).replacen("\"a\"", &format!("\"{}\"", "n".repeat(letters)), 1);
    let empty = record(name(1).as_bytes(), &stamp()).unwrap().header.len() - 1;
    let full = record(name(65_535 - empty).as_bytes(), &stamp()).unwrap();
    assert_eq!(full.header.len(), 65_535);
    let faults = record(name(65_536 - empty).as_bytes(), &stamp()).unwrap_err();
    assert_eq!(faults[0].place, "header");
}

#[test]
fn every_fault_of_a_line_is_told() {
    let line = br#"{"kind":"row","actor":{"kind":"robot"},"of":"x","colour":1,"payload":{"key":[],"old":1}}"#;
    let faults = record(line, &stamp()).unwrap_err();
    let places: BTreeSet<String> = faults.into_iter().map(|fault| fault.place).collect();
    let expected = [
        "action",
        "actor.kind",
        "actor.name",
        "colour",
        "of",
        "payload.key",
        "payload.old",
        "resource",
    ];
    assert_eq!(places, expected.map(str::to_owned).into());
}

#[test]
fn origins_are_of_plain_letters() {
    assert!(is_origin("shop.example/audit:A_z-9"));
    assert!(is_origin(&"a".repeat(255)));
    for text in ["", "a b", "a+b", "a\n", "\u{e9}", &"a".repeat(256)] {
        assert!(!is_origin(text), "{text}");
    }
}

fn stamp() -> Stamp {
    Stamp {
        id: "01890a5d-ac96-774b-bcce-b302099a8057".to_owned(),
        recorded_at: "2026-11-01T08:00:00.000000Z".to_owned(),
        salt: [7; 32],
        secret: vec![8; 32],
        command: Command::default(),
    }
}
