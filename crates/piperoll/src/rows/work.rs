//! What is missing or otherwise than it should be around a tracked table, and the statements that mend it.

use super::form::Form;
use super::names::{BEFORE, replaced};
use super::track::{Verb, own_triggers};
use super::{evolve, schema, statements, triggers};
use crate::error::Result;
use crate::target::{Made, Reader};
use crate::yaml::quoted;

/// Statements, and what they are for.
#[derive(Default)]
pub(super) struct Work {
    pub(super) statements: Vec<String>,
    missing: Vec<String>,
    changed: Vec<String>,
}

impl Work {
    pub(super) fn what(&self, form: &Form<'_>, verb: Verb) -> String {
        let (table, history) = (quoted(&form.shape.table), quoted(&form.names.history));
        match verb {
            Verb::Repair => {
                let what = [("missing", &self.missing), ("changed", &self.changed)];
                let what = what.iter().filter(|(_, names)| !names.is_empty());
                let what: Vec<String> = what
                    .map(|(is, names)| format!("{is}: {}", names.join(", ")))
                    .collect();
                let what = match what.as_slice() {
                    [] => String::new(),
                    what => format!(" ({})", what.join("; ")),
                };
                format!("write the history of {table} to {history} as it should be{what}")
            }
            _ => format!("write the history of {table} to {history}"),
        }
    }
}

/// What all histories share. Where nothing lasts in a table, one that was changed is made anew.
pub(super) fn shared(reader: &mut dyn Reader, work: &mut Work) -> Result<()> {
    for made in schema::shared() {
        let there = reader.made(&[&made.name])?.into_iter().next();
        match there {
            Some(there) if there.sql == made.sql => continue,
            Some(_) if schema::lasts(&made.name) => continue,
            Some(there) => {
                work.changed.push(quoted(&made.name));
                work.statements.push(statements::drop_table(&there.name));
            }
            None => work.missing.push(quoted(&made.name)),
        }
        work.statements.push(made.sql);
    }
    Ok(())
}

/// The guards and the index of the history, and where rows wait to be replaced. Whether something was not as it should be.
pub(super) fn beside(reader: &mut dyn Reader, form: &Form<'_>, work: &mut Work) -> Result<bool> {
    let waiting = triggers::waiting_table(form);
    let index = statements::index(form);
    let guards = triggers::on_history(&form.names.history, &form.names.seq);
    type Drop = fn(&str) -> String;
    let mut wanted: Vec<(Made, Drop)> = vec![
        (waiting, statements::drop_table as Drop),
        (index, statements::drop_index),
    ];
    wanted.extend(
        guards
            .into_iter()
            .map(|guard| (guard, statements::drop_trigger as Drop)),
    );
    let mut differed = false;
    for (made, drop) in wanted {
        let there = reader.made(&[&made.name])?.into_iter().next();
        // A history that is written anew has lost them.
        let is_lost = there.is_some()
            && evolve::is_rebuilt(&work.statements, &form.names.history)
            && made.name != replaced(&form.shape.table);
        match there {
            Some(there) if !is_lost && there.sql == made.sql => continue,
            Some(_) if is_lost => {}
            Some(there) => {
                work.changed.push(quoted(&made.name));
                work.statements.push(drop(&there.name));
            }
            None => work.missing.push(quoted(&made.name)),
        }
        work.statements.push(made.sql);
        differed = true;
    }
    Ok(differed)
}

/// The triggers on the table. They are made anew together: those that look before a write come before all others of that kind, so that they run after these; the others
/// are the last that were made. Whether something was not as it should be.
pub(super) fn on_table(form: &Form<'_>, work: &mut Work) -> bool {
    let wanted = triggers::on_table(form);
    let (before, after) = wanted.split_at(BEFORE);
    let is_wrong = !is_in_order(form, before, after);
    if !is_wrong && work.statements.is_empty() {
        return false;
    }
    let ours: Vec<&Made> = form
        .shape
        .triggers
        .iter()
        .filter(|made| is_ours(form, made))
        .collect();
    for made in &ours {
        work.statements.push(statements::drop_trigger(&made.name));
    }
    let waiting = statements::clear(&replaced(&form.shape.table));
    work.statements.push(waiting);
    for each in &wanted {
        match ours.iter().find(|made| made.name == each.name) {
            None => work.missing.push(quoted(&each.name)),
            Some(made) if made.sql != each.sql => work.changed.push(quoted(&each.name)),
            Some(_) => {}
        }
    }
    let others: Vec<&Made> = form
        .shape
        .triggers
        .iter()
        .filter(|made| is_others_before(form, made))
        .collect();
    let drop_others = others
        .iter()
        .map(|made| statements::drop_trigger(&made.name));
    work.statements.extend(drop_others);
    work.statements
        .extend(before.iter().map(|made| made.sql.clone()));
    work.statements
        .extend(others.iter().map(|made| made.sql.clone()));
    work.statements
        .extend(after.iter().map(|made| made.sql.clone()));
    work.statements.extend(statements::probes(form));
    is_wrong
}

/// Whether all triggers are there as they should be, and run when they should.
fn is_in_order(form: &Form<'_>, before: &[Made], after: &[Made]) -> bool {
    let there = &form.shape.triggers;
    let ran_before: Vec<&Made> = there
        .iter()
        .filter(|made| form.shape.before.contains(&made.name))
        .collect();
    let ran_after: Vec<&Made> = there
        .iter()
        .filter(|made| !form.shape.before.contains(&made.name))
        .collect();
    let last = ran_after.len().checked_sub(after.len());
    let last = last.and_then(|from| ran_after.get(from..));
    let is_same = |there: Option<&[&Made]>, wanted: &[Made]| {
        there.is_some_and(|there| there.iter().copied().eq(wanted))
    };
    is_same(ran_before.get(..before.len()), before) && is_same(last, after)
}

fn is_ours(form: &Form<'_>, made: &Made) -> bool {
    let mut own = own_triggers(&form.shape.table).into_iter();
    own.any(|own| own.eq_ignore_ascii_case(&made.name))
}

/// Whether somebody else's trigger runs before a row is written.
fn is_others_before(form: &Form<'_>, made: &Made) -> bool {
    form.shape.before.contains(&made.name) && !is_ours(form, made)
}
