//! How an entry holds a run: `docs/format.md` section 10.

use super::{Release, Run, RunType, Status};
use crate::error::{Error, Problem, Result};
use crate::event::{
    Action, Actor, Draft, DraftActor, EventId, Instant, Kind, Payload, Phase, Resource, Value,
};
use crate::seal::EntryIndex;
use crate::trail::{Entry, Lease};
use std::collections::BTreeMap;

/// What holds the workflows in a header's `resource`.
pub(super) const SYSTEM: &str = "piperoll";

/// The members of an entry's context that are fields of the run, or of its part.
const MEMBERS: [&str; 13] = [
    "release",
    "offset",
    "type",
    "release_type",
    "status",
    "context",
    "run_id",
    "parent_run_id",
    "runs_metadata",
    "attempt",
    "started_at",
    "ended_at",
    "lease",
];

/// Which part of a run an entry records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// All of it, after it has ended.
    Whole,
    /// That it begins; with a lease, that nobody else may begin it meanwhile.
    Start(Option<Lease>),
    /// The end of what began with this entry.
    End(EventId),
}

impl Part {
    /// The part that a run is by itself: one that has not ended is a start.
    pub fn of(run: &Run) -> Self {
        if run.status.is_terminal() {
            Self::Whole
        } else {
            Self::Start(None)
        }
    }
}

/// A run as an entry of the trail has it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunEntry {
    /// The run. Its actor is the header's.
    pub run: Run,
    /// Which part of it this is.
    pub part: Part,
    /// The entry's id.
    pub id: EventId,
    /// The entry's position.
    pub index: EntryIndex,
    /// When the trail took it.
    pub recorded_at: Instant,
}

impl RunEntry {
    /// The run that an entry holds. `None` for an entry of something else, for one whose payload is gone, and for one of kind `run` that does not say which release, in
    /// the form of `docs/format.md` section 10.
    ///
    /// # Errors
    /// `Corrupt` when its payload cannot be read.
    pub fn read(entry: &Entry) -> Result<Option<Self>> {
        let header = &entry.header;
        if header.kind != Kind::Run || header.action != Action::Run {
            return Ok(None);
        }
        let Some(bytes) = entry.payload.as_deref() else {
            return Ok(None);
        };
        let payload = Payload::from_bytes(bytes).map_err(|problems| {
            let message = format!("the payload of entry {} cannot be read", entry.index);
            Error::corrupt(message).with_problems(problems)
        })?;
        let Some(Value::Object(context)) = payload.into_context() else {
            return Ok(None);
        };
        let mut context = Context(context);
        let lease = context.0.remove("lease");
        let Some(run) = context.into_run(header.resource.name.clone(), &header.actor) else {
            return Ok(None);
        };
        let part = match (header.phase, header.of) {
            (Some(Phase::Intent), _) => Part::Start(lease.as_ref().and_then(Lease::from_value)),
            (Some(Phase::Outcome), Some(of)) => Part::End(of),
            _ => Part::Whole,
        };
        Ok(Some(Self {
            run,
            part,
            id: header.id,
            index: entry.index,
            recorded_at: header.recorded_at,
        }))
    }
}

