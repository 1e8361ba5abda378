//! What is said of one entry: its header, its columns, its payload and its attributes.

use super::super::report::Verdict;
use super::examine::{Examined, PayloadTold, Rare};
use super::{Place, Scan};
use crate::event::{Commitment, Header, HeaderError, Salt};
use crate::store::StoredEntry;
use crate::trail::tombstone;

impl Scan<'_> {
    /// One row. What a header says that is not the one in the tile is not believed.
    pub(super) fn entry(&mut self, place: Place, row: &Examined) {
        self.checked.entries += 1;
        if let Some(rare) = &row.rare {
            self.rare(place, rare);
        }
        self.payload(place, row);
    }

    fn rare(&mut self, place: Place, rare: &Rare) {
        let index = place.index;
        // What an entry is searched by is that of the one that was sealed here.
        let search_faults = rare.search_faults.iter().filter(|_| place.sealed);
        let faults = rare.faults.iter().chain(search_faults);
        for fault in faults.chain(&rare.attributes) {
            self.findings.entry(Verdict::Altered, index, fault);
        }
        if let Some(error) = &rare.header {
            let verdict = match error {
                HeaderError::Newer(_) if place.sealed => Verdict::Unverifiable,
                HeaderError::Newer(_) | HeaderError::Form(_) => Verdict::Altered,
            };
            self.findings
                .entry(verdict, index, &format!("the header {error}"));
        }
        if rare.other_id {
            self.findings
                .entry(Verdict::Altered, index, "column `id` is not the header's");
        }
        for field in rare.differing.iter().filter(|_| place.sealed) {
            let detail = format!("a search takes another `{field}` for the header's");
            self.findings.entry(Verdict::Altered, index, &detail);
        }
    }

    fn payload(&mut self, place: Place, row: &Examined) {
        let index = place.index;
        match row.payload {
            PayloadTold::Unknown | PayloadTold::None => {}
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
            }
            PayloadTold::Kept | PayloadTold::Malformed => {
                self.checked.payloads += 1;
                if let Some(rare) = &row.rare {
                    self.erasures.account(&rare.ranges, place);
                }
                if row.payload == PayloadTold::Malformed {
                    let detail = "the payload is none of this format";
                    self.findings.entry(Verdict::Altered, index, detail);
                }
            }
        }
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
