use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::Output;
use crate::progress::Progress;
use piperoll::error::{Error, Problem};
use piperoll::event::{Draft, EventId, Line, LineDefaults, Lines};
use piperoll::limits::{BATCH_EVENTS_MAX, PROBLEMS_MAX};
use piperoll::trail::{Receipt, RecordError, Trail};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek as _, SeekFrom};
use std::num::NonZeroUsize;
use std::path::Path;

/// Record events, given as JSON Lines
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A line: {\"kind\":\"access\",\"action\":\"READ\",\"actor\":{\"name\":\"alice\"},\n  \"resource\":{\"system\":\"shop\",\"name\":\"shop.main.customers\",\"kind\":\"table\"},\n  \"reason\":\"ticket 42\",\"payload\":{\"key\":7}}\nAn event that has an id can be given again: it is skipped when it is there with the same content.\n\nExamples:\n  piperoll record data/events.jsonl\n  ./collect | piperoll --actor etl record -"
)]
pub(crate) struct Args {
    /// A file, which is checked whole before anything is recorded; `-` or none is standard input
    #[arg(value_name = "FILE")]
    file: Option<String>,
    /// So many lines are one append: all of them are recorded, or none
    #[arg(long, value_name = "N", default_value = "1000")]
    batch: NonZeroUsize,
}

pub(crate) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    let batch = args.batch.get();
    if batch > BATCH_EVENTS_MAX {
        let message = format!("--batch is at most {BATCH_EVENTS_MAX}");
        return Err(Error::invalid_input(message).into());
    }
    let defaults = LineDefaults {
        actor: global.actor.clone(),
        reason: global.reason.clone(),
    };
    check_defaults(&defaults)?;
    // A file can be read twice; what comes from a pipe is checked as it comes.
    let file = match args.file.as_deref() {
        None | Some("-") => None,
        Some(name) => Some((name, open(name)?)),
    };
    let tally = match file {
        Some((name, mut file)) if file.metadata().is_ok_and(|m| m.is_file()) => {
            let input = Input {
                name,
                defaults: &defaults,
                batch,
            };
            let mut progress = Progress::new("recording", output);
            let lines = input.check(&mut file)?;
            let trail = context.trail_to_write(output)?;
            input.rehearse(&mut file, &trail)?;
            rewind(&mut file, name)?;
            input.record(&mut file, &trail, &mut |done| progress.at(done, lines))?
        }
        Some((name, file)) => {
            let trail = context.trail_to_write(output)?;
            Input {
                name,
                defaults: &defaults,
                batch,
            }
            .record(file, &trail, &mut |_| {})?
        }
        None => {
            let trail = context.trail_to_write(output)?;
            let input = Input {
                name: "<stdin>",
                defaults: &defaults,
                batch,
            };
            input.record(io::stdin().lock(), &trail, &mut |_| {})?
        }
    };
    tally.tell(output)
}

/// The actor and the reason of the command line have the faults that a line's would have.
fn check_defaults(defaults: &LineDefaults) -> Result<()> {
    let line = br#"{"kind":"config","action":"READ","resource":{"system":"s","name":"n","kind":"k"},"actor":{"name":"n"}}"#;
    let mut draft = Draft::from_line(line, &LineDefaults::default())
        .map_err(|_| Error::internal("the line that defaults are checked with is refused"))?;
    if let Some(actor) = &defaults.actor {
        draft.actor.name.clone_from(actor);
    }
    draft.reason.clone_from(&defaults.reason);
    match draft.problems().into_iter().next() {
        None => Ok(()),
        Some(problem) => {
            let option = if problem.place == "reason" {
                "--reason"
            } else {
                "--actor"
            };
            Err(Error::invalid_input(format!("{option} {}", problem.message)).into())
        }
    }
}

