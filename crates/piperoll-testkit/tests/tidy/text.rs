//! Characters and white space; and nothing that is true of one machine only.

use crate::tree::{File, Finding};

/// Folders that exist on somebody's machine, and the hosts that packages come from: a lock file and the tool's own
/// settings name those. In two parts, so that this file does not hold what it looks for.
const MACHINE: [(&str, &str); 12] = [
    (concat!("/wo", "rk/"), "a path of one machine"),
    (concat!("/ro", "ot/"), "a path of one machine"),
    (concat!("/ho", "me/"), "a path of one machine"),
    (concat!("/Us", "ers/"), "a path of one machine"),
    (concat!("/tm", "p/wt"), "a path of one machine"),
    (concat!("index.crates", ".io"), "the host of a registry"),
    (concat!("static.crates", ".io"), "the host of a registry"),
    (concat!("pypi", ".org/simple"), "the host of a registry"),
    (
        concat!("files.python", "hosted.org"),
        "the host of a registry",
    ),
    (concat!("registry.npm", "js.org"), "the host of a registry"),
    (concat!("proxy.go", "lang.org"), "the host of a registry"),
    (concat!("deb.deb", "ian.org"), "the host of a registry"),
];
/// Where white space counts as people see it; data files keep theirs.
const WRITTEN_BY_HAND: [&str; 8] = ["rs", "md", "toml", "sh", "py", "yaml", "yml", "sql"];

fn findings(file: &File) -> Vec<Finding> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    let script = file.path.starts_with("scripts/") || file.path.starts_with(".ci/");
    let by_hand = extension.map_or(script, |extension| WRITTEN_BY_HAND.contains(&extension));
    let data = file.path.contains("/tests/") && !file.is_rust();
    let ascii_only = file.is_rust() && !file.path.contains("/tests/");

    let mut found = Vec::new();
    let mut report = |line, message: &str| found.push(Finding::new(file, line, message));
    for (index, line) in file.text.split('\n').enumerate() {
        if by_hand && !data && line.ends_with([' ', '\t', '\r']) {
            report(index + 1, "white space at the end of the line");
        }
        if matches!(extension, Some("rs" | "md")) && line.contains('\t') {
            report(index + 1, "a tab");
        }
        if ascii_only && !line.is_ascii() {
            report(index + 1, "a character outside ASCII: write `\\u{..}`");
        }
        for (text, message) in MACHINE {
            if line.contains(text) {
                report(index + 1, &format!("`{text}`: {message}"));
            }
        }
    }
    if by_hand && !file.text.is_empty() && !file.text.ends_with('\n') {
        report(file.text.lines().count(), "no newline at the end");
    }
    found
}

#[test]
fn each_fault_of_the_text_is_found() {
    let cases = [
        ("crates/piperoll/src/a.rs", "a \n".to_owned(), "white space"),
        ("docs/a.md", "a\r\n".to_owned(), "white space"),
        ("scripts/test", "a\t\n".to_owned(), "white space"),
        ("crates/piperoll/src/a.rs", "\ta\n".to_owned(), "a tab"),
        (
            "crates/piperoll/src/a.rs",
            "// \u{e9}\n".to_owned(),
            "outside ASCII",
        ),
        (
            "crates/piperoll/src/a/tests.rs",
            "\"\u{e9}\"\n".to_owned(),
            "outside ASCII",
        ),
        ("docs/a.md", "a".to_owned(), "no newline"),
        (
            "Cargo.lock",
            format!("at {}x\n", MACHINE[0].0),
            "a path of one machine",
        ),
        (
            "pip.conf",
            format!("https://{}\n", MACHINE[7].0),
            "the host of a registry",
        ),
    ];
    for (path, text, expected) in cases {
        let findings = findings(&File::new(path, &text));
        assert_eq!(findings.len(), 1, "of {path}: {text:?}");
        assert!(
            findings[0].text().contains(expected),
            "{} of {text:?}",
            findings[0].text()
        );
    }
}

#[test]
fn text_that_is_data_or_prose_may_be_so() {
    let cases = [
        ("docs/a.md", "\u{e9}\n"),
        ("crates/piperoll/tests/it/names.rs", "\"\u{e9}\"\n"),
        ("crates/piperoll/tests/data/a.yaml", "a: b \n"),
        ("examples/shop/data/a.csv", "a,b \r\n"),
    ];
    for (path, text) in cases {
        assert_eq!(findings(&File::new(path, text)), [], "of {path}: {text:?}");
    }
}

#[test]
fn the_text_of_the_tree_is_clean() {
    let found = crate::tree::files()
        .iter()
        .flat_map(findings)
        .collect::<Vec<_>>();
    crate::tree::assert_none(&found);
}
