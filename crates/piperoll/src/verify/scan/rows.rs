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
    texts: String,
    rows: Vec<Row>,
    /// How the reading ended.
    pub(super) end: Result<()>,
    /// How many of the rows were found by their position. That is asked when they were read, while the store still has them at hand.
    pub(super) reached: Result<u64>,
}

#[derive(Debug)]
enum Row {
    Copied(Copied),
    Examined(Examined),
}

/// Where the parts of a row are among the bytes and the texts.
#[derive(Debug)]
struct Copied {
    seq: i64,
    id: Part,
    header: Part,
    payload: Option<Part>,
    salt: Option<Part>,
    attributes: Option<Part>,
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
            texts: String::new(),
            rows: Vec::new(),
            end: Ok(()),
            reached: Ok(0),
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
        examiner: &mut Examiner,
        copies: bool,
    ) {
        self.bytes.clear();
        self.texts.clear();
        self.rows.clear();
        self.end = snapshot.entries(range.clone(), &mut |mut stored| {
            let row = match copies.then(|| self.copy(&mut stored)).flatten() {
                Some(copied) => Row::Copied(copied),
                None => Row::Examined(examiner.examine(&mut stored)),
            };
            self.rows.push(row);
            let more = range.contains(&stored.seq) && self.rows.len() < 2 * BLOCK as usize;
            Ok(match more {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        });
        if self.end.is_ok() {
            self.reached = snapshot.reached(range);
        }
    }

    /// Examines what is only copied.
    pub(super) fn examine(&mut self, examiner: &mut Examiner) {
        for row in &mut self.rows {
            if let Row::Copied(copied) = row {
                let examined = examiner.examine(&mut copied.stored(&self.bytes, &self.texts));
                *row = Row::Examined(examined);
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
    fn copy(&mut self, stored: &mut StoredEntry<'_>) -> Option<Copied> {
        let searched = stored.searched.as_ref();
        let lengths = [
            self.bytes.len(),
            self.texts.len(),
            stored.id.len(),
            stored.header.len(),
            stored.payload.map_or(0, <[u8]>::len),
            stored.salt.map_or(0, <[u8]>::len),
            stored.attributes.map_or(0, str::len),
            searched.map_or(0, |it| it.kind.len() + it.action.len() + it.outcome.len()),
            searched.map_or(0, |it| it.actor.len() + it.resource.len()),
        ];
        if lengths.into_iter().sum::<usize>() > COPIED_BYTES_MAX {
            return None;
        }
        Some(Copied {
            seq: stored.seq,
            id: self.put_text(stored.id)?,
            header: self.put(stored.header)?,
            payload: self.put_if(stored.payload)?,
            salt: self.put_if(stored.salt)?,
            attributes: match stored.attributes {
                Some(text) => Some(self.put_text(text)?),
                None => None,
            },
            searched: match &stored.searched {
                None => None,
                Some(searched) => Some((
                    searched.at,
                    [
                        self.put_text(searched.kind)?,
                        self.put_text(searched.action)?,
                        self.put_text(searched.actor)?,
                        self.put_text(searched.resource)?,
                        self.put_text(searched.outcome)?,
                    ],
                )),
            },
            faults: std::mem::take(&mut stored.faults),
            search_faults: std::mem::take(&mut stored.search_faults),
        })
    }

    fn put_if(&mut self, bytes: Option<&[u8]>) -> Option<Option<Part>> {
        match bytes {
            Some(bytes) => self.put(bytes).map(Some),
            None => Some(None),
        }
    }

    fn put_text(&mut self, text: &str) -> Option<Part> {
        let start = self.texts.len();
        self.texts.push_str(text);
        Some((
            u32::try_from(start).ok()?,
            u32::try_from(self.texts.len()).ok()?,
        ))
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
    fn stored<'b>(&mut self, bytes: &'b [u8], texts: &'b str) -> StoredEntry<'b> {
        let part = |(start, end): Part| {
            let range = start as usize..end as usize;
            bytes.get(range).unwrap_or_default()
        };
        let text = |(start, end): Part| {
            let range = start as usize..end as usize;
            texts.get(range).unwrap_or_default()
        };
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
            attributes: self.attributes.map(text),
            searched,
            faults: std::mem::take(&mut self.faults),
            search_faults: std::mem::take(&mut self.search_faults),
        }
    }
}
