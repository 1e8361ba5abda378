//! The statements of a plan, in one transaction.

use crate::error::{Error, Problem, Result};
use crate::tables::differences::differences;
use crate::tables::plan::{TablePlan, choose, plan_table};
use crate::target::{Session, State, Target};

/// Why nothing was done.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) error: Error,
    /// The step at which it ended, from 0; none before the first and after the last.
    pub(super) step: Option<usize>,
}

/// Carries a plan out, or does nothing. What is there afterwards is read from the target.
pub(super) fn carry_out(plan: &TablePlan, target: &dyn Target) -> Result<State, Failed> {
    let mut session = target.session().map_err(outside)?;
    check_same(plan, target, &mut *session)?;
    for (position, step) in plan.steps.iter().enumerate() {
        session.execute(step).map_err(|error| Failed {
            error,
            step: Some(position),
        })?;
    }
    let after = inspect(plan, &mut *session).map_err(outside)?;
    let after = after.ok_or_else(|| {
        let name = plan.name();
        outside(Error::internal(format!(
            "`{name}` is not there after it was made"
        )))
    })?;
    check_done(plan, &after)?;
    session.finish().map_err(outside)?;
    Ok(after)
}

fn outside(error: Error) -> Failed {
    Failed { error, step: None }
}

fn inspect(plan: &TablePlan, session: &mut dyn Session) -> Result<Option<State>> {
    let states = choose(std::slice::from_ref(&plan.spec), |names| {
        session.inspect(names)
    })?;
    Ok(states.into_iter().next().flatten())
}

/// Between plan and lock somebody may have changed the table without Piperoll.
fn check_same(
    plan: &TablePlan,
    target: &dyn Target,
    session: &mut dyn Session,
) -> Result<(), Failed> {
    let state = inspect(plan, session).map_err(outside)?;
    // The same change has the same steps: nothing is to be planned again.
    if state == plan.before {
        return Ok(());
    }
    let now = plan_table(target, &plan.spec, state).map_err(outside)?;
    if now.digest() == plan.digest() {
        return Ok(());
    }
    let name = plan.name();
    let message = format!("`{name}` was changed by somebody else while this apply began");
    Err(outside(Error::conflict(message).hint("apply it again")))
}

/// A change that leaves a difference was not made, and must not be recorded as if it was.
fn check_done(plan: &TablePlan, after: &State) -> Result<(), Failed> {
    let left = differences(&plan.spec, Some(after));
    if left.is_empty() {
        return Ok(());
    }
    let name = plan.name();
    let problem = Problem::new(name.to_string(), left.to_value().canonical());
    let message = format!("`{name}` still differs after its statements; they were taken back");
    Err(outside(
        Error::internal(message).with_problems(vec![problem]),
    ))
}
