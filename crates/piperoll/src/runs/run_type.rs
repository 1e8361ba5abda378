use crate::event::words;
use std::fmt;

words! {
    /// What a release means to what was recorded of it before: ddeutil's four types.
    ReleaseType {
        /// It runs unless there is a record of it.
        Normal = "normal",
        /// It runs again, with the params of the record before.
        Rerun = "rerun",
        /// It runs whatever was recorded.
        Force = "force",
        /// It runs, and nothing is recorded.
        Dryrun = "dryrun",
    }
}

/// Why a run was started: the word that was given, and what it means.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RunType {
    given: String,
    means: ReleaseType,
}

/// The words of the documented `type`, which the published package does not know: each is a release like any other.
const STARTED_BY: [&str; 3] = ["scheduled", "manual", "event"];

impl RunType {
    /// Reads a word in any case, and keeps it as it is.
    pub fn read(text: &str) -> Option<Self> {
        let is = |word: &str| word.eq_ignore_ascii_case(text);
        let types = ReleaseType::ALL.iter().copied();
        let means = match types.into_iter().find(|means| is(means.as_str())) {
            Some(means) => means,
            None if STARTED_BY.into_iter().any(is) => ReleaseType::Normal,
            None => return None,
        };
        Some(Self {
            given: text.to_owned(),
            means,
        })
    }

    /// The words, for messages.
    pub fn list() -> String {
        format!("{}, {}", STARTED_BY.join(", "), ReleaseType::list())
    }

    /// The word that was given.
    pub fn as_given(&self) -> &str {
        &self.given
    }

    /// What it means.
    pub const fn means(&self) -> ReleaseType {
        self.means
    }
}

impl From<ReleaseType> for RunType {
    fn from(means: ReleaseType) -> Self {
        Self {
            given: means.as_str().to_owned(),
            means,
        }
    }
}

impl fmt::Display for RunType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_the_documented_and_the_published_words_are_read() {
        for (text, means) in [
            ("scheduled", ReleaseType::Normal),
            ("manual", ReleaseType::Normal),
            ("event", ReleaseType::Normal),
            ("normal", ReleaseType::Normal),
            ("RERUN", ReleaseType::Rerun),
            ("Force", ReleaseType::Force),
            ("dryrun", ReleaseType::Dryrun),
        ] {
            let read = RunType::read(text).unwrap();
            assert_eq!((read.as_given(), read.means()), (text, means));
        }
        assert_eq!(RunType::read("backfill"), None);
    }
}
