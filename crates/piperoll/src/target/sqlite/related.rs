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
            let names_it = object.is_program && object.sql.contains(&name);
            if !(belongs || names_it) || !chosen.insert(at) {
                continue;
            }
            let mut wanted = vec![object.table.clone(), object.name.clone()];
            if object.is_program {
                let named = folded.iter().filter(|other| {
                    matches!(other.kind, "table" | "view") && object.sql.contains(&other.name)
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
