//! A target with a table in it, and three programs that write to it: this process, SQLite's shell, and Python.

use piperoll::event::Value;
use piperoll::rows::{Look, Settings, Tracking, Version, history, track};
use piperoll::target::{Location, Reader, Target};
use rusqlite::Connection;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

pub(super) struct Yard {
    folder: TempDir,
}

/// Who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    /// The SQLite that is built in here.
    Own,
    /// The `sqlite3` of the system.
    Shell,
    /// Python's module.
    Python,
}

impl Writer {
    pub(super) const ALL: [Self; 3] = [Self::Own, Self::Shell, Self::Python];
}

/// Runs statements, one a line of JSON, and goes on after a broken constraint.
const PYTHON: &str = "
import json, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for line in sys.stdin:
    try:
        connection.execute(json.loads(line))
    except sqlite3.IntegrityError:
        pass
";

impl Yard {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(super) fn with(schema: &str) -> Self {
        let yard = Self::new();
        yard.sql(schema);
        yard
    }

    pub(super) fn db(&self) -> PathBuf {
        self.folder.path().join("yard.db")
    }

    pub(super) fn target(&self) -> Box<dyn Target> {
        let url = format!("sqlite:{}", self.db().display());
        let location = Location::parse(&url, self.folder.path()).unwrap();
        location.open("shop").unwrap()
    }

    pub(super) fn open(&self) -> Connection {
        Connection::open(self.db()).unwrap()
    }

    /// Runs SQL as anybody could.
    pub(super) fn sql(&self, sql: &str) {
        self.open().execute_batch(sql).unwrap();
    }

    /// What SQLite says of SQL that it refuses.
    pub(super) fn sql_error(&self, sql: &str) -> String {
        self.open().execute_batch(sql).unwrap_err().to_string()
    }

    /// Every value of every row that a question finds, as SQL writes it, in lines.
    pub(super) fn rows(&self, sql: &str) -> Vec<String> {
        let connection = self.open();
        let mut statement = connection.prepare(sql).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        let mut found = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let values = (0..columns).map(|at| shown(row.get_ref(at).unwrap()));
            found.push(values.collect::<Vec<_>>().join("|"));
        }
        found
    }

    pub(super) fn track(&self, table: &str) -> Tracking {
        self.track_as(table, &Settings::default())
    }

    pub(super) fn track_as(&self, table: &str, settings: &Settings) -> Tracking {
        self.try_track(table, Some(settings)).unwrap()
    }

    pub(super) fn try_track(
        &self,
        table: &str,
        settings: Option<&Settings>,
    ) -> piperoll::Result<Tracking> {
        self.carry_out(&|reader| track(reader, "shop", table, settings, Look::Rows))
    }

    pub(super) fn carry_out(
        &self,
        plan: &dyn Fn(&mut dyn Reader) -> piperoll::Result<Tracking>,
    ) -> piperoll::Result<Tracking> {
        let target = self.target();
        let mut session = target.session()?;
        let tracking = plan(&mut *session.reader())?;
        for step in &tracking.steps {
            session.execute(step)?;
        }
        session.finish()?;
        Ok(tracking)
    }

    pub(super) fn read<T>(
        &self,
        work: impl Fn(&mut dyn Reader) -> piperoll::Result<T>,
    ) -> piperoll::Result<T> {
        let mut found = None;
        self.target().read(&mut |reader| {
            found = Some(work(reader)?);
            Ok(())
        })?;
        Ok(found.unwrap())
    }

    /// Runs statements one by one; only a broken constraint is no failure.
    pub(super) fn write(&self, writer: Writer, statements: &[String]) {
        match writer {
            Writer::Own => {
                let connection = self.open();
                for sql in statements {
                    if let Err(error) = connection.execute_batch(sql) {
                        assert!(is_refusal(&error.to_string()), "{error}: {sql}");
                    }
                }
            }
            Writer::Shell => {
                let input: String = statements.iter().map(|sql| format!("{sql};\n")).collect();
                let stderr = self.pipe(Command::new("sqlite3").arg(self.db()), &input);
                for line in stderr.lines().filter(|line| line.contains("rror")) {
                    assert!(is_refusal(line), "{line}");
                }
            }
            Writer::Python => {
                let lines = statements.iter();
                let input: String = lines
                    .map(|sql| format!("{}\n", serde_json::json!(sql)))
                    .collect();
                let mut command = Command::new("python3");
                let stderr = self.pipe(command.args(["-c", PYTHON]).arg(self.db()), &input);
                assert_eq!(stderr, "");
            }
        }
    }

    fn pipe(&self, command: &mut Command, input: &str) -> String {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        let feeding = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
        let output = child.wait_with_output().unwrap();
        feeding.join().unwrap();
        String::from_utf8(output.stderr).unwrap()
    }
}

/// Whether a row was refused: a broken constraint, or a text as a rowid.
fn is_refusal(message: &str) -> bool {
    message.contains("constraint failed") || message.contains("datatype mismatch")
}

/// A value with its type.
pub(super) fn shown(value: rusqlite::types::ValueRef<'_>) -> String {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => format!("{number:?}"),
        ValueRef::Text(text) => format!("'{}'", String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => format!(
            "x'{}'",
            bytes
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        ),
    }
}

/// The history of a table: operation, whether it is a deletion, then the columns that are asked for.
pub(super) fn versions(yard: &Yard, columns: &str) -> Vec<String> {
    yard.rows(&format!(
        "SELECT audit_operation, audit_isdelete, {columns} FROM t_audit ORDER BY audit_seq"
    ))
}

pub(super) fn of_row(yard: &Yard, key: &Value) -> Vec<Version> {
    yard.read(|reader| {
        let mut versions = Vec::new();
        history(reader, "t", key, &mut |version| {
            versions.push(version);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(versions)
    })
    .unwrap()
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}
