//! The store in memory: for tests, and the model that the others are compared with.

use super::contract::{Append, AppendError, Erased, Head, Meta, Snapshot, Store, Visit};
use super::filter::{Filter, Order, Page};
use super::stored::{Fault, Searched, StoredAttributes, StoredCheckpoint, StoredEntry, StoredTile};
use crate::error::{Error, Result};
use crate::event::{Event, EventId, attributes_text};
use crate::limits::SNAPSHOTS_MAX;
use crate::seal::{EntryIndex, HashReader, TileId, TreeSize};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A store that is gone when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryStore {
    /// Snapshots share the state; whoever changes it while one is held changes a copy.
    state: Mutex<Arc<State>>,
    /// Shared by the snapshots that are held.
    held: Arc<()>,
}

#[derive(Debug, Clone, Default)]
struct State {
    trail: Option<(Meta, Head)>,
    events: Vec<Event>,
    ids: HashMap<EventId, usize>,
    tiles: BTreeMap<TileId, Vec<u8>>,
    checkpoints: Vec<(TreeSize, String)>,
    cursors: BTreeMap<String, String>,
}

impl MemoryStore {
    /// An empty store, without a trail.
    pub fn new() -> Self {
        Self::default()
    }

    fn view(&self, state: &Arc<State>) -> MemorySnapshot {
        MemorySnapshot {
            state: Arc::clone(state),
            _held: Arc::clone(&self.held),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Arc<State>> {
        // A panic of another thread cannot leave a half-made state: changes are made whole, behind their checks.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn location(&self) -> String {
        "memory:".to_owned()
    }

    fn create(&self, meta: &Meta, checkpoint: &str) -> Result<()> {
        let mut guard = self.lock();
        if guard.trail.is_some() {
            return Err(Error::already_exists("the store has a trail already"));
        }
        let head = Head {
            size: TreeSize::new(0),
            checkpoint: checkpoint.to_owned(),
            kept: 0,
        };
        Arc::make_mut(&mut guard).trail = Some((meta.clone(), head));
        Ok(())
    }

    fn append(&self, at: TreeSize, append: &Append<'_>) -> Result<(), AppendError> {
        let mut guard = self.lock();
        let size = guard.head()?.size;
        if size != at {
            return Err(AppendError::Conflict(size));
        }
        let mut ids = HashMap::new();
        for (event, position) in append.events.iter().zip(guard.events.len()..) {
            let id = event.header.id;
            if guard.ids.contains_key(&id) || ids.insert(id, position).is_some() {
                return Err(Error::conflict(format!("the id `{id}` is taken")).into());
            }
        }
        let state = Arc::make_mut(&mut guard);
        state.ids.extend(ids);
        state.events.extend_from_slice(append.events);
        state.tiles.extend(
            append
                .tiles
                .iter()
                .map(|tile| (tile.id, tile.hashes.clone())),
        );
        state.cursors.extend(append.cursors.iter().cloned());
        let size = TreeSize::new(state.events.len() as u64);
        state
            .checkpoints
            .extend(append.keep.map(|note| (size, note.to_owned())));
        let kept = state.checkpoints.len() as u64;
        if let Some((_, head)) = &mut state.trail {
            *head = Head {
                size,
                checkpoint: append.checkpoint.to_owned(),
                kept,
            };
        }
        Ok(())
    }

    fn erase(&self, indices: &[EntryIndex]) -> Result<Erased> {
        let mut guard = self.lock();
        let size = guard.head()?.size;
        if let Some(index) = indices.iter().find(|index| index.get() >= size.get()) {
            return Err(Error::not_found(format!("the trail has no entry {index}")));
        }
        let state = Arc::make_mut(&mut guard);
        for index in indices {
            if let Some(event) = usize::try_from(index.get())
                .ok()
                .and_then(|i| state.events.get_mut(i))
            {
                event.payload = None;
                event.attributes.clear();
            }
        }
        // Snapshots are taken under the lock, so that none is missed.
        Ok(if Arc::strong_count(&self.held) > 1 {
            Erased::Pending
        } else {
            Erased::Gone
        })
    }

    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>> {
        Ok(Box::new(self.view(&self.lock())))
    }

    fn snapshots(&self, most: usize) -> Result<Vec<Box<dyn Snapshot + '_>>> {
        let state = self.lock();
        let view = |_| -> Box<dyn Snapshot> { Box::new(self.view(&state)) };
        Ok((0..most.clamp(1, SNAPSHOTS_MAX)).map(view).collect())
    }
}

impl State {
    fn head(&self) -> Result<&Head> {
        self.trail.as_ref().map(|(_, head)| head).ok_or_else(|| {
            Error::not_found("the store has no trail").hint("make one with `piperoll init`")
        })
    }
}

fn matches(filter: &Filter, event: &Event) -> bool {
    filter.matches(&event.header)
        && filter
            .attribute
            .as_ref()
            .is_none_or(|wanted| event.attributes.contains(wanted))
}

#[derive(Default)]
struct MemorySnapshot {
    state: Arc<State>,
    _held: Arc<()>,
}

/// What a store shows that has no trail.
#[cfg(feature = "sqlite")]
pub(super) fn nothing() -> Box<dyn Snapshot> {
    Box::new(MemorySnapshot::default())
}

impl HashReader for MemorySnapshot {
    fn tiles(&self, ids: &[TileId]) -> Result<Vec<Option<Vec<u8>>>> {
        Ok(ids
            .iter()
            .map(|id| self.state.tiles.get(id).cloned())
            .collect())
    }
}

impl Snapshot for MemorySnapshot {
    fn meta(&self) -> Result<Option<Meta>> {
        Ok(self.state.trail.as_ref().map(|(meta, _)| meta.clone()))
    }

