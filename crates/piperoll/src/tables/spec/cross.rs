//! What the parts of a file must be to each other.

use super::column::Declared;
use super::read::Named;
use crate::tables::circle::{CIRCLE_HINT, circle, is_in_circle};
use crate::yaml::{Position, Problems, quoted};
use std::collections::{BTreeMap, BTreeSet};

/// Columns that could not be read: what names them is not to blame.
#[derive(Debug, Default)]
pub(super) struct Unread {
    /// Their names, as far as they are known, and where these stand.
    pub(super) names: Vec<Named>,
    /// Whether the name of one is not known.
    pub(super) nameless: bool,
}

/// `lists` are the lists of columns, each with its key.
pub(super) fn check(
    columns: &[Declared],
    unread: &Unread,
    lists: &[(&str, &Vec<Named>)],
    problems: &mut Problems,
) {
    unique_names(columns, &unread.names, problems);
    renames(columns, problems);
    let known: BTreeMap<&str, bool> = columns
        .iter()
        .map(|declared| (declared.column.name.as_str(), declared.active))
        .collect();
    let unread_names: BTreeSet<&str> = unread.names.iter().map(|it| it.name.as_str()).collect();
    for (key, list) in lists {
        let mut seen = BTreeSet::new();
        for Named { at, name } in *list {
            match known.get(name.as_str()) {
                Some(true) => {}
                Some(false) => problems.add(
                    *at,
                    format!("`{key}` names {}, which is not active", quoted(name)),
                ),
                None if unread.nameless || unread_names.contains(name.as_str()) => {}
                None => problems.add(*at, unknown(key, name, &known)),
            }
            if !seen.insert(name) {
                problems.add(*at, format!("`{key}` names {} twice", quoted(name)));
            }
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

/// Names of columns, whether these could be read or not: each once.
fn unique_names(columns: &[Declared], unread: &[Named], problems: &mut Problems) {
    let read = columns.iter().map(|it| (it.at, it.column.name.as_str()));
    let unread = unread.iter().map(|it| (it.at, it.name.as_str()));
    let mut names: Vec<(Position, &str)> = read.chain(unread).collect();
    names.sort_by_key(|(at, _)| *at);
    let mut seen: BTreeMap<&str, Position> = BTreeMap::new();
    for (at, name) in names {
        if let Some(first) = seen.get(name) {
            let first = problems.place(*first);
            let message = format!("a column called {} stands at {first} already", quoted(name));
            problems.add(at, message);
        } else {
            seen.insert(name, at);
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
    let from_old: BTreeMap<&str, &str> = columns
        .iter()
        .filter_map(|it| {
            Some((
                it.column.name.as_str(),
                it.renamed_from.as_ref()?.1.as_str(),
            ))
        })
        .filter(|(name, old)| name != old)
        .collect();
    for declared in columns {
        if let Some((at, old)) = &declared.renamed_from
            && is_in_circle(declared.column.name.as_str(), &from_old)
        {
            problems.add(*at, format!("{}; {CIRCLE_HINT}", circle(old)));
        }
    }
}
