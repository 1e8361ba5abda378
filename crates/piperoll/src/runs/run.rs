use super::{Release, RunType, Status};
use crate::event::{DraftActor, Instant, Members, Value};
use std::borrow::Cow;

/// One execution of a workflow for a release. It is told apart from others by its name, the instant of its release and its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The workflow's name; not blank.
    pub name: String,
    /// The logical date and time that it ran for.
    pub release: Release,
    /// Why it was started.
    pub run_type: RunType,
    /// How it ended.
    pub status: Status,
    /// `params`, `jobs`, `status`, `errors`, and whatever the caller adds.
    pub context: Members,
    /// What the workflow calls this execution; not blank.
    pub run_id: String,
    /// The execution that this one is a part of.
    pub parent_run_id: Option<String>,
    /// Whatever else is to be known of it: times, memory, settings.
    pub runs_metadata: Members,
    /// Its number among the executions for this release, from 1. Where nobody has given it, it is the run's place among those that the trail has.
    pub attempt: Option<u32>,
    /// When it began.
    pub started_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Who ran it; default: who records it.
    pub actor: Option<DraftActor>,
}

impl Run {
    /// A run of which only the required parts are given; it is `normal`, and has succeeded.
    pub fn new(name: impl Into<String>, release: Release, run_id: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            release,
            run_type: super::ReleaseType::Normal.into(),
            status: Status::Success,
            context: Members::default(),
            run_id: run_id.into(),
            parent_run_id: None,
            runs_metadata: Members::default(),
            attempt: None,
            started_at: None,
            ended_at: None,
            actor: None,
        }
    }

    /// Whether both are one execution: the same name, instant of release and id.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.release == other.release && self.name == other.name && self.run_id == other.run_id
    }

    /// What was passed to the workflow: the `params` of its context.
    pub fn params(&self) -> Option<Cow<'_, Value>> {
        self.context.get("params")
    }
}
