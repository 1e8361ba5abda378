//! From the layout that is to the layout that shall be: what differs is changed, and all else stays as it is written.

use super::interpret::{Rows, allowed_values};
use super::laid::{LaidCheck, laid_checks, laid_foreign_keys};
use super::layout::{Constraint, LaidColumn, Layout, Part};
use super::tokens::{same, unqualified};
use super::{guards, lay};
use crate::target::contract::Guard;
use crate::target::data_type::DataType;
use crate::target::dialect::sqlite as dialect;
use crate::target::table::{Check, Column, Table};
use crate::yaml::quoted;
use std::collections::BTreeMap;

/// What an edit did.
#[derive(Debug, Default)]
pub(super) struct Edit {
    /// In words, each change.
    pub(super) what: Vec<String>,
    pub(super) destructive: bool,
    /// What must hold of the rows that are there.
    pub(super) guards: Vec<Guard>,
}

impl Edit {
    fn say(&mut self, what: String, destructive: bool) {
        self.what.push(what);
        self.destructive |= destructive;
    }
}

/// What is edited: the table as it is told, as it shall be, and what the side table holds.
pub(super) struct Editing<'a> {
    pub(super) told: &'a Table,
    pub(super) to: &'a Table,
    pub(super) rows: &'a Rows<'a>,
    /// Whether a foreign key cannot be told: then all stay.
    pub(super) keeps_foreign_keys: bool,
}

/// Edits the layout. `Err` says what cannot be written in SQL.
pub(super) fn edit(layout: &mut Layout, editing: &Editing<'_>) -> Result<Edit, &'static str> {
    let mut edit = Edit::default();
    let (told, to) = (editing.told, editing.to);
    let named = |columns: &'_ [Column], name: &str| {
        let mut all = columns.iter();
        all.any(|column| column.name.eq_ignore_ascii_case(name))
    };
    // First, because those without a name are told by their place.
    let there = laid_checks(layout, editing.rows);
    let there = There::new(layout, there, to.name.table());
    if !editing.keeps_foreign_keys {
        foreign_keys(layout, editing, &mut edit);
    }
    layout.columns.retain(|laid| {
        let stays = named(&to.columns, &laid.name);
        if !stays {
            edit.say(format!("drop the column {}", quoted(&laid.name)), true);
        }
        stays
    });
    for column in &to.columns {
        let mut all = told.columns.iter();
        let before = all.find(|each| each.name.eq_ignore_ascii_case(&column.name));
        match (before, layout.column_mut(&column.name)) {
            (Some(before), Some(laid)) => {
                change_column(laid, before, column, editing, &mut edit)?;
                let found = there.of(Some(&laid.name));
                let of = format!(" of {}", quoted(&column.name));
                checks(
                    &mut laid.constraints,
                    &of,
                    found,
                    &column.checks,
                    editing,
                    &mut edit,
                );
            }
            _ => {
                layout.columns.push(lay::column(column)?);
                edit.say(format!("add the column {}", quoted(&column.name)), false);
                guards::added(to, column, &mut edit.guards);
            }
        }
    }
    keys(layout, editing, &mut edit);
    checks(
        &mut layout.constraints,
        "",
        there.of(None),
        &to.checks,
        editing,
        &mut edit,
    );
    Ok(edit)
}

