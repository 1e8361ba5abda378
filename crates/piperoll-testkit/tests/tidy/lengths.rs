//! A file holds one noun or one operation.

use crate::rust::test_lines;
use crate::tree::{Exception, File, Finding};

/// Lines of code a file may have before it needs a reason.
const NEEDS_REASON: usize = 400;
/// Lines that no file may exceed.
const TOO_LONG: usize = 800;

/// Files past 400 lines that are one thing all the same.
const LONG: &[Exception] = &[];

fn findings(file: &File) -> Vec<Finding> {
    if !file.is_rust() {
        return Vec::new();
    }
    let lines = lines(file);
    if lines > TOO_LONG {
        vec![Finding::new(
            file,
            0,
            format!("{lines} lines: more than {TOO_LONG}, split it"),
        )]
    } else if lines > NEEDS_REASON && !file.is_test() {
        let message = format!("{lines} lines: split it, or give the reason for a long file");
        vec![Finding::new(file, 0, message)]
    } else {
        Vec::new()
    }
}

/// The lines of a file; of one that ships, those without its tests.
fn lines(file: &File) -> usize {
    let tests = if file.is_test() {
        0
    } else {
        test_lines(&file.text)
    };
    file.text.lines().count() - tests
}

#[test]
fn a_long_file_is_found_and_its_tests_do_not_count() {
    let code = |lines: usize| "a();\n".repeat(lines);
    let tested = |lines: usize| format!("{}#[cfg(test)]\nmod t {{\n{}}}\n", code(390), code(lines));
    let cases = [
        ("crates/piperoll/src/seal.rs", code(400), None),
        (
            "crates/piperoll/src/seal.rs",
            code(401),
            Some("give the reason for a long file"),
        ),
        ("crates/piperoll/src/seal.rs", tested(500), None),
        (
            "crates/piperoll/src/seal.rs",
            code(801),
            Some("801 lines: more than 800"),
        ),
        ("crates/piperoll/src/seal/tests.rs", code(800), None),
        (
            "crates/piperoll/src/seal/tests.rs",
            code(801),
            Some("801 lines: more than 800"),
        ),
    ];
    for (path, text, expected) in cases {
        let findings = findings(&File::new(path, &text));
        assert_eq!(findings.is_empty(), expected.is_none(), "of {path}");
        let text = findings.first().map(Finding::text).unwrap_or_default();
        assert!(text.contains(expected.unwrap_or_default()), "{text}");
    }
}

#[test]
fn an_exception_cannot_stretch_the_hard_limit() {
    let exceptions = LONG
        .iter()
        .filter(|exception| exception.what.contains("more than"));
    assert_eq!(exceptions.count(), 0);
}

#[test]
fn files_are_short() {
    let found = crate::tree::files().iter().flat_map(findings).collect();
    crate::tree::assert_none(&crate::tree::except(found, LONG));
}
