//! The library reproduces every vector of `docs/vectors/format-v1.json`.

mod repeats;
mod trail;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use piperoll::event::{
    Action, ActorKind, Commitment, Draft, DraftActor, Event, EventId, Header, Instant, Json, Kind,
    Line, LineDefaults, Lines, Outcome, Payload, Phase, Resource, Salt, Secret, Stamp, Strength,
    Value, attributes_of,
};
use piperoll::seal::leaf_hash;
use serde_json::Value as Vector;
use std::sync::LazyLock;

static FILE: LazyLock<Vector> = LazyLock::new(|| {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/vectors/format-v1.json"
    );
    #[expect(clippy::disallowed_methods, reason = "a test reads the repository")]
    let text = std::fs::read(path).unwrap();
    serde_json::from_slice(&text).unwrap()
});

fn cases(section: &str) -> &'static [Vector] {
    FILE[section].as_array().unwrap()
}

fn text<'a>(vector: &'a Vector, key: &str) -> &'a str {
    let found = vector[key].as_str();
    found.unwrap_or_else(|| panic!("no text `{key}` in {vector}"))
}

fn bytes(vector: &Vector, key: &str) -> Vec<u8> {
    STANDARD.decode(text(vector, key)).unwrap()
}

fn bytes_32(vector: &Vector, key: &str) -> [u8; 32] {
    bytes(vector, key).try_into().unwrap()
}

fn secret() -> Secret {
    Secret::new(bytes_32(&FILE, "secret"))
}

/// What the command gives, where `by_command` says so.
fn defaults(by_command: bool) -> LineDefaults {
    let given = |key| by_command.then(|| text(&FILE["command"], key).to_owned());
    LineDefaults {
        actor: given("actor"),
        reason: given("reason"),
    }
}

/// The parts of the library that have a canonical form of their own: values as they are kept. What RFC 8785 says of other spellings of numbers is
/// compared by their doubles.
#[test]
fn canonical_json_is_that_of_the_vectors() {
    let mut compared = 0;
    for case in cases("canonical") {
        let (json, canonical) = (text(case, "json"), text(case, "canonical"));
        if json.contains("\\u0000") {
            assert_eq!(Json::parse(json.as_bytes()).unwrap_err().len(), 1);
            continue;
        }
        let value = doubles(Json::parse(json.as_bytes()).unwrap());
        assert_eq!(value.canonical(), canonical, "{case}");
        let again = Value::from_json(Json::parse(canonical.as_bytes()).unwrap());
        assert_eq!(again.canonical(), canonical, "{case}");
        compared += 1;
    }
    assert_eq!(compared, cases("canonical").len() - 1);
}

/// A value in which each number with a fraction is the double that it stands for.
fn doubles(json: Json<'_>) -> Value {
    match json {
        Json::Number(text) if text.contains(['.', 'e', 'E']) => Value::Real(text.parse().unwrap()),
        Json::Array(items) => Value::Array(items.into_iter().map(doubles).collect()),
        Json::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.into_owned(), doubles(value)))
                .collect(),
        ),
        other => Value::from_json(other),
    }
}

#[test]
fn json_that_is_refused_in_the_vectors_is_refused() {
    assert!(cases("canonical_refused").len() >= 20);
    for case in cases("canonical_refused") {
        assert!(
            Json::parse(text(case, "json").as_bytes()).is_err(),
            "{case}"
        );
    }
}

#[test]
fn inputs_are_cut_into_the_lines_of_the_vectors() {
    for case in cases("lines") {
        let input = bytes(case, "input");
        let mut lines = Lines::new(input.as_slice());
        for expected in case["lines"].as_array().unwrap() {
            let Line {
                number,
                bytes: line,
                ..
            } = lines.next_line().unwrap().unwrap();
            assert_eq!(Some(number), expected["number"].as_u64(), "{case}");
            assert_eq!(line, text(expected, "line").as_bytes(), "{case}");
        }
        assert_eq!(lines.next_line().unwrap(), None, "{case}");
    }
}

