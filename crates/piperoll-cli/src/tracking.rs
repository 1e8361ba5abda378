//! What is done to the tracking of tables, and how it is told.

use crate::arguments::Global;
use crate::context::{Context, lookup};
use crate::declared::{Declared, env};
use crate::failure::Result;
use crate::output::{DIM, GOOD, Output, TITLE, count};
use piperoll::error::Error;
use piperoll::export::shown;
use piperoll::rows::{Applied, Look, Request, Settings, Tracking, Verb, apply, track, tracked};
use piperoll::target::Target;
use piperoll::trail::Trail;

/// The tables of one target whose rows the project declares to be tracked.
pub(crate) struct Wanted {
    pub(crate) target: Box<dyn Target>,
    /// Each with how; as they are there now, then those that are named and are not.
    pub(crate) tables: Vec<(String, Settings)>,
}

/// What is to be tracked in one target, or in all.
pub(crate) fn wanted(context: &Context, only: Option<&str>) -> Result<Vec<Wanted>> {
    let project = context.project()?;
    let names: Vec<&str> = match only {
        Some(name) => vec![name],
        None => project.target_names().collect(),
    };
    let mut all = Vec::new();
    for name in names {
        let mut rows = project
            .rows()
            .iter()
            .filter(|rows| rows.target() == name)
            .peekable();
        if rows.peek().is_none() && only.is_none() {
            continue;
        }
        let target = project.target(name, &lookup)?.open(name)?;
        let there = without_histories(&*target)?;
        let mut tables: Vec<(String, Settings)> = Vec::new();
        for rows in rows {
            let covered = there.iter().filter(|table| rows.covers(table));
            let missing = rows
                .named()
                .filter(|name| !there.iter().any(|it| it == name));
            for table in covered.map(String::as_str).chain(missing) {
                if !tables
                    .iter()
                    .any(|(known, _)| known.eq_ignore_ascii_case(table))
                {
                    tables.push((table.to_owned(), rows.settings(table)?));
                }
            }
        }
        all.push(Wanted { target, tables });
    }
    Ok(all)
}

/// The tables of a target that a glob may mean: a history is nobody's table.
fn without_histories(target: &dyn Target) -> Result<Vec<String>> {
    let mut there = target.list("main")?;
    target.read(&mut |reader| {
        for known in tracked(reader)? {
            there.retain(|table| !table.eq_ignore_ascii_case(&known.history));
        }
        Ok(())
    })?;
    Ok(there)
}

/// Refuses a table that `rows` names, and that is neither there nor declared.
pub(crate) fn refuse_unknown(wanted: &[Wanted], declared: &[Declared]) -> Result<()> {
    for Wanted { target, tables } in wanted {
        let there = target.list("main")?;
        let is_known = |name: &str| {
            let ours = declared
                .iter()
                .filter(|declared| declared.target.name() == target.name());
            let mut specs = ours.flat_map(|declared| &declared.specs);
            there.iter().any(|it| it.eq_ignore_ascii_case(name))
                || specs.any(|spec| spec.table.name.table().eq_ignore_ascii_case(name))
        };
        if let Some((name, _)) = tables.iter().find(|(name, _)| !is_known(name)) {
            return Err(Error::invalid_input(format!(
                "`rows` names the table `{name}`, which is neither in the target `{}` nor declared",
                target.name()
            ))
            .hint("make the table, declare it under `tables`, or take it out of `rows`")
            .into());
        }
    }
    Ok(())
}

impl Wanted {
    /// What is to be done, table by table; `None` for a table that is not there.
    pub(crate) fn plan(&self) -> Result<Vec<(&str, Option<Tracking>)>> {
        let there = self.target.list("main")?;
        let mut plans = Vec::new();
        for (table, settings) in &self.tables {
            let mut plan = None;
            if there.iter().any(|it| it.eq_ignore_ascii_case(table)) {
                self.target.read(&mut |reader| {
                    let name = self.target.name();
                    plan = Some(track(reader, name, table, Some(settings), Look::Rows)?);
                    Ok(())
                })?;
            }
            plans.push((table.as_str(), plan));
        }
        Ok(plans)
    }

    /// Tracks them all. What was done before an error stays in `done`.
    pub(crate) fn carry_out(
        &self,
        trail: &Trail,
        request: &Request,
        done: &mut Vec<Tracked>,
    ) -> Result<()> {
        for (table, settings) in &self.tables {
            let name = self.target.name();
            let applied = apply(
                &*self.target,
                trail,
                request,
                &|reader| track(reader, name, table, Some(settings), Look::Rows),
                None,
            )?;
            done.push(Tracked::of(&*self.target, applied));
        }
        Ok(())
    }
}

/// What was done to one table of a target.
pub(crate) struct Tracked {
    target: String,
    applied: Applied,
}

impl Tracked {
    pub(crate) fn of(target: &dyn Target, applied: Applied) -> Self {
        Self {
            target: target.name().to_owned(),
            applied,
        }
    }

