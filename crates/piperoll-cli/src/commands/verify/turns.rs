//! Turns of the trail, as `verify` tells them.

use crate::output::count;
use piperoll::seal::HeadLine;
use piperoll::trail::Turn;
use serde_json::{Value, json};

fn turn_json(turn: &Turn) -> Value {
    json!({
        "index": turn.index,
        "id": turn.id.to_string(),
        "at": turn.at.to_string(),
        "actor": turn.actor,
        "reason": turn.reason,
        "old": turn.old.log.to_string(),
        "new": turn.new.log.to_string(),
    })
}

/// A rotation of the key; `None` for an adoption.
pub(super) fn rotation_json(turn: &Turn) -> Option<Value> {
    turn.adoption.is_none().then(|| turn_json(turn))
}

/// An incarnation that began; `None` for a rotation.
pub(super) fn incarnation_json(turn: &Turn) -> Option<Value> {
    let adoption = turn.adoption.as_ref()?;
    let head =
        |line: &HeadLine| json!({"size": line.size().get(), "root": line.root().to_string()});
    let Value::Object(mut json) = turn_json(turn) else {
        return None;
    };
    let lost = adoption.lost.as_ref().map_or(Value::Null, head);
    json.insert("origin".to_owned(), turn.new.log.name().into());
    json.insert("kept".to_owned(), head(&adoption.kept));
    json.insert("lost".to_owned(), lost);
    Some(Value::Object(json))
}

/// A turn as a person is told.
pub(super) fn turn_line(turn: &Turn) -> String {
    let why = turn.reason.as_deref().map(|reason| format!(": {reason}"));
    let by = format!(
        "by {} at {}{}",
        turn.actor,
        turn.at,
        why.unwrap_or_default()
    );
    let Some(adoption) = &turn.adoption else {
        return format!(
            "entry {} turns to the key {} {by}",
            turn.index, turn.new.log
        );
    };
    let kept = adoption.kept.size().get();
    let lost = match &adoption.lost {
        Some(lost) => {
            let more = lost.size().get().saturating_sub(kept);
            format!(
                "{} lost (those of indices {kept} to {})",
                count(more, "entry"),
                lost.size().get().saturating_sub(1)
            )
        }
        None => "what was lost is not known".to_owned(),
    };
    format!(
        "entry {} begins `{}`: {} kept, {lost}; {by}",
        turn.index,
        turn.new.log.name(),
        count(kept, "entry")
    )
}
