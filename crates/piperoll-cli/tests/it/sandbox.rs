//! A fresh folder, and `piperoll` run in it with an environment in which nothing is left to chance.

use crate::redact::redact;
use crate::snapshot::assert_snapshot;
use rusqlite::Connection;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The binary under test.
pub(crate) const PIPEROLL: &str = env!("CARGO_BIN_EXE_piperoll");

/// A folder, and the runs in it, which become a snapshot when it has a name.
pub(crate) struct Sandbox {
    folder: TempDir,
    snapshot: Option<&'static str>,
    seen: String,
}

/// What a run printed, and its exit code.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Sandbox {
    /// A folder whose runs are compared with `snapshots/NAME.txt` at the end.
    pub(crate) fn named(name: &'static str) -> Self {
        Self::made(Some(name))
    }

    /// A folder whose runs the test itself looks at.
    pub(crate) fn new() -> Self {
        Self::made(None)
    }

    fn made(snapshot: Option<&'static str>) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            snapshot,
            seen: String::new(),
        }
    }

    /// The same with a project, `shop.example/audit`.
    pub(crate) fn with_project(self) -> Self {
        self.quietly(&["init", "--origin", "shop.example/audit"]);
        self
    }

    /// The same with these lines recorded.
    pub(crate) fn with_events(self, lines: &[String]) -> Self {
        self.write("recorded.jsonl", &(lines.join("\n") + "\n"));
        self.quietly(&["record", "recorded.jsonl"]);
        fs::remove_file(self.path("recorded.jsonl")).unwrap();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names in the folder, sorted.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect::<Vec<_>>();
        names.sort();
        names
    }

    /// `piperoll` with these arguments, to be run in the folder.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = self.program(PIPEROLL);
        command.args(arguments);
        command
    }

    /// Another program, in the same environment.
    pub(crate) fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("USER", "tester")
            .env("PATH", "/usr/bin:/bin")
            .stdin(Stdio::null());
        command
    }

    /// Runs `piperoll`, and takes it down for the snapshot.
    pub(crate) fn run(&mut self, arguments: &[&str]) -> Run {
        let command = self.command(arguments);
        self.take_down(&shell_words(arguments), command, None)
    }

    /// As [`Self::run`], with something on its standard input.
    pub(crate) fn run_with_input(&mut self, arguments: &[&str], input: impl AsRef<[u8]>) -> Run {
        let command = self.command(arguments);
        self.take_down(&shell_words(arguments), command, Some(input.as_ref()))
    }

    /// Runs a prepared command, which the snapshot calls `shown`.
    pub(crate) fn run_as(&mut self, shown: &str, command: Command) -> Run {
        self.take_down(shown, command, None)
    }

    fn take_down(&mut self, shown: &str, mut command: Command, input: Option<&[u8]>) -> Run {
        let run = match input {
            None => Run::new(command.output().unwrap()),
            Some(input) => {
                command.stdin(Stdio::piped());
                command.stdout(Stdio::piped()).stderr(Stdio::piped());
                let mut child = command.spawn().unwrap();
                // One that refuses its input does not read it all.
                drop(child.stdin.take().unwrap().write_all(input));
                Run::new(child.wait_with_output().unwrap())
            }
        };
        writeln!(self.seen, "$ {shown}").unwrap();
        self.seen.push_str(&run.stdout);
        if !run.stdout.is_empty() && !run.stdout.ends_with('\n') {
            self.seen.push_str("[no line end]\n");
        }
        for line in run.stderr.lines() {
            writeln!(self.seen, "2> {line}").unwrap();
        }
        writeln!(self.seen, "exit {}\n", run.code).unwrap();
        run
    }

    /// Runs what is there only to prepare a test.
    pub(crate) fn quietly(&self, arguments: &[&str]) -> Run {
        self.quietly_exits(0, arguments)
    }

    /// As [`Self::quietly`], for what must exit with another code.
    pub(crate) fn quietly_exits(&self, code: i32, arguments: &[&str]) -> Run {
        let run = Run::new(self.command(arguments).output().unwrap());
        assert_eq!(run.code, code, "{arguments:?}: {}", run.stderr);
        run
    }

    /// A remark in the snapshot.
    pub(crate) fn remark(&mut self, remark: &str) {
        writeln!(self.seen, "# {remark}").unwrap();
    }

    /// The trail, opened as somebody with other intentions would.
    pub(crate) fn sqlite(&self) -> Connection {
        Connection::open(self.path(".piperoll/trail.db")).unwrap()
    }
}

/// The last thing that a test with a name does is to compare.
impl Drop for Sandbox {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        if let Some(name) = self.snapshot {
            let path = self.folder.path();
            let seen = redact(&self.seen, path);
            assert_snapshot(name, seen.trim_end_matches('\n'));
        }
    }
}

impl Run {
    pub(crate) fn new(output: Output) -> Self {
        Self {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            // Death by a signal is told as a shell does.
            code: output.status.code().unwrap_or_else(|| {
                128 + std::os::unix::process::ExitStatusExt::signal(&output.status).unwrap()
            }),
        }
    }

    /// The one JSON document on stdout.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}", self.stdout))
    }

    /// The JSON Lines on stdout.
    pub(crate) fn json_lines(&self) -> Vec<serde_json::Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

fn shell_words(arguments: &[&str]) -> String {
    let mut line = String::from("piperoll");
    for argument in arguments {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@".contains(c);
        if !argument.is_empty() && argument.chars().all(plain) {
            write!(line, " {argument}").unwrap();
        } else {
            write!(line, " '{}'", argument.escape_debug()).unwrap();
        }
    }
    line
}

/// Whether these tests run as root, who may do everything.
pub(crate) fn is_root(folder: &Path) -> bool {
    std::os::unix::fs::MetadataExt::uid(&fs::metadata(folder).unwrap()) == 0
}
