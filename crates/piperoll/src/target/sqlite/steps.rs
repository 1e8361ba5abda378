//! From a change to its steps. Each is tried on an empty copy of the schema before it is told, and what the copy then shows must be what was declared.

use super::edit::{Edit, Editing, edit};
use super::interpret::{self, Rows};
use super::layout::Layout;
use super::scratch::Scratch;
use super::{
    described, laid, lay, metadata, native, problems, read, rebuild, related, renames, statements,
};
use crate::error::{Error, Problem, Result};
use crate::target::contract::{Step, TableChange};
use crate::target::shape::Shape;
use crate::target::state::{Attribute, Metadata, Object, State};
use crate::target::table::Table;
use crate::yaml::quoted;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The steps of a change.
pub(super) fn of(change: &TableChange<'_>) -> Result<Vec<Step>> {
    refuse(change.to, problems::of(change.to))?;
    match change.from {
        None => create(change.to),
        Some(from) => alter(change, from),
    }
}

/// The shape of the table after a change: the steps are run on an empty copy.
pub(super) fn shape_after(change: &TableChange<'_>) -> Result<Shape> {
    let steps = of(change)?;
    let scratch = match change.from {
        None => Scratch::empty()?,
        Some(from) => {
            let old_table = from.table.name.table();
            let all = without(account(from)?.0, change.set_aside);
            Scratch::new(&related::objects(&all, old_table), old_table)?
        }
    };
    scratch
        .run(statements::SIDE_TABLE)
        .map_err(Error::internal)?;
    let statements = steps.iter().flat_map(|step| &step.statements);
    for sql in statements.filter(|sql| !statements::is_of_statistics(sql)) {
        scratch
            .run(sql)
            .map_err(|fault| refused(change.to, &fault))?;
    }
    let table = change.to.name.table();
    scratch
        .shape(table)?
        .ok_or_else(|| Error::internal(format!("{} is not there after its change", quoted(table))))
}

fn refuse(to: &Table, problems: Vec<Problem>) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    let shown = quoted(&to.name.to_string());
    let message = format!("SQLite cannot have the table {shown} as it is declared");
    Err(Error::unsupported(message).with_problems(problems))
}

fn create(to: &Table) -> Result<Vec<Step>> {
    let layout = lay::table(to).map_err(Error::internal)?;
    refuse(to, problems::of_layout(to, &layout))?;
    let table = to.name.table();
    let rows = metadata::rows(to, &layout);
    let scratch = Scratch::empty()?;
    let sql = statements::create(table, &layout.sql());
    scratch.run(&sql).map_err(|fault| refused(to, &fault))?;
    check(&scratch, &[], to, &rows, &BTreeSet::new())?;
    let mut steps = vec![Step {
        what: format!("create the table {}", quoted(table)),
        statements: vec![sql],
        guards: Vec::new(),
        destructive: false,
        rewrites: false,
        undo: Some(statements::drop_table(table)),
    }];
    // Rows of a table that is gone are in nobody's way: those of the new one replace them, and the rest goes first.
    let mut keep = vec![
        statements::SIDE_TABLE.to_owned(),
        statements::forget_all(table),
    ];
    if !rows.is_empty() {
        keep.extend(metadata::changes((table, &[]), (table, &rows)));
    }
    steps.push(Step {
        what: format!("keep what SQLite cannot of {}", quoted(table)),
        statements: keep,
        guards: Vec::new(),
        destructive: false,
        rewrites: false,
        undo: Some(statements::forget_all(table)),
    });
    Ok(steps)
}

