//! How histories follow their tables when these are changed: in the plan of the change, and in its transaction.

use super::names::{Names, replaced};
use super::registry::{self, Era, Tracked};
use super::settings::Settings;
use super::track::{Look, is_taken, one_shape, own_triggers, plan, step};
use super::{statements, triggers};
use crate::error::{Error, Result};
use crate::event::Value;
use crate::target::{Alongside, Companion, Made, Reader, Shape, TableChange, Target};
use crate::yaml::quoted;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// What goes with a change of a table whose rows are tracked: its triggers are set aside, its history gets what the table gets, and is renamed with it.
pub struct Following {
    /// The target, to be looked at.
    target: Box<dyn Target>,
}

impl Following {
    /// The histories of a target.
    pub fn new(target: Box<dyn Target>) -> Self {
        Self { target }
    }
}

impl Companion for Following {
    fn alongside(&self, change: &TableChange<'_>) -> Result<Alongside> {
        let Some(from) = change.from else {
            return Ok(Alongside::default());
        };
        let old = from.table.name.table();
        let mut found = Alongside::default();
        self.target.read(&mut |reader| {
            let known = registry::one(reader, old)?.filter(|known| known.is_active);
            if let Some(known) = known {
                found = follow(&*self.target, reader, change, known)?;
            }
            Ok(())
        })?;
        Ok(found)
    }
}

fn follow(
    target: &dyn Target,
    reader: &mut dyn Reader,
    change: &TableChange<'_>,
    known: Tracked,
) -> Result<Alongside> {
    let own = own_triggers(&known.table);
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let there = reader.made(&own)?;
    let set_aside: Vec<String> = there.into_iter().map(|made| made.name).collect();
    let aside = [change.set_aside, &set_aside].concat();
    let shape = target.shape_after(&TableChange {
        set_aside: &aside,
        ..*change
    })?;
    let settings = settings_after(&known.settings, change, &shape);
    let mut before: Vec<String> = set_aside
        .iter()
        .map(|trigger| statements::drop_trigger(trigger))
        .collect();
    let mut after = After {
        gone: set_aside.clone(),
        eras: registry::eras(reader, &known.history)?,
        history: (known.history.clone(), known.history.clone()),
        columns: Vec::new(),
        shape,
        reader,
    };
    let known = after.rename_table(known, &settings, &mut before)?;
    after.rename_columns(change.renamed_columns, &mut before)?;
    let shape = after.shape.clone();
    let name = target.name();
    let mut tracking = plan(
        &mut after,
        name,
        &shape,
        Some(known),
        &settings,
        Look::Schema,
    )?;
    // What it says is missing was set aside.
    if let Some(first) = tracking.steps.first_mut() {
        first.what = format!(
            "let the history {} follow {}",
            quoted(&after.history.1),
            quoted(&shape.table)
        );
    }
    let what = format!(
        "set the triggers of the history {} aside",
        quoted(&after.history.0)
    );
    Ok(Alongside {
        set_aside,
        before: vec![step(what, before)],
        after: tracking.steps,
    })
}

/// What is said of columns follows them; of those that go nothing is left to say.
fn settings_after(settings: &Settings, change: &TableChange<'_>, shape: &Shape) -> Settings {
    let after = |names: &BTreeSet<String>| {
        let named = names.iter().map(|name| {
            let mut renamed = change.renamed_columns.iter();
            let renamed = renamed.find(|(from, _)| from.eq_ignore_ascii_case(name));
            renamed.map_or(name, |(_, to)| to)
        });
        let is_there = |name: &&String| {
            let mut columns = shape.columns.iter();
            columns.any(|column| column.name.eq_ignore_ascii_case(name))
        };
        named.filter(is_there).cloned().collect()
    };
    Settings {
        exclude: after(&settings.exclude),
        redact: after(&settings.redact),
        ..settings.clone()
    }
}

/// The target as it will be when the table is changed and its history renamed.
struct After<'r> {
    reader: &'r mut dyn Reader,
    /// The table.
    shape: Shape,
    /// What was dropped.
    gone: Vec<String>,
    /// The history's name until now, and from now on.
    history: (String, String),
    /// The history's columns that were renamed.
    columns: Vec<(String, String)>,
    eras: Vec<Era>,
}

