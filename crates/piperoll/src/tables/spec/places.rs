//! Where the parts of a table stand in its file: a target finds faults, too, and knows nothing of files.

use crate::yaml::{Node, Position};
use std::sync::Arc;

/// The file's tree. It is no part of what the file says: files that say the same are equal.
#[derive(Debug, Clone)]
pub(super) struct Places(Arc<Node>);

impl PartialEq for Places {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Places {
    pub(super) fn new(root: Node) -> Self {
        Self(Arc::new(root))
    }

    /// The position of a part as a target calls it (`primary_key`, `checks.k`, `columns.c.default`); else of the nearest part round it.
    pub(super) fn of(&self, part: &str) -> Position {
        let root = &*self.0;
        if let Some(rest) = part.strip_prefix("columns.") {
            return column(root, rest).map_or(root.at, |node| node.at);
        }
        let (name, key) = part.split_once('.').unwrap_or((part, ""));
        let (name, number) = name.split_once('[').unwrap_or((name, ""));
        let Some(found) = child(root, name) else {
            return root.at;
        };
        let item = number
            .strip_suffix(']')
            .and_then(|number| found.as_sequence()?.get(number.parse::<usize>().ok()?));
        item.unwrap_or_else(|| rule(found, key)).at
    }
}

/// A column, or a part of it. A column's name may hold points, and may begin another's.
fn column<'n>(root: &'n Node, rest: &str) -> Option<&'n Node> {
    let all = child(root, "columns")?;
    let items = all.as_sequence().unwrap_or_default().iter();
    let numbered = all.as_mapping().unwrap_or_default().iter();
    let named = items
        .chain(numbered.map(|entry| &entry.value))
        .filter_map(|node| {
            let name = child(node, "name")?;
            let below = rest.strip_prefix(name.as_text()?)?;
            let below = below.strip_prefix('.').or(below.is_empty().then_some(""))?;
            Some((node, name, below))
        });
    let (node, name, below) = named.min_by_key(|(_, _, below)| below.len())?;
    let (part, key) = below.split_once('.').unwrap_or((below, ""));
    Some(child(node, part).map_or(name, |found| rule(found, key)))
}

/// What stands under a key of the writer's choice: a rule's expression, or all of it.
fn rule<'n>(found: &'n Node, key: &str) -> &'n Node {
    let Some(under) = entry(found, |name| name == key) else {
        return found;
    };
    entry(under, |name| name == "expression").unwrap_or(under)
}

/// A part, under the key or keys that it has in a file.
fn child<'n>(node: &'n Node, part: &str) -> Option<&'n Node> {
    entry(node, |key| match part {
        "checks" => ["table_check_constraints", "column_check_constraints"].contains(&key),
        "comment" => ["table_comment", "comment"].contains(&key),
        "default" => ["default_value", "default_expression"].contains(&key),
        "properties" => ["table_properties", "properties"].contains(&key),
        _ => key == part,
    })
}

fn entry(node: &Node, is_meant: impl Fn(&str) -> bool) -> Option<&Node> {
    let mut entries = node.as_mapping()?.iter();
    let found = entries.find(|entry| is_meant(&entry.key));
    found.map(|entry| &entry.value)
}