fn open(name: &str) -> Result<File> {
    #[expect(
        clippy::disallowed_methods,
        reason = "an input that is streamed, and never written"
    )]
    let opened = File::open(name);
    let file = opened.map_err(|source| {
        let message = format!("`{name}` cannot be read");
        let error = match source.kind() {
            io::ErrorKind::NotFound => Error::not_found(message),
            io::ErrorKind::PermissionDenied => Error::denied(message),
            _ => Error::unavailable(message),
        };
        error.because(source)
    })?;
    if Path::new(name).is_dir() {
        return Err(Error::invalid_input(format!("`{name}` is a folder, not a file")).into());
    }
    Ok(file)
}

fn rewind(file: &mut File, name: &str) -> Result<()> {
    file.seek(SeekFrom::Start(0)).map(|_| ()).map_err(|source| {
        Error::unavailable(format!("`{name}` cannot be read again"))
            .because(source)
            .into()
    })
}

/// What is read, and how.
struct Input<'a> {
    name: &'a str,
    defaults: &'a LineDefaults,
    batch: usize,
}

/// Lines on their way to the trail, each with its number.
#[derive(Default)]
struct Batch {
    numbers: Vec<u64>,
    drafts: Vec<Draft>,
}

impl Input<'_> {
    /// Checks every line, and that no id stands twice with different contents. Returns how many lines there are.
    fn check(&self, file: &mut File) -> Result<u64> {
        let mut faults = Faults::default();
        let mut ids: HashMap<EventId, u64> = HashMap::new();
        let mut repeated = Vec::new();
        let mut lines = Lines::new(BufReader::new(&mut *file));
        let mut count = 0;
        while let Some(line) = lines.next_line().map_err(|e| self.nothing_recorded(e))? {
            count += 1;
            match Draft::from_line(line.bytes, self.defaults) {
                Err(problems) => faults.line(self.name, line.number, problems),
                Ok(draft) => {
                    if let Some(id) = draft.id
                        && let Some(first) = ids.insert(id, line.offset)
                    {
                        ids.insert(id, first);
                        repeated.push((first, line.number, draft));
                        // Held in memory only as long as they are few: a batch of them is looked up at a time.
                        if repeated.len() >= self.batch {
                            self.check_repeated(&mut repeated, &mut faults)?;
                        }
                    }
                }
            }
        }
        self.check_repeated(&mut repeated, &mut faults)?;
        faults.into_result(self.name, count)?;
        Ok(count)
    }

    /// Compares lines whose id stood before with the lines where it stood first.
    fn check_repeated(
        &self,
        repeated: &mut Vec<(u64, u64, Draft)>,
        faults: &mut Faults,
    ) -> Result<()> {
        if repeated.is_empty() {
            return Ok(());
        }
        let mut file = open(self.name)?;
        for (first, number, draft) in repeated.drain(..) {
            file.seek(SeekFrom::Start(first)).map_err(|source| {
                Error::unavailable(format!("`{}` cannot be read again", self.name)).because(source)
            })?;
            let mut lines = Lines::new(BufReader::new(&file));
            let Some(line) = lines.next_line()? else {
                continue;
            };
            let Ok(earlier) = Draft::from_line(line.bytes, self.defaults) else {
                continue;
            };
            if !draft.repeats(&earlier) {
                let id = draft.id.map(|id| id.to_string()).unwrap_or_default();
                let message = format!("`{id}` stands in an earlier line, with other content");
                faults.taken(self.name, number, message);
            }
        }
        Ok(())
    }

    /// Looks every id up in the trail, before anything is recorded.
    fn rehearse(&self, file: &mut File, trail: &Trail) -> Result<()> {
        rewind(file, self.name)?;
        let mut faults = Faults::default();
        let mut count = 0;
        self.batches(BufReader::new(file), &mut |batch| {
            count += batch.drafts.len() as u64;
            match trail.rehearse(&batch.drafts) {
                Ok(_) => Ok(()),
                Err(RecordError::Taken {
                    position,
                    id,
                    index,
                }) => {
                    let number = batch.numbers.get(position).copied().unwrap_or(0);
                    let message =
                        format!("`{id}` is that of entry {index}, which has other content");
                    faults.taken(self.name, number, message);
                    Ok(())
                }
                Err(error) => Err(Failure::from(Error::from(error))),
            }
        })?;
        faults.into_result(self.name, count)
    }

    /// Records batch after batch.
    fn record(
        &self,
        input: impl Read,
        trail: &Trail,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Tally> {
        let mut tally = Tally {
            size: trail.store().snapshot()?.head()?.size.get(),
            ..Tally::default()
        };
        let mut done = 0u64;
        let recorded = self.batches(BufReader::new(input), &mut |batch| {
            let receipt = trail
                .record(&batch.drafts)
                .map_err(|error| self.refused(error, &batch))?;
            done += batch.drafts.len() as u64;
            tally.add(&receipt);
            progress(done);
            Ok(())
        });
        match recorded {
            Ok(()) => Ok(tally),
            Err(failure) => Err(failure.after(tally.recorded, tally.skipped)),
        }
    }

    /// Reads lines and hands them on in batches. With a fault in a batch nothing of that batch is handed on.
    fn batches(
        &self,
        input: impl BufRead,
        take: &mut dyn FnMut(Batch) -> Result<()>,
    ) -> Result<()> {
        let mut lines = Lines::new(input);
        let mut batch = Batch::default();
        let mut faults = Faults::default();
        let mut in_batch = 0;
        loop {
            let line = lines.next_line()?;
            let ended = line.is_none();
            if let Some(Line { number, bytes, .. }) = line {
                in_batch += 1;
                batch.numbers.push(number);
                match Draft::from_line(bytes, self.defaults) {
                    Ok(draft) => batch.drafts.push(draft),
                    Err(problems) => faults.line(self.name, number, problems),
                }
            }
            if in_batch == self.batch || (ended && in_batch > 0) {
                let first = batch.numbers.first().copied();
                faults
                    .check(self.name, in_batch as u64)
                    .map_err(|f| f.resume_at(first))?;
                take(std::mem::take(&mut batch)).map_err(|f| f.resume_at(first))?;
                in_batch = 0;
            }
            if ended {
                return Ok(());
            }
        }
    }

    fn refused(&self, error: RecordError, batch: &Batch) -> Failure {
        let number = |position: usize| batch.numbers.get(position).copied().unwrap_or(0);
        let mut faults = Faults::default();
        match error {
            RecordError::Taken {
                position,
                id,
                index,
            } => {
                let message = format!("`{id}` is that of entry {index}, which has other content");
                faults.taken(self.name, number(position), message);
            }
            RecordError::TakenTwice { position, id } => {
                let message = format!("`{id}` stands in an earlier line, with other content");
                faults.taken(self.name, number(position), message);
            }
            RecordError::Invalid(problems) => {
                for (position, problem) in problems {
                    faults.line(self.name, number(position), vec![problem]);
                }
            }
            RecordError::Failed(error) => return error.into(),
        }
        match faults.check(self.name, batch.drafts.len() as u64) {
            Err(failure) => failure,
            Ok(()) => Error::internal("a batch was refused without a reason").into(),
        }
    }

    fn nothing_recorded(&self, error: Error) -> Failure {
        let message = format!("`{}` cannot be recorded; nothing was recorded", self.name);
        Error::new(error.kind(), message).because(error).into()
    }
}

