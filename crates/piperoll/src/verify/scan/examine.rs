//! What the bytes of one row say by themselves. This is most of the work of `verify`, and needs nothing of the rows beside it: other threads can do it.

use crate::event::{
    AttributePairs, Commitment, Derivation, EventId, Header, HeaderError, Kind, PlainHeader, Salt,
};
use crate::limits::DETAILS_MAX;
use crate::seal::{Hash, leaf_hash, leaf_text};
use crate::store::{Searched, StoredEntry};
use crate::trail::tombstone;
use std::cmp::Ordering;
use std::hash::{BuildHasher as _, RandomState};

/// What is needed beside the row.
#[derive(Debug, Clone)]
pub(super) struct Examiner {
    /// Derives attributes under the secret of the trail, where that can be read.
    pub(super) derivation: Option<Derivation>,
    /// The key of [`Examined::place`].
    pub(super) key: RandomState,
    /// Room for the text of attributes.
    pub(super) text: String,
}

/// What a row says.
#[derive(Debug)]
pub(super) struct Examined {
    pub(super) seq: i64,
    /// A keyed hash of its id and position.
    pub(super) place: u64,
    pub(super) leaf: Hash,
    pub(super) payload: PayloadTold,
    /// What most rows do not have.
    pub(super) rare: Option<Box<Rare>>,
}

/// What is wrong with a row by itself, and what a tombstone says.
#[derive(Debug, Default)]
pub(super) struct Rare {
    pub(super) faults: Vec<String>,
    pub(super) search_faults: Vec<String>,
    /// Why the bytes are no header.
    pub(super) header: Option<HeaderError>,
    /// Whether column `id` holds another id than the header.
    pub(super) other_id: bool,
    /// The fields by which it is searched otherwise than the header says.
    pub(super) differing: Vec<&'static str>,
    /// What is wrong with its attributes: the first of it.
    pub(super) attributes: Vec<String>,
    /// What it accounts for, of a tombstone.
    pub(super) ranges: Vec<(u64, u64)>,
}

/// What is there of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PayloadTold {
    /// Nobody can tell without a header.
    Unknown,
    /// There never was one.
    None,
    /// It is gone; whether the entry is of a kind whose payloads are never erased.
    Gone { never_erased: bool },
    /// It is not the one that was sealed; whether the header knows of one.
    Wrong { problem: &'static str, known: bool },
    /// It is the one that the header commits to.
    Kept,
    /// It is that one, and no payload of this format.
    Malformed,
}

/// What is compared of a header.
struct Seen<'h> {
    id: EventId,
    kind: Kind,
    payload: Option<Commitment>,
    searched: Searched<'h>,
}

impl<'h> Seen<'h> {
    fn plain(header: &'h PlainHeader<'_>) -> Self {
        Self {
            id: header.id,
            kind: header.kind,
            payload: header.payload,
            searched: Searched {
                at: header.at.as_micros(),
                kind: header.kind.as_str(),
                action: header.action.as_str(),
                actor: header.actor,
                resource: header.resource,
                outcome: header.outcome.as_str(),
            },
        }
    }

    fn any(header: &'h Header) -> Self {
        Self {
            id: header.id,
            kind: header.kind,
            payload: header.payload,
            searched: Searched::of(header),
        }
    }
}

/// What the bytes of a row hash to.
struct Hashes {
    leaf: Hash,
    /// That to the payload under the salt, where both are there.
    commitment: Option<Commitment>,
}

impl Hashes {
    fn of(stored: &StoredEntry<'_>) -> Self {
        let salt = stored.salt.and_then(Salt::from_slice);
        match stored.payload.zip(salt) {
            Some((payload, salt)) => {
                let (commitment, leaf) =
                    Commitment::beside(payload, &salt, leaf_text(stored.header));
                Self {
                    leaf: Hash::new(leaf),
                    commitment: Some(commitment),
                }
            }
            None => Self {
                leaf: leaf_hash(stored.header),
                commitment: None,
            },
        }
    }
}

impl Examiner {
    pub(super) fn place(&self, id: &str, seq: i64) -> u64 {
        self.key.hash_one((id, seq))
    }

    /// What a row says. Its faults are taken from it.
    pub(super) fn examine(&mut self, stored: &mut StoredEntry<'_>) -> Examined {
        let mut rare = None;
        if !stored.faults.is_empty() || !stored.search_faults.is_empty() {
            rare = Some(Box::new(Rare {
                faults: std::mem::take(&mut stored.faults),
                search_faults: std::mem::take(&mut stored.search_faults),
                ..Rare::default()
            }));
        }
        let hashes = Hashes::of(stored);
        let payload = match PlainHeader::read_expecting(stored.header, hashes.commitment) {
            Some(header) => self.tell(&Seen::plain(&header), stored, &hashes, &mut rare),
            None => match Header::decode(stored.header) {
                Ok(header) => self.tell(&Seen::any(&header), stored, &hashes, &mut rare),
                Err(error) => {
                    rare.get_or_insert_default().header = Some(error);
                    PayloadTold::Unknown
                }
            },
        };
        Examined {
            seq: stored.seq,
            place: self.place(stored.id, stored.seq),
            leaf: hashes.leaf,
            payload,
            rare,
        }
    }

