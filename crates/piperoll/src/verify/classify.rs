use super::findings::Findings;
use super::report::{Level, Verdict};
use crate::limits::MISMATCHES_KEPT_MAX;
use crate::seal::Hash;
use std::collections::HashSet;

/// Entries whose leaf is not the one that the tree holds there. The first of them are kept, in order to tell a moved entry from an altered one.
#[derive(Debug, Default)]
pub(super) struct Mismatches {
    kept: Vec<Mismatch>,
    /// The rest, as ranges.
    more: Vec<(u64, u64)>,
}

#[derive(Debug)]
struct Mismatch {
    index: u64,
    /// What the entry hashes to; `None` when there is none.
    actual: Option<Hash>,
    /// What the tree holds; `None` when its tile is gone.
    expected: Option<Hash>,
}

impl Mismatches {
    pub(super) fn push(&mut self, index: u64, actual: Option<Hash>, expected: Option<Hash>) {
        if self.kept.len() < MISMATCHES_KEPT_MAX {
            self.kept.push(Mismatch {
                index,
                actual,
                expected,
            });
            return;
        }
        let full = self.more.len() >= MISMATCHES_KEPT_MAX;
        match self.more.last_mut() {
            // Beyond any bound the last range grows over what lies between.
            Some((_, last)) if full || *last + 1 == index => *last = index,
            _ => self.more.push((index, index)),
        }
    }

    /// Names what happened at each index, when the stored leaf hashes are those of the signed tree.
    pub(super) fn name(self, findings: &mut Findings) {
        let actual: HashSet<Hash> = self.kept.iter().filter_map(|m| m.actual).collect();
        let expected: HashSet<Hash> = self.kept.iter().filter_map(|m| m.expected).collect();
        for Mismatch {
            index,
            actual: here,
            expected: there,
        } in &self.kept
        {
            let moved_here = here.is_some_and(|hash| expected.contains(&hash));
            let moved_away = there.is_some_and(|hash| actual.contains(&hash));
            match here {
                Some(_) if moved_here => {
                    findings.entry(
                        Verdict::Reordered,
                        *index,
                        "the entry was sealed at another index",
                    );
                    if !moved_away {
                        findings.entry(
                            Verdict::Missing,
                            *index,
                            "the entry that was sealed here is gone",
                        );
                    }
                }
                Some(_) if moved_away => findings.entry(
                    Verdict::Forged,
                    *index,
                    "the entry was never sealed; the one that was is at another index",
                ),
                Some(_) => {
                    findings.entry(
                        Verdict::Altered,
                        *index,
                        "the header is not the one that was sealed",
                    );
                }
                None if moved_away => {}
                None => findings.entry(Verdict::Missing, *index, "the entry is gone"),
            }
        }
        for (first, last) in self.more {
            let detail = "the headers are not those that were sealed";
            findings.entries(Verdict::Altered, Level::L0, first, last, detail);
        }
    }
}