#[test]
fn accepted_lines_become_the_bytes_of_the_vectors() {
    for case in cases("accepted") {
        let line = text(case, "line");
        let draft = if case["own"] == true {
            own(line)
        } else {
            let defaults = defaults(case["by_command"] == true);
            let draft = Draft::from_line(line.as_bytes(), &defaults).unwrap();
            assert_eq!(draft.problems(), [], "{case}");
            draft
        };
        let event = draft
            .stamp(&Stamp {
                id: EventId::parse(text(case, "id")).unwrap(),
                recorded_at: Instant::parse(text(case, "recorded_at")).unwrap(),
                salt: Salt::new(bytes_32(case, "salt")),
                secret: &secret(),
            })
            .unwrap();
        compare(case, &event);
    }
}

fn compare(case: &Vector, event: &Event) {
    let header = text(case, "header").as_bytes();
    assert_eq!(event.header_bytes, header, "{case}");
    assert_eq!(Header::decode(header).unwrap(), event.header, "{case}");
    assert_eq!(event.header.encode(), header, "{case}");
    assert_eq!(leaf_hash(header).to_base64(), text(case, "leaf"), "{case}");

    let payload = event.payload.as_ref().map(|(payload, _)| &**payload);
    assert_eq!(
        payload,
        case["payload"].as_str().map(str::as_bytes),
        "{case}"
    );
    let commitment = event.header.payload.as_ref().map(Commitment::to_string);
    assert_eq!(commitment.as_deref(), case["commitment"].as_str(), "{case}");

    let attributes: Vec<(&str, &str)> = event
        .attributes
        .iter()
        .map(|attribute| (attribute.name.as_str(), attribute.value.as_str()))
        .collect();
    let expected = case["attributes"].as_object().unwrap().iter();
    let mut expected: Vec<_> = expected
        .map(|(name, v)| (name.as_str(), v.as_str().unwrap()))
        .collect();
    expected.sort_unstable();
    assert_eq!(attributes, expected, "{case}");

    if let Some(payload) = payload {
        let stored = Payload::from_bytes(payload).unwrap();
        assert_eq!(stored.as_bytes(), payload, "{case}");
        let again = attributes_of(event.header.kind, &stored, &secret());
        assert_eq!(again, event.attributes, "{case}");
    }
}

/// What Piperoll says itself: no line can, so the draft is built of the line's parts.
fn own(line: &str) -> Draft {
    assert!(Draft::from_line(line.as_bytes(), &LineDefaults::default()).is_err());
    let json: Vector = serde_json::from_str(line).unwrap();
    let actor = &json["actor"];
    let resource = &json["resource"];
    let payload = json.get("payload").map(|payload| {
        let text = payload.to_string();
        Payload::from_json(Json::parse(text.as_bytes()).unwrap()).unwrap()
    });
    Draft {
        phase: json["phase"]
            .as_str()
            .map(|word| Phase::parse(word).unwrap()),
        of: json["of"].as_str().map(|id| EventId::parse(id).unwrap()),
        outcome: json["outcome"]
            .as_str()
            .map(|word| Outcome::parse(word).unwrap()),
        reason: json["reason"].as_str().map(str::to_owned),
        payload,
        ..Draft::new(
            Kind::parse(text(&json, "kind")).unwrap(),
            Action::parse(text(&json, "action")).unwrap(),
            DraftActor {
                name: text(actor, "name").to_owned(),
                kind: actor["kind"]
                    .as_str()
                    .map(|word| ActorKind::parse(word).unwrap()),
                via: actor["via"].as_str().map(str::to_owned),
                strength: actor["strength"]
                    .as_str()
                    .map(|word| Strength::parse(word).unwrap()),
            },
            Resource::new(
                text(resource, "system"),
                text(resource, "name"),
                text(resource, "kind"),
            ),
        )
    }
}

#[test]
fn refused_lines_are_refused_for_the_fault_of_the_vectors() {
    assert!(cases("refused").len() >= 100);
    for case in cases("refused") {
        let line = match case["line"].as_str() {
            Some(line) => line.as_bytes().to_vec(),
            None => bytes(case, "line_base64"),
        };
        let problems = Draft::from_line(&line, &LineDefaults::default()).unwrap_err();
        let places: Vec<&str> = problems
            .iter()
            .map(|problem| problem.place.as_str())
            .collect();
        // The library leaves the place of the line as a whole empty: its callers know the number.
        let place = match text(case, "place") {
            "line" => "",
            place => place,
        };
        assert_eq!(places, [place], "{case}");
    }
}
