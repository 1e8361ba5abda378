//! Names that say nothing: what does a manager do, and what is in a file of helpers?

use crate::rust::{Source, line, words};
use crate::tree::{Exception, File, Finding};

const FILES: [&str; 8] = [
    "mod", "utils", "util", "common", "types", "helpers", "helper", "misc",
];
const WORDS: [&str; 7] = [
    "manager",
    "handler",
    "helper",
    "util",
    "service",
    "engine",
    "processor",
];

/// Types that the outside world calls so.
const EXCEPTIONS: &[Exception] = &[];

fn findings(file: &File) -> Vec<Finding> {
    if !file.is_rust() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for part in file.path.split('/') {
        let stem = part.trim_end_matches(".rs");
        if FILES.contains(&stem) {
            found.push(Finding::new(
                file,
                0,
                format!("a file or folder called `{stem}`"),
            ));
        }
    }
    let code = Source::new(&file.text).code;
    let mut introduces = false;
    for (at, word) in words(&code) {
        if introduces && parts(word).any(|part| WORDS.contains(&part.trim_end_matches('s'))) {
            let message = format!("the name `{word}`: say what it is");
            found.push(Finding::new(file, line(&code, at), message));
        }
        introduces = matches!(word, "struct" | "enum" | "union" | "trait" | "type" | "mod");
    }
    found
}

/// The words of a name in camel or snake case, in lower case.
fn parts(name: &str) -> impl Iterator<Item = String> {
    let mut parts = vec![String::new()];
    let mut lower_before = false;
    for character in name.chars() {
        if character == '_' || (character.is_uppercase() && lower_before) {
            parts.push(String::new());
        }
        if character != '_'
            && let Some(part) = parts.last_mut()
        {
            part.extend(character.to_lowercase());
        }
        lower_before = character.is_lowercase() || character.is_ascii_digit();
    }
    parts.into_iter()
}

#[test]
fn an_empty_name_is_found() {
    let cases = [
        ("crates/piperoll/src/store/mod.rs", "", "called `mod`"),
        ("crates/piperoll/src/utils.rs", "", "called `utils`"),
        ("crates/piperoll/tests/common/a.rs", "", "called `common`"),
        (
            "crates/piperoll/src/a.rs",
            "pub struct TrailManager;",
            "the name `TrailManager`",
        ),
        (
            "crates/piperoll/src/a.rs",
            "enum Engine { A }",
            "the name `Engine`",
        ),
        (
            "crates/piperoll/src/a.rs",
            "trait EventHandlers {}",
            "the name `EventHandlers`",
        ),
        (
            "crates/piperoll/src/a.rs",
            "type Services2 = u8; mod row_helper;",
            "the name `row_helper`",
        ),
    ];
    for (path, text, expected) in cases {
        let findings = findings(&File::new(path, text));
        assert_eq!(findings.len(), 1, "of {path}: {text}");
        assert!(
            findings[0].text().contains(expected),
            "{} of {text}",
            findings[0].text()
        );
    }
}

#[test]
fn a_word_that_is_data_or_part_of_another_is_no_finding() {
    let text =
        "enum ActorKind { Service, System }\nstruct Utility; fn handler() {} // struct Manager";
    assert_eq!(
        findings(&File::new("crates/piperoll/src/event/actor.rs", text)),
        []
    );
    assert_eq!(
        parts("RowHistory_as2Of").collect::<Vec<_>>(),
        ["row", "history", "as2", "of"]
    );
}

#[test]
fn names_say_what_things_are() {
    let found = crate::tree::files().iter().flat_map(findings).collect();
    crate::tree::assert_none(&crate::tree::except(found, EXCEPTIONS));
}