    /// What was noticed.
    pub(crate) fn warnings(&self) -> &[String] {
        &self.applied.warnings
    }

    /// The checkpoint over the record of it.
    pub(crate) fn checkpoint(&self) -> Option<&piperoll::seal::Checkpoint> {
        self.applied.checkpoint.as_ref()
    }

    /// Whether anything was done.
    pub(crate) fn is_change(&self) -> bool {
        !self.applied.tracking.steps.is_empty()
    }

    /// As people read it: `tracking orders  in orders_audit`.
    pub(crate) fn line(&self) -> String {
        let tracking = &self.applied.tracking;
        let (table, history) = (shown(&tracking.table), shown(&tracking.history));
        let statements: usize = tracking
            .steps
            .iter()
            .map(|step| step.statements.len())
            .sum();
        let statements = count(statements as u64, "statement");
        match tracking.verb {
            Verb::Track => format!("{GOOD}tracked{GOOD:#} {table}  in {history}  {statements}"),
            Verb::Repair => format!("{GOOD}mended{GOOD:#} {table}  in {history}  {statements}"),
            Verb::Untrack => {
                format!("{GOOD}untracked{GOOD:#} {table}  {history} stays  {statements}")
            }
        }
    }

    /// As programs read it.
    pub(crate) fn json(&self) -> serde_json::Value {
        let tracking = &self.applied.tracking;
        let steps = tracking.steps.iter().map(|step| step.what.as_str());
        serde_json::json!({
            "target": self.target,
            "table": tracking.table,
            "history": tracking.history,
            "done": match self.is_change() {
                true => tracking.verb.as_str(),
                false => "nothing",
            },
            "steps": steps.collect::<Vec<_>>(),
        })
    }
}

/// Who changes what is tracked in a target, and why.
pub(crate) fn request(context: &Context, global: &Global, target: &dyn Target) -> Result<Request> {
    Ok(Request {
        actor: context.acting(global)?,
        reason: global.reason.clone(),
        env: env(context, None)?,
        catalog: target.name().to_owned(),
    })
}

/// Tells what was done.
pub(crate) fn tell(done: &[Tracked], output: &mut Output) -> Result<()> {
    for warning in done.iter().flat_map(Tracked::warnings) {
        output.warning(warning);
    }
    if output.is_json() {
        let tables: Vec<_> = done.iter().map(Tracked::json).collect();
        return output.json(&serde_json::json!({ "tables": tables }));
    }
    for tracked in done {
        if tracked.is_change() {
            output.line(&tracked.line())?;
        } else if !output.is_quiet() {
            let tracking = &tracked.applied.tracking;
            output.line(&format!(
                "{GOOD}up to date{GOOD:#}: {} is tracked in {}",
                shown(&tracking.table),
                shown(&tracking.history)
            ))?;
        }
    }
    Ok(())
}

/// The plan of what is tracked: how many tables will be, or be mended.
pub(crate) fn print(wanted: &[Wanted], output: &mut Output) -> Result<u64> {
    let mut changes = 0;
    for wanted in wanted {
        for (table, plan) in wanted.plan()? {
            let Some(plan) = plan else {
                output.line(&format!(
                    "{TITLE}track {}{TITLE:#}  when it is there",
                    shown(table)
                ))?;
                output.line("")?;
                changes += 1;
                continue;
            };
            if plan.steps.is_empty() {
                continue;
            }
            changes += 1;
            let verb = match plan.verb {
                Verb::Repair => "mend the tracking of",
                Verb::Track | Verb::Untrack => "track",
            };
            output.line(&format!(
                "{TITLE}{verb} {}{TITLE:#}  {DIM}in {}{DIM:#}",
                shown(&plan.table),
                shown(&plan.history)
            ))?;
            // Triggers are long: whoever wants to read them asks for JSON.
            for (position, step) in plan.steps.iter().enumerate() {
                output.line(&format!(
                    "  {TITLE}{}.{TITLE:#} {}  {DIM}{}, told by --json{DIM:#}",
                    position + 1,
                    shown(&step.what),
                    count(step.statements.len() as u64, "statement")
                ))?;
            }
            output.line("")?;
        }
    }
    Ok(changes)
}

/// The same as programs read it.
pub(crate) fn json(wanted: &[Wanted]) -> Result<serde_json::Value> {
    let mut documents = Vec::new();
    for wanted in wanted {
        for (table, plan) in wanted.plan()? {
            let steps = plan
                .iter()
                .flat_map(|plan| &plan.steps)
                .map(|step| serde_json::json!({"what": step.what, "statements": step.statements}));
            if plan.as_ref().is_some_and(|plan| plan.steps.is_empty()) {
                continue;
            }
            documents.push(serde_json::json!({
                "target": wanted.target.name(),
                "table": table,
                "history": plan.as_ref().map(|plan| &plan.history),
                "verb": plan.as_ref().map_or("track", |plan| plan.verb.as_str()),
                "steps": steps.collect::<Vec<_>>(),
            }));
        }
    }
    Ok(documents.into())
}
