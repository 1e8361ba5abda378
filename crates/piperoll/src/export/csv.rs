use super::safe::shown;
use crate::event::{ActorKind, Phase, Strength};
use crate::trail::Entry;

/// The columns of [`csv_fields`].
pub const CSV_COLUMNS: [&str; 18] = [
    "index",
    "id",
    "at",
    "recorded_at",
    "kind",
    "action",
    "phase",
    "of",
    "actor",
    "actor_kind",
    "actor_via",
    "actor_strength",
    "resource_system",
    "resource",
    "resource_kind",
    "outcome",
    "reason",
    "payload",
];

/// An entry as the fields of a row of CSV. Text that a spreadsheet would run as a formula is led by `'`, and what could deceive a terminal is escaped; whoever
/// wants the exact text takes JSON Lines. The payload is its JSON, empty where there is none or `payload` is false.
pub fn csv_fields(entry: &Entry, payload: bool) -> [String; 18] {
    let header = &entry.header;
    let stored = entry
        .payload
        .as_deref()
        .filter(|_| payload)
        .map(String::from_utf8_lossy);
    let kind = |kind: ActorKind| kind.as_str().to_owned();
    let strength = |strength: Strength| strength.as_str().to_owned();
    [
        entry.index.to_string(),
        header.id.to_string(),
        header.at.to_string(),
        header.recorded_at.to_string(),
        header.kind.to_string(),
        header.action.to_string(),
        header
            .phase
            .map(Phase::as_str)
            .unwrap_or_default()
            .to_owned(),
        header.of.map(|of| of.to_string()).unwrap_or_default(),
        safe(&header.actor.name),
        kind(header.actor.kind),
        safe(header.actor.via.as_deref().unwrap_or_default()),
        strength(header.actor.strength),
        safe(&header.resource.system),
        safe(&header.resource.name),
        safe(&header.resource.kind),
        header.outcome.to_string(),
        safe(header.reason.as_deref().unwrap_or_default()),
        stored
            .map(|json| shown(&json).into_owned())
            .unwrap_or_default(),
    ]
}

/// Spreadsheets run a cell that begins so as a formula, and these texts come from whoever recorded the event.
fn safe(text: &str) -> String {
    let shown = shown(text);
    if shown.starts_with(['=', '+', '-', '@']) {
        format!("'{shown}")
    } else {
        shown.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_not_run_by_a_spreadsheet() {
        assert_eq!(safe("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(safe("@sum"), "'@sum");
        assert_eq!(safe("alice\u{1b}[2J"), "alice\\u001b[2J");
        assert_eq!(safe("a=b"), "a=b");
    }
}
