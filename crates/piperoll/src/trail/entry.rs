use super::Trail;
use crate::error::{Error, Result};
use crate::event::{Action, EventId, Header, Kind, Outcome, Payload, Phase, Value};
use crate::seal::{EntryIndex, Hash, leaf_hash};
use crate::store::{Filter, Order, Page, Snapshot, StoredEntry};
use std::ops::ControlFlow;

/// An entry as it is read: its header, and its payload where that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its position.
    pub index: EntryIndex,
    /// What is sealed.
    pub header: Header,
    /// The bytes that are hashed.
    pub header_bytes: Vec<u8>,
    /// The canonical payload.
    pub payload: Option<Vec<u8>>,
    /// The salt of the payload.
    pub salt: Option<Vec<u8>>,
}

impl Entry {
    /// The hash in the tree.
    pub fn leaf(&self) -> Hash {
        leaf_hash(&self.header_bytes)
    }

    /// Whether it had a payload that is gone.
    pub fn is_erased(&self) -> bool {
        self.header.payload.is_some() && self.payload.is_none()
    }

    fn read(stored: &StoredEntry<'_>) -> Result<Self> {
        Ok(Self {
            index: stored.index()?,
            header: stored.read_header()?,
            header_bytes: stored.header.to_vec(),
            payload: stored.payload.map(<[u8]>::to_vec),
            salt: stored.salt.map(<[u8]>::to_vec),
        })
    }

    /// The ranges of indices whose payloads this entry accounts for: `docs/format.md` section 4, "Tombstones". Empty for any other entry.
    pub fn tombstone(&self) -> Vec<(u64, u64)> {
        tombstone(&self.header, self.payload.as_deref())
    }
}

/// The ranges of indices, both ends included, whose missing payloads a header and its payload account for.
pub(crate) fn tombstone(header: &Header, payload: Option<&[u8]>) -> Vec<(u64, u64)> {
    let accounts = header.kind == Kind::Trail
        && matches!(header.action, Action::Erase | Action::Purge)
        && header.phase == Some(Phase::Outcome)
        && header.outcome == Outcome::Success;
    ranges(payload.filter(|_| accounts))
}

/// The ranges that a payload names.
pub(super) fn ranges(payload: Option<&[u8]>) -> Vec<(u64, u64)> {
    let payload = payload.and_then(|bytes| Payload::from_bytes(bytes).ok());
    let Some(Value::Array(ranges)) = payload
        .as_ref()
        .and_then(|payload| payload.context("entries"))
    else {
        return Vec::new();
    };
    ranges
        .iter()
        .filter_map(|range| match range {
            Value::Array(ends) => match ends.as_slice() {
                [Value::Int(first), Value::Int(last)] => {
                    Some((u64::try_from(*first).ok()?, u64::try_from(*last).ok()?))
                }
                _ => None,
            },
            _ => None,
        })
        .collect()
}

impl Trail {
    /// The entries that match a filter, one page of them.
    ///
    /// # Errors
    /// `Corrupt` when one of them cannot be read, and those of the store.
    pub fn entries(&self, filter: &Filter, page: &Page) -> Result<Vec<Entry>> {
        let snapshot = self.store.snapshot()?;
        let indices = snapshot.find(filter, page)?;
        indices
            .into_iter()
            .map(|index| read_at(&*snapshot, index))
            .collect()
    }

    /// The entry with an id.
    ///
    /// # Errors
    /// `NotFound` when there is none, `Corrupt` when it cannot be read.
    pub fn entry(&self, id: EventId) -> Result<Entry> {
        let snapshot = self.store.snapshot()?;
        match snapshot.find_ids(&[id])?.first() {
            Some(Some(index)) => {
                let entry = read_at(&*snapshot, *index)?;
                if entry.header.id != id {
                    return Err(other_id(id, *index));
                }
                Ok(entry)
            }
            _ => Err(Error::not_found(format!(
                "the trail has no entry with the id `{id}`"
            ))),
        }
    }

    /// The entry at an index.
    ///
    /// # Errors
    /// `NotFound` when there is none, `Corrupt` when it cannot be read.
    pub fn entry_at(&self, index: EntryIndex) -> Result<Entry> {
        read_at(&*self.store.snapshot()?, index)
    }

    /// The id of the entry that accounts for the payload of another that is gone; `None` where none is gone, or nothing accounts for it.
    ///
    /// # Errors
    /// Those of the store.
    pub fn erased_by(&self, erased: &Entry) -> Result<Option<EventId>> {
        const PAGE: usize = 100;
        if !erased.is_erased() {
            return Ok(None);
        }
        let index = erased.index;
        let filter = Filter {
            kind: Some(Kind::Trail),
            ..Filter::default()
        };
        let mut after = Some(index);
        loop {
            let page = Page {
                order: Order::OldestFirst,
                after,
                limit: PAGE,
            };
            let entries = self.entries(&filter, &page)?;
            for entry in &entries {
                let holds = |(first, last): &(u64, u64)| (*first..=*last).contains(&index.get());
                if entry.tombstone().iter().any(holds) {
                    return Ok(Some(entry.header.id));
                }
            }
            match entries.last() {
                Some(last) if entries.len() == PAGE => after = Some(last.index),
                _ => return Ok(None),
            }
        }
    }
}

/// A store whose index of ids does not go with its entries.
pub(super) fn other_id(id: EventId, index: EntryIndex) -> Error {
    Error::corrupt(format!(
        "the store says that the id `{id}` is at entry {index}, which has another one"
    ))
    .hint("`piperoll verify` names what was changed")
}

pub(crate) fn read_at(snapshot: &dyn Snapshot, index: EntryIndex) -> Result<Entry> {
    let seq = i64::try_from(index.get()).unwrap_or(i64::MAX);
    let mut found = None;
    snapshot.bare_entries(seq..seq.saturating_add(1), &mut |stored| {
        found = Some(Entry::read(&stored)?);
        Ok(ControlFlow::Break(()))
    })?;
    found.ok_or_else(|| {
        if snapshot
            .head()
            .is_ok_and(|head| index.get() < head.size.get())
        {
            Error::corrupt(format!("entry {index} is missing"))
                .hint("`piperoll verify` names what was changed")
        } else {
            Error::not_found(format!("the trail has no entry {index}"))
        }
    })
}
