//! A plan is carried out, and what was done is recorded: an intent before, an outcome after.

mod entries;
mod lock;
mod reconcile;
mod work;

pub use reconcile::{Reconciled, reconcile};

use super::change_key::{ChangeCategory, ChangeKey};
use super::plan::{TablePlan, choose, plan_table};
use super::{SnapshotFormat, Spec};
use crate::error::{Error, Problem, Result};
use crate::event::DraftActor;
use crate::fs::Process;
use crate::seal::Checkpoint;
use crate::target::Target;
use crate::trail::Trail;
use entries::Entries;
use lock::Taken;

/// Who applies, why, and how it is to be recorded.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who.
    pub actor: DraftActor,
    /// Why.
    pub reason: Option<String>,
    /// The environment, as it is called.
    pub env: Option<String>,
    /// The run that this is part of.
    pub run_id: Option<String>,
    /// Free text.
    pub notes: Option<String>,
    /// The form of the recorded snapshots.
    pub snapshot_format: SnapshotFormat,
    /// Whether something may be lost by it.
    pub allow_destructive: bool,
    /// This process: it holds the table's lock.
    pub process: Process,
}

/// What became of one table.
#[derive(Debug, Clone)]
pub struct Applied {
    /// What was planned at last, and done. Empty when the table was as declared.
    pub plan: TablePlan,
    /// The number of the change, where it was recorded.
    pub change_key: Option<ChangeKey>,
    /// The checkpoint over the record.
    pub checkpoint: Option<Checkpoint>,
    /// What was noticed and did not stop it.
    pub warnings: Vec<String>,
}

/// Makes a table as it is declared, and records that in `trail` where there is one.
///
/// The table's lock is an intent in the trail, so that two applies of one table come one after the other, each planned from what it finds. With `expected`, what is
/// done is that change or nothing.
///
/// # Errors
/// `Conflict` when another apply holds the table past the time-out; `InvalidInput` when the plan is not the expected one any more, is destructive and must
/// not be, or rows are in the way; and those of target and trail. What was begun and failed is recorded as a failure.
pub fn apply(
    spec: &Spec,
    target: &dyn Target,
    trail: Option<&Trail>,
    request: &Request,
    expected: Option<&TablePlan>,
) -> Result<Applied> {
    let Some(trail) = trail else {
        let plan = fresh(spec, target)?;
        check(&plan, request, expected)?;
        let applied = Applied::of(plan);
        if !applied.plan.is_empty() {
            work::carry_out(&applied.plan, target).map_err(|failed| failed.error)?;
        }
        return Ok(applied);
    };
    let mut waited = lock::Wait::default();
    loop {
        lock::free(trail, target, spec, request, &mut waited)?;
        let seen = lock::newest(trail, &spec.table.name)?;
        let plan = fresh(spec, target)?;
        let entries = Entries::new(&plan, request);
        if !plan.denied.is_empty() {
            let denied = entries.denied()?;
            trail.record(&[denied]).map_err(Error::from)?;
        }
        check(&plan, request, expected)?;
        if plan.is_empty() {
            return Ok(Applied::of(plan));
        }
        match lock::take(trail, &entries, &plan, seen)? {
            Taken::ByAnother => continue,
            Taken::Here(intent) => return carry_out(plan, target, trail, request, intent),
        }
    }
}

fn fresh(spec: &Spec, target: &dyn Target) -> Result<TablePlan> {
    let state = choose(std::slice::from_ref(spec), |names| target.inspect(names))?;
    plan_table(target, spec, state.into_iter().next().flatten())
}

/// Refuses what must not be done.
fn check(plan: &TablePlan, request: &Request, expected: Option<&TablePlan>) -> Result<()> {
    let name = plan.name();
    if let Some(expected) = expected
        && !expected.is_same_change(plan)
    {
        let message =
            format!("the plan of `{name}` is stale: the table has changed since it was made");
        return Err(Error::invalid_input(message).hint("look at the new one: `piperoll plan`"));
    }
    if !plan.denied.is_empty() {
        let message = format!("the columns of `{name}` must not be changed");
        return Err(Error::invalid_input(message)
            .with_problems(plan.denied.clone())
            .hint("set these properties of the table first"));
    }
    if plan.is_destructive() && !request.allow_destructive {
        return Err(destructive(std::slice::from_ref(plan)));
    }
    Ok(())
}

/// The refusal of plans by which something is lost; it names each such step.
pub fn destructive(plans: &[TablePlan]) -> Error {
    let problems = plans.iter().flat_map(|plan| {
        let steps = plan.steps.iter().filter(|step| step.destructive);
        steps.map(|step| Problem::new(plan.spec.file.as_str(), step.what.as_str()))
    });
    Error::invalid_input("something would be lost by this plan; nothing was done")
        .with_problems(problems.collect())
        .hint("if that is meant, say so with --allow-destructive")
}

fn carry_out(
    plan: TablePlan,
    target: &dyn Target,
    trail: &Trail,
    request: &Request,
    intent: lock::Intent,
) -> Result<Applied> {
    let done = work::carry_out(&plan, target);
    let entries = Entries::new(&plan, request);
    match done {
        Ok(after) => {
            let mut key = None;
            let receipt = trail.record_with(&mut || {
                key = super::change_key::next(trail, plan.name(), plan.category(), intent.id)?;
                Ok(match key {
                    Some(key) => vec![entries.success(intent.id, key, &after)?],
                    None => Vec::new(),
                })
            });
            let receipt = receipt.map_err(|error| {
                let name = plan.name();
                Error::from(error).hint(format!(
                    "`{name}` is changed; the next apply of it records that first"
                ))
            })?;
            let mut warnings = intent.warnings;
            warnings.extend(receipt.warnings);
            if key.is_none() {
                // The lease was over before the work was, and somebody took the lock over.
                warnings.push(format!(
                    "another apply has recorded that `{}` was changed",
                    plan.name()
                ));
            }
            Ok(Applied {
                plan,
                change_key: key,
                checkpoint: Some(receipt.checkpoint),
                warnings,
            })
        }
        Err(failed) => {
            // What is there now is read, not concluded; when it cannot be, nothing is said of it.
            let after = fresh(&plan.spec, target).ok().and_then(|now| now.before);
            let outcome = entries.failure(intent.id, &failed, after.as_ref())?;
            match trail.record(&[outcome]) {
                Ok(_) => Err(failed.error),
                Err(error) => {
                    let why = Error::from(error).chain();
                    Err(failed.error.hint(format!(
                        "that it failed could not be recorded, and will be by the next apply: {why}"
                    )))
                }
            }
        }
    }
}

impl TablePlan {
    /// Whether the table is made or changed.
    pub fn category(&self) -> ChangeCategory {
        match self.before {
            Some(_) => ChangeCategory::Update,
            None => ChangeCategory::Create,
        }
    }
}

impl Applied {
    fn of(plan: TablePlan) -> Self {
        Self {
            plan,
            change_key: None,
            checkpoint: None,
            warnings: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
