use crate::failure::Failure;
use crate::output::count;
use piperoll::error::{Error, Problem};
use piperoll::event::EventId;
use piperoll::limits::PROBLEMS_MAX;
use piperoll::seal::EntryIndex;

/// Faults of lines, in their order.
#[derive(Default)]
pub(in crate::commands) struct Faults {
    /// The first of them, each with its line.
    problems: Vec<(u64, Problem)>,
    all: u64,
    lines: u64,
    /// Whether there are ids that others have.
    taken: bool,
    /// Whether there is anything else.
    invalid: bool,
}

impl Faults {
    /// Faults of one line.
    pub(in crate::commands) fn line(&mut self, name: &str, number: u64, problems: Vec<Problem>) {
        self.invalid = true;
        self.lines += 1;
        for problem in problems {
            let place = match problem.place.as_str() {
                "" => format!("{name}:{number}"),
                key => format!("{name}:{number}: {key}"),
            };
            self.add(number, place, problem.message);
        }
    }

    /// The id of a line is that of an entry with other content.
    pub(in crate::commands) fn taken(
        &mut self,
        name: &str,
        number: u64,
        id: EventId,
        index: EntryIndex,
    ) {
        let message = format!("`{id}` is that of entry {index}, which has other content");
        self.other(name, number, message);
    }

    /// The id of a line is that of an earlier one with other content.
    pub(in crate::commands) fn repeated(&mut self, name: &str, number: u64, id: EventId) {
        let message = format!("`{id}` stands in an earlier line, with other content");
        self.other(name, number, message);
    }

    fn other(&mut self, name: &str, number: u64, message: String) {
        self.taken = true;
        self.lines += 1;
        self.add(number, format!("{name}:{number}: id"), message);
    }

    fn add(&mut self, line: u64, place: String, message: String) {
        self.all += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push((line, Problem::new(place, message)));
        }
    }

    /// The failure that these faults are; `None` without any. A file is said to have so many lines; of a stream only a batch is known.
    pub(in crate::commands) fn failure(mut self, name: &str, of: Option<u64>) -> Option<Failure> {
        if self.lines == 0 {
            return None;
        }
        let are = if self.lines == 1 { "is" } else { "are" };
        let lines = match of {
            Some(of) => format!("{} of {}", self.lines, count(of, "line")),
            None => count(self.lines, "line"),
        };
        let message = format!("{lines} of `{name}` {are} refused");
        let mut error = match self.invalid {
            true => Error::invalid_input(message),
            false => Error::conflict(message),
        };
        let listed = self.problems.len();
        if self.all > listed as u64 {
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
        // Repeated ids are found later than other faults.
        self.problems.sort_by_key(|(line, _)| *line);
        let problems = self.problems.into_iter().map(|(_, problem)| problem);
        Some(error.with_problems(problems.collect()).into())
    }
}
