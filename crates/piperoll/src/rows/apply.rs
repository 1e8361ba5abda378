//! A change of tracking is carried out, and what was done is recorded: an intent before, an outcome after.

use super::reconcile::{close, reconcile};
use super::track::{Tracking, Verb};
use crate::error::{Error, Result};
use crate::event::{
    Action, Draft, DraftActor, EventId, Kind, Outcome, Payload, Phase, Resource, Value,
};
use crate::seal::Checkpoint;
use crate::target::{Reader, Target};
use crate::trail::Trail;

/// Who changes what is tracked, and why.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who.
    pub actor: DraftActor,
    /// Why.
    pub reason: Option<String>,
    /// The environment, as it is called.
    pub env: Option<String>,
    /// The catalog of the table's full name.
    pub catalog: String,
}

impl Request {
    /// What a table is called in the trail.
    pub(super) fn full_name(&self, table: &str) -> String {
        format!("{}.main.{table}", self.catalog)
    }
}

/// What became of one table.
#[derive(Debug, Clone)]
pub struct Applied {
    /// What was planned at last, and done; without steps where nothing was to be done.
    pub tracking: Tracking,
    /// The checkpoint over the record.
    pub checkpoint: Option<Checkpoint>,
    /// What was noticed and did not stop it.
    pub warnings: Vec<String>,
}

/// Carries out what `plan` plans, under the target's lock: nothing can come between plan and change. With `expected`, what is done is that or nothing.
///
/// # Errors
/// `NotFound` when the target is not there; `InvalidInput` when the plan is not the expected one any more; and those of plan, target and trail. What was begun
/// and failed is recorded as a failure.
pub fn apply(
    target: &dyn Target,
    trail: &Trail,
    request: &Request,
    plan: &dyn Fn(&mut dyn Reader) -> Result<Tracking>,
    expected: Option<&Tracking>,
) -> Result<Applied> {
    // A session makes the target when it is not there: who tracks has misspelt it.
    if !target.read(&mut |_| Ok(()))? {
        let place = target.location();
        return Err(Error::not_found(format!(
            "there is no database at `{place}`"
        )));
    }
    let mut session = target.session()?;
    let tracking = plan(&mut *session.reader())?;
    if let Some(expected) = expected
        && *expected != tracking
    {
        let message = format!(
            "the plan for the history of `{}` is stale: the table has changed since it was made",
            tracking.table
        );
        return Err(Error::invalid_input(message).hint("look at the new one: `piperoll plan`"));
    }
    let interrupted = reconcile(
        &mut *session.reader(),
        target.name(),
        trail,
        request,
        &tracking,
    )?;
    let mut applied = Applied {
        tracking,
        checkpoint: None,
        warnings: interrupted.into_iter().collect(),
    };
    let tracking = &applied.tracking;
    if tracking.steps.is_empty() {
        return Ok(applied);
    }
    let entries = Entries {
        target,
        request,
        tracking,
    };
    let receipt = trail.record(&[entries.draft(Phase::Intent, None, None)?]);
    let receipt = receipt.map_err(Error::from)?;
    applied.warnings.extend(receipt.warnings);
    let Some(intent) = receipt.entries.first().map(|entry| entry.id) else {
        return Err(Error::internal("an intent was recorded without an id"));
    };
    let mut steps = tracking.steps.iter();
    let done = steps
        .try_for_each(|step| session.execute(step))
        .and_then(|()| session.finish());
    let outcome = entries.draft(Phase::Outcome, Some(intent), done.as_ref().err())?;
    // Whoever came as soon as the change was done may have recorded that already.
    match (done, close(trail, intent, &outcome, target.name())) {
        (Ok(()), Ok(receipt)) => {
            applied.warnings.extend(receipt.warnings);
            applied.checkpoint = Some(receipt.checkpoint);
            Ok(applied)
        }
        (Ok(()), Err(error)) => Err(error.hint(format!(
            "the history of `{}` is changed; only its outcome is not recorded",
            tracking.table
        ))),
        (Err(failed), Ok(_)) => Err(failed),
        (Err(failed), Err(error)) => {
            let why = error.chain();
            Err(failed.hint(format!("that it failed could not be recorded: {why}")))
        }
    }
}

struct Entries<'a> {
    target: &'a dyn Target,
    request: &'a Request,
    tracking: &'a Tracking,
}

impl Entries<'_> {
    fn draft(&self, phase: Phase, of: Option<EventId>, error: Option<&Error>) -> Result<Draft> {
        let Self {
            target,
            request,
            tracking,
        } = *self;
        let text = |text: &str| Value::Text(text.to_owned());
        let statements = tracking.steps.iter().flat_map(|step| &step.statements);
        let statements = Value::Array(statements.map(|sql| text(sql)).collect());
        let mut context = vec![
            ("verb", text(tracking.verb.as_str())),
            ("history", text(&tracking.history)),
        ];
        if let Some(env) = &request.env {
            context.push(("env", text(env)));
        }
        let outcome = match (phase, error) {
            // Nobody knows yet.
            (Phase::Intent, _) => {
                context.push(("statements", statements));
                Outcome::Unknown
            }
            (Phase::Outcome, None) => {
                context.push(("statements_done", statements));
                Outcome::Success
            }
            (Phase::Outcome, Some(error)) => {
                context.push(("statements_not_done", statements));
                context.push(("error", text(&error.chain())));
                Outcome::Failure
            }
        };
        let context = context.into_iter();
        let context = context.map(|(name, value)| (name.to_owned(), value));
        let after = match tracking.verb {
            Verb::Untrack => None,
            Verb::Track | Verb::Repair => Some(tracking.settings.to_value()),
        };
        let payload = Payload::new(
            None,
            None,
            None,
            after,
            Some(Value::Object(context.collect())),
        );
        let name = request.full_name(&tracking.table);
        let mut draft = Draft::new(
            Kind::Config,
            tracking.verb.action(),
            request.actor.clone(),
            Resource::new(target.name(), name, "table"),
        );
        draft.phase = Some(phase);
        draft.of = of;
        draft.outcome = Some(outcome);
        draft.reason.clone_from(&request.reason);
        draft.payload = Some(payload.map_err(|problems| {
            let message = format!("the tracking of `{}` cannot be recorded", tracking.table);
            Error::invalid_input(message).with_problems(problems)
        })?);
        Ok(draft)
    }
}

impl Verb {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Track => "track",
            Self::Repair => "repair",
            Self::Untrack => "untrack",
        }
    }

    fn action(self) -> Action {
        match self {
            Self::Track => Action::Create,
            Self::Repair => Action::Alter,
            Self::Untrack => Action::Drop,
        }
    }
}
