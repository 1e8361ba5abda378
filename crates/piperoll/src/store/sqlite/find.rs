//! Searching: the blocks tell which entries match, and the headers those of the entries that are in no block.

use super::block::{self, BLOCK, Mask, mark_of, marked, read_times};
use super::connection;
use super::snapshot::SqliteSnapshot;
use super::statements::{self, Search};
use crate::error::Result;
use crate::event::{AttributePairs, Header};
use crate::seal::EntryIndex;
use crate::store::filter::{Filter, Order, Page};
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension as _, Row};
use std::ops::ControlFlow;
use std::rc::Rc;

const WIDTH: i64 = BLOCK as i64;

/// The positions of the entries that match a filter.
pub(super) fn find(
    snapshot: &SqliteSnapshot<'_>,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<EntryIndex>> {
    let mut finder = Finder::new(snapshot, filter, page)?;
    if page.limit == 0 || finder.first > finder.last {
        return Ok(Vec::new());
    }
    if filter.is_empty() {
        finder.all()?;
    } else {
        finder.filtered()?;
    }
    Ok(finder.found)
}

/// The codes that a field must have one of.
type Wanted = Option<Vec<i64>>;

struct Finder<'a> {
    snapshot: &'a SqliteSnapshot<'a>,
    filter: &'a Filter,
    limit: usize,
    order: Order,
    search: &'static Search,
    /// Reads blocks: what is wanted of them.
    block_sql: Rc<str>,
    /// The positions that the page lets in.
    first: i64,
    last: i64,
    /// By kind, action, outcome, actor, resource, the columns of `blocks` from 3.
    wanted: [Wanted; 5],
    mark: Option<[u8; 4]>,
    found: Vec<EntryIndex>,
}

impl<'a> Finder<'a> {
    fn new(snapshot: &'a SqliteSnapshot<'a>, filter: &'a Filter, page: &Page) -> Result<Self> {
        let after = page
            .after
            .map(|after| i64::try_from(after.get()).unwrap_or(i64::MAX));
        let (first, last) = match (page.order, after) {
            (_, None) => (0, i64::MAX),
            (Order::OldestFirst, Some(after)) => (after.saturating_add(1), i64::MAX),
            (Order::NewestFirst, Some(after)) => (0, after.saturating_sub(1)),
        };
        // Nothing is behind the last position that there can be.
        let last = match (page.order, after) {
            (Order::OldestFirst, Some(i64::MAX)) => -1,
            _ => last,
        };
        let mark = filter.attribute.as_ref();
        let mark = mark.map(|attribute| mark_of(attribute.name.as_str(), &attribute.value));
        let name = |name: Option<&str>| name.map(|name| code(snapshot, name)).transpose();
        let wanted = [
            name(filter.kind.map(|kind| kind.as_str()))?,
            name(filter.action.as_deref())?,
            name(filter.outcome.map(|outcome| outcome.as_str()))?,
            name(filter.actor.as_deref())?,
            resources(snapshot, filter)?,
        ];
        let search = statements::search(page.order);
        let block_sql = search.blocks(wanted.each_ref().map(Option::is_some));
        Ok(Self {
            snapshot,
            filter,
            limit: page.limit,
            order: page.order,
            search,
            block_sql: block_sql.into(),
            first,
            last,
            wanted,
            mark,
            found: Vec::new(),
        })
    }

    /// Without a filter every entry is found.
    fn all(&mut self) -> Result<()> {
        let limit = i64::try_from(self.limit).unwrap_or(i64::MAX);
        let values = [self.first, self.last, limit];
        let (snapshot, found) = (self.snapshot, &mut self.found);
        snapshot.rows(self.search.all, values, &mut |row| {
            let seq: i64 = row.get(0).map_err(|e| snapshot.failed(e))?;
            found.extend(u64::try_from(seq).ok().map(EntryIndex::new));
            Ok(ControlFlow::Continue(()))
        })
    }

    fn filtered(&mut self) -> Result<()> {
        // Behind the last block that there may be lie only entries that are in none.
        let last_block = connection::number(self.snapshot.connection()?, statements::LAST_BLOCK);
        let last_block = last_block.unwrap_or(-1).clamp(-1, i64::MAX / WIDTH - 1);
        let behind = (last_block + 1) * WIDTH;
        match self.order {
            Order::NewestFirst => {
                self.headers(behind, i64::MAX)?;
                self.blocks(last_block)
            }
            Order::OldestFirst => {
                self.blocks(last_block)?;
                self.headers(behind, i64::MAX)
            }
        }
    }