/// Faults of lines, in their order.
#[derive(Default)]
struct Faults {
    problems: Vec<Problem>,
    all: u64,
    lines: u64,
    first: Option<u64>,
    /// Whether some of them are ids that others have, and nothing else is wrong.
    taken: bool,
    invalid: bool,
}

impl Faults {
    fn line(&mut self, name: &str, number: u64, problems: Vec<Problem>) {
        self.invalid = true;
        self.lines += 1;
        self.first.get_or_insert(number);
        for problem in problems {
            let place = match problem.place.as_str() {
                "" => format!("{name}:{number}"),
                key => format!("{name}:{number}: {key}"),
            };
            self.add(place, problem.message);
        }
    }

    fn taken(&mut self, name: &str, number: u64, message: String) {
        self.taken = true;
        self.lines += 1;
        self.first.get_or_insert(number);
        self.add(format!("{name}:{number}: id"), message);
    }

    fn add(&mut self, place: String, message: String) {
        self.all += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem::new(place, message));
        }
    }

    fn into_result(mut self, name: &str, lines: u64) -> Result<()> {
        match self.check(name, lines) {
            Ok(()) => Ok(()),
            Err(failure) => Err(failure.after(0, 0)),
        }
    }

    fn check(&mut self, name: &str, of: u64) -> Result<()> {
        let Some(first) = self.first else {
            return Ok(());
        };
        let faults = std::mem::take(self);
        let lines = if faults.lines == 1 {
            "line is"
        } else {
            "lines are"
        };
        let message = format!(
            "{} of {of} {lines} refused in `{name}`, at line {first} first",
            faults.lines
        );
        let mut error = match faults.invalid {
            true => Error::invalid_input(message),
            false => Error::conflict(message),
        };
        if faults.all > faults.problems.len() as u64 {
            error = error.hint(format!(
                "{} faults in all; the first are listed",
                faults.all
            ));
        }
        if faults.taken {
            error = error.hint("an event that is given again must be the same; another event needs an id of its own");
        }
        Err(error.with_problems(faults.problems).into())
    }
}

