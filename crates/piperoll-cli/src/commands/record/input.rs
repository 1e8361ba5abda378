use super::faults::Faults;
use super::tally::Tally;
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use piperoll::error::Error;
use piperoll::event::{Draft, EventId, Line, LineDefaults, Lines};
use piperoll::limits::BATCH_BYTES_MAX;
use piperoll::trail::{RecordError, Trail};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;

/// Large enough that reading is no cost, also when every line is long.
const BUFFER_BYTES: usize = 256 * 1024;

/// Opens a file of events, or a pipe that has a name.
pub(in crate::commands) fn open(path: &Path) -> Result<File> {
    let name = path.display();
    #[expect(
        clippy::disallowed_methods,
        reason = "an input that is streamed, and never written"
    )]
    let opened = File::open(path);
    let file = opened.map_err(|source| {
        let message = format!("`{name}` cannot be read");
        let error = match source.kind() {
            io::ErrorKind::NotFound => Error::not_found(message),
            io::ErrorKind::PermissionDenied => Error::denied(message),
            io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename => {
                Error::invalid_input(message)
            }
            _ => Error::unavailable(message),
        };
        error.because(source)
    })?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(Error::invalid_input(format!("`{name}` is a folder, not a file")).into());
    }
    Ok(file)
}

/// Goes back to the beginning.
pub(in crate::commands) fn rewind(file: &mut File, name: &str) -> Result<()> {
    file.seek(SeekFrom::Start(0)).map(|_| ()).map_err(|source| {
        Error::unavailable(format!("`{name}` cannot be read again"))
            .because(source)
            .into()
    })
}

/// What is read, and how.
pub(in crate::commands) struct Input<'a> {
    /// As messages call it.
    pub(in crate::commands) name: &'a str,
    pub(in crate::commands) defaults: &'a LineDefaults,
    /// Lines that are one append.
    pub(in crate::commands) batch: usize,
    /// Whether somebody has asked for so many. Otherwise an append also ends when its lines have as many bytes as one may have.
    pub(in crate::commands) is_exact: bool,
}

/// What a file holds, all of it valid.
pub(in crate::commands) struct Checked {
    pub(in crate::commands) events: u64,
    /// Whether an event brings an id of its own.
    pub(in crate::commands) with_ids: bool,
}

/// Lines on their way to the trail, each with its number.
#[derive(Default)]
struct Batch {
    numbers: Vec<u64>,
    drafts: Vec<Draft>,
    /// Of their lines.
    bytes: usize,
}

/// A line whose id stood in an earlier one.
struct Repeated {
    first_offset: u64,
    number: u64,
    id: EventId,
    draft: Draft,
}