    fn is_done(&self) -> bool {
        self.found.len() >= self.limit
    }

    /// Looks through the blocks up to the last. The entries of one that is gone, or not of its form, are looked at themselves.
    fn blocks(&mut self, last_block: i64) -> Result<()> {
        let (from, to) = (self.first / WIDTH, last_block.min(self.last / WIDTH));
        if self.is_done() || from > to {
            return Ok(());
        }
        // Marks are rarer than codes.
        let block_sql = Rc::clone(&self.block_sql);
        let sql = match self.mark {
            Some(_) => self.search.marks,
            None => &block_sql,
        };
        // The next block that is to come, in the order.
        let mut next = match self.order {
            Order::NewestFirst => to,
            Order::OldestFirst => from,
        };
        let snapshot = self.snapshot;
        snapshot.rows(sql, [from, to], &mut |row| {
            let block: i64 = row.get(0).map_err(|e| snapshot.failed(e))?;
            self.gap(next, block)?;
            next = match self.order {
                Order::NewestFirst => block - 1,
                Order::OldestFirst => block + 1,
            };
            match self.mask(block, row)? {
                Some(mask) => self.take(block, mask)?,
                None => self.headers(block * WIDTH, block * WIDTH + WIDTH - 1)?,
            }
            Ok(if self.is_done() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        })?;
        match self.order {
            Order::NewestFirst => self.gap(next, from - 1),
            Order::OldestFirst => self.gap(next, to + 1),
        }
    }

    /// The blocks from the next one up to the one that is there have no row.
    fn gap(&mut self, next: i64, there: i64) -> Result<()> {
        match self.order {
            Order::NewestFirst if there < next => {
                self.headers((there + 1) * WIDTH, next * WIDTH + WIDTH - 1)
            }
            Order::OldestFirst if next < there => self.headers(next * WIDTH, there * WIDTH - 1),
            _ => Ok(()),
        }
    }

    /// Which entries of a block match; `None` when that cannot be told.
    fn mask(&self, block: i64, row: &Row<'_>) -> Result<Option<Mask>> {
        let snapshot = self.snapshot;
        let Some(mark) = self.mark else {
            return self.codes_and_times(block, row);
        };
        let Some(marks) = blob(row, 1) else {
            return Ok(None);
        };
        let mask = marked(marks, mark);
        if mask.is_empty() {
            return Ok(Some(mask));
        }
        let mut rest = None;
        let mut sound = true;
        let behind = [block, block];
        snapshot.rows(&self.block_sql, behind, &mut |row| {
            rest = self.codes_and_times(block, row)?;
            sound = rest.is_some();
            Ok(ControlFlow::Break(()))
        })?;
        Ok(rest.filter(|_| sound).map(|rest| mask.and(rest)))
    }

    fn codes_and_times(&self, number: i64, row: &Row<'_>) -> Result<Option<Mask>> {
        let mut mask = Mask::ALL;
        let bounds = [1, 2].map(|column| match row.get_ref(column) {
            Ok(ValueRef::Integer(micros)) => Some(micros),
            _ => None,
        });
        let [Some(first), Some(last)] = bounds else {
            return Ok(None);
        };
        let since = self
            .filter
            .since
            .map_or(i64::MIN, |since| since.as_micros());
        let until = self.filter.until.map(|until| until.as_micros());
        if last < since || until.is_some_and(|until| first >= until) {
            return Ok(Some(Mask::NONE));
        }
        for (column, wanted) in (3..).zip(&self.wanted) {
            let Some(wanted) = wanted else { continue };
            let Some(chosen) = blob(row, column).and_then(|bytes| block::mask(bytes, wanted))
            else {
                return Ok(None);
            };
            mask = mask.and(chosen);
            if mask.is_empty() {
                return Ok(Some(mask));
            }
        }
        if first >= since && until.is_none_or(|until| last < until) {
            return Ok(Some(mask));
        }
        let mut times = None;
        let snapshot = self.snapshot;
        snapshot.rows(statements::TIMES, [number], &mut |row| {
            times = blob(row, 0).and_then(|bytes| read_times(bytes, first));
            Ok(ControlFlow::Break(()))
        })?;
        Ok(times.map(|times| {
            let inside = |time: &i64| *time >= since && until.is_none_or(|until| *time < until);
            mask.and(Mask::of(times.iter().map(inside)))
        }))
    }

    /// Takes the entries of a block that match.
    fn take(&mut self, block: i64, mask: Mask) -> Result<()> {
        let places = mask.places();
        match self.order {
            Order::NewestFirst => self.take_each(block, places.rev()),
            Order::OldestFirst => self.take_each(block, places),
        }
    }

    fn take_each(&mut self, block: i64, places: impl Iterator<Item = usize>) -> Result<()> {
        for place in places {
            let seq = block * WIDTH + place as i64;
            if self.is_done() {
                break;
            }
            if seq >= self.first && seq <= self.last && self.has_attribute(seq)? {
                self.found
                    .extend(u64::try_from(seq).ok().map(EntryIndex::new));
            }
        }
        Ok(())
    }

    /// A mark is only a hint.
    fn has_attribute(&self, seq: i64) -> Result<bool> {
        if self.mark.is_none() {
            return Ok(true);
        }
        let mut has = false;
        self.snapshot
            .rows(statements::ATTRIBUTES_AT, [seq], &mut |row| {
                has = self.wants(text(row, 0));
                Ok(ControlFlow::Break(()))
            })?;
        Ok(has)
    }

    /// Whether stored attributes hold the one that is wanted.
    fn wants(&self, stored: Option<&str>) -> bool {
        self.filter.attribute.as_ref().is_none_or(|wanted| {
            // A value in which nothing is escaped stands in the text as it is: most texts need not be read.
            let escaped = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
            let is_plain = !wanted.value.bytes().any(escaped);
            if is_plain && !stored.is_some_and(|stored| stored.contains(&wanted.value)) {
                return false;
            }
            let pairs = stored.and_then(AttributePairs::read).unwrap_or_default();
            pairs
                .iter()
                .any(|(name, value)| name == wanted.name.as_str() && value == wanted.value)
        })
    }

    /// Looks at the headers of a range, both ends included.
    fn headers(&mut self, from: i64, to: i64) -> Result<()> {
        let (from, to) = (from.max(self.first), to.min(self.last));
        if self.is_done() || from > to {
            return Ok(());
        }
        let snapshot = self.snapshot;
        let sql = match self.filter.attribute {
            Some(_) => self.search.attributed,
            None => self.search.headers,
        };
        snapshot.rows(sql, [from, to], &mut |row| {
            let seq: i64 = row.get(0).map_err(|e| snapshot.failed(e))?;
            let header = || match row.get_ref(1) {
                Ok(ValueRef::Text(header)) => Header::decode(header).ok(),
                _ => None,
            };
            // An attribute is rarer than anything in a header. What is no header is found by nothing.
            if self.wants(text(row, 2))
                && header().is_some_and(|header| self.filter.matches(&header))
            {
                self.found
                    .extend(u64::try_from(seq).ok().map(EntryIndex::new));
            }
            Ok(if self.is_done() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        })
    }
}

fn blob<'r>(row: &'r Row<'_>, column: usize) -> Option<&'r [u8]> {
    match row.get_ref(column) {
        Ok(ValueRef::Blob(bytes)) => Some(bytes),
        _ => None,
    }
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> Option<&'r str> {
    row.get_ref(column).ok()?.as_str().ok()
}

/// The code of a name; none when no block has it.
fn code(snapshot: &SqliteSnapshot<'_>, name: &str) -> Result<Vec<i64>> {
    let code = snapshot
        .connection()?
        .prepare_cached(statements::CODE_OF_NAME)
        .and_then(|mut statement| statement.query_row([name], |row| row.get(0)).optional())
        .map_err(|e| snapshot.failed(e))?;
    Ok(code.into_iter().collect())
}

/// The codes of the names that a pattern matches, ascending.
fn resources(snapshot: &SqliteSnapshot<'_>, filter: &Filter) -> Result<Wanted> {
    let Some(glob) = &filter.resource else {
        return Ok(None);
    };
    if let Some(name) = glob.as_name() {
        return code(snapshot, name).map(Some);
    }
    let mut codes = Vec::new();
    snapshot.rows(statements::NAMES, [], &mut |row| {
        if text(row, 1).is_some_and(|name| glob.matches(name)) {
            codes.push(row.get(0).map_err(|e| snapshot.failed(e))?);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Some(codes))
}
