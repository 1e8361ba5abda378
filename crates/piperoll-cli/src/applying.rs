//! Applies plans one after the other, and says what was done.

use crate::declared::Declared;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{GOOD, Output, count};
use crate::tracking::Tracked;
use piperoll::seal::Checkpoint;
use piperoll::tables::{Applied, ChangeCategory, Plan, Request, TablePlan, apply};
use piperoll::trail::Trail;

/// What was done so far.
#[derive(Default)]
pub(crate) struct Tally {
    done: Vec<Applied>,
    unchanged: Vec<String>,
    checkpoint: Option<Checkpoint>,
    rows: Vec<Tracked>,
}

/// How tables are applied.
pub(crate) struct Applying<'a> {
    pub(crate) declared: &'a [Declared],
    pub(crate) trail: Option<&'a Trail>,
    pub(crate) request: &'a Request,
    /// What was looked at is what is done, or nothing.
    pub(crate) strict: bool,
}

impl Applying<'_> {
    /// Carries a plan out, table by table, and tells of it. Before an error is given back, what was done before it is told.
    /// Then `rows` does what is to be done to the tracking of rows.
    pub(crate) fn run(
        &self,
        plan: &Plan,
        output: &mut Output,
        rows: &mut dyn FnMut(&mut Vec<Tracked>) -> Result<()>,
    ) -> Result<Exit> {
        let mut tally = Tally {
            unchanged: plan.unchanged.iter().map(ToString::to_string).collect(),
            ..Tally::default()
        };
        for table in &plan.tables {
            match self.table(table) {
                Ok(applied) => tally.add(applied, output),
                Err(error) => {
                    if !output.is_json() {
                        tally.lines(output)?;
                    }
                    return Err(error);
                }
            }
        }
        let tracked = rows(&mut tally.rows);
        for warning in tally.rows.iter().flat_map(Tracked::warnings) {
            output.warning(warning);
        }
        if let Err(error) = tracked {
            if !output.is_json() {
                tally.lines(output)?;
            }
            return Err(error);
        }
        let newest = tally.rows.iter().rev().find_map(Tracked::checkpoint);
        if let Some(newest) = newest {
            tally.checkpoint = Some(newest.clone());
        }
        tally.tell(output)
    }

    fn table(&self, table: &TablePlan) -> Result<Applied> {
        let declared = self
            .declared
            .iter()
            .find(|declared| declared.target.name() == table.target);
        let declared = declared.ok_or_else(|| {
            piperoll::Error::internal(format!("the plan names another target, `{}`", table.target))
        })?;
        declared.make_folder()?;
        let expected = self.strict.then_some(table);
        Ok(apply(
            &table.spec,
            &*declared.target,
            self.trail,
            self.request,
            expected,
        )?)
    }
}

impl Tally {
    fn add(&mut self, applied: Applied, output: &mut Output) {
        for warning in &applied.warnings {
            output.warning(warning);
        }
        if applied.checkpoint.is_some() {
            self.checkpoint.clone_from(&applied.checkpoint);
        }
        if applied.plan.is_empty() {
            self.unchanged.push(applied.plan.name().to_string());
        } else {
            self.done.push(applied);
        }
    }

    fn lines(&self, output: &mut Output) -> Result<()> {
        for applied in &self.done {
            let verb = match applied.plan.category() {
                ChangeCategory::Create => "created",
                ChangeCategory::Update => "changed",
            };
            let key = applied
                .change_key
                .map(|key| format!("  {key}"))
                .unwrap_or_default();
            let statements = count(applied.plan.statements().len() as u64, "statement");
            output.line(&format!(
                "{GOOD}{verb}{GOOD:#} {}{key}  {statements}",
                applied.plan.name()
            ))?;
        }
        for tracked in self.rows.iter().filter(|tracked| tracked.is_change()) {
            output.line(&tracked.line())?;
        }
        Ok(())
    }

    fn tell(self, output: &mut Output) -> Result<Exit> {
        if output.is_json() {
            let done = self.done.iter().map(|applied| {
                serde_json::json!({
                    "full_table_name": applied.plan.name().to_string(),
                    "change_category": applied.plan.category().as_str(),
                    "change_key": applied.change_key.map(|key| key.to_string()),
                    "statements": applied.plan.statements(),
                })
            });
            let checkpoint = self.checkpoint.as_ref().map(|checkpoint| {
                serde_json::json!({
                    "size": checkpoint.size().get(),
                    "root": checkpoint.root().to_string(),
                })
            });
            let json = serde_json::json!({
                "applied": done.collect::<Vec<_>>(),
                "unchanged": self.unchanged,
                "rows": self.rows.iter().map(Tracked::json).collect::<Vec<_>>(),
                "checkpoint": checkpoint,
            });
            output.json(&json)?;
            return Ok(Exit::Done);
        }
        self.lines(output)?;
        if output.is_quiet() {
            return Ok(Exit::Done);
        }
        if !self.unchanged.is_empty() {
            let is = if self.unchanged.len() == 1 {
                "is"
            } else {
                "are"
            };
            let tables = count(self.unchanged.len() as u64, "table");
            output.line(&format!(
                "{GOOD}up to date{GOOD:#}: {tables} {is} as declared"
            ))?;
        }
        let tracked = self.rows.iter().filter(|tracked| !tracked.is_change());
        let tracked = count(tracked.count() as u64, "table");
        if self.rows.iter().any(|tracked| !tracked.is_change()) {
            output.line(&format!(
                "{GOOD}up to date{GOOD:#}: the rows of {tracked} are tracked"
            ))?;
        }
        if let Some(checkpoint) = &self.checkpoint {
            output.line(&format!(
                "checkpoint: {} of {}, root {}",
                count(checkpoint.size().get(), "entry"),
                checkpoint.origin(),
                checkpoint.root()
            ))?;
        }
        Ok(Exit::Done)
    }
}
