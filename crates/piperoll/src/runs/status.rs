use crate::event::Outcome;
use crate::event::words;

words! {
    /// How a run ended, or that it did not yet: ddeutil's words, and `RUNNING`.
    Status {
        /// It was done.
        Success = "SUCCESS",
        /// It failed.
        Failed = "FAILED",
        /// It was passed over.
        Skip = "SKIP",
        /// It was stopped.
        Cancel = "CANCEL",
        /// It has not begun.
        Wait = "WAIT",
        /// It has begun, and not ended.
        Running = "RUNNING",
    }
}

impl Status {
    /// Reads a word in any case.
    pub fn read(text: &str) -> Option<Self> {
        let all = Self::ALL.iter();
        all.copied()
            .find(|status| status.as_str().eq_ignore_ascii_case(text))
    }

    /// Whether nothing follows it.
    pub const fn is_terminal(self) -> bool {
        !matches!(self, Self::Wait | Self::Running)
    }

    /// What the header of its entry says.
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Success | Self::Skip => Outcome::Success,
            Self::Failed | Self::Cancel => Outcome::Failure,
            Self::Wait | Self::Running => Outcome::Unknown,
        }
    }
}
