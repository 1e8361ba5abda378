//! One run event of OpenLineage, as a line has it.

use crate::error::Problem;
use crate::event::{Instant, InstantError, Json, Value};
use crate::runs::json::plain_members;
use std::collections::BTreeMap;

/// The members of a JSON object.
pub(super) type Object = BTreeMap<String, Value>;

/// What an event says of the state of its run, in the order in which a run goes through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Transition {
    Start,
    Running,
    /// `OTHER`, and events that name none: more about a run, whatever its state.
    Other,
    Complete,
    Abort,
    Fail,
}

impl Transition {
    const ALL: [Self; 6] = [
        Self::Start,
        Self::Running,
        Self::Other,
        Self::Complete,
        Self::Abort,
        Self::Fail,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "START",
            Self::Running => "RUNNING",
            Self::Other => "OTHER",
            Self::Complete => "COMPLETE",
            Self::Abort => "ABORT",
            Self::Fail => "FAIL",
        }
    }

    pub(super) fn is_terminal(self) -> bool {
        self >= Self::Complete
    }
}

/// What tells runs apart: OpenLineage's ids are unique, but some producers give the runs of several jobs one id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RunKey {
    pub(super) namespace: String,
    pub(super) job: String,
    pub(super) run_id: String,
}

/// A run event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RunEvent {
    pub(super) key: RunKey,
    pub(super) transition: Transition,
    pub(super) at: Instant,
    pub(super) run_facets: Object,
    pub(super) job_facets: Object,
    pub(super) inputs: Vec<Value>,
    pub(super) outputs: Vec<Value>,
    pub(super) producer: Option<Value>,
    /// What else stands in the event, by name.
    pub(super) rest: Object,
}

/// What a line holds.
pub(super) enum Lineage {
    /// An event of a run.
    Run(Box<RunEvent>),
    /// An event of a job or a data set alone: nothing ran.
    Static,
}

impl Lineage {
    /// Reads a line.
    ///
    /// # Errors
    /// All faults, each with its place.
    pub(super) fn parse(line: &[u8]) -> Result<Self, Vec<Problem>> {
        let json = Json::parse(line)?;
        let Json::Object(members) = json else {
            let message = format!("must be an object, not {}", json.type_name());
            return Err(vec![Problem::new("", message)]);
        };
        let mut keys = Keys {
            members: plain_members(members),
            problems: Vec::new(),
        };
        if !keys.members.contains_key("run")
            && (keys.members.contains_key("dataset") || keys.members.contains_key("job"))
        {
            return Ok(Self::Static);
        }
        match keys.event() {
            Some(event) if keys.problems.is_empty() => Ok(Self::Run(Box::new(event))),
            _ => Err(keys.problems),
        }
    }
}

/// The members of an event that are yet to be read, and what was wrong with the others.
struct Keys {
    members: Object,
    problems: Vec<Problem>,
}

impl Keys {
    fn event(&mut self) -> Option<RunEvent> {
        let transition = self.transition();
        let at = self.time();
        let run = self.required("run");
        let job = self.required("job");
        let (mut run, mut job) = (run?, job?);
        let run_id = self.name(&mut run, "run", "runId").map(spelled);
        let namespace = self.name(&mut job, "job", "namespace");
        let name = self.name(&mut job, "job", "name");
        let run_facets = self.facets(&mut run, "run");
        let job_facets = self.facets(&mut job, "job");
        let inputs = self.data_sets("inputs");
        let outputs = self.data_sets("outputs");
        let producer = self.members.remove("producer");
        // What they hold beside what was taken is kept, too.
        for (key, left) in [("run", run), ("job", job)] {
            if !left.is_empty() {
                self.members.insert(key.to_owned(), Value::Object(left));
            }
        }
        self.members.remove("schemaURL");
        Some(RunEvent {
            key: RunKey {
                namespace: namespace?,
                job: name?,
                run_id: run_id?,
            },
            transition,
            at: at?,
            run_facets,
            job_facets,
            inputs,
            outputs,
            producer,
            rest: std::mem::take(&mut self.members),
        })
    }

    fn fault(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem::new(place, message));
    }

    fn transition(&mut self) -> Transition {
        let text = match self.members.remove("eventType") {
            None | Some(Value::Null) => return Transition::Other,
            Some(Value::Text(text)) => text,
            Some(_) => String::new(),
        };
        let known = Transition::ALL.into_iter();
        let mut known = known.filter(|known| known.as_str().eq_ignore_ascii_case(&text));
        known.next().unwrap_or_else(|| {
            let all = Transition::ALL.map(Transition::as_str).join(", ");
            self.fault("eventType", format!("must be one of {all}"));
            Transition::Other
        })
    }

    fn time(&mut self) -> Option<Instant> {
        match self.members.remove("eventTime") {
            Some(Value::Text(text)) => match instant(&text) {
                Ok(at) => Some(at),
                Err(error) => {
                    self.fault("eventTime", error.to_string());
                    None
                }
            },
            Some(_) => {
                self.fault("eventTime", "must be text");
                None
            }
            None => {
                self.fault("eventTime", "is missing");
                None
            }
        }
    }

    fn required(&mut self, key: &str) -> Option<Object> {
        let message = match self.members.remove(key) {
            Some(Value::Object(members)) => return Some(members),
            Some(_) => "must be an object",
            None => "is missing",
        };
        self.fault(key, message);
        None
    }

    fn name(&mut self, members: &mut Object, within: &str, key: &str) -> Option<String> {
        match members.remove(key) {
            Some(Value::Text(text)) if !text.trim().is_empty() => Some(text),
            _ => {
                self.fault(format!("{within}.{key}"), "must be text that is not blank");
                None
            }
        }
    }

    fn facets(&mut self, members: &mut Object, within: &str) -> Object {
        match members.remove("facets") {
            None | Some(Value::Null) => Object::new(),
            Some(Value::Object(facets)) => facets,
            Some(_) => {
                self.fault(format!("{within}.facets"), "must be an object");
                Object::new()
            }
        }
    }

    fn data_sets(&mut self, key: &str) -> Vec<Value> {
        match self.members.remove(key) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.fault(key, "must be an array");
                Vec::new()
            }
        }
    }
}

/// A UUID in lower case; another id as it is.
fn spelled(run_id: String) -> String {
    if uuid::Uuid::try_parse(&run_id)
        .is_ok_and(|uuid| uuid.as_hyphenated().to_string().len() == run_id.len())
    {
        run_id.to_ascii_lowercase()
    } else {
        run_id
    }
}

/// A time as producers write it: RFC 3339, where needed without its offset (it is UTC then) and cut to microseconds.
pub(super) fn instant(text: &str) -> Result<Instant, InstantError> {
    let (civil, rest) = text.split_at_checked(19).ok_or(InstantError::Form)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            rest.split_at(end)
        }
        None => ("", rest),
    };
    let fraction: String = fraction.chars().take(6).collect();
    let dot = if rest.starts_with('.') { "." } else { "" };
    let zone = if zone.is_empty() { "Z" } else { zone };
    Instant::parse(&format!("{civil}{dot}{fraction}{zone}"))
}

/// A member of a facet that is text.
pub(super) fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    let mut value = value;
    for name in path {
        let Value::Object(members) = value else {
            return None;
        };
        value = members.get(*name)?;
    }
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
