//! What the bytes of one row say by themselves. This is most of the work of `verify`, and needs nothing of the rows beside it: other threads can do it.

use crate::event::Attribute;
use crate::event::{Commitment, Header, HeaderError, Kind, Payload, Salt, Secret, attributes_of};
use crate::seal::{Hash, leaf_hash};
use crate::store::{Searched, StoredEntry};
use crate::trail::tombstone;
use std::hash::{BuildHasher as _, RandomState};

/// What is needed beside the row.
#[derive(Debug, Clone)]
pub(super) struct Examiner {
    /// The secret of the trail, where it can be read.
    pub(super) secret: Option<Secret>,
    /// The key of [`Examined::place`].
    pub(super) key: RandomState,
}

/// What a row says.
#[derive(Debug)]
pub(super) struct Examined {
    pub(super) seq: i64,
    /// A keyed hash of its id and position.
    pub(super) place: u64,
    pub(super) leaf: Hash,
    pub(super) faults: Vec<String>,
    pub(super) search_faults: Vec<String>,
    pub(super) header: Result<Told, HeaderError>,
}

/// What a header says, and what beside it is compared with it.
#[derive(Debug)]
pub(super) struct Told {
    /// Whether column `id` holds the id of the header.
    pub(super) same_id: bool,
    /// The fields by which it is searched otherwise than the header says.
    pub(super) differing: Vec<&'static str>,
    pub(super) payload: PayloadTold,
}

/// What is there of a payload.
#[derive(Debug)]
pub(super) enum PayloadTold {
    /// There never was one.
    None,
    /// It is gone; whether the entry is of a kind whose payloads are never erased.
    Gone { never_erased: bool },
    /// It is not the one that was sealed; whether the header knows of one.
    Wrong { problem: &'static str, known: bool },
    /// It is the one that the header commits to.
    Kept {
        /// What it accounts for, of a tombstone.
        ranges: Vec<(u64, u64)>,
        derived: Derived,
    },
}

/// What a payload is found by.
#[derive(Debug)]
pub(super) enum Derived {
    Attributes(Vec<Attribute>),
    /// The bytes are no payload of this format.
    Malformed,
    /// Without the secret nobody can tell.
    Unknown,
}

impl Examiner {
    pub(super) fn place(&self, id: &str, seq: i64) -> u64 {
        self.key.hash_one((id, seq))
    }

    pub(super) fn examine(&self, stored: &StoredEntry<'_>) -> Examined {
        Examined {
            seq: stored.seq,
            place: self.place(stored.id, stored.seq),
            leaf: leaf_hash(stored.header),
            faults: stored.faults.clone(),
            search_faults: stored.search_faults.clone(),
            header: Header::decode(stored.header).map(|header| self.tell(&header, stored)),
        }
    }

    fn tell(&self, header: &Header, stored: &StoredEntry<'_>) -> Told {
        let mut id = [0; 36];
        let searched = stored.searched.as_ref();
        Told {
            same_id: stored.id == header.id.write_to(&mut id),
            differing: searched.map_or_else(Vec::new, |searched| {
                searched.differing(&Searched::of(header))
            }),
            payload: self.payload(header, stored),
        }
    }

    fn payload(&self, header: &Header, stored: &StoredEntry<'_>) -> PayloadTold {
        let known = header.payload.is_some();
        let wrong = |problem| PayloadTold::Wrong { problem, known };
        match (header.payload, stored.payload, stored.salt) {
            (None, None, None) => PayloadTold::None,
            (Some(_), None, None) => PayloadTold::Gone {
                never_erased: header.kind == Kind::Trail,
            },
            (Some(commitment), Some(payload), Some(salt)) => match Salt::from_slice(salt) {
                None => wrong("the salt has not 32 bytes"),
                Some(salt) if Commitment::to_payload(payload, &salt) != commitment => {
                    wrong("the payload is not the one that the header commits to")
                }
                Some(_) => PayloadTold::Kept {
                    ranges: tombstone(header, Some(payload)),
                    derived: self.derived(header, payload),
                },
            },
            (Some(_), Some(_), None) => wrong("the salt is gone"),
            (Some(_), None, Some(_)) => wrong("the payload is gone, its salt is not"),
            (None, _, _) => wrong("has a payload or a salt that its header does not know"),
        }
    }

    fn derived(&self, header: &Header, payload: &[u8]) -> Derived {
        let Some(secret) = &self.secret else {
            return Derived::Unknown;
        };
        match Payload::from_bytes(payload) {
            Ok(payload) => Derived::Attributes(attributes_of(header.kind, &payload, secret)),
            Err(_) => Derived::Malformed,
        }
    }
}
