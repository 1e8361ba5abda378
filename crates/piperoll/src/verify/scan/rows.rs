//! The rows of one block, as they were read. What is small is copied, so that another thread can examine it; what is large, or has no such thread, is examined
//! when it is read, so that memory stays the same at any size of a payload.

use super::BLOCK;
use super::examine::{Examined, Examiner};
use crate::error::Result;
use crate::limits::COPIED_BYTES_MAX;
use crate::store::{Searched, Snapshot, StoredEntry};
use std::ops::{ControlFlow, Range};

/// The rows of a block. It is filled again and again, so that its room is.
#[derive(Debug)]
pub(super) struct Rows {
    bytes: Vec<u8>,
    rows: Vec<Row>,
    /// How the reading ended.
    pub(super) end: Result<()>,
}

#[derive(Debug)]
enum Row {
    Copied(Box<Copied>),
    Examined(Examined),
}

/// Where the parts of a row are among the bytes.
#[derive(Debug)]
struct Copied {
    seq: i64,
    id: Part,
    header: Part,
    payload: Option<Part>,
    salt: Option<Part>,
    searched: Option<(i64, [Part; 5])>,
    faults: Vec<String>,
    search_faults: Vec<String>,
}

/// From where to where.
type Part = (u32, u32);

impl Default for Rows {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            rows: Vec::new(),
            end: Ok(()),
        }
    }
}

impl Rows {
    /// Reads the rows of a range of at most [`BLOCK`] positions. It ends early where a store shows more than any that keeps its order can: a row that was not
    /// asked for, and so many that one of them must have come twice.
    pub(super) fn read(
        &mut self,
        snapshot: &dyn Snapshot,
        range: Range<i64>,
        examiner: &Examiner,
        copies: bool,
    ) {
        self.bytes.clear();
        self.rows.clear();
        self.end = snapshot.entries(range.clone(), &mut |stored| {
            let row = match copies.then(|| self.copy(&stored)).flatten() {
                Some(copied) => Row::Copied(Box::new(copied)),
                None => Row::Examined(examiner.examine(&stored)),
            };
            self.rows.push(row);
            let more = range.contains(&stored.seq) && self.rows.len() < 2 * BLOCK as usize;
            Ok(match more {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        });
    }

    /// Examines what is only copied.
    pub(super) fn examine(&mut self, examiner: &Examiner) {
        for row in &mut self.rows {
            if let Row::Copied(copied) = row {
                *row = Row::Examined(examiner.examine(&copied.stored(&self.bytes)));
            }
        }
    }

    /// What the rows say, in the order of the store.
    pub(super) fn examined(&mut self) -> impl Iterator<Item = Examined> {
        self.rows.drain(..).filter_map(|row| match row {
            Row::Examined(examined) => Some(examined),
            Row::Copied(_) => None,
        })
    }

    /// The row among the others, unless there is no room for it.
    fn copy(&mut self, stored: &StoredEntry<'_>) -> Option<Copied> {
        let searched = stored.searched.as_ref();
        let lengths = [
            self.bytes.len(),
            stored.id.len(),
            stored.header.len(),
            stored.payload.map_or(0, <[u8]>::len),
            stored.salt.map_or(0, <[u8]>::len),
            searched.map_or(0, |it| it.kind.len() + it.action.len() + it.outcome.len()),
            searched.map_or(0, |it| it.actor.len() + it.resource.len()),
        ];
        if lengths.into_iter().sum::<usize>() > COPIED_BYTES_MAX {
            return None;
        }
        Some(Copied {
            seq: stored.seq,
            id: self.put(stored.id.as_bytes())?,
            header: self.put(stored.header)?,
            payload: self.put_if(stored.payload)?,
            salt: self.put_if(stored.salt)?,
            searched: match &stored.searched {
                None => None,
                Some(searched) => Some((
                    searched.at,
                    [
                        self.put(searched.kind.as_bytes())?,
                        self.put(searched.action.as_bytes())?,
                        self.put(searched.actor.as_bytes())?,
                        self.put(searched.resource.as_bytes())?,
                        self.put(searched.outcome.as_bytes())?,
                    ],
                )),
            },
            faults: stored.faults.clone(),
            search_faults: stored.search_faults.clone(),
        })
    }

    fn put_if(&mut self, bytes: Option<&[u8]>) -> Option<Option<Part>> {
        match bytes {
            Some(bytes) => self.put(bytes).map(Some),
            None => Some(None),
        }
    }

    fn put(&mut self, bytes: &[u8]) -> Option<Part> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        Some((
            u32::try_from(start).ok()?,
            u32::try_from(self.bytes.len()).ok()?,
        ))
    }
}

impl Copied {
    fn stored<'b>(&'b self, bytes: &'b [u8]) -> StoredEntry<'b> {
        let part = |(start, end): Part| {
            let range = start as usize..end as usize;
            bytes.get(range).unwrap_or_default()
        };
        // Each was a text when it was copied.
        let text = |at: Part| std::str::from_utf8(part(at)).unwrap_or_default();
        let searched = self.searched.as_ref().map(|(at, texts)| {
            let [kind, action, actor, resource, outcome] = texts.map(text);
            Searched {
                at: *at,
                kind,
                action,
                actor,
                resource,
                outcome,
            }
        });
        StoredEntry {
            seq: self.seq,
            id: text(self.id),
            header: part(self.header),
            payload: self.payload.map(part),
            salt: self.salt.map(part),
            searched,
            faults: self.faults.clone(),
            search_faults: self.search_faults.clone(),
        }
    }
}