fn change_column(
    laid: &mut LaidColumn,
    told: &Column,
    to: &Column,
    editing: &Editing<'_>,
    edit: &mut Edit,
) -> Result<(), &'static str> {
    let shown = quoted(&to.name);
    if told.datatype != to.datatype {
        let sql_type = dialect::sql_type(&to.datatype);
        if !laid.sql_type.eq_ignore_ascii_case(sql_type) {
            sql_type.clone_into(&mut laid.sql_type);
        }
        let narrower = !is_wider(&told.datatype, &to.datatype);
        let what = format!("{shown}: {} becomes {}", told.datatype, to.datatype);
        edit.say(what, narrower);
        if narrower {
            guards::datatype(editing.to, to, &mut edit.guards);
        }
    }
    if told.nullable != to.nullable {
        laid.constraints.retain(|each| each.part != Part::NotNull);
        if to.nullable {
            edit.say(format!("{shown} may be NULL"), false);
        } else {
            laid.constraints.push(lay::not_null());
            edit.say(format!("{shown} must not be NULL"), false);
            guards::not_null(editing.to, &to.name, &mut edit.guards);
        }
    }
    // A literal that was no value of the old type may be one of the new.
    let anew = to.default.is_some() && told.datatype != to.datatype;
    if told.default != to.default || anew {
        laid.constraints
            .retain(|each| !matches!(each.part, Part::Default { .. }));
        if let Some(value) = &to.default {
            laid.constraints.push(lay::default(value)?);
        }
    }
    match &to.default {
        same if *same == told.default => {}
        Some(_) => edit.say(format!("another default of {shown}"), false),
        None => edit.say(format!("no default of {shown}"), false),
    }
    if told.generated != to.generated {
        laid.constraints
            .retain(|each| !matches!(each.part, Part::Generated { .. }));
        if let Some(expression) = &to.generated {
            laid.constraints.push(lay::generated(expression));
            // What stood in the column is computed from now on.
            edit.say(format!("{shown} is computed"), told.generated.is_none());
        } else {
            edit.say(format!("{shown} is no longer computed"), false);
        }
    }
    change_allowed_values(laid, told, to, editing, edit)
}

fn change_allowed_values(
    laid: &mut LaidColumn,
    told: &Column,
    to: &Column,
    editing: &Editing<'_>,
    edit: &mut Edit,
) -> Result<(), &'static str> {
    if told.allowed_values == to.allowed_values {
        return Ok(());
    }
    let shown = quoted(&to.name);
    if let Some((_, sql)) = allowed_values(laid, editing.rows) {
        let mut gone = false;
        laid.constraints.retain(|each| {
            let is =
                !gone && matches!(&each.part, Part::Check { expression } if same(expression, &sql));
            gone |= is;
            !is
        });
    }
    if to.allowed_values.is_empty() {
        edit.say(format!("any value is allowed in {shown}"), true);
        return Ok(());
    }
    let constraint = lay::allowed_values(&laid.name, &to.allowed_values)?;
    if let Part::Check { expression } = &constraint.part {
        guards::check(editing, expression, &shown, &mut edit.guards);
    }
    laid.constraints.push(constraint);
    edit.say(format!("other allowed values of {shown}"), false);
    Ok(())
}

/// The checks that stand, each with its constraint, before anything is edited: a check without a name is told by its place.
struct There(Vec<(Option<String>, Constraint, Check)>);

impl There {
    fn new(layout: &Layout, laid: Vec<LaidCheck>, table: &str) -> Self {
        let found = laid.into_iter().filter_map(|mut laid| {
            let constraints = match &laid.column {
                None => &layout.constraints,
                Some(column) => &layout.column(column)?.constraints,
            };
            if let Some(shorter) = unqualified(&laid.check.expression, table) {
                laid.check.expression = shorter;
            }
            Some((laid.column, constraints.get(laid.at)?.clone(), laid.check))
        });
        Self(found.collect())
    }

    /// Those of a column, or of the table.
    fn of(&self, column: Option<&str>) -> Vec<&(Option<String>, Constraint, Check)> {
        let all = self.0.iter();
        all.filter(|(of, _, _)| of.as_deref() == column).collect()
    }
}

/// Takes out the checks that go, and puts those that come behind.
fn checks(
    constraints: &mut Vec<Constraint>,
    of: &str,
    mut found: Vec<&(Option<String>, Constraint, Check)>,
    wanted: &BTreeMap<String, Check>,
    editing: &Editing<'_>,
    edit: &mut Edit,
) {
    let mut added = Vec::new();
    for check in wanted.values() {
        match found.iter().position(|(_, _, there)| there == check) {
            Some(at) => {
                found.remove(at);
            }
            None => {
                let shown = quoted(&check.name);
                edit.say(format!("add the check {shown}{of}"), false);
                guards::check(editing, &check.expression, &shown, &mut edit.guards);
                added.push(lay::check(check));
            }
        }
    }
    for (_, constraint, check) in found {
        edit.say(format!("drop the check {}{of}", quoted(&check.name)), true);
        if let Some(at) = constraints.iter().position(|each| each == constraint) {
            constraints.remove(at);
        }
    }
    constraints.extend(added);
}

