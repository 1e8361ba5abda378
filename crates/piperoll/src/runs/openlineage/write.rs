//! A run as run events.

use super::event::{Object, Transition, text};
use super::fold::KEPT;
use super::ours;
use crate::event::{Instant, Value};
use crate::runs::json::{Field, write_fields};
use crate::runs::known::Identity;
use crate::runs::{Run, Status, Style};
use std::borrow::Cow;

/// Who made the events.
const PRODUCER: &str = "urn:piperoll";
/// Which version of the specification they follow.
const SCHEMA: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

/// The schema of each facet that is made here.
const SCHEMAS: [(&str, &str); 4] = [
    (
        "nominalTime",
        "https://openlineage.io/spec/facets/1-0-1/NominalTimeRunFacet.json#/$defs/NominalTimeRunFacet",
    ),
    (
        "parent",
        "https://openlineage.io/spec/facets/1-2-0/ParentRunFacet.json#/$defs/ParentRunFacet",
    ),
    (
        "errorMessage",
        "https://openlineage.io/spec/facets/1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet",
    ),
    // A facet of our own: all that is promised of it is what is promised of any.
    (
        ours::FACET,
        "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunFacet",
    ),
];

/// What is to be known of a run's parent.
pub(super) struct Parent {
    pub(super) run_id: String,
    pub(super) job: String,
}

/// What an event says beside the run itself.
pub(super) struct Telling<'t> {
    pub(super) run: &'t Run,
    /// The namespace of jobs that have none.
    pub(super) namespace: &'t str,
    pub(super) parent: Option<&'t Parent>,
}

/// The transition that tells how a run ended; none where OpenLineage has no word for it.
pub(super) const fn ending(status: Status) -> Transition {
    match status {
        Status::Success => Transition::Complete,
        Status::Failed => Transition::Fail,
        Status::Cancel => Transition::Abort,
        Status::Running => Transition::Running,
        Status::Skip | Status::Wait => Transition::Other,
    }
}

impl Telling<'_> {
    /// An event as one line of JSON, without its end.
    pub(super) fn event(&self, transition: Transition, at: Instant) -> String {
        let kept = kept(self.run);
        let namespace = kept
            .get("namespace")
            .filter(|value| is_text(value))
            .cloned();
        let object = |name: &str| match kept.get(name) {
            Some(Value::Object(members)) => members.clone(),
            _ => Object::new(),
        };
        let list = |name: &str| match kept.get(name) {
            Some(Value::Array(items)) => Value::Array(items.clone()),
            _ => Value::Array(Vec::new()),
        };
        let mut run_facets = object("runFacets");
        self.add_facets(&mut run_facets, &kept, transition);
        let run = Object::from([
            ("runId".to_owned(), word(&lineage_id(self.run))),
            ("facets".to_owned(), Value::Object(run_facets)),
        ]);
        let job = Object::from([
            (
                "namespace".to_owned(),
                namespace.unwrap_or_else(|| word(self.namespace)),
            ),
            ("name".to_owned(), word(&self.run.name)),
            ("facets".to_owned(), Value::Object(object("jobFacets"))),
        ]);
        let members = [
            ("eventType", word(transition.as_str())),
            ("eventTime", word(&at.to_string())),
            ("run", Value::Object(run)),
            ("job", Value::Object(job)),
            ("inputs", list("inputs")),
            ("outputs", list("outputs")),
            ("producer", word(PRODUCER)),
            ("schemaURL", word(SCHEMA)),
        ];
        let members = members.map(|(name, value)| (name, Field::Value(value)));
        let mut line = String::new();
        write_fields(&mut line, &members, Style::LINE);
        line
    }

    fn add_facets(&self, facets: &mut Object, kept: &Object, transition: Transition) {
        let run = self.run;
        let mut add = |name: &str, members: Object| {
            facets.insert(name.to_owned(), marked(name, members));
        };
        // Whatever stands there knows more than we: the end of the interval, the root of a tree.
        let is_told = |name: &str, path: &[&str], expected: &str| {
            let facet = match kept.get("runFacets") {
                Some(Value::Object(facets)) => facets.get(name),
                _ => None,
            };
            facet.and_then(|facet| text(facet, path)) == Some(expected)
        };
        let zone = if run.release.offset().is_none() {
            "Z"
        } else {
            ""
        };
        let nominal = format!("{}{zone}", run.release);
        if !is_told("nominalTime", &["nominalStartTime"], &nominal) {
            add(
                "nominalTime",
                Object::from([("nominalStartTime".to_owned(), word(&nominal))]),
            );
        }
        if let Some(parent) = self.parent
            && !is_told("parent", &["run", "runId"], &parent.run_id)
        {
            let id = Object::from([("runId".to_owned(), word(&parent.run_id))]);
            let job = Object::from([
                ("namespace".to_owned(), word(self.namespace)),
                ("name".to_owned(), word(&parent.job)),
            ]);
            let both = [
                ("run".to_owned(), Value::Object(id)),
                ("job".to_owned(), Value::Object(job)),
            ];
            add("parent", both.into());
        }
        if transition != Transition::Start
            && let Some(errors) = errors(run)
        {
            add("errorMessage", errors);
        }
        add(ours::FACET, ours::write(run));
    }
}

/// The id that OpenLineage has for a run: its own where that is a UUID, else one that is made of what tells it apart.
pub(super) fn lineage_id(run: &Run) -> String {
    match uuid::Uuid::try_parse(&run.run_id) {
        Ok(uuid) => uuid.as_hyphenated().to_string(),
        Err(_) => Identity::of(run).uuid().to_string(),
    }
}

/// What the run kept of the events that it was made of.
fn kept(run: &Run) -> Object {
    match run.context.get(KEPT).map(Cow::into_owned) {
        Some(Value::Object(kept)) => kept,
        _ => Object::new(),
    }
}

/// The facet of what a context says of errors, where there is a message.
fn errors(run: &Run) -> Option<Object> {
    let Some(Value::Object(mut facet)) = run.context.get("errors").map(Cow::into_owned) else {
        return None;
    };
    let Some(Value::Text(_)) = facet.get("message") else {
        return None;
    };
    let language = facet.entry("programmingLanguage".to_owned());
    language.or_insert_with(|| word("unknown"));
    Some(facet)
}

/// A facet with the marks that each has.
fn marked(name: &str, mut members: Object) -> Value {
    let schema = SCHEMAS.iter().find(|(known, _)| *known == name);
    let schema = schema.map_or(SCHEMA, |(_, schema)| schema);
    members.insert("_producer".to_owned(), word(PRODUCER));
    members.insert("_schemaURL".to_owned(), word(schema));
    Value::Object(members)
}

fn is_text(value: &Value) -> bool {
    matches!(value, Value::Text(text) if !text.trim().is_empty())
}

fn word(text: &str) -> Value {
    Value::Text(text.to_owned())
}
