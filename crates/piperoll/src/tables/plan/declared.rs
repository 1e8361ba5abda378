//! What the specifications of one target must be to each other.

use crate::error::{Error, Result};
use crate::tables::Spec;
use crate::tables::circle::{CIRCLE_HINT, circle, is_in_circle};
use crate::target::{Dialect, TableName, Target};
use std::collections::BTreeMap;

/// Checks that each table is declared once, and that each old name leads to one table.
///
/// # Errors
/// `InvalidInput` with the files of what is not so.
pub(super) fn together(target: &dyn Target, specs: &[Spec]) -> Result<()> {
    declared_once(target, specs)?;
    let renamed = || {
        specs
            .iter()
            .filter_map(|spec| Some((&spec.table.name, spec.renamed_from.as_ref()?, &spec.file)))
    };
    let mut new_of: BTreeMap<&TableName, &TableName> = BTreeMap::new();
    for (name, old, file) in renamed() {
        if let Some(other) = new_of.insert(old, name) {
            let message =
                format!("{file}: `{old}` is what `{name}` is renamed from, and `{other}` is, too");
            return Err(Error::invalid_input(message).hint("one table becomes one other"));
        }
    }
    let from_old: BTreeMap<&TableName, &TableName> =
        renamed().map(|(name, old, _)| (name, old)).collect();
    match renamed().find(|(name, _, _)| is_in_circle(*name, &from_old)) {
        Some((_, old, file)) => {
            let message = format!("{file}: {}", circle(old.table()));
            Err(Error::invalid_input(message).hint(CIRCLE_HINT))
        }
        None => Ok(()),
    }
}

/// One table has one specification. A catalog is a label where the engine has none, and SQLite takes names that differ in case only for one.
fn declared_once(target: &dyn Target, specs: &[Spec]) -> Result<()> {
    let same = |name: &TableName| match target.dialect() {
        Dialect::Sqlite => (
            String::new(),
            String::new(),
            name.table().to_ascii_lowercase(),
        ),
        Dialect::Postgres => (
            String::new(),
            name.schema().to_owned(),
            name.table().to_owned(),
        ),
        Dialect::Delta => (
            name.catalog().to_owned(),
            name.schema().to_owned(),
            name.table().to_owned(),
        ),
    };
    let mut seen: BTreeMap<_, &Spec> = BTreeMap::new();
    for spec in specs {
        if let Some(first) = seen.insert(same(&spec.table.name), spec) {
            let (name, file, again) = (&first.table.name, &first.file, &spec.file);
            let message = if *name == spec.table.name {
                format!("`{name}` is declared in `{file}` and again in `{again}`")
            } else {
                let (other, dialect) = (&spec.table.name, target.dialect().name());
                format!(
                    "`{name}`, declared in `{file}`, and `{other}`, declared in `{again}`, are one table of {dialect}"
                )
            };
            return Err(Error::invalid_input(message).hint("a table is declared in one file"));
        }
    }
    Ok(())
}