fn alter(change: &TableChange<'_>, from: &State) -> Result<Vec<Step>> {
    let to = change.to;
    let table = to.name.table();
    let old_table = from.table.name.table();
    let (all, old_rows, has_side_table) = account(from)?;
    let all = without(all, change.set_aside);
    let mut steps = Vec::new();

    let scratch = Scratch::new(&related::objects(&all, old_table), old_table)?;
    let broken_before = scratch.fault(old_table)?;
    let mut rows = old_rows.clone();
    steps.extend(renames::table(change, old_table, &scratch)?);
    steps.extend(renames::columns(change, from, &mut rows, &scratch)?);

    let unreadable = || {
        let message = format!("the statement that made {} cannot be read", quoted(table));
        Error::unsupported(message).hint("change the table by hand, then declare it as it is")
    };
    let is_readable = !from.unknown.contains(&Attribute::Checks);
    let layout = scratch.layout(table)?.filter(|_| is_readable);
    let layout = match layout {
        Some(layout) => layout,
        None if is_only_described(&from.table, to) => {
            let kept = metadata::rows_beside(to, &rows);
            let edit = Edit::default();
            steps.extend(keep(
                (old_table, &old_rows),
                (to, &kept),
                &from.table,
                &edit,
                has_side_table,
            ));
            return Ok(steps);
        }
        None => return Err(unreadable()),
    };
    let key_of = |name: &str| primary_key_of(&scratch, &all, name);
    let (told, unknown) = interpret::table(&to.name, &layout, &rows, &key_of);
    if steps.is_empty() && described::is_same(&told, to) {
        return Ok(steps);
    }
    let table_rows = &Rows::new(&rows);
    let editing = Editing {
        told: &told,
        to,
        rows: table_rows,
        keeps_foreign_keys: unknown.contains(&Attribute::ForeignKeys),
    };
    let mut wanted = layout.clone();
    let mut made = edit(&mut wanted, &editing).map_err(Error::internal)?;
    let kept = metadata::rows(to, &wanted);
    if !described::is_same(&interpret::table(&to.name, &wanted, &kept, &key_of).0, to) {
        // What has no name is told by its place, which is another one now.
        wanted = laid::named(&layout, table_rows);
        made = edit(&mut wanted, &editing).map_err(Error::internal)?;
    }

    refuse(to, problems::of_layout(to, &wanted))?;
    let mut edited = Edit::default();
    if wanted == layout {
        edited = made;
    } else {
        let native = native::statements(table, &layout, &wanted, &scratch);
        let (sql, rewrites, undo) = match native {
            Some(native) => native,
            None => {
                let copied = scratch.objects()?;
                let sql = rebuild::statements(table, &layout, &wanted, &copied, &all);
                let mut tried = sql.clone();
                tried.retain(|each| !statements::is_of_statistics(each));
                scratch.run_all(&tried).map_err(|fault| {
                    refused(to, &fault)
                        .hint("what hangs on the table may name what goes: change that first")
                })?;
                (sql, true, None)
            }
        };
        steps.push(Step {
            what: format!("{}: {}", quoted(table), made.what.join(", ")),
            statements: sql,
            guards: made.guards,
            destructive: made.destructive,
            rewrites,
            undo,
        });
    }
    if broken_before.is_none()
        && let Some(fault) = scratch.fault(table)?
    {
        return Err(refused(to, &fault).hint("drop or change what names the column, then apply"));
    }
    let kept = metadata::rows(to, &wanted);
    check(&scratch, &all, to, &kept, &unknown)?;
    steps.extend(keep(
        (old_table, &old_rows),
        (to, &kept),
        &told,
        &edited,
        has_side_table,
    ));
    Ok(steps)
}

/// The engine's account of a state; of one that no engine gave, as if Piperoll had made the table.
fn account(from: &State) -> Result<(Arc<Vec<Object>>, Vec<Metadata>, bool)> {
    if let Some(native) = &from.native {
        return Ok((
            Arc::clone(&native.objects),
            native.metadata.clone(),
            native.has_metadata,
        ));
    }
    let layout = lay::table(&from.table).map_err(Error::invalid_input)?;
    let name = from.table.name.table();
    let object = Object {
        kind: "table".to_owned(),
        name: name.to_owned(),
        table: name.to_owned(),
        sql: Some(statements::create(name, &layout.sql())),
    };
    let rows = metadata::rows(&from.table, &layout);
    Ok((Arc::new(vec![object]), rows, true))
}

