use super::report::{Finding, Level, Verdict};
use crate::error::{Error, ErrorKind, Result, is_hostile};
use crate::limits::{DETAIL_LETTERS_MAX, DETAILS_MAX, FINDINGS_MAX};

/// Gathers findings in memory that does not grow with the trail: neighbours of one verdict become one.
#[derive(Debug, Default)]
pub(super) struct Findings {
    objects: Vec<(Verdict, String)>,
    /// The run that is still growing, by verdict.
    open: [Option<Run>; Verdict::ALL.len()],
    closed: Vec<Run>,
    left_out: u64,
    unchecked: Vec<String>,
    /// The lowest level that something broke.
    broken: Option<Level>,
}

#[derive(Debug, Clone)]
struct Run {
    verdict: Verdict,
    first: u64,
    last: u64,
    details: Vec<String>,
}

impl Findings {
    /// Something wrong with an object of the store; it breaks `level` and those above.
    pub(super) fn object(&mut self, verdict: Verdict, level: Level, detail: &str) {
        self.breaks(verdict, level);
        if self.objects.len() < FINDINGS_MAX {
            self.objects.push((verdict, plain(detail)));
        } else {
            self.left_out += 1;
        }
    }

    /// Something wrong with one entry.
    pub(super) fn entry(&mut self, verdict: Verdict, index: u64, detail: &str) {
        self.entries(verdict, Level::L0, index, index, detail);
    }

    /// Something wrong with a range of entries, both ends included.
    pub(super) fn entries(
        &mut self,
        verdict: Verdict,
        level: Level,
        first: u64,
        last: u64,
        detail: &str,
    ) {
        self.breaks(verdict, level);
        let new = Run {
            verdict,
            first,
            last,
            details: vec![plain(detail)],
        };
        let Some(open) = self
            .open
            .iter_mut()
            .zip(Verdict::ALL)
            .find(|(_, v)| *v == verdict)
        else {
            return;
        };
        match open.0 {
            Some(run) if run.touches(&new) => run.take_in(new),
            slot => {
                if let Some(done) = slot.replace(new) {
                    self.close(done);
                }
            }
        }
    }

    /// A part of the store that cannot be read.
    ///
    /// # Errors
    /// The error itself, unless it says that what is stored is not what was written: a disk that fails is no tampering.
    pub(super) fn unreadable(&mut self, what: &str, error: Error) -> Result<()> {
        if error.kind() != ErrorKind::Corrupt {
            return Err(error);
        }
        let detail = format!("{what} cannot be read: {}", error.chain());
        self.object(Verdict::Altered, Level::L0, &detail);
        Ok(())
    }

    /// More findings than can be listed.
    pub(super) fn leave_out(&mut self, more: u64) {
        self.left_out += more;
    }

    /// Something that could not be checked, in words.
    pub(super) fn unchecked(&mut self, what: String) {
        self.unchecked.push(what);
    }

    /// The level that holds, of those up to `possible`: what there was to check with.
    pub(super) fn reached(&self, possible: Level) -> Option<Level> {
        match self.broken {
            None => Some(possible),
            Some(Level::L0) => None,
            Some(Level::L1) => Some(Level::L0),
            Some(Level::L2) => Some(possible.min(Level::L1)),
            Some(Level::L3) => Some(possible.min(Level::L2)),
        }
    }

    /// The findings, how many more there are, and what could not be checked.
    pub(super) fn finish(
        mut self,
        id_at: impl Fn(u64) -> Option<String>,
    ) -> (Vec<Finding>, u64, Vec<String>) {
        let open = std::mem::take(&mut self.open);
        for run in open.into_iter().flatten() {
            self.close(run);
        }
        // What was found late lies among what was found on the way.
        self.closed
            .sort_by_key(|run| (run.verdict, run.first, run.last));
        let mut runs: Vec<Run> = Vec::new();
        for run in self.closed {
            match runs.last_mut() {
                Some(before) if before.verdict == run.verdict && before.touches(&run) => {
                    before.take_in(run);
                }
                _ => runs.push(run),
            }
        }
        runs.sort_by_key(|run| (run.first, run.last, run.verdict));
        let objects = self.objects.into_iter().map(|(verdict, detail)| Finding {
            verdict,
            entries: None,
            id: None,
            detail,
        });
        let entries = runs.into_iter().map(|run| Finding {
            verdict: run.verdict,
            entries: Some((run.first, run.last)),
            id: (run.first == run.last).then(|| id_at(run.first)).flatten(),
            detail: run.details.join("; "),
        });
        (
            objects.chain(entries).collect(),
            self.left_out,
            self.unchecked,
        )
    }