/// The primary key and the unique keys.
fn keys(layout: &mut Layout, editing: &Editing<'_>, edit: &mut Edit) {
    let (told, to) = (editing.told, editing.to);
    if told.primary_key != to.primary_key {
        let is_key = |each: &Constraint| matches!(each.part, Part::PrimaryKey { .. });
        for column in &mut layout.columns {
            column.constraints.retain(|each| !is_key(each));
        }
        layout.constraints.retain(|each| !is_key(each));
        if !told.primary_key.is_empty() {
            edit.say("drop the primary key".to_owned(), true);
        }
        if !to.primary_key.is_empty() {
            layout
                .constraints
                .insert(0, lay::primary_key(&to.primary_key));
            edit.say("add a primary key".to_owned(), false);
            guards::unique(editing, &to.primary_key, &mut edit.guards);
        }
    }
    let mut wanted: Vec<&Vec<String>> = to.unique_keys.iter().map(|key| &key.columns).collect();
    let mut gone = Vec::new();
    for key in &told.unique_keys {
        match wanted.iter().position(|each| **each == key.columns) {
            Some(at) => {
                wanted.remove(at);
            }
            None => gone.push(key.columns.clone()),
        }
    }
    for columns in &gone {
        drop_unique(layout, columns);
        let shown = quoted(&columns.join(", "));
        edit.say(format!("drop the unique key {shown}"), true);
    }
    for columns in wanted {
        layout.constraints.push(lay::unique(columns));
        let shown = quoted(&columns.join(", "));
        edit.say(format!("add the unique key {shown}"), false);
        guards::unique(editing, columns, &mut edit.guards);
    }
}

/// Takes out a unique key, wherever it is written. That of a column that is dropped went with it.
fn drop_unique(layout: &mut Layout, wanted: &[String]) {
    if let [only] = wanted
        && let Some(column) = layout.column_mut(only)
    {
        column
            .constraints
            .retain(|each| !matches!(each.part, Part::Unique { .. }));
    }
    layout
        .constraints
        .retain(|each| !matches!(&each.part, Part::Unique { columns } if columns == wanted));
}

fn foreign_keys(layout: &mut Layout, editing: &Editing<'_>, edit: &mut Edit) {
    let (told, to) = (editing.told, editing.to);
    let gone: Vec<Constraint> = laid_foreign_keys(layout)
        .into_iter()
        .filter(|(name, _, _)| told.foreign_keys.get(name) != to.foreign_keys.get(name))
        .map(|(_, _, constraint)| constraint.clone())
        .collect();
    let goes = |each: &Constraint| gone.contains(each);
    for column in &mut layout.columns {
        column.constraints.retain(|each| !goes(each));
    }
    layout.constraints.retain(|each| !goes(each));
    for (name, key) in &told.foreign_keys {
        if to.foreign_keys.get(name) != Some(key) {
            edit.say(format!("drop the foreign key {}", quoted(name)), true);
        }
    }
    for (name, key) in &to.foreign_keys {
        if told.foreign_keys.get(name) != Some(key) {
            layout.constraints.push(lay::foreign_key(name, key));
            edit.say(format!("add the foreign key {}", quoted(name)), false);
        }
    }
}

/// Whether every value of the one type is a value of the other.
fn is_wider(from: &DataType, to: &DataType) -> bool {
    use DataType as T;
    let bits = |datatype: &T| match datatype {
        T::Tinyint => Some(8),
        T::Smallint => Some(16),
        T::Int => Some(32),
        T::Bigint => Some(64),
        _ => None,
    };
    let digits = |bits: u8| match bits {
        8 => 3,
        16 => 5,
        32 => 10,
        _ => 19,
    };
    match (from, to) {
        (T::Varchar(from) | T::Char(from), T::Varchar(to)) => from <= to,
        (T::Binary, T::String) => false,
        (_, T::String) | (T::Float, T::Double) => true,
        (
            T::Decimal { precision, scale },
            T::Decimal {
                precision: to_precision,
                scale: to_scale,
            },
        ) => scale <= to_scale && precision - scale <= to_precision.saturating_sub(*to_scale),
        (from, T::Decimal { precision, scale }) => {
            bits(from).is_some_and(|bits| digits(bits) <= precision.saturating_sub(*scale))
        }
        (from, T::Double) => bits(from).is_some_and(|bits| bits <= 32),
        (from, to) => bits(from)
            .zip(bits(to))
            .is_some_and(|(from, to)| from <= to),
    }
}