/// The draft of a run, of which nothing is to be redacted any more. Its actor is the run's, else `actor`.
///
/// # Errors
/// The faults: nobody is named, or the payload exceeds a limit.
pub(super) fn to_draft(
    run: Run,
    part: &Part,
    actor: Option<&DraftActor>,
    reason: Option<&str>,
) -> Result<Draft, Vec<Problem>> {
    let actor = run.actor.as_ref().or(actor).cloned();
    let mut problems = Vec::new();
    if actor.is_none() {
        problems.push(Problem::new("actor", "is missing"));
    }
    for (name, text) in [
        ("run_id", Some(&run.run_id)),
        ("parent_run_id", run.parent_run_id.as_ref()),
    ] {
        let Some(text) = text else { continue };
        if text.trim().is_empty() {
            problems.push(Problem::new(name, "is blank"));
        } else if text.contains('\0') {
            problems.push(Problem::new(
                name,
                "holds U+0000, which no store keeps in text",
            ));
        }
    }
    let Some(actor) = actor.filter(|_| problems.is_empty()) else {
        return Err(problems);
    };
    let resource = Resource::new(SYSTEM, run.name.as_str(), "workflow");
    let mut draft = Draft::new(Kind::Run, Action::Run, actor, resource);
    draft.at = match part {
        Part::Whole | Part::Start(_) => run.started_at,
        Part::End(_) => run.ended_at,
    };
    (draft.phase, draft.of) = match part {
        Part::Whole => (None, None),
        Part::Start(_) => (Some(Phase::Intent), None),
        Part::End(of) => (Some(Phase::Outcome), Some(*of)),
    };
    draft.outcome = Some(run.status.outcome());
    draft.reason = reason.map(str::to_owned);
    let mut context = to_context(run);
    if let Part::Start(Some(lease)) = part {
        context.insert("lease".to_owned(), lease.to_value());
    }
    let payload = Payload::new(None, None, None, None, Some(Value::Object(context)))?;
    draft.payload = Some(payload);
    Ok(draft)
}

fn to_context(run: Run) -> BTreeMap<String, Value> {
    let at = |at: Option<Instant>| at.map(|at| at.to_string());
    let texts = [
        ("release", Some(run.release.instant_text())),
        ("offset", run.release.offset_text()),
        ("type", Some(run.run_type.as_given().to_owned())),
        (
            "release_type",
            Some(run.run_type.means().as_str().to_owned()),
        ),
        ("status", Some(run.status.as_str().to_owned())),
        ("run_id", Some(run.run_id)),
        ("parent_run_id", run.parent_run_id),
        ("started_at", at(run.started_at)),
        ("ended_at", at(run.ended_at)),
    ];
    let texts = texts.into_iter();
    let mut context: BTreeMap<String, Value> = texts
        .filter_map(|(name, text)| Some((name.to_owned(), Value::Text(text?))))
        .collect();
    if let Some(attempt) = run.attempt {
        context.insert("attempt".to_owned(), Value::Int(attempt.into()));
    }
    let objects = [
        ("context", run.context),
        ("runs_metadata", run.runs_metadata),
    ];
    for (name, members) in objects {
        if !members.is_empty() {
            context.insert(name.to_owned(), Value::Object(members));
        }
    }
    context
}

/// The members of an entry's context.
struct Context(BTreeMap<String, Value>);

impl Context {
    fn into_run(mut self, name: String, actor: &Actor) -> Option<Run> {
        let offset = self.text("offset");
        let release = Release::from_texts(&self.text("release")?, offset.as_deref())?;
        let status = Status::parse(&self.text("status")?)?;
        let run_id = self.text("run_id")?;
        let run_type = self.text("type").and_then(|text| RunType::read(&text));
        let parent_run_id = self.text("parent_run_id");
        let [started_at, ended_at] =
            ["started_at", "ended_at"].map(|name| Instant::parse(&self.text(name)?).ok());
        let attempt = match self.0.remove("attempt") {
            Some(Value::Int(attempt)) => u32::try_from(attempt).ok(),
            _ => None,
        };
        let runs_metadata = self.object("runs_metadata").unwrap_or_default();
        let context = match self.object("context") {
            Some(context) => context,
            // Whoever records a run as an event may have put `params` and others beside our members.
            None => {
                self.0.retain(|name, _| !MEMBERS.contains(&name.as_str()));
                self.0
            }
        };
        Some(Run {
            name,
            release,
            run_type: run_type.unwrap_or_else(|| super::ReleaseType::Normal.into()),
            status,
            context,
            run_id,
            parent_run_id,
            runs_metadata,
            attempt,
            started_at,
            ended_at,
            actor: Some(DraftActor {
                name: actor.name.clone(),
                kind: Some(actor.kind),
                via: actor.via.clone(),
                strength: Some(actor.strength),
            }),
        })
    }

    fn text(&mut self, name: &str) -> Option<String> {
        match self.0.remove(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    fn object(&mut self, name: &str) -> Option<BTreeMap<String, Value>> {
        match self.0.remove(name) {
            Some(Value::Object(members)) => Some(members),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
