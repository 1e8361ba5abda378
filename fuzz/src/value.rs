use crate::text;
use piperoll::event::{Json, Payload, Value};
use piperoll_testkit::naive::{canonical, json, typed};

/// JSON and typed values: both implementations take the same and keep the same; a kept payload is read as what it was.
pub(crate) fn run(data: &[u8]) {
    let text = text(data);
    let parsed = Json::parse(text.as_bytes());
    let naive = json::read(text)
        .ok()
        .filter(|json| json::equal_names(json, "").is_empty() && json::zeros(json, "").is_empty());
    assert_eq!(parsed.is_ok(), naive.is_some(), "{parsed:?}");
    if let (Ok(parsed), Some(naive)) = (parsed, naive) {
        let kept = canonical::canonical(&typed::kept(naive));
        let value = Value::from_json(parsed.clone());
        assert_eq!(value.canonical(), kept);
        let members = vec![("after".into(), parsed)];
        if let Ok(payload) = Payload::from_json(Json::Object(members)) {
            assert_eq!(
                self::text(payload.as_bytes()),
                format!("{{\"after\":{kept}}}")
            );
            assert_eq!(Payload::from_bytes(payload.as_bytes()), Ok(payload));
        } else {
            panic!("an `after` may be anything");
        }
    }
    if let Ok(payload) = Payload::from_bytes(data) {
        assert_eq!(payload.as_bytes(), data);
        assert_eq!(Payload::from_bytes(data), Ok(payload));
    }
}
