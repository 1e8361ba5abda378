//! Which objects a change of a table can touch. A schema may have thousands of tables, and a plan looks at each object more than once.

use super::layout::Part;
use super::{laid, read};
use crate::target::state::Object;
use std::collections::BTreeSet;

/// The table, what hangs on it, the views and triggers that name it or each other, and whatever those name: in their order. Naming is judged by the text alone, so
/// that too much may be there, but never too little.
pub(super) fn objects(all: &[Object], table: &str) -> Vec<Object> {
    let texts: Vec<Option<String>> = all.iter().map(text).collect();
    let mut chosen: BTreeSet<usize> = BTreeSet::new();
    let mut names = vec![table.to_ascii_lowercase()];
    let mut seen: BTreeSet<String> = names.iter().cloned().collect();
    while let Some(name) = names.pop() {
        for (at, (object, text)) in all.iter().zip(&texts).enumerate() {
            let belongs =
                object.name.eq_ignore_ascii_case(&name) || object.table.eq_ignore_ascii_case(&name);
            let names_it = || text.as_ref().is_some_and(|text| is_named(text, &name));
            if !(belongs || names_it()) || !chosen.insert(at) {
                continue;
            }
            let mut wanted = vec![
                object.table.to_ascii_lowercase(),
                object.name.to_ascii_lowercase(),
            ];
            if let Some(text) = text {
                let others = all
                    .iter()
                    .filter(|other| matches!(other.kind.as_str(), "table" | "view"));
                let others = others.map(|other| other.name.to_ascii_lowercase());
                wanted.extend(others.filter(|other| is_named(text, other)));
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

/// What else has to be read before a change of tables (their names in lower case) can be tried: the names, in lower case, of all that their foreign keys or, where
/// one of them is named by a view or a trigger, any of those may mean. Words that are no names are among them.
pub(super) fn named<'o>(
    objects: impl Iterator<Item = &'o Object> + Clone,
    tables: &BTreeSet<String>,
) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for object in objects.clone().filter(|object| object.kind == "table") {
        let Some(sql) = object.sql.as_deref() else {
            continue;
        };
        // A key that names no columns means the other table's primary key.
        let layout = contains_word(sql, "references").then(|| read::layout(sql));
        let Some(layout) = layout.flatten() else {
            continue;
        };
        for (_, _, key) in laid::laid_foreign_keys(&layout) {
            if let Part::ForeignKey {
                table, references, ..
            } = &key.part
                && references.is_empty()
            {
                named.insert(table.to_ascii_lowercase());
            }
        }
    }
    let texts: Vec<String> = objects.filter_map(text).collect();
    let is_concerned = texts.iter().any(|text| {
        words(text).any(|word| tables.contains(word))
            || tables.iter().any(|table| !is_word_alone(table))
    });
    if is_concerned {
        let words = texts.iter().flat_map(|text| words(text));
        named.extend(words.map(str::to_owned));
    }
    named
}

/// The text of a view or a trigger, in lower case: it names other objects.
fn text(object: &Object) -> Option<String> {
    let is_program = matches!(object.kind.as_str(), "view" | "trigger");
    let sql = object.sql.as_deref().filter(|_| is_program)?;
    Some(sql.to_ascii_lowercase())
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$'
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter| !is_word(letter))
        .filter(|word| !word.is_empty())
}

fn is_word_alone(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_word)
}

/// Whether a word stands in a text, in whatever case.
fn contains_word(text: &str, word: &str) -> bool {
    words(text).any(|each| each.eq_ignore_ascii_case(word))
}

/// Whether a name stands in a text, in or out of quotes; both in lower case.
fn is_named(sql: &str, name: &str) -> bool {
    // In quotes such a name is written otherwise.
    if name.is_empty() || name.contains(['"', '\'', '`']) {
        return true;
    }
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
