//! A block as it is stored. Nothing of it is believed: what is not of its form is told with each of its entries.

use super::block::{BLOCK, Field, mark_of, pack_times, read_marks, read_times};
use super::snapshot::SqliteSnapshot;
use super::statements;
use crate::error::Result;
use crate::event::AttributePairs;
use crate::store::stored::Searched;
use rusqlite::OptionalExtension as _;
use rusqlite::types::ValueRef;
use std::sync::Arc;

/// What the entries of a block are searched by.
pub(super) struct StoredBlock {
    /// Kind, action, outcome, actor, resource.
    fields: [Names; 5],
    times: Vec<i64>,
    /// Those of each place, ascending, place by place.
    marks: Vec<[u8; 4]>,
    /// How many marks lie before those of each place.
    starts: Vec<usize>,
    /// What is not of its form.
    faults: Vec<String>,
}

#[derive(Default)]
struct Names {
    names: Vec<Arc<str>>,
    picks: Vec<u8>,
}

const TITLES: [&str; 5] = ["kinds", "actions", "outcomes", "actors", "resources"];

fn blob(value: ValueRef<'_>) -> Option<&[u8]> {
    match value {
        ValueRef::Blob(bytes) => Some(bytes),
        _ => None,
    }
}

impl StoredBlock {
    /// The block of a number; `None` when it has no row.
    pub(super) fn load(snapshot: &SqliteSnapshot<'_>, number: i64) -> Result<Option<Self>> {
        let failed = |e| snapshot.failed(e);
        let connection = snapshot.connection()?;
        let mut statement = connection
            .prepare_cached(statements::BLOCK)
            .map_err(failed)?;
        let mut rows = statement.query([number]).map_err(failed)?;
        let Some(row) = rows.next().map_err(failed)? else {
            return Ok(None);
        };
        let mut faults = Vec::new();
        let mut fields: [Names; 5] = Default::default();
        for ((field, title), column) in fields.iter_mut().zip(TITLES).zip(2..) {
            let bytes = blob(row.get_ref(column).map_err(failed)?).unwrap_or_default();
            match Names::read(snapshot, bytes)? {
                Some(names) => *field = names,
                None => faults.push(format!("`{title}` of its block is not of its form")),
            }
        }
        let bounds = |column| {
            row.get_ref(column)
                .and_then(|value| Ok(value.as_i64()?))
                .ok()
        };
        let (first, last) = (bounds(0), bounds(1));
        let stored = |sql| -> Result<Option<Vec<u8>>> {
            let mut statement = connection.prepare_cached(sql).map_err(failed)?;
            let read = |row: &rusqlite::Row<'_>| Ok(blob(row.get_ref(0)?).map(<[u8]>::to_vec));
            let bytes = statement.query_row([number], read).optional();
            Ok(bytes.map_err(failed)?.flatten())
        };
        let times = stored(statements::TIMES)?
            .zip(first)
            .and_then(|(bytes, first)| {
                let times = read_times(&bytes, first)?;
                let (min, max) = (times.iter().min().copied(), times.iter().max().copied());
                let tight = (min, max) == (Some(first), last) && pack_times(&times, first) == bytes;
                tight.then_some(times)
            });
        if times.is_none() {
            faults.push("the times of its block are not of their form".to_owned());
        }
        let marks = stored(statements::MARKS)?.and_then(|bytes| read_marks(&bytes));
        if marks.is_none() {
            faults.push("the marks of its block are not of their form".to_owned());
        }
        let (marks, starts) = by_place(&marks.unwrap_or_default());
        Ok(Some(Self {
            fields,
            times: times.unwrap_or_default(),
            marks,
            starts,
            faults,
        }))
    }

    /// What an entry is searched by, and why a search may miss it.
    pub(super) fn entry(
        &self,
        place: usize,
        attributes: &AttributePairs<'_>,
    ) -> (Option<Searched<'_>>, Vec<String>) {
        let mut faults = self.faults.clone();
        if !self.is_marked(place, attributes) {
            faults.push("the marks of its block are not those of its attributes".to_owned());
        }
        if !self.faults.is_empty() {
            return (None, faults);
        }
        let [kind, action, outcome, actor, resource] = &self.fields;
        let searched = Searched {
            at: self.times.get(place).copied().unwrap_or(i64::MIN),
            kind: kind.at(place),
            action: action.at(place),
            actor: actor.at(place),
            resource: resource.at(place),
            outcome: outcome.at(place),
        };
        (Some(searched), faults)
    }
}

impl StoredBlock {
    /// Whether the marks of a place are those of attributes.
    fn is_marked(&self, place: usize, attributes: &AttributePairs<'_>) -> bool {
        let start = self.starts.get(place).copied().unwrap_or_default();
        let end = self.starts.get(place + 1).copied().unwrap_or_default();
        let stored = self.marks.get(start..end).unwrap_or_default();
        let mut marks = attributes.iter().map(|(name, value)| mark_of(name, value));
        // Most entries have one, and need no room for it.
        if let [stored] = stored {
            return marks.next() == Some(*stored) && marks.next().is_none();
        }
        let mut marks: Vec<_> = marks.collect();
        marks.sort_unstable();
        marks == stored
    }
}

/// Marks, which ascend, by place; and how many of them lie before those of each place, and in all.
fn by_place(marks: &[([u8; 4], u8)]) -> (Vec<[u8; 4]>, Vec<usize>) {
    let mut starts = vec![0; BLOCK + 1];
    for (_, place) in marks {
        if let Some(start) = starts.get_mut(usize::from(*place) + 1) {
            *start += 1;
        }
    }
    let mut before = 0;
    for start in &mut starts {
        before += *start;
        *start = before;
    }
    let mut next = starts.clone();
    let mut sorted = vec![[0; 4]; marks.len()];
    for (mark, place) in marks {
        if let Some(next) = next.get_mut(usize::from(*place)) {
            if let Some(slot) = sorted.get_mut(*next) {
                *slot = *mark;
            }
            *next += 1;
        }
    }
    (sorted, starts)
}

impl Names {
    /// The names of a field; `None` when it is not of its form, or has a code without name.
    fn read(snapshot: &SqliteSnapshot<'_>, bytes: &[u8]) -> Result<Option<Self>> {
        let Some(field) = Field::read(bytes).filter(Field::is_tight) else {
            return Ok(None);
        };
        let mut names = Vec::with_capacity(field.codes().len());
        for code in field.codes() {
            match snapshot.name(*code)? {
                Some(name) => names.push(name),
                None => return Ok(None),
            }
        }
        let picks = (0..BLOCK).map(|place| u8::try_from(field.pick(place)).unwrap_or_default());
        Ok(Some(Self {
            names,
            picks: picks.collect(),
        }))
    }

    fn at(&self, place: usize) -> &str {
        let pick = self.picks.get(place).map_or(0, |pick| usize::from(*pick));
        self.names.get(pick).map_or("", |name| &**name)
    }
}