/// What became of the input.
#[derive(Debug, Default)]
struct Tally {
    recorded: u64,
    skipped: u64,
    range: Option<(u64, u64)>,
    size: u64,
    root: Option<String>,
    origin: String,
    warnings: Vec<String>,
}

impl Tally {
    fn add(&mut self, receipt: &Receipt) {
        for entry in &receipt.entries {
            if entry.new {
                let index = entry.index.get();
                self.recorded += 1;
                self.range = Some(
                    self.range
                        .map_or((index, index), |(first, _)| (first, index)),
                );
            } else {
                self.skipped += 1;
            }
        }
        self.size = receipt.checkpoint.size().get();
        self.root = Some(receipt.checkpoint.root().to_string());
        self.origin = receipt.checkpoint.origin().to_string();
        self.warnings.extend(receipt.warnings.iter().cloned());
    }

    fn tell(self, output: &mut Output) -> Result<Exit> {
        for warning in &self.warnings {
            output.warning(warning);
        }
        if output.is_json() {
            let json = serde_json::json!({
                "recorded": self.recorded,
                "skipped": self.skipped,
                "first": self.range.map(|(first, _)| first),
                "last": self.range.map(|(_, last)| last),
                "size": self.size,
                "root": self.root,
            });
            output.line(&json.to_string())?;
        } else if !output.is_quiet() {
            let place = match self.range {
                None => String::new(),
                Some((first, last)) if first == last => format!(" as entry {first}"),
                Some((first, last)) => format!(" as entries {first} to {last}"),
            };
            output.line(&format!(
                "recorded {}{place}",
                count(self.recorded, "event")
            ))?;
            if self.skipped > 0 {
                output.line(&format!(
                    "skipped {} that were there already",
                    count(self.skipped, "event")
                ))?;
            }
            if let Some(root) = self.root {
                output.line(&format!(
                    "checkpoint: {} of {}, root {root}",
                    count(self.size, "entry"),
                    self.origin
                ))?;
            }
        }
        Ok(Exit::Done)
    }
}

fn count(number: u64, what: &str) -> String {
    match (number, what) {
        (1, what) => format!("1 {what}"),
        (number, "entry") => format!("{number} entries"),
        (number, what) => format!("{number} {what}s"),
    }
}
