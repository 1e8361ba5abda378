//! How an entry holds a run: `docs/format.md` section 10.

mod heading;

use self::heading::Heading;
use super::{Release, Run, RunType, Status};
use crate::error::{Error, Problem, Result};
use crate::event::{
    Action, Draft, DraftActor, EventId, Instant, Kind, Members, Outcome, Payload, Phase, Resource,
    Value, stored_context, stored_value,
};
use crate::limits::PAYLOAD_BYTES_MAX;
use crate::seal::EntryIndex;
use crate::store::StoredEntry;
use crate::trail::{Entry, Lease};
use std::borrow::Cow;
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
        let head = Heading::from(&entry.header);
        Self::of(entry.index, &head, entry.payload.as_deref())
    }

    /// As [`RunEntry::read`], of an entry as a store tells it; with its outcome.
    ///
    /// # Errors
    /// Those of [`StoredEntry::read_header`], and `Corrupt` when its payload cannot be read.
    pub(super) fn read_stored(stored: &StoredEntry<'_>) -> Result<Option<(Self, Outcome)>> {
        let index = stored.index()?;
        let plain = stored.plain_header()?;
        let (found, outcome) = match &plain {
            Some(header) => (
                Self::of(index, &header.into(), stored.payload)?,
                header.outcome,
            ),
            None => {
                let header = stored.read_header()?;
                let found = Self::of(index, &Heading::from(&header), stored.payload)?;
                (found, header.outcome)
            }
        };
        Ok(found.map(|entry| (entry, outcome)))
    }

    fn of(index: EntryIndex, header: &Heading<'_>, payload: Option<&[u8]>) -> Result<Option<Self>> {
        if header.kind != Kind::Run || *header.action != Action::Run {
            return Ok(None);
        }
        let Some(bytes) = payload else {
            return Ok(None);
        };
        let Some(mut context) = Context::read(bytes).map_err(|problems| {
            let message = format!("the payload of entry {index} cannot be read");
            Error::corrupt(message).with_problems(problems)
        })?
        else {
            return Ok(None);
        };
        let lease = context.take("lease").map(Member::into_value);
        let Some(run) = context.into_run(header) else {
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
            index,
            recorded_at: header.recorded_at,
        }))
    }
}

/// The draft of a run, of which nothing is to be redacted any more. Its actor is the run's, else `actor`.
///
/// # Errors
/// The faults: nobody is named, or the payload exceeds a limit.
pub(super) fn to_draft(
    run: &Run,
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
        ("name", Some(&run.name)),
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
    let mut values = values(run);
    if let Part::Start(Some(lease)) = part {
        values.insert("lease", lease.to_value());
    }
    let objects = [
        ("context", &run.context),
        ("runs_metadata", &run.runs_metadata),
    ];
    let objects = objects.into_iter();
    let objects: Vec<_> = objects.filter(|(_, members)| !members.is_empty()).collect();
    draft.payload = Some(Payload::of_context(values, &objects)?);
    Ok(draft)
}

/// The members of an entry's context that are no objects.
fn values(run: &Run) -> BTreeMap<&'static str, Value> {
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    let at = |at: Option<Instant>| Some(Value::Text(at?.to_string()));
    let values = [
        ("release", Some(Value::Text(run.release.instant_text()))),
        ("offset", run.release.offset_text().map(Value::Text)),
        ("type", text(run.run_type.as_given())),
        ("release_type", text(run.run_type.means().as_str())),
        ("status", text(run.status.as_str())),
        ("run_id", text(&run.run_id)),
        ("parent_run_id", run.parent_run_id.as_deref().and_then(text)),
        (
            "attempt",
            run.attempt.map(|attempt| Value::Int(attempt.into())),
        ),
        ("started_at", at(run.started_at)),
        ("ended_at", at(run.ended_at)),
    ];
    let values = values.into_iter();
    values
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// The members of an entry's context, of which most are only passed on.
struct Context<'p>(Vec<(Cow<'p, str>, Member<'p>)>);

enum Member<'p> {
    /// As it stands in the payload, walked through.
    Stored(&'p str),
    Value(Value),
}

impl<'p> Context<'p> {
    /// That of a payload; `None` when it has none.
    fn read(payload: &'p [u8]) -> Result<Option<Self>, Vec<Problem>> {
        if payload.len() <= PAYLOAD_BYTES_MAX
            && let Some(members) =
                stored_context(payload, |name, text| (name.into(), Member::Stored(text)))
        {
            return Ok(Some(Self(members)));
        }
        let Some(Value::Object(members)) = Payload::from_bytes(payload)?.into_context() else {
            return Ok(None);
        };
        let members = members.into_iter();
        let members = members.map(|(name, value)| (name.into(), Member::Value(value)));
        Ok(Some(Self(members.collect())))
    }

    fn into_run(mut self, header: &Heading<'_>) -> Option<Run> {
        let offset = self.text("offset");
        let release = Release::from_texts(&self.text("release")?, offset.as_deref())?;
        let status = Status::parse(&self.text("status")?)?;
        let run_id = self.text("run_id")?.into_owned();
        let run_type = self.text("type").and_then(|text| RunType::read(&text));
        let parent_run_id = self.text("parent_run_id").map(Cow::into_owned);
        let [started_at, ended_at] =
            ["started_at", "ended_at"].map(|name| Instant::parse(&self.text(name)?).ok());
        let attempt = match self.take("attempt").map(Member::into_value) {
            Some(Value::Int(attempt)) => u32::try_from(attempt).ok(),
            _ => None,
        };
        let runs_metadata = self.object("runs_metadata").unwrap_or_default();
        let context = match self.object("context") {
            Some(context) => context,
            // Whoever records a run as an event may have put `params` and others beside our members.
            None => {
                let rest = self.0.into_iter();
                let rest = rest.filter(|(name, _)| !MEMBERS.contains(&name.as_ref()));
                rest.map(|(name, member)| (name.into_owned(), member.into_value()))
                    .collect()
            }
        };
        Some(Run {
            name: header.workflow.to_owned(),
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
                name: header.actor.to_owned(),
                kind: Some(header.actor_kind),
                via: header.via.map(str::to_owned),
                strength: Some(header.strength),
            }),
        })
    }

    fn take(&mut self, name: &str) -> Option<Member<'p>> {
        let found = self.0.iter().position(|(member, _)| member == name)?;
        Some(self.0.swap_remove(found).1)
    }

    fn text(&mut self, name: &str) -> Option<Cow<'p, str>> {
        match self.take(name)? {
            Member::Stored(text) => match text.strip_prefix('"')?.strip_suffix('"') {
                Some(plain) if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
                _ => as_text(stored_value(text)),
            },
            Member::Value(value) => as_text(value),
        }
    }

    fn object(&mut self, name: &str) -> Option<Members> {
        match self.take(name)? {
            Member::Stored(text) => Members::from_stored(text),
            Member::Value(Value::Object(members)) => Some(members.into()),
            Member::Value(_) => None,
        }
    }
}

impl Member<'_> {
    fn into_value(self) -> Value {
        match self {
            Self::Stored(text) => stored_value(text),
            Self::Value(value) => value,
        }
    }
}

fn as_text<'t>(value: Value) -> Option<Cow<'t, str>> {
    match value {
        Value::Text(text) => Some(Cow::Owned(text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
