//! A source file that no module declares is never compiled: a forgotten test passes for ever.

use crate::rust::{Source, words};
use crate::tree::{File, Finding};
use std::collections::HashMap;

fn findings(files: &[File]) -> Vec<Finding> {
    let sources = files
        .iter()
        .filter(|file| file.is_rust() && file.path.starts_with("crates/"));
    let by_path = sources
        .map(|file| (file.path.as_str(), file))
        .collect::<HashMap<_, _>>();
    let mut found = Vec::new();
    for (path, file) in &by_path {
        if is_root(path) {
            continue;
        }
        let (folder, name) = path.rsplit_once('/').unwrap_or_default();
        let stem = name.trim_end_matches(".rs");
        let parents = [
            format!("{folder}.rs"),
            format!("{folder}/lib.rs"),
            format!("{folder}/main.rs"),
        ];
        let declared = parents
            .iter()
            .filter_map(|parent| by_path.get(parent.as_str()))
            .any(|parent| declares(parent, stem));
        if !declared {
            found.push(Finding::new(
                file,
                0,
                format!("no `mod {stem};` declares this file"),
            ));
        }
    }
    found
}

/// Whether cargo compiles the file by itself.
fn is_root(path: &str) -> bool {
    // crates, the crate's name, and what is inside.
    let inside = path.splitn(3, '/').nth(2).unwrap_or_default();
    let parts = inside.split('/').collect::<Vec<_>>();
    match parts.as_slice() {
        ["build.rs"] | ["src", "lib.rs" | "main.rs"] => true,
        ["src", "bin", _] | ["tests" | "benches" | "examples", _] => true,
        ["src", "bin", _, name] | ["tests" | "benches" | "examples", _, name] => *name == "main.rs",
        _ => false,
    }
}

fn declares(parent: &File, stem: &str) -> bool {
    let code = Source::new(&parent.text).code;
    let mut before = "";
    let declared = |(at, word): (usize, &str)| {
        let declares = before == "mod"
            && word == stem
            && code[at + word.len()..].trim_start().starts_with(';');
        before = if word == "mod" { "mod" } else { "" };
        declares
    };
    words(&code).any(declared)
}

#[test]
fn a_file_that_no_module_declares_is_found() {
    let files = [
        File::new("crates/a/src/lib.rs", "pub mod seal; // mod gone;"),
        File::new(
            "crates/a/src/seal.rs",
            "pub(crate) mod tree;\n#[cfg(test)]\nmod tests;",
        ),
        File::new("crates/a/src/seal/tree.rs", ""),
        File::new("crates/a/src/seal/tests.rs", ""),
        File::new("crates/a/src/gone.rs", ""),
        File::new("crates/a/tests/it/main.rs", "mod kept; mod inline {}"),
        File::new("crates/a/tests/it/kept.rs", ""),
        File::new("crates/a/tests/it/inline.rs", ""),
        File::new("crates/a/tests/lost/case.rs", ""),
        File::new("crates/a/tests/single.rs", ""),
        File::new("crates/a/build.rs", ""),
    ];
    let mut found = findings(&files)
        .iter()
        .map(Finding::text)
        .collect::<Vec<_>>();
    found.sort();
    assert_eq!(
        found,
        [
            "crates/a/src/gone.rs:0: no `mod gone;` declares this file",
            "crates/a/tests/it/inline.rs:0: no `mod inline;` declares this file",
            "crates/a/tests/lost/case.rs:0: no `mod case;` declares this file",
        ]
    );
}

#[test]
fn every_source_file_is_compiled() {
    crate::tree::assert_none(&findings(&crate::tree::files()));
}