    fn head(&self) -> Result<Head> {
        self.state.head().cloned()
    }

    fn entries(
        &self,
        range: Range<i64>,
        visit: &mut dyn FnMut(StoredEntry<'_>) -> Visit,
    ) -> Result<()> {
        let first = range.start.max(0);
        let events = usize::try_from(first).ok();
        let events = events.and_then(|first| self.state.events.get(first..));
        for (seq, event) in (first..range.end).zip(events.unwrap_or_default()) {
            let id = event.header.id.to_string();
            let payload = event.payload.as_ref();
            let attributes = attributes_text(&event.attributes);
            let stored = StoredEntry {
                seq,
                id: &id,
                header: &event.header_bytes,
                payload: payload.map(|(bytes, _)| &**bytes),
                salt: payload.map(|(_, salt)| salt.as_bytes().as_slice()),
                attributes: attributes.as_deref(),
                searched: Some(Searched::of(&event.header)),
                faults: Vec::new(),
                search_faults: Vec::new(),
            };
            if visit(stored)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn bare_entries(
        &self,
        range: Range<i64>,
        visit: &mut dyn FnMut(StoredEntry<'_>) -> Visit,
    ) -> Result<()> {
        self.entries(range, &mut |stored| {
            visit(StoredEntry {
                searched: None,
                ..stored
            })
        })
    }

    fn attributes(
        &self,
        range: Range<i64>,
        visit: &mut dyn FnMut(StoredAttributes<'_>) -> Visit,
    ) -> Result<()> {
        self.entries(range, &mut |stored| {
            let (seq, text) = (stored.seq, stored.attributes);
            visit(StoredAttributes { seq, text })
        })
    }

    fn find(&self, filter: &Filter, page: &Page) -> Result<Vec<EntryIndex>> {
        let all = (0u64..).map(EntryIndex::new).zip(&self.state.events);
        let found = all
            .filter(|(_, event)| matches(filter, event))
            .map(|(i, _)| i);
        Ok(match page.order {
            Order::OldestFirst => found
                .filter(|index| page.after.is_none_or(|after| *index > after))
                .take(page.limit)
                .collect(),
            Order::NewestFirst => {
                let found: Vec<_> = found
                    .filter(|index| page.after.is_none_or(|after| *index < after))
                    .collect();
                found.into_iter().rev().take(page.limit).collect()
            }
        })
    }

    fn find_ids(&self, ids: &[EventId]) -> Result<Vec<Option<EntryIndex>>> {
        let position = |id| self.state.ids.get(id).map(|at| EntryIndex::new(*at as u64));
        Ok(ids.iter().map(position).collect())
    }

    fn reached(&self, range: Range<i64>) -> Result<u64> {
        let all = (0i64..).take(self.state.events.len());
        Ok(all.filter(|seq| range.contains(seq)).count() as u64)
    }

    fn ids(&self, visit: &mut dyn FnMut(&str, i64) -> Visit) -> Result<()> {
        for (id, at) in &self.state.ids {
            if visit(&id.to_string(), *at as i64)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn cursor(&self, name: &str) -> Result<Option<String>> {
        Ok(self.state.cursors.get(name).cloned())
    }

    fn stored_tiles(&self, visit: &mut dyn FnMut(StoredTile<'_>) -> Visit) -> Result<()> {
        for (id, hashes) in &self.state.tiles {
            let number = i64::try_from(id.number).unwrap_or(i64::MAX);
            if visit(StoredTile {
                level: id.level.into(),
                number,
                hashes,
            })?
            .is_break()
            {
                break;
            }
        }
        Ok(())
    }

    fn checkpoints(&self, visit: &mut dyn FnMut(StoredCheckpoint<'_>) -> Visit) -> Result<()> {
        for (number, (size, note)) in (0i64..).zip(&self.state.checkpoints) {
            let size = i64::try_from(size.get()).unwrap_or(i64::MAX);
            if visit(StoredCheckpoint { number, size, note })?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn faults(&self) -> Result<Vec<Fault>> {
        Ok(Vec::new())
    }
}
