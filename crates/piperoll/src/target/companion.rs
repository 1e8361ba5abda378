//! What changes with a table, in the same transaction. Who captures the rows of a table hangs triggers on it and keeps a history beside it; both must follow when
//! the table is changed, or neither the change nor they may be there.

use super::contract::{Dialect, Session, Step, TableChange, Target};
use super::shape::{Reader, Shape};
use super::state::State;
use super::table::{Table, TableName};
use crate::error::{Problem, Result};

/// What goes with a change of one table. Nothing, by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alongside {
    /// The names of triggers that are not there while the table is changed: `before` drops them, `after` makes them anew. The steps of the table neither look at
    /// them nor make them again.
    pub set_aside: Vec<String>,
    /// What is done before the steps of the table.
    pub before: Vec<Step>,
    /// What is done after them.
    pub after: Vec<Step>,
}

/// Somebody whose work hangs on tables.
pub trait Companion: Send + Sync {
    /// What goes with a change. It is asked whenever a change is planned, again under the lock of an apply, and for no table that is as it is declared. It may look at
    /// the target by itself; what it finds there must be told by what it gives, so that a plan that was made before can be seen to be stale.
    ///
    /// # Errors
    /// Whatever stands in the way of the change: it is refused then.
    fn alongside(&self, change: &TableChange<'_>) -> Result<Alongside>;
}

/// A target whose tables have a companion: the steps of each change hold what goes with it, in the one plan and the one transaction.
pub struct Accompanied {
    target: Box<dyn Target>,
    companion: Box<dyn Companion>,
}

impl Accompanied {
    /// The target with a companion of its tables.
    pub fn new(target: Box<dyn Target>, companion: Box<dyn Companion>) -> Self {
        Self { target, companion }
    }
}

impl Target for Accompanied {
    fn name(&self) -> &str {
        self.target.name()
    }

    fn location(&self) -> String {
        self.target.location()
    }

    fn dialect(&self) -> Dialect {
        self.target.dialect()
    }

    fn inspect(&self, names: &[TableName]) -> Result<Vec<Option<State>>> {
        self.target.inspect(names)
    }

    fn list(&self, schema: &str) -> Result<Vec<String>> {
        self.target.list(schema)
    }

    fn problems(&self, table: &Table) -> Vec<Problem> {
        self.target.problems(table)
    }

    fn warnings(&self, table: &Table) -> Vec<Problem> {
        self.target.warnings(table)
    }

    fn steps(&self, change: &TableChange<'_>) -> Result<Vec<Step>> {
        let Alongside {
            set_aside,
            before,
            after,
        } = self.companion.alongside(change)?;
        let aside = [change.set_aside, &set_aside].concat();
        let steps = self.target.steps(&TableChange {
            set_aside: &aside,
            ..*change
        })?;
        // No difference, no steps: nothing goes with nothing.
        if steps.is_empty() {
            return Ok(steps);
        }
        Ok([before, steps, after].concat())
    }

    fn shape_after(&self, change: &TableChange<'_>) -> Result<Shape> {
        self.target.shape_after(change)
    }

    fn read(&self, work: &mut dyn FnMut(&mut dyn Reader) -> Result<()>) -> Result<bool> {
        self.target.read(work)
    }

    fn after_renames(&self, state: &State, change: &TableChange<'_>) -> Result<State> {
        self.target.after_renames(state, change)
    }

    fn session(&self) -> Result<Box<dyn Session + '_>> {
        self.target.session()
    }
}
