//! What is to be done, as a value: statements in a safe order, what each changes, whether something is lost, what takes it back; and a digest of all of it.

mod declared;
mod file;
mod order;
mod states;

pub use file::PlanFile;
pub(super) use states::choose;

use self::declared::together;
use super::preflight::preflight;
use super::snapshot::snapshot;
use super::{Differences, Spec, differences, goal};
use crate::error::{Error, ErrorKind, Problem, Result};
use crate::event::Value;
use crate::target::{Dialect, State, Step, Table, TableChange, TableName, Target};
use sha2::{Digest as _, Sha256};

/// What is to be done to the tables of a project.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The tables that differ, in the order in which they are changed: a table comes after those that it refers to.
    pub tables: Vec<TablePlan>,
    /// The tables that are as they are declared.
    pub unchanged: Vec<TableName>,
}

/// What is to be done to one table.
#[derive(Debug, Clone, PartialEq)]
pub struct TablePlan {
    /// What is declared.
    pub spec: Spec,
    /// The target's name.
    pub target: String,
    /// The table as it was found.
    pub before: Option<State>,
    /// What separates the two.
    pub differences: Differences,
    /// The table as it shall be.
    pub goal: Table,
    /// What leads there.
    pub steps: Vec<Step>,
    /// What the target will not do as one might expect.
    pub warnings: Vec<Problem>,
    /// What the table lacks for such a change; nothing is done while there is any.
    pub denied: Vec<Problem>,
}

/// Plans the tables of one target.
///
/// # Errors
/// `Unsupported` with everything that the target can never have, `InvalidInput` when two files declare one table or names are exchanged, or there is no way; and those of the target.
pub fn plan(target: &dyn Target, specs: &[Spec]) -> Result<Plan> {
    check(target, specs)?;
    let states = states::inspect(target, specs)?;
    let compared = specs.iter().zip(states).map(|(spec, state)| {
        let differences = differences(spec, state.as_ref());
        (spec, state, differences)
    });
    let mut left = order::renames_first(compared.collect()).into_iter();
    let mut plan = Plan::default();
    let mut failed = Vec::new();
    while let Some((spec, state, differences)) = left.next() {
        // Of a table that is as it is declared nothing is copied: there may be thousands.
        if differences.is_empty() {
            plan.unchanged.push(spec.table.name.clone());
            continue;
        }
        match plan_for(target, spec, state, differences) {
            Ok(table) => {
                states::follow(target, &table, left.as_mut_slice())?;
                plan.tables.push(table);
            }
            Err(error) => failed.push((spec, error)),
        }
    }
    match failed.len() {
        0 => {
            order::sort(&mut plan.tables);
            Ok(plan)
        }
        _ => Err(all_of(failed)),
    }
}

/// Checks specifications against what a target can have at all; the target itself is not looked at.
///
/// # Errors
/// `Unsupported` with everything that the target can never have, `InvalidInput` when two files declare one table or names are exchanged.
pub fn check(target: &dyn Target, specs: &[Spec]) -> Result<()> {
    let twice = together(target, specs).err();
    let mut problems = Vec::new();
    for spec in specs {
        let found = target.problems(&spec.table).into_iter();
        problems.extend(found.map(|problem| spec.in_file(&problem)));
    }
    match (twice, problems.is_empty()) {
        (None, true) => Ok(()),
        (Some(twice), true) => Err(twice),
        (None, false) => Err(unsupported(target, problems)),
        (Some(twice), false) => {
            problems.push(Problem::new("", twice.to_string()));
            Err(unsupported(target, problems))
        }
    }
}

/// What separates each specification from the table that is there.
///
/// # Errors
/// Those of the target.
pub fn compare(target: &dyn Target, specs: &[Spec]) -> Result<Vec<Differences>> {
    together(target, specs)?;
    let states = states::inspect(target, specs)?;
    let pairs = specs.iter().zip(&states);
    Ok(pairs
        .map(|(spec, state)| differences(spec, state.as_ref()))
        .collect())
}

/// Plans one table of which the state is known.
///
/// # Errors
/// Those of [`Target::steps`].
pub(super) fn plan_table(
    target: &dyn Target,
    spec: &Spec,
    state: Option<State>,
) -> Result<TablePlan> {
    let differences = differences(spec, state.as_ref());
    plan_for(target, spec, state, differences)
}

