use super::findings::Findings;
use super::report::{Level, Verdict};
use crate::limits::MISMATCHES_KEPT_MAX;
use crate::seal::Hash;
use std::collections::HashSet;

/// Entries that are not where the tree holds them. The first of them are kept, in order to tell a moved entry from an altered one.
#[derive(Debug, Default)]
pub(super) struct Mismatches {
    kept: Vec<Mismatch>,
    /// The rest, as ranges.
    more: Vec<(Verdict, u64, u64)>,
    left_out: u64,
}

#[derive(Debug)]
struct Mismatch {
    index: u64,
    /// What the entry hashes to; `None` when there is none.
    actual: Option<Hash>,
    /// What the tree holds; `None` when its tile is gone, or the tree ends before.
    expected: Option<Hash>,
    /// What it is unless it was moved.
    verdict: Verdict,
}

impl Mismatches {
    /// An entry that is not the one that the tree holds here.
    pub(super) fn other(&mut self, index: u64, actual: Hash, expected: Hash) {
        self.push(index, Some(actual), Some(expected), Verdict::Altered);
    }

    /// An entry that is not there.
    pub(super) fn gone(&mut self, index: u64, expected: Option<Hash>) {
        self.push(index, None, expected, Verdict::Missing);
    }

    /// An entry behind the last one.
    pub(super) fn stray(&mut self, index: u64, actual: Hash) {
        self.push(index, Some(actual), None, Verdict::Forged);
    }

    fn push(&mut self, index: u64, actual: Option<Hash>, expected: Option<Hash>, verdict: Verdict) {
        if self.kept.len() < MISMATCHES_KEPT_MAX {
            self.kept.push(Mismatch {
                index,
                actual,
                expected,
                verdict,
            });
            return;
        }
        let full = self.more.len() >= MISMATCHES_KEPT_MAX;
        match self.more.last_mut() {
            Some((of, _, last)) if *of == verdict && *last + 1 == index => *last = index,
            _ if full => self.left_out += 1,
            _ => self.more.push((verdict, index, index)),
        }
    }

    /// Names what happened at each index. Where it is the tiles that were changed (`by_tiles`), an entry that is not what its tile holds is in order.
    /// Returns the leaves that were sealed and moved.
    pub(super) fn name(mut self, by_tiles: bool, findings: &mut Findings) -> HashSet<Hash> {
        if by_tiles {
            self.kept.retain(|m| m.verdict != Verdict::Altered);
            self.more
                .retain(|(verdict, _, _)| *verdict != Verdict::Altered);
        }
        let actual: HashSet<Hash> = self.kept.iter().filter_map(|m| m.actual).collect();
        let expected: HashSet<Hash> = self.kept.iter().filter_map(|m| m.expected).collect();
        let all_kept = self.more.is_empty() && self.left_out == 0;
        for Mismatch {
            index,
            actual: here,
            expected: there,
            verdict,
        } in &self.kept
        {
            let moved_here = here.is_some_and(|hash| expected.contains(&hash));
            let moved_away = there.is_some_and(|hash| actual.contains(&hash));
            if moved_here {
                findings.entry(
                    Verdict::Reordered,
                    *index,
                    "the entry was sealed at another index",
                );
                // What was here may be among those that were not kept.
                if there.is_some() && !moved_away && all_kept {
                    let detail = "the entry that was sealed here is gone";
                    findings.entry(Verdict::Missing, *index, detail);
                }
            } else if moved_away && here.is_some() {
                let detail = "the entry was never sealed; the one that was is at another index";
                findings.entry(Verdict::Forged, *index, detail);
            } else if moved_away {
                let detail = "the entry that was sealed here is at another index";
                findings.entry(Verdict::Reordered, *index, detail);
            } else {
                findings.entry(*verdict, *index, detail_of(*verdict));
            }
        }
        for (verdict, first, last) in self.more {
            findings.entries(verdict, Level::L0, first, last, detail_of(verdict));
        }
        findings.leave_out(self.left_out);
        actual.intersection(&expected).copied().collect()
    }
}

fn detail_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Missing => "the entry is gone",
        Verdict::Forged => "the entry was never sealed",
        _ => "the header is not the one that was sealed",
    }
}
