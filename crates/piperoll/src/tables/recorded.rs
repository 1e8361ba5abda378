//! Reading back what an apply recorded.

use crate::event::{Json, Value};

/// A part of a stored payload: `before`, `differences`, `after`.
pub(super) fn part(payload: &[u8], name: &str) -> Option<Value> {
    let Ok(Json::Object(members)) = Json::parse_stored(payload) else {
        return None;
    };
    let mut members = members.into_iter();
    let (_, part) = members.find(|(member, _)| member == name)?;
    Some(Value::from_json(part))
}
