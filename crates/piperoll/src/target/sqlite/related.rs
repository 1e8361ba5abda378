//! Which objects a change of a table can touch. A schema may have thousands of tables, and a plan looks at each object more than once.

use crate::target::state::Object;
use std::collections::BTreeSet;

/// The table, what hangs on it, the views and triggers that name it or each other, and whatever those name: in their order. Naming is judged by the text alone, so
/// that too much may be there, but never too little.
pub(super) fn objects(all: &[Object], table: &str) -> Vec<Object> {
    let folded: Vec<Folded> = all.iter().map(Folded::new).collect();
    let mut chosen: BTreeSet<usize> = BTreeSet::new();
    let mut names = vec![table.to_ascii_lowercase()];
    let mut seen: BTreeSet<String> = names.iter().cloned().collect();
    while let Some(name) = names.pop() {
        for (at, object) in folded.iter().enumerate() {
            let belongs = object.name == name || object.table == name;
            let names_it = object.is_program && is_named(&object.sql, &name);
            if !(belongs || names_it) || !chosen.insert(at) {
                continue;
            }
            let mut wanted = vec![object.table.clone(), object.name.clone()];
            if object.is_program {
                let named = folded.iter().filter(|other| {
                    matches!(other.kind, "table" | "view") && is_named(&object.sql, &other.name)
                });
                wanted.extend(named.map(|other| other.name.clone()));
            }
            for name in wanted {
                if seen.insert(name.clone()) {
                    names.push(name);
                }
            }
        }
    }
    let chosen = chosen.iter().filter_map(|at| all.get(*at));
    chosen.cloned().collect()
}

/// An object with its names in lower case.
struct Folded<'a> {
    kind: &'a str,
    name: String,
    table: String,
    /// A view or a trigger: its text names other objects.
    is_program: bool,
    sql: String,
}

impl<'a> Folded<'a> {
    fn new(object: &'a Object) -> Self {
        let is_program = matches!(object.kind.as_str(), "view" | "trigger");
        let sql = object.sql.as_deref().filter(|_| is_program);
        Self {
            kind: &object.kind,
            name: object.name.to_ascii_lowercase(),
            table: object.table.to_ascii_lowercase(),
            is_program,
            sql: sql.unwrap_or_default().to_ascii_lowercase(),
        }
    }
}

/// Whether a name stands in a text, in or out of quotes; both in lower case.
fn is_named(sql: &str, name: &str) -> bool {
    // In quotes such a name is written otherwise.
    if name.is_empty() || name.contains(['"', '\'', '`']) {
        return true;
    }
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    sql.match_indices(name).any(|(at, _)| {
        let before = sql.get(..at).and_then(|text| text.chars().next_back());
        let after = sql
            .get(at + name.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(kind: &str, name: &str, table: &str, sql: &str) -> Object {
        Object {
            kind: kind.to_owned(),
            name: name.to_owned(),
            table: table.to_owned(),
            sql: Some(sql.to_owned()),
        }
    }

    #[test]
    fn what_a_change_can_touch_is_there_and_the_rest_is_not() {
        let all = [
            object("table", "T", "T", "CREATE TABLE T (a)"),
            object("index", "i", "T", "CREATE INDEX i ON T (a)"),
            object("table", "other", "other", "CREATE TABLE other (t)"),
            object("table", "seen", "seen", "CREATE TABLE seen (a)"),
            object("table", "far", "far", "CREATE TABLE far (a)"),
            object(
                "view",
                "v",
                "v",
                "CREATE VIEW v AS SELECT * FROM \"t\", seen",
            ),
            object("view", "w", "w", "CREATE VIEW w AS SELECT * FROM v"),
            object(
                "view",
                "x",
                "x",
                "CREATE VIEW x AS SELECT tt, far_t FROM far",
            ),
            object(
                "trigger",
                "r",
                "other",
                "CREATE TRIGGER r AFTER DELETE ON other BEGIN DELETE FROM [T]; END",
            ),
        ];
        let found = objects(&all, "t");
        let names: Vec<&str> = found.iter().map(|object| object.name.as_str()).collect();
        assert_eq!(names, ["T", "i", "other", "seen", "v", "w", "r"]);
    }
}
