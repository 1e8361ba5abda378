//! The number of a change: `create-1`, `create-1~update-1`, ... A table that was dropped and made again starts `create-2`, and its updates start again.

use super::recorded::Applies;
use crate::error::Result;
use crate::event::{Action, AttributeName, EventId, Kind};
use crate::seal::EntryIndex;
use crate::store::{Filter, Glob, Order, Page, Snapshot};
use crate::target::TableName;
use crate::trail::Trail;
use std::fmt;
use std::ops::ControlFlow;

/// Whether a table was made or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeCategory {
    /// It was not there before.
    Create,
    /// It was there before.
    Update,
}

impl ChangeCategory {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
        }
    }
}

/// The number of a change among those of one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangeKey {
    /// Which life of the table, from 1.
    pub create: u64,
    /// Which change in that life, from 1; 0 is its making.
    pub update: u64,
}

impl ChangeKey {
    /// Reads `create-1` or `create-1~update-2`.
    pub fn parse(text: &str) -> Option<Self> {
        let (create, update) = match text.split_once('~') {
            Some((create, update)) => (create, number(update, "update-")?),
            None => (text, 0),
        };
        Some(Self {
            create: number(create, "create-")?,
            update,
        })
    }

    /// The key of the next change. The first update of a table that was made elsewhere counts as one of its first life.
    fn next(category: ChangeCategory, highest: Self) -> Self {
        match category {
            ChangeCategory::Create => Self {
                create: highest.create.saturating_add(1),
                update: 0,
            },
            ChangeCategory::Update => Self {
                create: highest.create.max(1),
                update: highest.update.saturating_add(1),
            },
        }
    }
}

impl fmt::Display for ChangeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "create-{}", self.create)?;
        match self.update {
            0 => Ok(()),
            update => write!(f, "~update-{update}"),
        }
    }
}

fn number(text: &str, prefix: &str) -> Option<u64> {
    let digits = text.strip_prefix(prefix)?;
    let plain = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

/// The key of the change that an intent announced; none when somebody else has recorded that it was done. It is unique only when it is recorded at the very size at
/// which this looked.
///
/// # Errors
/// Those of the trail.
pub(super) fn next(
    trail: &Trail,
    table: &TableName,
    category: ChangeCategory,
    intent: EventId,
) -> Result<Option<ChangeKey>> {
    let snapshot = trail.store().snapshot()?;
    let filter = Filter {
        kind: Some(Kind::Schema),
        resource: Some(Glob::parse(&table.to_string())?),
        ..Filter::default()
    };
    let mut applies = Applies::default();
    let mut highest = ChangeKey {
        create: 0,
        update: 0,
    };
    let mut after = None;
    loop {
        let page = Page {
            order: Order::OldestFirst,
            after,
            limit: PAGE,
        };
        let found = snapshot.find(&filter, &page)?;
        for index in &found {
            let key = key_at(&*snapshot, *index, &mut applies, highest)?;
            highest = highest.max(key.unwrap_or(highest));
        }
        match found.last() {
            Some(last) if found.len() == PAGE => after = Some(*last),
            _ => break,
        }
    }
    let is_recorded = applies.is_done(intent);
    Ok((!is_recorded).then(|| ChangeKey::next(category, highest)))
}

const PAGE: usize = 500;

/// The key of an entry, if it has one; of one whose payload is erased, the one that it must have had at least.
fn key_at(
    snapshot: &dyn Snapshot,
    index: EntryIndex,
    applies: &mut Applies,
    highest: ChangeKey,
) -> Result<Option<ChangeKey>> {
    let seq = i64::try_from(index.get()).unwrap_or(i64::MAX);
    let range = seq..seq.saturating_add(1);
    let mut key = None;
    snapshot.bare_entries(range, &mut |stored| {
        let header = stored.read_header()?;
        if !applies.is_change(&header) {
            return Ok(ControlFlow::Break(()));
        }
        let attributes = stored.read_attributes()?;
        let wanted = AttributeName::ChangeKey.as_str();
        let found = attributes.iter().find(|(name, _)| *name == wanted);
        key = match (found, stored.payload, header.action) {
            (Some((_, value)), ..) => ChangeKey::parse(value),
            (None, None, Action::Create) => Some(ChangeKey::next(ChangeCategory::Create, highest)),
            (None, None, Action::Alter) => Some(ChangeKey::next(ChangeCategory::Update, highest)),
            _ => None,
        };
        Ok(ControlFlow::Break(()))
    })?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_numbered_as_layker_does() {
        let key = |text: &str| ChangeKey::parse(text).unwrap();
        let highest = |keys: &[&str]| {
            let keys = keys.iter().map(|text| key(text));
            keys.max().unwrap_or(ChangeKey {
                create: 0,
                update: 0,
            })
        };
        for (there, create, update) in [
            (&[][..], "create-1", "create-1~update-1"),
            (
                &["create-1", "create-1~update-1", "create-1~update-2"],
                "create-2",
                "create-1~update-3",
            ),
            (
                &["create-1", "create-1~update-2", "create-2"],
                "create-3",
                "create-2~update-1",
            ),
            (
                &["create-1~update-1", "create-1~update-5"],
                "create-2",
                "create-1~update-6",
            ),
        ] {
            let next = |category| ChangeKey::next(category, highest(there)).to_string();
            assert_eq!(next(ChangeCategory::Create), create, "{there:?}");
            assert_eq!(next(ChangeCategory::Update), update, "{there:?}");
        }
        for text in [
            "",
            "create-",
            "create-0",
            "create-01",
            "update-1",
            "create-1~update-",
            "create-1~",
            "create-+1",
        ] {
            assert_eq!(ChangeKey::parse(text), None, "{text}");
        }
    }
}
