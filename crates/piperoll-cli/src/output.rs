//! All that is printed goes through here: text for people with what could deceive a terminal escaped, or JSON; colours only where they are wanted.

use crate::arguments::{Color, Global};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use clap::builder::StyledStr;
use clap::error::ContextValue;
use piperoll::export::{escape_json, shown};
use std::io::{self, BufWriter, IsTerminal as _, Write as _};

/// Bold, for titles.
pub(crate) const TITLE: Style = Style::new().bold();
/// For what is wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// For what needs a look.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
/// For what is right.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// For what stands in the background.
pub(crate) const DIM: Style = Style::new().dimmed();

/// Where a command prints.
pub(crate) struct Output {
    stdout: BufWriter<AutoStream<io::Stdout>>,
    stderr: AutoStream<io::Stderr>,
    json: bool,
    quiet: bool,
}

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        let choice = match global.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::AlwaysAnsi,
            Color::Never => ColorChoice::Never,
        };
        Self {
            stdout: BufWriter::new(AutoStream::new(io::stdout(), choice)),
            stderr: AutoStream::new(io::stderr(), choice),
            json: global.json,
            quiet: global.quiet,
        }
    }

    /// Whether JSON is wanted.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether notes and progress are not wanted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// The width of the terminal that stdout is, if it is one.
    pub(crate) fn width(&self) -> Option<u16> {
        io::stdout().is_terminal().then(comfy_width).flatten()
    }

    /// A line on stdout; it is taken as it is, so texts from outside in it have gone through [`shown`].
    pub(crate) fn line(&mut self, line: &str) -> Result<()> {
        writeln!(self.stdout, "{line}").map_err(Failure::writing)
    }

    /// A JSON document on stdout, in one line.
    pub(crate) fn json(&mut self, document: &serde_json::Value) -> Result<()> {
        self.line(&escape_json(&document.to_string()))
    }

    /// Text on stdout, without a line end of ours.
    pub(crate) fn text(&mut self, text: &str) -> Result<()> {
        self.stdout
            .write_all(text.as_bytes())
            .map_err(Failure::writing)
    }

    /// A note on stderr, for a person; nothing with `--quiet`.
    pub(crate) fn note(&mut self, note: &str) {
        if !self.quiet {
            self.stderr_line(&shown(note));
        }
    }

    /// A JSON document on stderr, in one line: where stdout is another's.
    pub(crate) fn json_note(&mut self, document: &str) {
        self.stderr_line(&escape_json(document));
    }

    /// A warning on stderr.
    pub(crate) fn warning(&mut self, warning: &str) {
        let line = format!("{WARN}warning:{WARN:#} {}", shown(warning));
        self.stderr_line(&line);
    }

    /// A failure: what, where, the causes, what may help.
    pub(crate) fn failure(&mut self, failure: &Failure) {
        // What was printed before comes first; if that cannot be written, this failure is still to be told.
        drop(self.stdout.flush());
        let error = failure.error();
        let line = format!("{BAD}error:{BAD:#} {}", shown(&error.to_string()));
        self.stderr_line(&line);
        for problem in error.problems() {
            self.stderr_line(&shown(&problem.to_string()));
        }
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            self.stderr_line(&format!("  caused by: {}", shown(&cause.to_string())));
            source = cause.source();
        }
        for hint in error.hints() {
            self.stderr_line(&format!("hint: {}", shown(hint)));
        }
    }

    /// Asks a person on stderr, and reads a line: only `y` and `yes` are one.
    pub(crate) fn ask(&mut self, question: &str) -> Result<bool> {
        let asked = write!(self.stderr, "{question}").and_then(|()| self.stderr.flush());
        asked.map_err(Failure::writing)?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).map_err(|source| {
            let error = piperoll::Error::unavailable("the answer cannot be read");
            Failure::from(error.because(source))
        })?;
        let answer = answer.trim();
        Ok(answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes"))
    }

    pub(crate) fn flush(&mut self) -> Result<()> {
        self.stdout.flush().map_err(Failure::writing)
    }

    fn stderr_line(&mut self, line: &str) {
        // When stderr is gone nobody can be told that.
        drop(writeln!(self.stderr, "{line}"));
    }
}

fn comfy_width() -> Option<u16> {
    comfy_table::Table::new().width()
}

/// So many of something: `1 event`, `2 events`.
pub(crate) fn count(number: u64, what: &str) -> String {
    match (number, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {what}s"),
    }
}

/// Prints what clap has to say: help and version on stdout, a misuse on stderr with exit 2.
pub(crate) fn usage(mut error: clap::Error) -> Exit {
    if !error.use_stderr() {
        return match error.print() {
            Ok(()) => Exit::Done,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Err(error) => {
                drop(writeln!(
                    io::stderr(),
                    "error: the output cannot be written\n  caused by: {error}"
                ));
                Exit::Unavailable
            }
        };
    }
    let escaped = error
        .context()
        .filter_map(|(kind, value)| Some((kind, escaped(value)?)))
        .collect::<Vec<_>>();
    for (kind, value) in escaped {
        error.insert(kind, value);
    }
    // Where an argument is no text, clap gives no context of it; so each line is escaped once more.
    let text = error.render().to_string();
    let mut stderr = io::stderr();
    for line in text.trim_end().lines() {
        drop(writeln!(stderr, "{}", shown(line)));
    }
    Exit::Invalid
}

/// What of a misuse comes from outside, so that a line end in it begins no line of the message.
fn escaped(value: &ContextValue) -> Option<ContextValue> {
    let text = |text: &String| shown(text).into_owned();
    let styled = |text: &StyledStr| StyledStr::from(shown(&text.to_string()).into_owned());
    match value {
        ContextValue::String(value) => Some(ContextValue::String(text(value))),
        ContextValue::Strings(values) => {
            Some(ContextValue::Strings(values.iter().map(text).collect()))
        }
        ContextValue::StyledStrs(values) => Some(ContextValue::StyledStrs(
            values.iter().map(styled).collect(),
        )),
        _ => None,
    }
}