fn plan_for(
    target: &dyn Target,
    spec: &Spec,
    state: Option<State>,
    differences: Differences,
) -> Result<TablePlan> {
    let goal = goal(spec, state.as_ref());
    let (mut steps, mut denied, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    if !differences.is_empty() {
        null_in_key(&goal, state.as_ref(), &differences)?;
        warnings = target.warnings(&spec.table);
        if target.dialect() == Dialect::Delta {
            denied = preflight(&differences, state.as_ref());
        }
        steps = target.steps(&TableChange {
            from: state.as_ref(),
            to: &goal,
            renamed_columns: &differences.renamed_columns(),
            renamed_from: differences.renamed_from(),
            set_aside: &[],
        })?;
        if steps.is_empty() {
            let name = &spec.table.name;
            let message = format!(
                "`{name}` differs from `{}`, and no statement changes that",
                spec.file
            );
            return Err(Error::internal(message));
        }
    }
    Ok(TablePlan {
        spec: spec.clone(),
        target: target.name().to_owned(),
        before: state,
        differences,
        goal,
        steps,
        warnings,
        denied,
    })
}

/// Refuses columns of the primary key that may be null. An engine may have such (SQLite, by an old mistake that it keeps): one that is there is left.
fn null_in_key(goal: &Table, state: Option<&State>, differences: &Differences) -> Result<()> {
    let renamed = differences.renamed_columns();
    let is_there = |name: &str| {
        let old = renamed.iter().find(|(_, new)| new == name);
        let name = old.map_or(name, |(old, _)| old.as_str());
        state.is_some_and(|State { table, .. }| {
            let mut columns = table.columns.iter();
            let may_be_null = columns.any(|column| column.name == name && column.nullable);
            may_be_null && table.primary_key.iter().any(|key| key == name)
        })
    };
    let columns = goal.columns.iter().filter(|column| {
        column.nullable && goal.primary_key.contains(&column.name) && !is_there(&column.name)
    });
    let problems: Vec<Problem> = columns
        .map(|column| {
            let place = format!("columns.{}.nullable", column.name);
            Problem::new(place, "it is in the primary key, so that it cannot be null")
        })
        .collect();
    if problems.is_empty() {
        return Ok(());
    }
    let message = format!("`{}` cannot have its primary key", goal.name);
    Err(Error::invalid_input(message).with_problems(problems))
}

impl Plan {
    /// Whether all is as it is declared.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Whether something is lost by it.
    pub fn is_destructive(&self) -> bool {
        self.tables.iter().any(TablePlan::is_destructive)
    }

    /// The plans of two targets as one.
    pub fn extend(&mut self, other: Self) {
        self.tables.extend(other.tables);
        self.unchanged.extend(other.unchanged);
    }

    /// SHA-256 over the canonical form of what is done: the same for the same work, whenever and wherever it was planned.
    pub fn digest(&self) -> String {
        let tables = self.tables.iter().map(TablePlan::to_value);
        digest(&Value::Array(tables.collect()))
    }
}

impl TablePlan {
    /// Whether the table is as it is declared.
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }

    /// Whether something is lost by it.
    pub fn is_destructive(&self) -> bool {
        self.steps.iter().any(|step| step.destructive)
    }

    /// The declared name.
    pub fn name(&self) -> &TableName {
        &self.spec.table.name
    }

    /// All statements, in their order.
    pub fn statements(&self) -> Vec<&str> {
        let steps = self.steps.iter();
        steps
            .flat_map(|step| step.statements.iter().map(String::as_str))
            .collect()
    }

    /// As [`Plan::digest`], of this table.
    pub fn digest(&self) -> String {
        digest(&self.to_value())
    }

    /// Whether `other` leads from the same state to the same one, and loses nothing that this one keeps. Its statements may be fewer: what several tables share
    /// (a side table) is made by the first of them.
    pub fn is_same_change(&self, other: &Self) -> bool {
        let change = |plan: &Self| {
            object([
                ("target", Value::Text(plan.target.clone())),
                ("before", plan.before.as_ref().map_or(Value::Null, snapshot)),
                ("differences", plan.differences.to_value()),
            ])
        };
        change(self) == change(other) && (self.is_destructive() || !other.is_destructive())
    }

    /// What is done, as a plan file holds it.
    pub fn to_value(&self) -> Value {
        let text = |text: &str| Value::Text(text.to_owned());
        let steps = self.steps.iter().map(|step| {
            let statements = step.statements.iter().map(|statement| text(statement));
            object([
                ("what", text(&step.what)),
                ("statements", Value::Array(statements.collect())),
                ("destructive", Value::Bool(step.destructive)),
                ("rewrites", Value::Bool(step.rewrites)),
                ("undo", step.undo.as_deref().map_or(Value::Null, text)),
            ])
        });
        object([
            ("target", text(&self.target)),
            ("full_table_name", text(&self.name().to_string())),
            ("before", self.before.as_ref().map_or(Value::Null, snapshot)),
            ("differences", self.differences.to_value()),
            ("steps", Value::Array(steps.collect())),
        ])
    }
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.into_iter();
    Value::Object(
        members
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

fn digest(value: &Value) -> String {
    let hash = Sha256::digest(value.canonical().as_bytes());
    let hex = hash.iter().map(|byte| format!("{byte:02x}"));
    format!("sha256:{}", hex.collect::<String>())
}

fn unsupported(target: &dyn Target, problems: Vec<Problem>) -> Error {
    let (name, dialect) = (target.name(), target.dialect().name());
    Error::unsupported(format!(
        "the target `{name}` ({dialect}) cannot have what is declared"
    ))
    .with_problems(problems)
}

/// One error for all tables that have no way. It has the kind of the first.
fn all_of(mut failed: Vec<(&Spec, Error)>) -> Error {
    if failed.len() == 1
        && let Some((spec, error)) = failed.pop()
    {
        let problems = error.problems().iter();
        let problems = problems.map(|problem| spec.in_file(problem)).collect();
        return error.with_problems(problems);
    }
    let kind = failed
        .first()
        .map_or(ErrorKind::Internal, |(_, error)| error.kind());
    let problems = failed.iter().flat_map(|(spec, error)| {
        let own = Problem::new(spec.file.as_str(), error.chain());
        let below = error.problems().iter();
        std::iter::once(own).chain(below.map(|problem| spec.in_file(problem)))
    });
    Error::new(kind, format!("{} tables cannot be planned", failed.len()))
        .with_problems(problems.collect())
}

#[cfg(test)]
mod tests;