    fn breaks(&mut self, verdict: Verdict, level: Level) {
        // What could not be checked breaks no level by itself: the level that needs it is not reached.
        if verdict != Verdict::Unverifiable {
            self.broken = Some(self.broken.map_or(level, |broken| broken.min(level)));
        }
    }

    fn close(&mut self, run: Run) {
        if self.closed.len() < FINDINGS_MAX {
            self.closed.push(run);
        } else {
            self.left_out += 1;
        }
    }
}

/// A detail that does a terminal and a reader no harm.
fn plain(detail: &str) -> String {
    let mut text = String::new();
    for (at, letter) in detail.chars().enumerate() {
        if at == DETAIL_LETTERS_MAX {
            text.push_str("...");
            break;
        }
        // A name of somebody else's making may also hold what is not seen at all.
        let hidden = matches!(letter, '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{206f}');
        if is_hostile(letter) || hidden {
            text.extend(letter.escape_unicode());
        } else {
            text.push(letter);
        }
    }
    text
}

impl Run {
    fn touches(&self, next: &Self) -> bool {
        next.first <= self.last.saturating_add(1) && self.first <= next.last.saturating_add(1)
    }

    fn take_in(&mut self, next: Self) {
        self.first = self.first.min(next.first);
        self.last = self.last.max(next.last);
        for detail in next.details {
            if self.details.len() < DETAILS_MAX && !self.details.contains(&detail) {
                self.details.push(detail);
            } else if self.details.len() == DETAILS_MAX && !self.details.contains(&detail) {
                self.details.push("...".to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_fails_is_no_tampering() {
        let mut findings = Findings::default();
        let error = Error::unavailable("`trail.db` cannot be read or written");
        let error = findings.unreadable("table `head`", error).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        let error = Error::corrupt("the head's size is `-1`");
        findings.unreadable("table `head`", error).unwrap();
        assert_eq!(findings.reached(Level::L2), None);
        let (found, _, _) = findings.finish(|_| None);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].verdict, Verdict::Altered);
        assert_eq!(
            found[0].detail,
            "table `head` cannot be read: the head's size is `-1`"
        );
    }

    #[test]
    fn neighbours_of_one_verdict_are_one_finding_and_the_rest_is_counted() {
        let mut findings = Findings::default();
        for index in [3, 5, 4, 9] {
            findings.entry(Verdict::Altered, index, "a");
        }
        findings.entry(Verdict::Missing, 4, "b\n");
        let (found, more, _) = findings.finish(|index| Some(index.to_string()));
        let short: Vec<_> = found
            .iter()
            .map(|f| (f.verdict, f.entries.unwrap(), f.detail.as_str()))
            .collect();
        let expected = [
            (Verdict::Altered, (3, 5), "a"),
            (Verdict::Missing, (4, 4), "b\\u{a}"),
            (Verdict::Altered, (9, 9), "a"),
        ];
        assert_eq!(short, expected);
        assert_eq!(found[0].id, None);
        assert_eq!(found[1].id.as_deref(), Some("4"));
        assert_eq!(more, 0);

        let mut findings = Findings::default();
        for index in 0..FINDINGS_MAX as u64 + 7 {
            findings.entry(Verdict::Missing, 2 * index, "b");
        }
        let (found, more, _) = findings.finish(|_| None);
        assert_eq!((found.len(), more), (FINDINGS_MAX, 7));
    }
}
