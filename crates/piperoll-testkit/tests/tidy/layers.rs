//! Inside the library a module imports only what stands above it in the list.

use crate::rust::{Source, is_word, line, words};
use crate::tree::{Exception, File, Finding};

/// In the way of the data.
const LAYERS: [&str; 15] = [
    "event", "seal", "store", "trail", "query", "verify", "export", "target", "tables", "rows",
    "runs", "columns", "access", "govern", "project",
];
/// The captures know nothing of each other: they hand steps of one plan, defined in `target`, to `project`.
const CAPTURES: [&str; 5] = ["tables", "rows", "runs", "columns", "access"];
/// What every layer may import; among these, anything goes.
const FOUNDATIONS: [&str; 5] = ["clock", "error", "fs", "limits", "yaml"];
/// What `lib.rs` re-exports and may be named from there.
const ROOT_NAMES: [&str; 3] = ["Error", "ErrorKind", "Result"];

const EXCEPTIONS: &[Exception] = &[];

fn findings(file: &File) -> Vec<Finding> {
    let Some(module_path) = file.path.strip_prefix("crates/piperoll/src/") else {
        return Vec::new();
    };
    if module_path == "lib.rs" || file.is_test() || !file.is_rust() {
        return Vec::new();
    }
    let segments = module_path
        .trim_end_matches(".rs")
        .split('/')
        .collect::<Vec<_>>();
    let own = segments[0];
    if !LAYERS.contains(&own) && !FOUNDATIONS.contains(&own) {
        return vec![Finding::new(
            file,
            0,
            format!("the module `{own}` has no layer"),
        )];
    }
    let code = Source::shipped(&file.text).code;
    imports(&code, segments.len())
        .into_iter()
        .filter_map(|(at, name)| {
            let why = refusal(own, &name)?;
            Some(Finding::new(
                file,
                line(&code, at),
                format!("`{own}` imports `{name}`: {why}"),
            ))
        })
        .collect()
}

/// Why the module `own` may not import `name` from the root of the library.
fn refusal(own: &str, name: &str) -> Option<&'static str> {
    if own == name || FOUNDATIONS.contains(&name) || ROOT_NAMES.contains(&name) {
        return None;
    }
    let layer = |name| LAYERS.iter().position(|layer| *layer == name);
    match (layer(own), layer(name)) {
        (_, None) => Some("name the module that defines it"),
        (None, Some(_)) => Some("what all may import imports no layer"),
        (Some(own), Some(other)) if other > own => Some("it stands below"),
        (Some(_), Some(_)) if CAPTURES.contains(&own) && CAPTURES.contains(&name) => {
            Some("captures do not import each other")
        }
        (Some(_), Some(_)) => None,
    }
}

/// The names taken from the root of the library, through `crate::` or through as many `super::` as the module is deep.
fn imports(code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, word) in words(code) {
        let continues = code[..at].trim_end().ends_with("::");
        let mut rest = match word {
            "crate" => &code[at + word.len()..],
            "super" if !continues || code[..at].trim_end().ends_with("self::") => {
                &code[at + word.len()..]
            }
            _ => continue,
        };
        let mut supers = 1;
        while word == "super"
            && let Some(next) = after_colons(rest).and_then(|rest| rest.strip_prefix("super"))
        {
            rest = next;
            supers += 1;
        }
        if (word == "crate" || supers >= depth)
            && let Some(rest) = after_colons(rest)
        {
            found.extend(first_names(rest).into_iter().map(|name| (at, name)));
        }
    }
    found
}

fn after_colons(rest: &str) -> Option<&str> {
    rest.trim_start().strip_prefix("::").map(str::trim_start)
}