impl After<'_> {
    /// Lets the history have the name that goes with the table's.
    fn rename_table(
        &mut self,
        known: Tracked,
        settings: &Settings,
        sql: &mut Vec<String>,
    ) -> Result<Tracked> {
        if known.table == self.shape.table {
            return Ok(known);
        }
        let old = known.history.clone();
        let new = Names::new(&self.shape.table, settings).history;
        let stands_in_the_way = !new.eq_ignore_ascii_case(&old) && is_taken(self.reader, &new)?;
        if stands_in_the_way && !self.goes_away(&new)? {
            return Err(Error::already_exists(format!(
                "the history of {} cannot follow it: something is called {} already",
                quoted(&known.table),
                quoted(&new)
            ))
            .hint("give that another name, or untrack the table first"));
        }
        let guards = triggers::on_history(&old, &known.names().seq);
        for guard in guards {
            self.drop_if_there(&guard.name, statements::drop_trigger, sql)?;
        }
        self.drop_beside(&known.table, &old, sql)?;
        sql.push(statements::rename_table(&old, &new));
        // What is left of a history of this name that somebody dropped.
        if !new.eq_ignore_ascii_case(&old)
            && !registry::eras(self.reader, &new)?.is_empty()
            && !self.goes_away(&new)?
        {
            sql.push(statements::forget_eras(&new));
        }
        let names = (old.as_str(), new.as_str());
        sql.extend(statements::rename_tracked(&self.shape.table, names));
        self.history = (old, new.clone());
        Ok(Tracked {
            table: self.shape.table.clone(),
            history: new,
            ..known
        })
    }

    /// Whether a history goes away before, with the table that has the new name until then. What is around it goes, too.
    fn goes_away(&mut self, history: &str) -> Result<bool> {
        let other = registry::one(self.reader, &self.shape.table)?;
        let Some(other) = other.filter(|other| other.is_active && other.history == history) else {
            return Ok(false);
        };
        // Of one that was dropped only the registry knows.
        if one_shape(self.reader, &other.table)?.is_none() {
            return Ok(false);
        }
        let guards = triggers::on_history(history, &other.names().seq);
        self.gone.extend(own_triggers(&other.table));
        self.gone.extend(guards.into_iter().map(|guard| guard.name));
        self.gone.push(replaced(&other.table));
        self.gone.push(statements::index_name(history));
        Ok(true)
    }

    /// Lets the history's columns have the names that the table's get. One whose new name the history had before keeps both: the rows are recorded anew then.
    fn rename_columns(
        &mut self,
        renamed: &[(String, String)],
        sql: &mut Vec<String>,
    ) -> Result<()> {
        let Some(history) = one_shape(self.reader, &self.history.0)? else {
            return Ok(());
        };
        let mut names: Vec<String> = history.columns.into_iter().map(|it| it.name).collect();
        let at = |names: &[String], name: &str| {
            let mut names = names.iter();
            names.position(|own| own.eq_ignore_ascii_case(name))
        };
        // Of a chain the last goes first: its name is free then.
        let mut left: Vec<&(String, String)> = renamed.iter().collect();
        let mut renamed = Vec::new();
        while let Some(next) = left
            .iter()
            .position(|(from, to)| at(&names, from).is_some() && at(&names, to).is_none())
        {
            let (from, to) = left.remove(next);
            if let Some(own) = at(&names, from).and_then(|at| names.get_mut(at)) {
                own.clone_from(to);
            }
            renamed.push((from, to));
        }
        if renamed.is_empty() {
            return Ok(());
        }
        self.drop_beside(&self.shape.table.clone(), &self.history.0.clone(), sql)?;
        for (from, to) in renamed {
            sql.push(statements::rename_column(&self.history.1, from, to));
            for era in &mut self.eras {
                let own = era.columns.iter_mut().map(|(_, own)| own);
                for own in own.chain(&mut era.identity) {
                    if own.eq_ignore_ascii_case(from) {
                        own.clone_from(to);
                    }
                }
            }
            self.columns.push((from.clone(), to.clone()));
        }
        for era in &self.eras {
            let (columns, identity) = (era.columns_text(), era.identity_text());
            let history = &self.history.1;
            sql.push(statements::change_era(
                history,
                era.from_seq,
                &columns,
                &identity,
            ));
        }
        Ok(())
    }

    /// Drops what names the table's or the history's columns beside the triggers: it is made anew.
    fn drop_beside(&mut self, table: &str, history: &str, sql: &mut Vec<String>) -> Result<()> {
        self.drop_if_there(&replaced(table), statements::drop_table, sql)?;
        self.drop_if_there(
            &statements::index_name(history),
            statements::drop_index,
            sql,
        )
    }

    fn drop_if_there(
        &mut self,
        name: &str,
        drop: fn(&str) -> String,
        sql: &mut Vec<String>,
    ) -> Result<()> {
        let is_gone = self.gone.iter().any(|gone| gone.eq_ignore_ascii_case(name));
        if !is_gone && !self.reader.made(&[name])?.is_empty() {
            sql.push(drop(name));
            self.gone.push(name.to_owned());
        }
        Ok(())
    }
}

impl Reader for After<'_> {
    fn shapes(&mut self, tables: &[&str]) -> Result<Vec<Option<Shape>>> {
        let mut shapes = Vec::with_capacity(tables.len());
        for table in tables {
            if self.shape.table.eq_ignore_ascii_case(table) {
                shapes.push(Some(self.shape.clone()));
                continue;
            }
            let (old, new) = &self.history;
            let is_history = new.eq_ignore_ascii_case(table);
            let name = if is_history { old.as_str() } else { table };
            let shape = one_shape(self.reader, name)?;
            shapes.push(shape.map(|mut shape| {
                if is_history {
                    shape.table.clone_from(new);
                    for column in &mut shape.columns {
                        let mut renamed = self.columns.iter();
                        let renamed = renamed.find(|(from, _)| *from == column.name);
                        if let Some((_, to)) = renamed {
                            column.name.clone_from(to);
                        }
                    }
                }
                shape
                    .triggers
                    .retain(|made| !self.gone.contains(&made.name));
                shape
            }));
        }
        Ok(shapes)
    }

    fn made(&mut self, names: &[&str]) -> Result<Vec<Made>> {
        let mut made = self.reader.made(names)?;
        made.retain(|made| !self.gone.contains(&made.name));
        Ok(made)
    }

    fn query(
        &mut self,
        statement: &str,
        values: &[Value],
        visit: &mut dyn FnMut(&[Value]) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        if statement != statements::ERAS_OF {
            return self.reader.query(statement, values, visit);
        }
        for era in &self.eras {
            let row = [
                Value::Int(era.from_seq),
                Value::Text(era.since.clone()),
                Value::Text(era.columns_text()),
                Value::Text(era.identity_text()),
            ];
            if visit(&row)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}
