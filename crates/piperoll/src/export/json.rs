use super::safe::escape_json;
use crate::event::EventId;
use crate::trail::Entry;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// An entry as one line of JSON: `{"index":N,"leaf":"<base64>","header":{...},"payload":{...}|null,"salt":"<base64>"|null,"erased":id|null}`. Header and payload
/// are the stored bytes, so that leaf and commitment can be recomputed from them. `erased` is the id of the entry that accounts for a payload that is gone
/// ([`Trail::erased_by`](crate::trail::Trail::erased_by)); the keys `payload` and `salt` are left out when `payload` is false.
pub fn entry_json(entry: &Entry, erased: Option<EventId>, payload: bool) -> String {
    let header = String::from_utf8_lossy(&entry.header_bytes);
    let mut json = format!(
        "{{\"index\":{},\"leaf\":\"{}\",\"header\":{header}",
        entry.index,
        entry.leaf()
    );
    if payload {
        let payload = entry.payload.as_deref().map(String::from_utf8_lossy);
        let salt = entry
            .salt
            .as_ref()
            .map(|salt| format!("\"{}\"", STANDARD.encode(salt)));
        json.push_str(",\"payload\":");
        json.push_str(payload.as_deref().unwrap_or("null"));
        json.push_str(",\"salt\":");
        json.push_str(salt.as_deref().unwrap_or("null"));
    }
    let erased = erased.map_or_else(|| "null".to_owned(), |id| format!("\"{id}\""));
    json.push_str(&format!(",\"erased\":{erased}}}"));
    escape_json(&json).into_owned()
}
