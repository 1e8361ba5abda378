//! What is compared within an entry: its header, its columns, its payload and its attributes.

use super::super::report::Verdict;
use super::beyond::{End, Order};
use super::examine::{Derived, Examined, PayloadTold};
use super::{Block, Place, Scan, position};
use crate::error::Result;
use crate::event::{AttributeName, Commitment, Header, HeaderError, Salt};
use crate::limits::STRAYS_MAX;
use crate::store::StoredEntry;
use crate::trail::tombstone;
use std::collections::VecDeque;
use std::ops::ControlFlow;

impl Scan<'_> {
    /// One row. What a header says that is not the one in the tile is not believed.
    pub(super) fn entry(&mut self, place: Place, row: &Examined, block: &mut Block) {
        let index = place.index;
        self.checked.entries += 1;
        // What an entry is searched by is that of the one that was sealed here.
        let search_faults = row.search_faults.iter().filter(|_| place.sealed);
        for fault in row.faults.iter().chain(search_faults) {
            self.findings.entry(Verdict::Altered, index, fault);
        }
        let told = match &row.header {
            Ok(told) => told,
            Err(error) => {
                let verdict = match error {
                    HeaderError::Newer(_) if place.sealed => Verdict::Unverifiable,
                    HeaderError::Newer(_) | HeaderError::Form(_) => Verdict::Altered,
                };
                self.findings
                    .entry(verdict, index, &format!("the header {error}"));
                block.unknown.push(index);
                return;
            }
        };
        if !told.same_id {
            self.findings
                .entry(Verdict::Altered, index, "column `id` is not the header's");
        }
        for field in told.differing.iter().filter(|_| place.sealed) {
            let detail = format!("a search takes another `{field}` for the header's");
            self.findings.entry(Verdict::Altered, index, &detail);
        }
        self.payload(place, &told.payload, block);
    }

    fn payload(&mut self, place: Place, told: &PayloadTold, block: &mut Block) {
        let index = place.index;
        match told {
            PayloadTold::None => {}
            PayloadTold::Gone { never_erased: true } if place.sealed => {
                let detail = "the payload is gone; those of kind `trail` are never erased";
                self.findings.entry(Verdict::Missing, index, detail);
            }
            PayloadTold::Gone { .. } => self.erasures.gone(place),
            PayloadTold::Wrong { problem, known } => {
                let verdict = match known {
                    false if place.sealed => Verdict::Forged,
                    _ => Verdict::Altered,
                };
                self.findings.entry(verdict, index, problem);
                block.unknown.push(index);
            }
            PayloadTold::Kept { ranges, derived } => {
                self.checked.payloads += 1;
                self.erasures.account(ranges, place);
                match derived {
                    Derived::Attributes(attributes) => {
                        let attributes = attributes.iter().cloned();
                        block
                            .attributes
                            .extend(attributes.map(|a| (index, a.name, a.value)));
                    }
                    Derived::Unknown => block.unknown.push(index),
                    Derived::Malformed => {
                        let detail = "the payload is none of this format";
                        self.findings.entry(Verdict::Altered, index, detail);
                        block.unknown.push(index);
                    }
                }
            }
        }
    }

    /// Compares the stored attributes of a block with those that its payloads give.
    pub(super) fn attributes(
        &mut self,
        start: u64,
        end: u64,
        mut expected: VecDeque<(u64, AttributeName, String)>,
        unknown: &[u64],
    ) -> Result<()> {
        let snapshot = self.snapshot;
        let range = position(start)..position(end);
        let mut order = Order::default();
        let mut strays = 0;
        let visited = snapshot.attributes(range.clone(), &mut |stored| {
            let place = (stored.seq, stored.name.to_owned(), stored.value.to_owned());
            if order.next(place, range.contains(&stored.seq)) == Some(End::OutOfOrder) {
                return Ok(self.more("attributes", End::OutOfOrder));
            }
            let Ok(index) = u64::try_from(stored.seq) else {
                self.stray_attribute(stored.name);
                return Ok(ControlFlow::Continue(()));
            };
            if unknown.contains(&index) {
                return Ok(ControlFlow::Continue(()));
            }
            let this = (index, stored.name, stored.value);
            while let Some((index, name, _)) =
                expected.pop_front_if(|(i, name, value)| (*i, name.as_str(), value.as_str()) < this)
            {
                self.attribute_gone(index, name);
            }
            let same = expected
                .pop_front_if(|(i, name, value)| (*i, name.as_str(), value.as_str()) == this);
            if same.is_none() {
                strays += 1;
                if strays > STRAYS_MAX {
                    return Ok(self.more("attributes", End::TooMany));
                }
                let detail = format!("attribute `{}` does not come from the payload", stored.name);
                self.findings.entry(Verdict::Altered, index, &detail);
            }
            Ok(ControlFlow::Continue(()))
        });
        match visited {
            Ok(()) => {
                for (index, name, _) in expected {
                    self.attribute_gone(index, name);
                }
                Ok(())
            }
            Err(error) => self.findings.unreadable("table `attributes`", error),
        }
    }

    fn attribute_gone(&mut self, index: u64, name: AttributeName) {
        let detail = format!("attribute `{name}` is gone");
        self.findings.entry(Verdict::Altered, index, &detail);
    }
}

/// What a row accounts for whose payload is the one that its header commits to.
pub(super) fn ranges_of(stored: &StoredEntry<'_>) -> Vec<(u64, u64)> {
    let header = Header::decode(stored.header).ok();
    let salt = stored.salt.and_then(Salt::from_slice);
    match (header, stored.payload, salt) {
        (Some(header), Some(payload), Some(salt))
            if header.payload == Some(Commitment::to_payload(payload, &salt)) =>
        {
            tombstone(&header, Some(payload))
        }
        _ => Vec::new(),
    }
}
