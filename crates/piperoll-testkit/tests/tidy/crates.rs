//! Who may name which crate.

use crate::rust::{Source, line, words};
use crate::tree::{File, Finding};

/// Under a path, the crates that shipped code must not name, and why.
const BANNED: [(&str, &[&str], &str); 5] = [
    (
        "crates/piperoll/src/",
        &["piperoll_cli", "piperoll_testkit"],
        "the library knows neither its users nor its tests",
    ),
    (
        "crates/piperoll-cli/src/",
        &["piperoll_testkit"],
        "the testkit is for tests",
    ),
    (
        "crates/piperoll-sha256/src/",
        &["piperoll", "piperoll_cli", "piperoll_testkit"],
        "it hashes, and knows nothing of what",
    ),
    (
        "crates/piperoll-testkit/src/",
        &["piperoll_cli"],
        "the testkit tests the library",
    ),
    (
        "crates/piperoll-testkit/src/naive",
        &["piperoll"],
        "the second implementation shares nothing with the first",
    ),
];

fn findings(file: &File) -> Vec<Finding> {
    if !file.is_rust() || file.path.ends_with("/tests.rs") {
        return Vec::new();
    }
    let code = Source::shipped(&file.text).code;
    let mut found = Vec::new();
    for (at, word) in words(&code) {
        for (path, banned, why) in BANNED {
            if file.path.starts_with(path) && banned.contains(&word) {
                let message = format!("names the crate `{word}`: {why}");
                found.push(Finding::new(file, line(&code, at), message));
            }
        }
        // Through its own crate's other modules, which may name the library.
        let naive = file.path.starts_with("crates/piperoll-testkit/src/naive");
        let path = code[at + word.len()..].trim_start();
        if naive && word == "crate" && path.starts_with("::") && !path.starts_with("::naive") {
            found.push(Finding::new(
                file,
                line(&code, at),
                "`naive` imports from `naive` only",
            ));
        }
    }
    found
}

#[test]
fn a_crate_named_by_the_wrong_one_is_found() {
    let cases = [
        (
            "crates/piperoll/src/seal.rs",
            "use piperoll_testkit::faults;",
            1,
        ),
        (
            "crates/piperoll/src/seal.rs",
            "#[cfg(test)]\nmod t { use piperoll_testkit::x; }",
            0,
        ),
        (
            "crates/piperoll/src/seal/tests.rs",
            "use piperoll_testkit::faults;",
            0,
        ),
        ("crates/piperoll-cli/src/main.rs", "use piperoll::Error;", 0),
        (
            "crates/piperoll-cli/src/main.rs",
            "use piperoll_testkit::x;",
            1,
        ),
        (
            "crates/piperoll-testkit/src/naive.rs",
            "use piperoll::seal::Hash;",
            1,
        ),
        (
            "crates/piperoll-testkit/src/naive/tree.rs",
            "use crate::tamper::x;",
            1,
        ),
        (
            "crates/piperoll-testkit/src/naive/tree.rs",
            "use crate::naive::x; use super::y;",
            0,
        ),
        (
            "crates/piperoll-testkit/src/tamper.rs",
            "use piperoll::seal::Hash;",
            0,
        ),
    ];
    for (path, text, count) in cases {
        assert_eq!(
            findings(&File::new(path, text)).len(),
            count,
            "of {path}: {text}"
        );
    }
}

#[test]
fn each_crate_names_only_those_that_it_may() {
    let found = crate::tree::files()
        .iter()
        .flat_map(findings)
        .collect::<Vec<_>>();
    crate::tree::assert_none(&found);
}