/// The first name of a path, or of each path of a group.
fn first_names(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return vec![first_name(path)];
    };
    let mut names = vec![first_name(group.trim_start())];
    let mut depth = 1;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => {
                let next = group[at + 1..].trim_start();
                if !next.starts_with('}') {
                    names.push(first_name(next));
                }
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

fn first_name(path: &str) -> String {
    let end = path
        .bytes()
        .position(|byte| !is_word(byte))
        .unwrap_or(path.len());
    let name = if end == 0 {
        path.chars().take(1).collect()
    } else {
        path[..end].to_owned()
    };
    if name == "r" {
        path.chars().take_while(|c| *c != ':').collect()
    } else {
        name
    }
}

/// What is wrong with the table of modules in a page: its rows, in order, against the layers, and which of them says
/// `later` against which is `written`.
fn page_problems(page: &str, written: impl Fn(&str) -> bool) -> Vec<String> {
    let rows = page
        .lines()
        .skip_while(|line| !line.starts_with("| module |"))
        .skip(2)
        .map_while(|line| line.strip_prefix("| `")?.split_once("` | "))
        .collect::<Vec<_>>();
    let named = rows.iter().map(|(module, _)| *module).collect::<Vec<_>>();
    let mut problems = Vec::new();
    if named != LAYERS {
        problems.push(format!("the page has {named:?}, the layers are {LAYERS:?}"));
    }
    for (module, text) in rows {
        match (written(module), text.starts_with("later: ")) {
            (true, true) => problems.push(format!("`{module}` is written: say no longer `later`")),
            (false, false) => problems.push(format!("`{module}` is not there: say `later: `")),
            _ => {}
        }
    }
    problems
}

#[test]
fn a_page_that_tells_another_order_or_promises_is_found() {
    let row = |module: &&str| {
        let later = if *module == "rows" { "later: " } else { "" };
        format!("| `{module}` | {later}x |\n")
    };
    let page = format!(
        "| module | holds |\n|---|---|\n{}\n",
        LAYERS.iter().map(row).collect::<String>()
    );
    let problems = |page: &str| page_problems(page, |module| module != "rows").len();

    assert_eq!(problems(&page), 0);
    assert_eq!(problems(&page.replace("later: ", "")), 1);
    assert_eq!(problems(&page.replace("`runs` | ", "`runs` | later: ")), 1);
    assert_eq!(problems(&page.replace("| `seal` | x |\n", "")), 1);
}

#[test]
fn the_page_on_the_architecture_tells_the_layers() {
    let root = crate::tree::root();
    let page =
        std::fs::read_to_string(root.join("docs/architecture.md")).expect("the page is there");
    let written = |module: &str| {
        root.join(format!("crates/piperoll/src/{module}.rs"))
            .exists()
    };
    assert_eq!(page_problems(&page, written), Vec::<String>::new());
}

#[test]
fn an_import_from_below_is_found_however_it_is_written() {
    let cases = [
        (
            "seal.rs",
            "use crate::store::Store;",
            "`seal` imports `store`: it stands below",
        ),
        (
            "seal/tree.rs",
            "fn f() { crate::query::run() }",
            "imports `query`: it stands below",
        ),
        (
            "seal.rs",
            "use crate::{error::Error, limits,\n trail::{A, B}};",
            "imports `trail`",
        ),
        (
            "seal/tree.rs",
            "use super::super::verify::V;",
            "imports `verify`: it stands below",
        ),
        (
            "seal/tree.rs",
            "use self::super::super::{verify::V};",
            "imports `verify`",
        ),
        (
            "query.rs",
            "use super::export::X;",
            "imports `export`: it stands below",
        ),
        (
            "rows/history.rs",
            "use crate::tables::Spec;",
            "captures do not import each other",
        ),
        (
            "error.rs",
            "use crate::event::Event;",
            "what all may import imports no layer",
        ),
        ("event.rs", "use crate::*;", "imports `*`: name the module"),
        (
            "event.rs",
            "use crate::Trail;",
            "imports `Trail`: name the module",
        ),
        ("extra.rs", "", "the module `extra` has no layer"),
    ];
    for (path, text, expected) in cases {
        let findings = findings(&File::new(&format!("crates/piperoll/src/{path}"), text));
        assert_eq!(findings.len(), 1, "of {path}: {text}");
        assert!(
            findings[0].text().contains(expected),
            "{} of {text}",
            findings[0].text()
        );
    }
}

#[test]
fn an_import_from_above_is_no_finding() {
    let cases = [
        (
            "store.rs",
            "use crate::{Error, event::{Event, id}, seal};\nuse crate::limits::X;",
        ),
        (
            "seal/tree.rs",
            "use super::super::event::Event; use super::hash::Hash;",
        ),
        (
            "seal.rs",
            "pub(crate) fn f() {} // crate::store\nconst A: &str = \"crate::store\";",
        ),
        (
            "seal.rs",
            "#[cfg(test)]\nmod tests { use crate::store::Memory; }",
        ),
        ("seal/tests.rs", "use crate::store::Memory;"),
        ("lib.rs", "pub use crate::trail::Trail;"),
        ("project.rs", "use crate::{rows, runs, tables,};"),
    ];
    for (path, text) in cases {
        let findings = findings(&File::new(&format!("crates/piperoll/src/{path}"), text));
        assert_eq!(findings, [], "of {path}: {text}");
    }
}

#[test]
fn the_library_keeps_its_layers() {
    let found = crate::tree::files().iter().flat_map(findings).collect();
    crate::tree::assert_none(&crate::tree::except(found, EXCEPTIONS));
}
