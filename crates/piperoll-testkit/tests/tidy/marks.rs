//! Marks of unfinished work, and ways round the lints.

use crate::rust::{Source, is_word, line, words};
use crate::tree::{File, Finding};

// Spelt in two parts, so that this file does not hold what it looks for.
const FIX_MARK: &str = concat!("FIX", "ME");
const TO_DO_MARK: &str = concat!("TO", "DO");
const STEP: &str = concat!("St", "ep ");
const MACROS: [&str; 3] = ["todo", "unimplemented", "dbg"];

fn findings(file: &File) -> Vec<Finding> {
    // Prose may speak of the marks.
    if file.path.ends_with(".md") {
        return Vec::new();
    }
    let mut found = words_of_work(file);
    if file.is_rust() {
        let source = Source::new(&file.text);
        found.extend(macros_and_attributes(file, &source.code));
        found.extend(narration(file, &source.comments));
    }
    found
}

fn words_of_work(file: &File) -> Vec<Finding> {
    let text = &file.text;
    let finding = |(at, word): (usize, &str)| {
        let message = if word == FIX_MARK {
            "an unfinished mark"
        } else if word == TO_DO_MARK && !text[at + word.len()..].starts_with('(') {
            "work left over without an owner: write who and on what condition in brackets after it"
        } else {
            return None;
        };
        Some(Finding::new(file, line(text, at), message))
    };
    words(text).filter_map(finding).collect()
}

fn macros_and_attributes(file: &File, code: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, word) in words(code) {
        if MACROS.contains(&word) && code[at + word.len()..].starts_with('!') {
            found.push(Finding::new(
                file,
                line(code, at),
                format!("`{word}!` in the tree"),
            ));
        }
        if matches!(word, "allow" | "ignore") && attribute(code, at) {
            let message =
                format!("attribute `{word}`: use `expect` with a reason, and mend the test");
            found.push(Finding::new(file, line(code, at), message));
        }
    }
    found
}

/// Whether the word at `at` is the head of an attribute, also of one inside `cfg_attr`.
fn attribute(code: &str, at: usize) -> bool {
    let before = code[..at].trim_end();
    let opened = before.rfind("#[").max(before.rfind("#!["));
    match opened {
        Some(start) if before.ends_with("#[") || before.ends_with("#![") => start < at,
        Some(start) => {
            let inside = &before[start..];
            inside.contains("cfg_attr(") && inside.ends_with(',') && !inside.contains(']')
        }
        None => false,
    }
}

/// Comments that count steps: the order of the code says it.
fn narration(file: &File, comments: &str) -> Vec<Finding> {
    comments
        .match_indices(STEP)
        .filter(|(at, _)| {
            let starts_word = !comments[..*at].bytes().last().is_some_and(is_word);
            starts_word && comments[at + STEP.len()..].starts_with(|c: char| c.is_ascii_digit())
        })
        .map(|(at, _)| Finding::new(file, line(comments, at), "a comment that counts steps"))
        .collect()
}

#[test]
fn each_mark_is_found() {
    let cases = [
        (format!("// {FIX_MARK} later"), "unfinished mark"),
        (format!("// {TO_DO_MARK}: later"), "without an owner"),
        (format!("// {STEP}2: open"), "counts steps"),
        ("fn f() { todo!() }".to_owned(), "`todo!`"),
        (
            "fn f() { unimplemented!(\"x\") }".to_owned(),
            "`unimplemented!`",
        ),
        ("fn f() { dbg!(1); }".to_owned(), "`dbg!`"),
        (
            "#[allow(dead_code)]\nfn f() {}".to_owned(),
            "attribute `allow`",
        ),
        ("#![allow(dead_code)]".to_owned(), "attribute `allow`"),
        (
            "#[cfg_attr(unix, allow(dead_code))]".to_owned(),
            "attribute `allow`",
        ),
        (
            "#[test]\n#[ignore]\nfn f() {}".to_owned(),
            "attribute `ignore`",
        ),
        ("#[ignore = \"slow\"]".to_owned(), "attribute `ignore`"),
    ];
    for (text, expected) in cases {
        let findings = findings(&File::new("crates/piperoll/src/seal.rs", &text));
        assert_eq!(findings.len(), 1, "of {text}");
        assert!(
            findings[0].text().contains(expected),
            "{} of {text}",
            findings[0].text()
        );
    }
    let script = File::new("scripts/test", &format!("# {FIX_MARK}"));
    assert_eq!(findings(&script).len(), 1);
}

#[test]
fn what_only_resembles_a_mark_is_no_finding() {
    let cases = [
        (
            "a.rs",
            format!("// {TO_DO_MARK}(anna): when the format has a version 2"),
        ),
        (
            "a.rs",
            "fn f() { allow(1); ignore(2); let todo = 3; }".to_owned(),
        ),
        (
            "a.rs",
            "#[expect(dead_code, reason = \"allow\")] fn f() { g([1], allow(2)) }".to_owned(),
        ),
        (
            "a.rs",
            "// `#[ignore]` and `dbg!` are banned\nconst A: &str = \"todo!\";".to_owned(),
        ),
        ("a.rs", format!("// One{STEP}2, {STEP}by foot")),
        ("a.md", format!("No `{FIX_MARK}`.")),
    ];
    for (path, text) in cases {
        assert_eq!(findings(&File::new(path, &text)), [], "of {text}");
    }
}

#[test]
fn nothing_is_left_over() {
    let found = crate::tree::files()
        .iter()
        .flat_map(findings)
        .collect::<Vec<_>>();
    crate::tree::assert_none(&found);
}
