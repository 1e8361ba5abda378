//! The files of the repository, and what a rule says about them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A text file of the repository.
pub(crate) struct File {
    /// Relative to the repository, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the whole file is tests.
    pub(crate) fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
}

/// One violation of a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    /// From 1; 0 when the whole file is meant.
    line: usize,
    message: String,
}

impl Finding {
    pub(crate) fn new(file: &File, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: file.path.clone(),
            line,
            message: message.into(),
        }
    }

    /// `path:line: message`.
    pub(crate) fn text(&self) -> String {
        format!("{}:{}: {}", self.path, self.line, self.message)
    }
}

/// An allowed violation, and why it is allowed.
pub(crate) struct Exception {
    pub(crate) path: &'static str,
    /// What is excepted there, in the words of the rule.
    pub(crate) what: &'static str,
    pub(crate) reason: &'static str,
}

/// Drops the findings whose path and message an exception names. An exception that nothing needs, or that gives no
/// reason, is itself a finding: a table of exceptions only ever shrinks by somebody looking at it.
pub(crate) fn except(findings: Vec<Finding>, exceptions: &[Exception]) -> Vec<Finding> {
    let matches = |exception: &Exception, finding: &Finding| {
        finding.path == exception.path && finding.message.contains(exception.what)
    };
    let stale = exceptions
        .iter()
        .filter(|e| e.reason.is_empty() || !findings.iter().any(|f| matches(e, f)))
        .map(|e| Finding {
            path: e.path.to_owned(),
            line: 0,
            message: format!(
                "the exception for `{}` is not needed, or has no reason",
                e.what
            ),
        })
        .collect::<Vec<_>>();
    let mut left = findings;
    left.retain(|finding| {
        !exceptions
            .iter()
            .any(|exception| matches(exception, finding))
    });
    left.extend(stale);
    left
}

/// Fails with every finding on a line of its own.
pub(crate) fn assert_none(findings: &[Finding]) {
    let lines = findings.iter().map(Finding::text).collect::<Vec<_>>();
    assert!(
        lines.is_empty(),
        "{} findings:\n{}",
        lines.len(),
        lines.join("\n")
    );
}

/// The folder of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every text file that git tracks or would track; without git, every file outside the folders that git ignores.
pub(crate) fn files() -> Vec<File> {
    let root = root();
    let mut paths = git_files(&root).unwrap_or_default();
    if paths.is_empty() {
        walk(&root, Path::new(""), &mut paths);
    }
    paths.sort();
    let files = paths
        .into_iter()
        .filter_map(|path| {
            let bytes = std::fs::read(root.join(&path)).ok()?;
            Some(File {
                path,
                text: String::from_utf8(bytes).ok()?,
            })
        })
        .collect::<Vec<_>>();
    assert!(
        files.len() > 10,
        "only {} files seen: the walk is broken",
        files.len()
    );
    files
}

fn git_files(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root)
        .output()
        .ok()?;
    let text = output
        .status
        .success()
        .then(|| String::from_utf8(output.stdout).ok())??;
    Some(
        text.split('\0')
            .filter(|path| !path.is_empty())
            .map(str::to_owned)
            .collect(),
    )
}

fn walk(root: &Path, folder: &Path, paths: &mut Vec<String>) {
    const IGNORED: [&str; 4] = [".git", "target", ".venv", ".piperoll"];
    let entries = std::fs::read_dir(root.join(folder)).expect("a folder of the tree can be read");
    for entry in entries {
        let entry = entry.expect("a folder of the tree can be read");
        let name = entry.file_name();
        let path = folder.join(&name);
        if entry.path().is_dir() {
            // Cargo's `target` is beside a manifest; a module of that name is among sources.
            let ignored = IGNORED.iter().any(|ignored| name == *ignored);
            if !ignored || folder.ends_with("src") {
                walk(root, &path, paths);
            }
        } else if let Some(path) = path.to_str() {
            paths.push(path.replace('\\', "/"));
        }
    }
}

#[test]
fn an_exception_removes_its_finding_and_a_stale_one_is_a_finding() {
    let file = File::new("a.rs", "");
    let findings = || vec![Finding::new(&file, 3, "too `long`")];
    let exception = |what, reason| Exception {
        path: "a.rs",
        what,
        reason,
    };

    assert_eq!(except(findings(), &[exception("`long`", "a table")]), []);
    assert_eq!(
        except(findings(), &[exception("`wide`", "a table")]).len(),
        2
    );
    assert_eq!(except(findings(), &[exception("`long`", "")]).len(), 1);
}

#[test]
fn the_walk_without_git_sees_the_same_sources() {
    let mut walked = Vec::new();
    walk(&root(), Path::new("crates"), &mut walked);
    walked.sort();
    let listed = files();
    let listed = listed
        .iter()
        .map(|file| &file.path)
        .filter(|path| path.starts_with("crates/"));
    let missing = listed
        .filter(|path| walked.binary_search(path).is_err())
        .collect::<Vec<_>>();
    assert_eq!(missing, Vec::<&String>::new());
    assert!(
        walked
            .iter()
            .any(|path| path == "crates/piperoll/src/lib.rs")
    );
}