impl Input<'_> {
    /// Checks every line, and that no id stands twice with different contents.
    pub(in crate::commands) fn check(
        &self,
        path: &Path,
        file: &mut File,
        progress: &mut Progress,
    ) -> Result<Checked> {
        let bytes = file.metadata().map_or(0, |metadata| metadata.len());
        let mut faults = Faults::default();
        let mut ids: HashMap<EventId, u64> = HashMap::new();
        let mut repeated = Vec::new();
        let mut lines = Lines::new(BufReader::with_capacity(BUFFER_BYTES, &mut *file));
        let mut events = 0;
        let mut batch_bytes = 0;
        while let Some(line) = lines.next_line().map_err(|e| self.nothing_recorded(e))? {
            if events % self.batch as u64 == 0 {
                batch_bytes = 0;
            }
            events += 1;
            batch_bytes += line.bytes.len();
            self.check_bytes(line.number, batch_bytes, line.bytes.len())
                .map_err(|failure| failure.after(0, 0, None))?;
            progress.at_byte(line.offset, bytes);
            match Draft::from_line(line.bytes, self.defaults) {
                Err(problems) => faults.line(self.name, line.number, problems),
                Ok(draft) => {
                    let Some(id) = draft.id else { continue };
                    match ids.entry(id) {
                        Entry::Vacant(place) => {
                            place.insert(line.offset);
                        }
                        Entry::Occupied(first) => repeated.push(Repeated {
                            first_offset: *first.get(),
                            number: line.number,
                            id,
                            draft,
                        }),
                    }
                    // Held in memory only as long as they are few.
                    if repeated.len() >= self.batch {
                        self.check_repeated(path, &mut repeated, &mut faults)?;
                    }
                }
            }
        }
        self.check_repeated(path, &mut repeated, &mut faults)?;
        match faults.failure(self.name, Some(events)) {
            Some(failure) => Err(failure.after(0, 0, None)),
            None => Ok(Checked {
                events,
                with_ids: !ids.is_empty(),
            }),
        }
    }

    /// Compares lines whose id stood before with the lines where it stood first.
    fn check_repeated(
        &self,
        path: &Path,
        repeated: &mut Vec<Repeated>,
        faults: &mut Faults,
    ) -> Result<()> {
        if repeated.is_empty() {
            return Ok(());
        }
        let mut file = open(path)?;
        for line in repeated.drain(..) {
            file.seek(SeekFrom::Start(line.first_offset))
                .map_err(|source| {
                    Error::unavailable(format!("`{}` cannot be read again", self.name))
                        .because(source)
                })?;
            let earlier = Lines::new(BufReader::new(&file))
                .next_line()?
                .and_then(|earlier| Draft::from_line(earlier.bytes, self.defaults).ok())
                .ok_or_else(|| {
                    Error::conflict(format!("`{}` was changed while it was read", self.name))
                })?;
            if !line.draft.repeats(&earlier) {
                faults.repeated(self.name, line.number, line.id);
            }
        }
        Ok(())
    }

    /// Looks every id up in the trail, before anything is recorded.
    pub(in crate::commands) fn rehearse(
        &self,
        file: &mut File,
        trail: &Trail,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let mut faults = Faults::default();
        let mut events = 0;
        self.batches(file, &mut |batch| {
            events += batch.drafts.len() as u64;
            progress(events);
            match trail.rehearse(&batch.drafts) {
                Ok(_) => Ok(()),
                Err(RecordError::Taken {
                    position,
                    id,
                    index,
                }) => {
                    let number = batch.numbers.get(position).copied().unwrap_or(0);
                    faults.taken(self.name, number, id, index);
                    Ok(())
                }
                Err(error) => Err(self.refused(error, batch)),
            }
        })
        .map_err(|stopped| stopped.failure.after(0, 0, None))?;
        match faults.failure(self.name, Some(events)) {
            Some(failure) => Err(failure.after(0, 0, None)),
            None => Ok(()),
        }
    }

    /// Records batch after batch.
    pub(in crate::commands) fn record(
        &self,
        input: impl Read,
        trail: &Trail,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Tally> {
        let mut tally = Tally::new(trail.store().snapshot()?.head()?.size.get(), "event");
        let mut done = 0u64;
        let recorded = self.batches(input, &mut |batch| {
            let receipt = trail
                .record(&batch.drafts)
                .map_err(|error| self.refused(error, batch))?;
            done += batch.drafts.len() as u64;
            tally.add(&receipt);
            progress(done);
            Ok(())
        });
        match recorded {
            Ok(()) => Ok(tally),
            Err(Stopped { failure, line }) => {
                Err(failure.after(tally.recorded, tally.skipped, line))
            }
        }
    }

    /// Reads lines and hands them on in batches. With a fault in a batch nothing of that batch is handed on.
    fn batches(
        &self,
        input: impl Read,
        take: &mut dyn FnMut(&Batch) -> Result<()>,
    ) -> std::result::Result<(), Stopped> {
        let mut lines = Lines::new(BufReader::with_capacity(BUFFER_BYTES, input));
        loop {
            let mut batch = Batch::default();
            let filled = self.fill(&mut batch, &mut lines).and_then(|ended| {
                if !batch.numbers.is_empty() {
                    take(&batch)?;
                }
                Ok(ended)
            });
            match filled {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(failure) => {
                    let line = batch.numbers.first().copied();
                    return Err(Stopped { failure, line });
                }
            }
        }
    }

    /// Reads the lines of a batch; whether the input has ended.
    fn fill(&self, batch: &mut Batch, lines: &mut Lines<impl BufRead>) -> Result<bool> {
        let mut faults = Faults::default();
        let mut ended = false;
        while batch.numbers.len() < self.batch {
            let Some(Line { number, bytes, .. }) = lines.next_line()? else {
                ended = true;
                break;
            };
            batch.numbers.push(number);
            batch.bytes += bytes.len();
            self.check_bytes(number, batch.bytes, bytes.len())?;
            match Draft::from_line(bytes, self.defaults) {
                Ok(draft) => batch.drafts.push(draft),
                Err(problems) => faults.line(self.name, number, problems),
            }
            if !self.is_exact && batch.bytes >= BATCH_BYTES_MAX {
                break;
            }
        }
        match faults.failure(self.name, None) {
            Some(failure) => Err(failure),
            None => Ok(ended),
        }
    }

    /// Lines that somebody wants as one append must fit into memory as one. A single line has its own limit.
    fn check_bytes(&self, number: u64, batch: usize, line: usize) -> Result<()> {
        if !self.is_exact || batch <= BATCH_BYTES_MAX || batch == line {
            return Ok(());
        }
        let message = format!(
            "`{}`: the lines of one append have more than {BATCH_BYTES_MAX} bytes up to line {number}",
            self.name
        );
        Err(Error::invalid_input(message)
            .hint("give a smaller --batch, or none")
            .into())
    }

    /// A batch that the trail refused, as a person is told.
    fn refused(&self, error: RecordError, batch: &Batch) -> Failure {
        let mut faults = Faults::default();
        let number = |position: usize| batch.numbers.get(position).copied().unwrap_or(0);
        match error {
            RecordError::Taken {
                position,
                id,
                index,
            } => faults.taken(self.name, number(position), id, index),
            RecordError::TakenTwice { position, id } => {
                faults.repeated(self.name, number(position), id);
            }
            RecordError::Invalid(problems) => {
                for (position, problem) in problems {
                    faults.line(self.name, number(position), vec![problem]);
                }
            }
            RecordError::Failed(error) => return error.into(),
        }
        faults
            .failure(self.name, None)
            .unwrap_or_else(|| Error::internal("a batch was refused without a reason").into())
    }

    fn nothing_recorded(&self, error: Error) -> Failure {
        let message = format!("`{}` cannot be recorded", self.name);
        Failure::from(Error::new(error.kind(), message).because(error)).after(0, 0, None)
    }
}

/// Why the reading of batches ended early, and the line at which the batch begins that was not taken.
struct Stopped {
    failure: Failure,
    line: Option<u64>,
}
