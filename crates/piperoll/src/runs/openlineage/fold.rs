//! The events of one run as a run: in whatever order they come, and however often.

use super::event::{Object, RunEvent, RunKey, Transition, instant, text};
use super::ours;
use crate::event::{Instant, Value};
use crate::limits::LINEAGE_EVENTS_MAX;
use crate::runs::{Release, Run, Status};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// The member of a run's context that holds what a run has no field for.
pub(super) const KEPT: &str = "openlineage";

/// What an event said, and when: what was said later counts.
struct Said {
    at: Instant,
    transition: Transition,
    value: Value,
}

/// The events of a run so far.
pub(super) struct Fold {
    key: RunKey,
    events: BTreeSet<(Instant, Transition)>,
    /// Events beyond those that are kept.
    more: u64,
    started_at: Option<Instant>,
    first: Instant,
    ends: BTreeMap<Transition, Instant>,
    run_facets: BTreeMap<String, Said>,
    job_facets: BTreeMap<String, Said>,
    inputs: BTreeMap<String, Said>,
    outputs: BTreeMap<String, Said>,
    rest: BTreeMap<String, Said>,
}

/// A run as its events tell it.
pub(super) struct Folded {
    pub(super) run: Run,
    /// What is strange about it.
    pub(super) notes: Vec<String>,
    /// Whether the release is only the time of the first event that was seen, and that is no start: the trail may know better.
    pub(super) is_release_guessed: bool,
}

impl Fold {
    /// No event yet, of a run whose first one comes now.
    pub(super) fn of(event: &RunEvent) -> Self {
        Self {
            key: event.key.clone(),
            events: BTreeSet::new(),
            more: 0,
            started_at: None,
            first: event.at,
            ends: BTreeMap::new(),
            run_facets: BTreeMap::new(),
            job_facets: BTreeMap::new(),
            inputs: BTreeMap::new(),
            outputs: BTreeMap::new(),
            rest: BTreeMap::new(),
        }
    }

    /// Takes an event in.
    pub(super) fn add(&mut self, event: RunEvent) {
        let (at, transition) = (event.at, event.transition);
        self.first = self.first.min(at);
        if transition == Transition::Start {
            let earliest = self.started_at.map_or(at, |earlier| earlier.min(at));
            self.started_at = Some(earliest);
        }
        if transition.is_terminal() {
            let latest = self.ends.entry(transition).or_insert(at);
            *latest = at.max(*latest);
        }
        if self.events.insert((at, transition)) && self.events.len() > LINEAGE_EVENTS_MAX {
            // The last ones go: how a run ended is told elsewhere.
            self.events.pop_last();
            self.more += 1;
        }
        let mut rest = event.rest;
        rest.extend(event.producer.map(|value| ("producer".to_owned(), value)));
        for (said, members) in [
            (&mut self.run_facets, event.run_facets),
            (&mut self.job_facets, event.job_facets),
            (&mut self.inputs, data_sets(event.inputs)),
            (&mut self.outputs, data_sets(event.outputs)),
            (&mut self.rest, rest),
        ] {
            for (name, value) in members {
                let new = Said {
                    at,
                    transition,
                    value,
                };
                match said.get_mut(&name) {
                    Some(old) if new.is_later_than(old) => *old = new,
                    Some(_) => {}
                    None => drop(said.insert(name, new)),
                }
            }
        }
    }