/// The objects without the triggers that somebody else sets aside.
fn without(all: Arc<Vec<Object>>, set_aside: &[String]) -> Arc<Vec<Object>> {
    if set_aside.is_empty() {
        return all;
    }
    let is_aside = |object: &&Object| {
        let mut names = set_aside.iter();
        object.kind == "trigger" && names.any(|name| name.eq_ignore_ascii_case(&object.name))
    };
    let left = all.iter().filter(|object| !is_aside(object));
    Arc::new(left.cloned().collect())
}

/// The step that changes the side table, and what else changed that no statement shows.
fn keep(
    old: (&str, &[Metadata]),
    (to, rows): (&Table, &[Metadata]),
    told: &Table,
    edit: &Edit,
    has_side_table: bool,
) -> Option<Step> {
    let table = to.name.table();
    let changes = metadata::changes(old, (table, rows));
    if changes.is_empty() {
        return None;
    }
    let mut what = edit.what.clone();
    what.extend(described::changes(told, to));
    if what.is_empty() {
        what.push("what SQLite cannot keep".to_owned());
    }
    let mut statements = Vec::new();
    if !has_side_table {
        statements.push(statements::SIDE_TABLE.to_owned());
    }
    statements.extend(changes);
    Some(Step {
        what: format!("{}: {}", quoted(table), what.join(", ")),
        statements,
        guards: edit.guards.clone(),
        destructive: edit.destructive,
        rewrites: false,
        undo: Some(metadata::changes((table, rows), old).join(";\n")),
    })
}

/// Whether two tables differ in what the side table keeps, and in nothing else.
fn is_only_described(from: &Table, to: &Table) -> bool {
    let mut bare = to.clone();
    bare.comment.clone_from(&from.comment);
    bare.owner.clone_from(&from.owner);
    bare.tags.clone_from(&from.tags);
    bare.properties.clone_from(&from.properties);
    for (column, before) in bare.columns.iter_mut().zip(&from.columns) {
        column.comment.clone_from(&before.comment);
        column.tags.clone_from(&before.tags);
        column.variable_value.clone_from(&before.variable_value);
    }
    bare == *from
}

/// The primary key of a table: as the copy has it, else as it was.
fn primary_key_of(scratch: &Scratch, all: &[Object], table: &str) -> Option<Vec<String>> {
    let copied: Option<Layout> = scratch.layout(table).ok()?;
    let layout = copied.or_else(|| {
        let mut tables = all.iter().filter(|object| object.kind == "table");
        let sql = tables.find(|object| object.name.eq_ignore_ascii_case(table))?;
        read::layout(sql.sql.as_deref()?)
    });
    Some(layout?.primary_key())
}

/// What the copy shows must be what was declared: otherwise the plan is Piperoll's mistake, and nothing of it may run.
fn check(
    scratch: &Scratch,
    all: &[Object],
    to: &Table,
    rows: &[Metadata],
    unknown: &BTreeSet<Attribute>,
) -> Result<()> {
    let layout = scratch.layout(to.name.table())?.unwrap_or_default();
    let key_of = |name: &str| primary_key_of(scratch, all, name);
    let (mut found, _) = interpret::table(&to.name, &layout, rows, &key_of);
    if unknown.contains(&Attribute::ForeignKeys) {
        found.foreign_keys.clone_from(&to.foreign_keys);
    }
    if described::is_same(&found, to) {
        return Ok(());
    }
    let differs = described::difference(&found, to);
    Err(Error::internal(format!(
        "the plan for {} does not lead to what is declared: {differs}",
        quoted(&to.name.to_string())
    )))
}

fn refused(to: &Table, fault: &str) -> Error {
    Error::invalid_input(format!(
        "SQLite refuses the change of {}: {fault}",
        quoted(&to.name.to_string())
    ))
}
