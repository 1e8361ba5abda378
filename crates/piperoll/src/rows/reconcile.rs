//! What became of a change of tracking that ended nobody knows how: it is read from the target, and recorded.

use super::apply::Request;
use super::registry;
use super::track::{Look, Tracking, Verb, track};
use crate::error::{Error, Result};
use crate::event::{Draft, EventId, Kind, Outcome, Payload, Phase, Value, stored_part};
use crate::limits::OPEN_INTENT_ENTRIES_MAX;
use crate::store::{Filter, Glob, Order, Page};
use crate::target::Reader;
use crate::trail::{Entry, Receipt, Trail};
use std::collections::BTreeSet;

/// An intent without outcome.
struct Open {
    entry: Entry,
    payload: Payload,
    verb: Verb,
}

/// Records what became of the last change of a table's tracking, where that was interrupted; returns how to say so. It is for whoever has the target's lock: nobody else
/// is in the middle of one then.
///
/// # Errors
/// Those of target and trail.
pub(super) fn reconcile(
    reader: &mut dyn Reader,
    target: &str,
    trail: &Trail,
    request: &Request,
    tracking: &Tracking,
) -> Result<Option<String>> {
    let name = request.full_name(&tracking.table);
    let Some(open) = open(trail, target, &name)? else {
        return Ok(None);
    };
    let bytes = open.entry.payload.as_deref().unwrap_or_default();
    let after = stored_part(bytes, "after");
    let outcome = found(reader, target, &tracking.table, open.verb, after.as_ref())?;
    let draft = draft(&open, outcome, after, request)?;
    let receipt = close(trail, open.entry.header.id, &draft, target)?;
    Ok(receipt.entries.first().map(|_| {
        format!(
            "an earlier `{}` of `{}` was interrupted; recorded what became of it: {outcome}",
            open.verb.as_str(),
            tracking.table
        )
    }))
}

/// Records the outcome of an intent, unless somebody has done so meanwhile: then nothing is recorded.
pub(super) fn close(
    trail: &Trail,
    intent: EventId,
    outcome: &Draft,
    target: &str,
) -> Result<Receipt> {
    let receipt = trail.record_with(&mut || {
        let still = open(trail, target, &outcome.resource.name)?;
        Ok(match still {
            Some(still) if still.entry.header.id == intent => vec![outcome.clone()],
            _ => Vec::new(),
        })
    });
    receipt.map_err(Error::from)
}

/// The newest intent of a table's tracking, if no outcome closes it.
fn open(trail: &Trail, target: &str, name: &str) -> Result<Option<Open>> {
    let filter = Filter {
        kind: Some(Kind::Config),
        resource: Some(Glob::exact(name)),
        ..Filter::default()
    };
    let page = Page {
        order: Order::NewestFirst,
        after: None,
        limit: OPEN_INTENT_ENTRIES_MAX,
    };
    let mut closed = BTreeSet::new();
    for entry in trail.entries(&filter, &page)? {
        match entry.header.phase {
            Some(Phase::Outcome) => closed.extend(entry.header.of),
            Some(Phase::Intent) if entry.header.resource.system == target => {
                // Others may record intents of theirs on the table.
                let payload = entry.payload.as_deref().map(Payload::from_bytes);
                let Some(Ok(payload)) = payload else { continue };
                let Some(verb) = verb(&payload) else { continue };
                if closed.contains(&entry.header.id) {
                    return Ok(None);
                }
                return Ok(Some(Open {
                    entry,
                    payload,
                    verb,
                }));
            }
            _ => {}
        }
    }
    Ok(None)
}

fn verb(payload: &Payload) -> Option<Verb> {
    let Some(Value::Text(text)) = payload.context("verb") else {
        return None;
    };
    [Verb::Track, Verb::Repair, Verb::Untrack]
        .into_iter()
        .find(|verb| verb.as_str() == text)
}

/// A target's transaction is done or not. Where the table is tracked and not as it should be, nobody can tell whether a repair was not done, or undone since.
fn found(
    reader: &mut dyn Reader,
    target: &str,
    table: &str,
    verb: Verb,
    settings: Option<&Value>,
) -> Result<Outcome> {
    let known = registry::one(reader, table)?.filter(|known| known.is_active);
    Ok(match (verb, known) {
        (Verb::Untrack, None) => Outcome::Success,
        (Verb::Untrack, Some(_)) | (Verb::Track, None) => Outcome::Failure,
        (Verb::Repair, None) => Outcome::Unknown,
        (Verb::Track | Verb::Repair, Some(known)) => {
            let as_said = Some(&known.settings.to_value()) == settings;
            match track(reader, target, table, None, Look::Rows) {
                Ok(now) if as_said && now.steps.is_empty() => Outcome::Success,
                // What cannot be planned is not as it should be either: the caller's own plan tells why.
                _ => Outcome::Unknown,
            }
        }
    })
}

/// The outcome as the interrupted change would have recorded it, and who found it out.
fn draft(open: &Open, outcome: Outcome, after: Option<Value>, request: &Request) -> Result<Draft> {
    let header = &open.entry.header;
    let text = |text: &str| Value::Text(text.to_owned());
    let mut context: Vec<(String, Value)> = ["verb", "history", "env"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), open.payload.context(name)?.clone())))
        .collect();
    let statements = open.payload.context("statements").cloned();
    let mut say = |name: &str, value: Value| context.push((name.to_owned(), value));
    say("reconciled", Value::Bool(true));
    say("interrupted_actor", text(&header.actor.name));
    match outcome {
        Outcome::Success => {
            say("statements_done", statements.unwrap_or(Value::Null));
        }
        Outcome::Failure => {
            say("statements_not_done", statements.unwrap_or(Value::Null));
            let why = "the change was interrupted; nothing of it was done";
            say("error", text(why));
        }
        _ => {
            let why = "the change was interrupted, and the table is not tracked as it should be: it was not done, or something was changed since";
            say("error", text(why));
        }
    }
    let context = Value::Object(context.into_iter().collect());
    let payload = Payload::new(None, None, None, after, Some(context));
    let mut draft = Draft::outcome_of(header, request.actor.clone(), outcome);
    draft.payload = Some(payload.map_err(|problems| {
        Error::invalid_input("the interrupted change cannot be recorded").with_problems(problems)
    })?);
    Ok(draft)
}
