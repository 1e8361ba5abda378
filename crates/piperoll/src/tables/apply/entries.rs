//! The entries of an apply: intent, outcome, denial.

use super::work::Failed;
use super::{Request, TablePlan};
use crate::error::{Error, Result};
use crate::event::{
    Action, Draft, EventId, Instant, Kind, Outcome, Payload, Phase, Resource, Value,
};
use crate::limits::APPLY_LEASE_SECONDS;
use crate::tables::change_key::{ChangeCategory, ChangeKey};
use crate::tables::snapshot::{declared, snapshot, text};
use crate::target::State;
use crate::trail::Lease;
use std::collections::BTreeMap;

/// What the entries of one apply have in common.
pub(super) struct Entries<'a> {
    plan: &'a TablePlan,
    request: &'a Request,
}

/// What differs from one entry to the next.
struct Parts {
    phase: Option<Phase>,
    of: Option<EventId>,
    outcome: Outcome,
    after: Option<Value>,
    context: Vec<(&'static str, Value)>,
}

impl<'a> Entries<'a> {
    pub(super) fn new(plan: &'a TablePlan, request: &'a Request) -> Self {
        Self { plan, request }
    }

    /// What is about to be done, and who may do it until when. Its state is kept as it is in any format, for whoever has to find out what became of it.
    pub(super) fn intent(&self, now: Instant) -> Result<Draft> {
        let lease = Lease::new(self.request.process.clone(), now, APPLY_LEASE_SECONDS);
        self.draft(Parts {
            phase: Some(Phase::Intent),
            of: None,
            // Nobody knows yet.
            outcome: Outcome::Unknown,
            after: None,
            context: vec![
                ("lease", lease.to_value()),
                ("declared", declared(&self.plan.goal)),
                ("statements", self.statements()),
            ],
        })
    }

    pub(super) fn success(&self, intent: EventId, key: ChangeKey, after: &State) -> Result<Draft> {
        self.draft(Parts {
            phase: Some(Phase::Outcome),
            of: Some(intent),
            outcome: Outcome::Success,
            after: Some(self.request.snapshot_format.shape(snapshot(after))),
            context: vec![
                ("change_key", text(&key.to_string())),
                ("statements_done", self.statements()),
            ],
        })
    }

    /// All is one transaction: what failed was taken back.
    pub(super) fn failure(
        &self,
        intent: EventId,
        failed: &Failed,
        after: Option<&State>,
    ) -> Result<Draft> {
        let mut context = vec![
            ("error", text(&failed.error.chain())),
            ("statements_done", Value::Array(Vec::new())),
            ("statements_not_done", self.statements()),
        ];
        let step = failed
            .step
            .and_then(|position| self.plan.steps.get(position));
        if let Some(step) = step {
            context.push(("failed_step", text(&step.what)));
        }
        self.draft(Parts {
            phase: Some(Phase::Outcome),
            of: Some(intent),
            outcome: Outcome::Failure,
            after: after.map(|state| self.request.snapshot_format.shape(snapshot(state))),
            context,
        })
    }

    pub(super) fn denied(&self) -> Result<Draft> {
        let problems = self
            .plan
            .denied
            .iter()
            .map(|problem| text(&problem.to_string()));
        self.draft(Parts {
            phase: None,
            of: None,
            outcome: Outcome::Denied,
            after: None,
            context: vec![
                ("error", Value::Array(problems.collect())),
                ("statements_not_done", self.statements()),
            ],
        })
    }

    fn statements(&self) -> Value {
        let statements = self.plan.statements();
        Value::Array(statements.into_iter().map(text).collect())
    }

    fn draft(&self, parts: Parts) -> Result<Draft> {
        let plan = self.plan;
        let before = plan.before.as_ref().map(snapshot);
        let before = match parts.phase {
            Some(Phase::Intent) => before,
            _ => before.map(|before| self.request.snapshot_format.shape(before)),
        };
        let mut context = common(self.request);
        let category = plan.category();
        context.extend(
            [
                ("yaml_path", text(&plan.spec.file)),
                ("change_category", text(category.as_str())),
                ("digest", text(&plan.digest())),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        let own = parts.context.into_iter();
        context.extend(own.map(|(name, value)| (name.to_owned(), value)));
        let payload = Payload::new(
            None,
            before,
            Some(plan.differences.to_value()),
            parts.after,
            Some(Value::Object(context)),
        );
        let resource = Resource::new(plan.target.as_str(), plan.name().to_string(), "table");
        let mut draft = Draft::new(
            Kind::Schema,
            action(category),
            self.request.actor.clone(),
            resource,
        );
        draft.phase = parts.phase;
        draft.of = parts.of;
        draft.outcome = Some(parts.outcome);
        draft.reason.clone_from(&self.request.reason);
        draft.payload = Some(payload.map_err(|problems| {
            let message = format!("the change of `{}` cannot be recorded", plan.name());
            Error::invalid_input(message).with_problems(problems)
        })?);
        Ok(draft)
    }
}

/// What the request says of every entry.
pub(super) fn common(request: &Request) -> BTreeMap<String, Value> {
    let format = Some(request.snapshot_format.as_str().to_owned());
    let members = [
        ("env", &request.env),
        ("run_id", &request.run_id),
        ("notes", &request.notes),
        ("snapshot_format", &format),
    ];
    let members = members.into_iter();
    members
        .filter_map(|(name, value)| Some((name.to_owned(), text(value.as_deref()?))))
        .collect()
}

pub(super) fn action(category: ChangeCategory) -> Action {
    match category {
        ChangeCategory::Create => Action::Create,
        ChangeCategory::Update => Action::Alter,
    }
}