    fn tell(
        &mut self,
        header: &Seen<'_>,
        stored: &StoredEntry<'_>,
        hashes: &Hashes,
        rare: &mut Option<Box<Rare>>,
    ) -> PayloadTold {
        if stored.id != header.id.write_to(&mut [0; 36]) {
            rare.get_or_insert_default().other_id = true;
        }
        if let Some(searched) = stored.searched.filter(|it| *it != header.searched) {
            rare.get_or_insert_default().differing = searched.differing(&header.searched);
        }
        let told = sealed_payload(header, stored, hashes);
        match (told, stored.payload) {
            (PayloadTold::None | PayloadTold::Gone { .. }, _) => {
                self.text.clear();
                self.compare_attributes(stored, rare);
            }
            (PayloadTold::Kept, Some(payload)) => {
                if header.kind == Kind::Trail
                    && let Ok(header) = Header::decode(stored.header)
                {
                    let ranges = tombstone(&header, Some(payload));
                    if !ranges.is_empty() {
                        rare.get_or_insert_default().ranges = ranges;
                    }
                }
                // Without the secret nobody can tell.
                let Some(derivation) = &mut self.derivation else {
                    return told;
                };
                let derived = derivation.write_text(header.kind, payload, &mut self.text);
                if derived.is_err() {
                    return PayloadTold::Malformed;
                }
                self.compare_attributes(stored, rare);
            }
            _ => {}
        }
        told
    }

    /// Compares the stored attributes with those that were derived.
    fn compare_attributes(&self, stored: &StoredEntry<'_>, rare: &mut Option<Box<Rare>>) {
        let derived = Some(self.text.as_str()).filter(|text| !text.is_empty());
        if stored.attributes != derived {
            let details = differing_attributes(stored.attributes, derived);
            rare.get_or_insert_default().attributes = details;
        }
    }
}

/// Whether the payload is the one that was sealed.
fn sealed_payload(header: &Seen<'_>, stored: &StoredEntry<'_>, hashes: &Hashes) -> PayloadTold {
    let known = header.payload.is_some();
    let wrong = |problem| PayloadTold::Wrong { problem, known };
    match (header.payload, stored.payload, stored.salt) {
        (None, None, None) => PayloadTold::None,
        (Some(_), None, None) => PayloadTold::Gone {
            never_erased: header.kind == Kind::Trail,
        },
        (Some(commitment), Some(_), Some(_)) => match hashes.commitment {
            None => wrong("the salt has not 32 bytes"),
            Some(actual) if actual != commitment => {
                wrong("the payload is not the one that the header commits to")
            }
            Some(_) => PayloadTold::Kept,
        },
        (Some(_), Some(_), None) => wrong("the salt is gone"),
        (Some(_), None, Some(_)) => wrong("the payload is gone, its salt is not"),
        (None, _, _) => wrong("has a payload or a salt that its header does not know"),
    }
}

/// In what the texts of attributes differ: at most one detail more than a finding lists.
fn differing_attributes(stored: Option<&str>, derived: Option<&str>) -> Vec<String> {
    let pairs = |text: Option<&str>| match text.map(AttributePairs::read) {
        None => Vec::new(),
        Some(Some(pairs)) => pairs
            .iter()
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .collect(),
        // What cannot be read is found by no search, so it must match no attribute either.
        Some(None) => vec![Default::default()],
    };
    let (stored, derived) = (pairs(stored), pairs(derived));
    let (mut stored, mut derived) = (stored.iter().peekable(), derived.iter().peekable());
    let mut details = Vec::new();
    while details.len() <= DETAILS_MAX {
        let order = match (stored.peek(), derived.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(stored), Some(derived)) => stored.cmp(derived),
        };
        if order.is_le()
            && let Some((name, _)) = stored.next()
            && order.is_lt()
        {
            details.push(format!("attribute `{name}` does not come from the payload"));
        }
        if order.is_ge()
            && let Some((name, _)) = derived.next()
            && order.is_gt()
        {
            details.push(format!("attribute `{name}` is gone"));
        }
    }
    details
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_that_differ_are_named() {
        let differing = |stored, derived| differing_attributes(stored, derived).join("; ");
        let (release, both) = (r#"{"release":"1"}"#, r#"{"release":"1","status":"ok"}"#);
        for (stored, derived, details) in [
            (
                Some(release),
                None,
                "attribute `release` does not come from the payload",
            ),
            (
                None,
                Some(both),
                "attribute `release` is gone; attribute `status` is gone",
            ),
            (Some(release), Some(both), "attribute `status` is gone"),
            (
                Some(r#"{"release":"2","status":"ok"}"#),
                Some(both),
                "attribute `release` is gone; attribute `release` does not come from the payload",
            ),
            (
                Some(r#"{"a":"","release":"1"}"#),
                Some(release),
                "attribute `a` does not come from the payload",
            ),
            (
                Some("[]"),
                Some(release),
                "attribute `` does not come from the payload; attribute `release` is gone",
            ),
            (Some(both), Some(both), ""),
        ] {
            assert_eq!(differing(stored, derived), details, "{stored:?}");
        }
        let many: Vec<String> = (100..900).map(|n| format!(r#""a{n}":"""#)).collect();
        let many = format!("{{{}}}", many.join(","));
        let details = differing_attributes(Some(&many), None);
        assert_eq!(details.len(), DETAILS_MAX + 1);
    }
}
