use super::safe::escape_json;
use crate::event::EventId;
use crate::trail::Entry;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How much of an entry is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryJson {
    /// All of it.
    Whole {
        /// The entry that accounts for a payload that is gone.
        erased: Option<EventId>,
    },
    /// Without payload and salt.
    Header {
        /// The entry that accounts for a payload that is gone.
        erased: Option<EventId>,
    },
}

/// An entry as one line of JSON: `{"index":N,"leaf":"<base64>","header":{...},"payload":{...}|null,"salt":"<base64>"|null,"erased":id|null}`. Header and payload
/// are the stored bytes, so that leaf and commitment can be recomputed from them.
pub fn entry_json(entry: &Entry, how: EntryJson) -> String {
    let header = String::from_utf8_lossy(&entry.header_bytes);
    let mut json = format!(
        "{{\"index\":{},\"leaf\":\"{}\",\"header\":{header}",
        entry.index,
        entry.leaf()
    );
    let erased = match how {
        EntryJson::Header { erased } => erased,
        EntryJson::Whole { erased } => {
            let payload = entry.payload.as_deref().map(String::from_utf8_lossy);
            let salt = entry
                .salt
                .as_ref()
                .map(|salt| format!("\"{}\"", STANDARD.encode(salt)));
            json.push_str(",\"payload\":");
            json.push_str(payload.as_deref().unwrap_or("null"));
            json.push_str(",\"salt\":");
            json.push_str(salt.as_deref().unwrap_or("null"));
            erased
        }
    };
    let erased = erased.map_or_else(|| "null".to_owned(), |id| format!("\"{id}\""));
    json.push_str(&format!(",\"erased\":{erased}}}"));
    escape_json(&json).into_owned()
}
