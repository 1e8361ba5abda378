use crate::error::Result;
use crate::seal::EntryIndex;
use crate::store::{Filter, Order, Page};
use crate::trail::{Entry, Trail};
use std::ops::ControlFlow;

/// Entries that are read at a time.
const PAGE: usize = 500;

/// Visits the entries that match a filter, in order, behind `after`, at most `limit` of them, in memory that does not grow with their number. What is appended
/// meanwhile at the end of that order is visited, too.
///
/// # Errors
/// The visitor's, and those of the trail.
pub fn stream(
    trail: &Trail,
    filter: &Filter,
    order: Order,
    mut after: Option<EntryIndex>,
    limit: Option<usize>,
    visit: &mut dyn FnMut(Entry) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let mut left = limit.unwrap_or(usize::MAX);
    while left > 0 {
        let page = Page {
            order,
            after,
            limit: left.min(PAGE),
        };
        let entries = trail.entries(filter, &page)?;
        let full = entries.len() == page.limit;
        left -= entries.len();
        for entry in entries {
            after = Some(entry.index);
            if visit(entry)?.is_break() {
                return Ok(());
            }
        }
        if !full {
            break;
        }
    }
    Ok(())
}
