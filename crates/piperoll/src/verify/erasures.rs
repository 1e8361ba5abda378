use super::findings::Findings;
use super::report::{Level, Verdict};
use super::scan::Place;
use crate::seal::Hash;
use std::collections::{BTreeMap, HashSet};

/// Payloads that are gone, and what the tombstones account for. What an entry says that is not the one in its tile is doubtful until it is known whether the
/// tile was changed, or the entry moved.
#[derive(Debug, Default)]
pub(super) struct Erasures {
    gone: Ranges,
    doubtful_gone: Ranges,
    accounted: Vec<(u64, u64)>,
    doubtful_accounted: Vec<(Hash, (u64, u64))>,
}

impl Erasures {
    /// The payload of an entry is gone. Indices come in order.
    pub(super) fn gone(&mut self, place: Place) {
        if place.sealed {
            self.gone.push(place.index);
        } else {
            self.doubtful_gone.push(place.index);
        }
    }

    /// A tombstone accounts for ranges: for what of them lies before it.
    pub(super) fn account(&mut self, ranges: &[(u64, u64)], place: Place) {
        let Some(last_before) = place.index.checked_sub(1) else {
            return;
        };
        for &(first, last) in ranges {
            let range = (first, last.min(last_before));
            if range.0 > range.1 {
                continue;
            }
            if place.sealed {
                self.accounted.push(range);
            } else {
                self.doubtful_accounted.push((place.leaf, range));
            }
        }
    }

    /// Names the payloads that are gone and that no tombstone accounts for; returns how many are accounted for. What is doubtful counts where it is the
    /// tiles that were changed; a tombstone also where it was only `moved`.
    pub(super) fn name(
        mut self,
        by_tiles: bool,
        moved: &HashSet<Hash>,
        findings: &mut Findings,
    ) -> u64 {
        let believed = self
            .doubtful_accounted
            .into_iter()
            .filter(|(leaf, _)| by_tiles || moved.contains(leaf))
            .map(|(_, range)| range);
        self.accounted.extend(believed);
        let accounted = merged(self.accounted);
        let mut erased = name(&self.gone, &accounted, findings);
        if by_tiles {
            erased += name(&self.doubtful_gone, &accounted, findings);
        }
        erased
    }
}

/// Ranges of indices that come in order, both ends included.
#[derive(Debug, Default)]
struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    fn push(&mut self, index: u64) {
        match self.0.last_mut() {
            Some((_, last)) if *last + 1 == index => *last = index,
            _ => self.0.push((index, index)),
        }
    }
}

/// The same ranges without overlaps: by first index, the last one.
fn merged(mut ranges: Vec<(u64, u64)>) -> BTreeMap<u64, u64> {
    let mut merged: BTreeMap<u64, u64> = BTreeMap::new();
    ranges.sort_unstable();
    for (first, last) in ranges {
        match merged.last_entry() {
            Some(mut before) if *before.get() >= first.saturating_sub(1) => {
                let furthest = last.max(*before.get());
                before.insert(furthest);
            }
            _ => {
                merged.insert(first, last);
            }
        }
    }
    merged
}

fn name(gone: &Ranges, accounted: &BTreeMap<u64, u64>, findings: &mut Findings) -> u64 {
    let mut erased = 0;
    for &(first, last) in &gone.0 {
        let mut index = first;
        while index <= last {
            let holding = accounted
                .range(..=index)
                .next_back()
                .filter(|(_, end)| **end >= index);
            let end = match holding {
                Some((_, end)) => {
                    let end = last.min(*end);
                    erased += end - index + 1;
                    end
                }
                None => {
                    let next = accounted.range(index..).next();
                    let end = last.min(next.map_or(last, |(first, _)| first - 1));
                    let detail = "the payload is gone, and no erasure or purge accounts for it";
                    findings.entries(Verdict::Missing, Level::L0, index, end, detail);
                    end
                }
            };
            index = end + 1;
        }
    }
    erased
}
