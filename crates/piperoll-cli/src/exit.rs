use piperoll::ErrorKind;
use std::process::ExitCode;

/// The exit codes: other programs rely on them. `docs/errors.md` has the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// That of a command which was run.
    Passed(u8),
    /// Done; all holds.
    Done,
    /// A negative answer: tampering was found, or nothing was found with `--exit-code`.
    Negative,
    /// Invalid input.
    Invalid,
    /// Something that was asked for could not be checked.
    Unverified,
    /// Conflict, or locked.
    Conflict,
    /// Denied.
    Denied,
    /// Unavailable: disk full, I/O error.
    Unavailable,
    /// Corrupt, or behind its own key.
    Corrupt,
    /// A bug in Piperoll.
    Bug,
}

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Passed(code) => code,
            Self::Done => 0,
            Self::Negative => 1,
            Self::Invalid => 2,
            Self::Unverified => 3,
            Self::Conflict => 4,
            Self::Denied => 5,
            Self::Unavailable => 6,
            Self::Corrupt => 7,
            Self::Bug => 70,
        }
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidInput
            | ErrorKind::InvalidConfig
            | ErrorKind::NotFound
            | ErrorKind::Unsupported => Self::Invalid,
            ErrorKind::AlreadyExists | ErrorKind::Conflict => Self::Conflict,
            ErrorKind::Denied => Self::Denied,
            ErrorKind::Unavailable => Self::Unavailable,
            ErrorKind::Corrupt => Self::Corrupt,
            // Also a kind that a later library has and this command line does not know.
            _ => Self::Bug,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The rows of the tables of `docs/errors.md`, cell by cell.
    fn rows() -> Vec<Vec<String>> {
        include_str!("../../../docs/errors.md")
            .lines()
            .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
            .map(|row| row.split(" | ").map(str::to_owned).collect())
            .collect()
    }

    /// `2 (3 when it was needed for a check: ...)` is 2.
    fn code(cell: &str) -> u8 {
        cell.split(' ').next().unwrap().parse().unwrap()
    }

    #[test]
    fn each_kind_of_error_has_the_exit_code_of_its_row() {
        for kind in ErrorKind::ALL {
            let name = format!("`{kind:?}`");
            let row = rows().into_iter().find(|row| row[0] == name);
            let row = row.unwrap_or_else(|| panic!("{name} has no row"));
            assert_eq!(Exit::from(kind).code(), code(&row[2]), "{name}");
        }
    }

    #[test]
    fn the_documented_exit_codes_are_those_that_there_are() {
        let of_kinds = ErrorKind::ALL.map(|kind| Exit::from(kind).code());
        let others = rows().into_iter().filter(|row| row.len() == 2);
        let others = others.filter_map(|row| row[0].parse().ok());
        let documented = others.chain(of_kinds).collect::<BTreeSet<u8>>();
        let all = [
            Exit::Done,
            Exit::Negative,
            Exit::Invalid,
            Exit::Unverified,
            Exit::Conflict,
            Exit::Denied,
            Exit::Unavailable,
            Exit::Corrupt,
            Exit::Bug,
        ];
        let mut all = all.map(Exit::code).to_vec();
        // The shell's code for death by an interrupt, which nothing here returns.
        all.push(130);
        assert_eq!(documented, all.into_iter().collect());
    }
}
