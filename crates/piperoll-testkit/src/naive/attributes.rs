//! The pairs by which features find entries.

use super::bytes::{base64, hmac};
use super::canonical::{canonical, sorted};
use super::json::Json;
use super::typed::dollar;

/// The attributes of an event, by name and value.
pub fn attributes(kind: &str, payload: &Json, secret: &[u8]) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    if let Some(key) = payload.get("key") {
        pairs.push(("key".to_owned(), key_attribute(key, secret)));
    }
    let names: &[&str] = match kind {
        "run" => &["release", "status"],
        "schema" => &["change_key"],
        _ => &[],
    };
    for name in names {
        let value = payload.get("context").and_then(|context| context.get(name));
        if let Some(text) = value.and_then(Json::as_text) {
            pairs.push(((*name).to_owned(), text.to_owned()));
        }
    }
    pairs.sort();
    pairs
}

/// The attribute `key` of a key in kept form.
pub fn key_attribute(key: &Json, secret: &[u8]) -> String {
    let texts = Json::Array(values(key).into_iter().map(as_text).collect());
    let mac = hmac(secret, canonical(&texts).as_bytes());
    base64(&mac.into_iter().take(16).collect::<Vec<u8>>())
}

fn values(key: &Json) -> Vec<&Json> {
    let members = match key {
        Json::Object(members) => members,
        Json::Array(elements) => return elements.iter().collect(),
        other => return vec![other],
    };
    match (dollar(key), members.as_slice()) {
        // The object that `$obj` wraps is the caller's key.
        (Some("$obj"), [(_, Json::Object(own))]) => own.iter().map(|(_, value)| value).collect(),
        (Some(_), _) => vec![key],
        (None, _) => sorted(members)
            .into_iter()
            .map(|(_, value)| value)
            .collect(),
    }
}

fn as_text(value: &Json) -> Json {
    match value {
        Json::Null | Json::Text(_) => value.clone(),
        Json::Object(members) if dollar(value).is_some() => match members.as_slice() {
            [(_, Json::Text(text))] => Json::text(text),
            // `$obj` holds no text.
            _ => Json::Text(canonical(value)),
        },
        other => Json::Text(canonical(other)),
    }
}
