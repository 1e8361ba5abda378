//! Who may not write, and who may not read. Root may do all, so that a process without rights looks on.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests prepare files")]

use crate::place::{names_in, process, settings_in, task};
use piperoll::ErrorKind;
use piperoll::store::{Access, SqliteStore};
use piperoll::trail::{Surroundings, Trail};
use piperoll_testkit::conformance::picture::Picture;
use piperoll_testkit::conformance::sample::{Batch, Writer, events, fill};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const NOBODY: u32 = 65_534;

/// In the process with all rights, prepares a folder, then runs the same test in a process without; there, `look` looks at it. The modes are those of the
/// folder and of the file.
fn without_rights(test: &str, folder_mode: u32, file_mode: u32, look: impl FnOnce(&Path)) {
    if let Some(folder) = task() {
        look(Path::new(&folder));
        println!("looked at {folder}");
        return;
    }
    let dir = prepare(folder_mode, file_mode);
    let folder = dir.path().join("shop%20 ?#'");
    // Where this binary lies, others may have no right to go.
    let binary = dir.path().join("it");
    // Copied by another process: a child of another test would inherit the copy while it is open for writing, and what is so cannot be run.
    let copied = std::process::Command::new("cp")
        .args([std::env::current_exe().unwrap(), binary.clone()])
        .status();
    assert!(copied.unwrap().success());
    let name = format!("sqlite::rights::{test}");
    let mut child = process(&binary, &name, folder.to_str().unwrap());
    if std::fs::metadata(&binary).unwrap().uid() == 0 {
        child.uid(NOBODY).gid(NOBODY);
    }
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
    assert!(said.contains("looked at"), "it looked at nothing: {said}");
    // So that it can be removed.
    set_mode(&folder, 0o700);
}

fn prepare(folder_mode: u32, file_mode: u32) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    set_mode(dir.path(), 0o755);
    let folder = dir.path().join("shop%20 ?#'");
    std::fs::create_dir(&folder).unwrap();
    let batches = batches();
    let store = SqliteStore::open(&file(&folder), Access::Write).unwrap();
    fill(&store, &batches);
    drop(store);
    set_mode(&file(&folder), file_mode);
    set_mode(&folder, folder_mode);
    dir
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn file(folder: &Path) -> PathBuf {
    folder.join("trail.db")
}

fn batches() -> [Batch; 1] {
    [Writer::default().full_batch(events(0..300))]
}

fn kind(path: &Path, access: Access) -> Option<ErrorKind> {
    let opened = SqliteStore::open(path, access);
    opened.err().map(|error| error.kind())
}

/// It can be read whole, and nothing comes to lie beside it.
fn assert_read(folder: &Path) {
    let store = SqliteStore::open(&file(folder), Access::Read).unwrap();
    for _ in 0..2 {
        assert_eq!(Picture::of(&store), Picture::expected(&batches()));
    }
    assert_eq!(names_in(folder), ["trail.db"]);
}

#[test]
fn a_folder_that_cannot_be_written_can_be_read() {
    without_rights(
        "a_folder_that_cannot_be_written_can_be_read",
        0o555,
        0o444,
        |folder| {
            assert_read(folder);
            assert_eq!(kind(&file(folder), Access::Write), Some(ErrorKind::Denied));
            let opened = Trail::open(&settings_in(folder), Surroundings::default());
            assert_eq!(opened.err().map(|e| e.kind()), Some(ErrorKind::Denied));
            assert_read(folder);
        },
    );
}

#[test]
fn a_file_that_can_be_written_in_a_folder_that_cannot_is_denied() {
    without_rights(
        "a_file_that_can_be_written_in_a_folder_that_cannot_is_denied",
        0o555,
        0o666,
        |folder| {
            assert_read(folder);
            assert_eq!(kind(&file(folder), Access::Write), Some(ErrorKind::Denied));
        },
    );
}

#[test]
fn a_file_that_cannot_be_written_is_denied_before_the_first_append() {
    without_rights(
        "a_file_that_cannot_be_written_is_denied_before_the_first_append",
        0o777,
        0o444,
        |folder| {
            assert_eq!(kind(&file(folder), Access::Write), Some(ErrorKind::Denied));
            let store = SqliteStore::open(&file(folder), Access::Read).unwrap();
            assert_eq!(Picture::of(&store), Picture::expected(&batches()));
        },
    );
}

#[test]
fn a_file_that_cannot_be_read_is_denied() {
    without_rights(
        "a_file_that_cannot_be_read_is_denied",
        0o755,
        0o000,
        |folder| {
            for access in [Access::Read, Access::Write] {
                assert_eq!(kind(&file(folder), access), Some(ErrorKind::Denied));
            }
        },
    );
}

#[test]
fn a_folder_that_cannot_be_entered_is_denied_and_not_missing() {
    without_rights(
        "a_folder_that_cannot_be_entered_is_denied_and_not_missing",
        0o000,
        0o644,
        |folder| {
            for access in [Access::Read, Access::Write] {
                assert_eq!(kind(&file(folder), access), Some(ErrorKind::Denied));
            }
        },
    );
}
