use crate::arguments::Global;
use crate::commands::record::faults::Faults;
use crate::commands::record::input;
use crate::commands::record::tally::Tally;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::Output;
use piperoll::error::{Error, Problem};
use piperoll::event::Lines;
use piperoll::limits::LINE_BYTES_MAX;
use piperoll::runs::{Recording, Run, record_ends};
use piperoll::trail::{RecordError, Trail};
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// Runs that are one append.
const BATCH: usize = 1_000;

/// Record runs, given as JSON Lines or as one document
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A document has the keys of ddeutil's AuditData, and status, actor, attempt, started_at, ended_at:\n  {\"name\":\"load-orders\",\"release\":\"2026-11-01T00:00:00Z\",\"type\":\"scheduled\",\"run_id\":\"r-1\",\n  \"context\":{\"params\":{\"date\":\"2026-11-01\"},\"status\":\"SUCCESS\"},\"runs_metadata\":{}}\nA file that ddeutil-workflow wrote is one as it is. Without a status it is context.status, else SUCCESS; without\nan actor, --actor, else the project's. A run with the status RUNNING is a start; the same run recorded\nagain with another is its end.\n\nA file is checked whole before anything of it is recorded; standard input batch by batch.\n\nExamples:\n  piperoll runs record audits/run.log\n  ./collect | piperoll runs record -"
)]
pub(super) struct Args {
    /// The file; `-` or none is standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

pub(super) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    let how = context.recording(global)?;
    let path = args.file.as_deref().filter(|path| *path != Path::new("-"));
    let name = path.map_or_else(|| "<stdin>".into(), Path::to_string_lossy);
    let documents = Documents { name: &name };
    let tally = match path {
        None => {
            let trail = context.trail_to_write(output)?;
            documents.record(io::stdin().lock(), &trail, &how)?
        }
        Some(path) => {
            let mut file = input::open(path)?;
            if file.metadata().is_ok_and(|metadata| metadata.is_file()) {
                documents.check(&file)?;
                file.seek(SeekFrom::Start(0)).map_err(|source| {
                    Error::unavailable(format!("`{name}` cannot be read again")).because(source)
                })?;
            }
            let trail = context.trail_to_write(output)?;
            documents.record(file, &trail, &how)?
        }
    };
    tally.tell(output)
}

/// The documents of an input.
struct Documents<'n> {
    name: &'n str,
}

/// What reads them: the lines of the input, or all of it as one.
enum Input<R> {
    Lines(Lines<R>),
    Whole(Vec<u8>),
}

type Chained<R> = io::Chain<Cursor<Vec<u8>>, BufReader<R>>;

impl Documents<'_> {
    /// Reads all, and records nothing.
    fn check(&self, input: impl Read) -> Result<()> {
        let mut faults = Faults::default();
        let mut count = 0u64;
        self.each(input, &mut |number, document| {
            count += 1;
            if let Err(problems) = document {
                faults.line(self.name, number, problems);
            }
            Ok(())
        })?;
        match faults.failure(self.name, Some(count)) {
            Some(failure) => Err(failure.after(0, 0, None)),
            None => Ok(()),
        }
    }

    /// Records batch after batch; of a batch with a fault nothing.
    fn record(&self, input: impl Read, trail: &Trail, how: &Recording) -> Result<Tally> {
        let mut tally = Tally::new(trail.store().snapshot()?.head()?.size.get(), "run");
        let mut batch = Batch::default();
        let read = self.each(input, &mut |number, document| {
            match document {
                Ok(run) => {
                    batch.numbers.push(number);
                    batch.runs.push(run);
                }
                Err(problems) => batch.faults.line(self.name, number, problems),
            }
            if batch.numbers.len() >= BATCH {
                batch.record(self.name, trail, how, &mut tally)?;
            }
            Ok(())
        });
        let read = read.and_then(|()| batch.record(self.name, trail, how, &mut tally));
        match read {
            Ok(()) => Ok(tally),
            Err(failure) => {
                let line = batch.numbers.first().copied();
                Err(failure.after(tally.recorded, tally.skipped, line))
            }
        }
    }

    /// Visits each document with the number of its line.
    fn each(
        &self,
        input: impl Read,
        visit: &mut dyn FnMut(u64, std::result::Result<Run, Vec<Problem>>) -> Result<()>,
    ) -> Result<()> {
        match self.open(input)? {
            Input::Whole(document) => visit(1, Run::parse(&document)),
            Input::Lines(mut lines) => {
                while let Some(line) = lines.next_line()? {
                    visit(line.number, Run::parse(line.bytes))?;
                }
                Ok(())
            }
        }
    }

    /// An input whose first line is no document, but opens one, is a document of several lines.
    fn open<R: Read>(&self, input: R) -> Result<Input<Chained<R>>> {
        let failed = |source| {
            Failure::from(
                Error::unavailable(format!("`{}` cannot be read", self.name)).because(source),
            )
        };
        let most = LINE_BYTES_MAX as u64 + 2;
        let mut rest = BufReader::new(input);
        let mut first = Vec::new();
        // Lines of white space come before the first.
        while first.iter().all(u8::is_ascii_whitespace) {
            let read = (&mut rest)
                .take(most)
                .read_until(b'\n', &mut first)
                .map_err(failed)?;
            if read == 0 {
                break;
            }
        }
        let text = first.trim_ascii();
        let opens = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        if opens == b"{" || (opens.starts_with(b"{") && !opens.ends_with(b"}")) {
            (&mut rest)
                .take(most)
                .read_to_end(&mut first)
                .map_err(failed)?;
            if first.len() > LINE_BYTES_MAX {
                let message = format!("`{}` has more than {LINE_BYTES_MAX} bytes", self.name);
                return Err(Error::invalid_input(message).into());
            }
            let document = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&first);
            return Ok(Input::Whole(document.to_vec()));
        }
        Ok(Input::Lines(Lines::new(Cursor::new(first).chain(rest))))
    }
}

/// Runs on their way to the trail, each with the number of its line.
#[derive(Default)]
struct Batch {
    numbers: Vec<u64>,
    runs: Vec<Run>,
    faults: Faults,
}

impl Batch {
    fn record(
        &mut self,
        name: &str,
        trail: &Trail,
        how: &Recording,
        tally: &mut Tally,
    ) -> Result<()> {
        if let Some(failure) = std::mem::take(&mut self.faults).failure(name, None) {
            return Err(failure);
        }
        if self.runs.is_empty() {
            return Ok(());
        }
        let number = |position: usize| self.numbers.get(position).copied().unwrap_or(0);
        let receipt = record_ends(trail, &self.runs, how).map_err(|error| match error {
            RecordError::Invalid(problems) => {
                let mut faults = Faults::default();
                for (position, problem) in problems {
                    faults.line(name, number(position), vec![problem]);
                }
                let failure = faults.failure(name, None);
                failure.unwrap_or_else(|| {
                    Error::internal("a batch was refused without a reason").into()
                })
            }
            other => Error::from(other).into(),
        })?;
        tally.add(&receipt);
        self.numbers.clear();
        self.runs.clear();
        Ok(())
    }
}
