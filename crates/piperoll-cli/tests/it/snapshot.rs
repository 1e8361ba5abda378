//! What a test saw, compared with a file of `snapshots/`. `PIPEROLL_WRITE_SNAPSHOTS=1` writes the files anew.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots")
}

/// Compares with the file, or writes it.
pub(crate) fn assert_snapshot(name: &str, text: &str) {
    let file = folder().join(format!("{name}.txt"));
    if std::env::var_os("PIPEROLL_WRITE_SNAPSHOTS").is_some() {
        fs::write(&file, text).unwrap();
        return;
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    if text == expected {
        return;
    }
    let line = text
        .lines()
        .zip(expected.lines())
        .take_while(|(seen, expected)| seen == expected)
        .count();
    panic!(
        "snapshots/{name}.txt differs from line {} on.\n--- expected\n{expected}\n--- seen\n{text}\n\
         --- if this is right, write it with PIPEROLL_WRITE_SNAPSHOTS=1",
        line + 1
    );
}

/// A snapshot that no test compares would be looked at by nobody; one that two compare would be overwritten.
#[test]
fn each_snapshot_belongs_to_exactly_one_test() {
    let sources = fs::read_dir(folder().parent().unwrap()).unwrap();
    let sources = sources
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension() == Some(OsStr::new("rs")))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect::<String>();
    let mut named = BTreeSet::new();
    let sandboxes = concat!("Sandbox::", "named(\"");
    for name in sources.split(sandboxes).skip(1) {
        let name = name.split('"').next().unwrap();
        assert!(named.insert(name.to_owned()), "two tests write {name}");
    }
    let files = fs::read_dir(folder()).unwrap();
    let files = files
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.strip_suffix(".txt").unwrap_or(&name).to_owned())
        .collect::<BTreeSet<_>>();
    assert!(!named.is_empty());
    assert_eq!(files, named, "files on the left, tests on the right");
}
