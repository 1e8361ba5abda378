use crate::failure::Failure;
use crate::output::count;
use piperoll::error::{Error, Problem};
use piperoll::event::EventId;
use piperoll::limits::PROBLEMS_MAX;
use piperoll::seal::EntryIndex;

/// Faults of lines, in their order.
#[derive(Default)]
pub(super) struct Faults {
    problems: Vec<Problem>,
    all: u64,
    lines: u64,
    first: Option<u64>,
    /// Whether there are ids that others have.
    taken: bool,
    /// Whether there is anything else.
    invalid: bool,
}

impl Faults {
    /// Faults of one line.
    pub(super) fn line(&mut self, name: &str, number: u64, problems: Vec<Problem>) {
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

    /// The id of a line is that of an entry with other content.
    pub(super) fn taken(&mut self, name: &str, number: u64, id: EventId, index: EntryIndex) {
        let message = format!("`{id}` is that of entry {index}, which has other content");
        self.other(name, number, message);
    }

    /// The id of a line is that of an earlier one with other content.
    pub(super) fn repeated(&mut self, name: &str, number: u64, id: EventId) {
        let message = format!("`{id}` stands in an earlier line, with other content");
        self.other(name, number, message);
    }

    fn other(&mut self, name: &str, number: u64, message: String) {
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

    /// The failure that these faults are, of so many lines; `None` without any.
    pub(super) fn failure(self, name: &str, of: u64) -> Option<Failure> {
        let first = self.first?;
        let are = if self.lines == 1 { "is" } else { "are" };
        let message = format!(
            "{} of {} {are} refused in `{name}`, at line {first} first",
            self.lines,
            count(of, "line"),
        );
        let mut error = match self.invalid {
            true => Error::invalid_input(message),
            false => Error::conflict(message),
        };
        if self.all > self.problems.len() as u64 {
            let listed = self.problems.len();
            error = error.hint(format!(
                "{} faults in all; the first {listed} are listed",
                self.all
            ));
        }
        if self.taken {
            error = error.hint(
                "an event that is given again must be the same; another one needs an id of its own",
            );
        }
        Some(error.with_problems(self.problems).into())
    }
}