    /// The run that the events tell of.
    pub(super) fn finish(self) -> Folded {
        let mut run_facets = values(self.run_facets);
        if let Some(run) = run_facets.get(ours::FACET).and_then(ours::read) {
            return Folded {
                run,
                notes: Vec::new(),
                is_release_guessed: false,
            };
        }
        let mut notes = Vec::new();
        let errors = run_facets.remove("errorMessage").and_then(without_marks);
        let (status, ended_at) = ending(&self.ends, errors.is_some(), &mut notes);
        if self.started_at.is_none() && ended_at.is_some() {
            notes.push("it ended, and there is no event of its start".to_owned());
        }
        if ended_at.is_none() {
            notes.push("it began, and there is no event of its end".to_owned());
        }
        let nominal = run_facets.get("nominalTime");
        let nominal = nominal.and_then(|facet| text(facet, &["nominalStartTime"]));
        let named = nominal.and_then(release);
        if let (Some(text), None) = (nominal, named) {
            notes.push(format!("its nominalStartTime `{text}` is no time"));
        }
        let first = Release::utc(self.started_at.unwrap_or(self.first));
        let mut run = Run::new(self.key.job, named.unwrap_or(first), self.key.run_id);
        run.status = status;
        run.started_at = self.started_at;
        run.ended_at = ended_at;
        let parent = run_facets.get("parent");
        let parent = parent.and_then(|facet| text(facet, &["run", "runId"]));
        run.parent_run_id = parent.map(str::to_owned);
        let events = self.events.into_iter().map(|(at, transition)| {
            Value::Object(Object::from([
                ("eventType".to_owned(), word(transition.as_str())),
                ("eventTime".to_owned(), word(&at.to_string())),
            ]))
        });
        let mut kept = values(self.rest);
        let more = i64::try_from(self.more).unwrap_or(i64::MAX);
        for (name, value) in [
            ("namespace", word(&self.key.namespace)),
            ("runFacets", Value::Object(run_facets)),
            ("jobFacets", Value::Object(values(self.job_facets))),
            ("inputs", list(self.inputs)),
            ("outputs", list(self.outputs)),
            ("events", Value::Array(events.collect())),
            ("moreEvents", Value::Int(more)),
        ] {
            let is_empty = match &value {
                Value::Object(members) => members.is_empty(),
                Value::Array(items) => items.is_empty(),
                Value::Int(number) => *number == 0,
                _ => false,
            };
            if !is_empty {
                kept.insert(name.to_owned(), value);
            }
        }
        run.context.insert(KEPT, Value::Object(kept));
        run.context.insert("status", word(status.as_str()));
        if let Some(errors) = errors {
            run.context.insert("errors", errors);
        }
        Folded {
            is_release_guessed: named.is_none() && run.started_at.is_none(),
            run,
            notes,
        }
    }
}

impl Said {
    fn is_later_than(&self, other: &Self) -> bool {
        let order = (self.at, self.transition).cmp(&(other.at, other.transition));
        // Of what was said at once the order in the file says nothing; it must not matter.
        let order = order.then_with(|| self.value.canonical().cmp(&other.value.canonical()));
        order == Ordering::Greater
    }
}

/// How a run ended, and when. A failure counts, whatever else was said: producers tell `COMPLETE` of runs that failed.
fn ending(
    ends: &BTreeMap<Transition, Instant>,
    has_error: bool,
    notes: &mut Vec<String>,
) -> (Status, Option<Instant>) {
    let Some((transition, at)) = ends.last_key_value() else {
        return (Status::Running, None);
    };
    let status = match transition {
        Transition::Fail => Status::Failed,
        Transition::Abort => Status::Cancel,
        _ if has_error => {
            notes.push("it is told as COMPLETE with an error: it is taken as FAILED".to_owned());
            Status::Failed
        }
        _ => Status::Success,
    };
    if ends.len() > 1 {
        let all: Vec<&str> = ends.keys().map(|end| end.as_str()).collect();
        let all = all.join(" and ");
        notes.push(format!("it is told as {all}: it is taken as {status}"));
    }
    (status, Some(*at))
}

/// Data sets by what they are called; one that has no name is called by what it is.
fn data_sets(list: Vec<Value>) -> Object {
    let named = list.into_iter().map(|value| {
        let part = |name| text(&value, &[name]).map(word);
        let name = match (part("namespace"), part("name")) {
            (Some(namespace), Some(name)) => Value::Array(vec![namespace, name]).canonical(),
            _ => value.canonical(),
        };
        (name, value)
    });
    named.collect()
}

/// What was said last, without facets that were taken back.
fn values(said: BTreeMap<String, Said>) -> Object {
    let is_deleted = |value: &Value| match value {
        Value::Object(members) => members.get("_deleted") == Some(&Value::Bool(true)),
        _ => false,
    };
    let said = said.into_iter().map(|(name, said)| (name, said.value));
    said.filter(|(_, value)| !is_deleted(value)).collect()
}

fn list(said: BTreeMap<String, Said>) -> Value {
    Value::Array(said.into_values().map(|said| said.value).collect())
}

/// A facet's own members: without the marks that each has.
fn without_marks(facet: Value) -> Option<Value> {
    let Value::Object(mut members) = facet else {
        return None;
    };
    members.retain(|name, _| !matches!(name.as_str(), "_producer" | "_schemaURL"));
    Some(Value::Object(members))
}

fn release(text: &str) -> Option<Release> {
    let read = Release::parse(text).ok();
    read.or_else(|| instant(text).ok().map(Release::utc))
}

fn word(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[cfg(test)]
mod tests;
