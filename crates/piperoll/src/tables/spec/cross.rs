//! What the parts of a file must be to each other.

use super::column::Declared;
use super::read::Named;
use crate::yaml::{Position, Problems, quoted};
use std::collections::{BTreeMap, BTreeSet};

/// Columns that could not be read: what names them is not to blame.
#[derive(Debug, Default)]
pub(super) struct Unread {
    /// Their names, as far as they are known.
    pub(super) names: BTreeSet<String>,
    /// Whether the name of one is not known.
    pub(super) nameless: bool,
}

/// `lists` are the lists of columns, each with its key.
pub(super) fn check(
    columns: &[Declared],
    unread: &Unread,
    lists: &[(&str, &Vec<Named>)],
    primary_key: &[Named],
    problems: &mut Problems,
) {
    unique_names(columns, problems);
    renames(columns, problems);
    let known: BTreeMap<&str, bool> = columns
        .iter()
        .map(|declared| (declared.column.name.as_str(), declared.active))
        .collect();
    for (key, list) in lists {
        let mut seen = BTreeSet::new();
        for Named { at, name } in *list {
            match known.get(name.as_str()) {
                Some(true) => {}
                Some(false) => problems.add(
                    *at,
                    format!("`{key}` names {}, which is not active", quoted(name)),
                ),
                None if unread.nameless || unread.names.contains(name) => {}
                None => problems.add(*at, unknown(key, name, &known)),
            }
            if !seen.insert(name) {
                problems.add(*at, format!("`{key}` names {} twice", quoted(name)));
            }
        }
    }
    for Declared {
        column,
        nullable_at,
        ..
    } in columns
    {
        let key = primary_key.iter().any(|named| named.name == column.name);
        if let Some(at) = nullable_at.filter(|_| key && column.nullable) {
            let message = format!(
                "{} is in the primary key, so that it cannot be null",
                quoted(&column.name)
            );
            problems.add(at, message);
        }
    }
}

fn unknown(key: &str, name: &str, known: &BTreeMap<&str, bool>) -> String {
    let mut message = format!(
        "`{key}` names {}, which is no column of the table",
        quoted(name)
    );
    let near = known.keys().find(|other| other.eq_ignore_ascii_case(name));
    if let Some(near) = near {
        message.push_str(&format!("; did you mean {}?", quoted(near)));
    }
    message
}

fn unique_names(columns: &[Declared], problems: &mut Problems) {
    let mut seen: BTreeMap<&str, Position> = BTreeMap::new();
    for Declared { at, column, .. } in columns {
        if let Some(first) = seen.get(column.name.as_str()) {
            let first = problems.place(*first);
            let message = format!(
                "a column called {} stands at {first} already",
                quoted(&column.name)
            );
            problems.add(*at, message);
        } else {
            seen.insert(&column.name, *at);
        }
    }
}

fn renames(columns: &[Declared], problems: &mut Problems) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for Declared {
        column,
        renamed_from,
        ..
    } in columns
    {
        let Some((at, old)) = renamed_from else {
            continue;
        };
        if *old == column.name {
            problems.add(*at, "`renamed_from` is the name that the column has");
        }
        if let Some(other) = seen.insert(old, &column.name) {
            let message = format!(
                "{} is what {} is renamed from already",
                quoted(old),
                quoted(other)
            );
            problems.add(*at, message);
        }
    }
}
