use super::findings::Findings;
use super::report::{Level, Verdict};
use std::collections::BTreeMap;

/// Payloads that are gone, and what the tombstones account for. What an entry says that is not the one in its tile is doubtful until it is known which of
/// the two was changed.
#[derive(Debug, Default)]
pub(super) struct Erasures {
    gone: Ranges,
    doubtful_gone: Ranges,
    accounted: Vec<(u64, u64)>,
    doubtful_accounted: Vec<(u64, u64)>,
}

impl Erasures {
    /// The payload of an entry is gone. Indices come in order.
    pub(super) fn gone(&mut self, index: u64, sealed: bool) {
        if sealed {
            self.gone.push(index);
        } else {
            self.doubtful_gone.push(index);
        }
    }

    /// The tombstone at an index accounts for ranges: for what of them lies before it.
    pub(super) fn account(&mut self, ranges: Vec<(u64, u64)>, index: u64, sealed: bool) {
        let list = if sealed {
            &mut self.accounted
        } else {
            &mut self.doubtful_accounted
        };
        let earlier = ranges
            .into_iter()
            .filter_map(|(first, last)| Some((first, last.min(index.checked_sub(1)?))));
        list.extend(earlier.filter(|(first, last)| first <= last));
    }

    /// Names the payloads that are gone and that no tombstone accounts for; returns how many are accounted for. What is doubtful counts where it is the
    /// tiles that were changed.
    pub(super) fn name(mut self, by_tiles: bool, findings: &mut Findings) -> u64 {
        if by_tiles {
            self.accounted.append(&mut self.doubtful_accounted);
        }
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
