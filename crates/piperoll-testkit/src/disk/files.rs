//! What would be left of files: what is durable, and what may be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Bytes that a disk writes whole or not at all.
const SECTOR: u64 = 512;
/// A cut keeps so many of so many changes.
const CHANCES: [u64; 5] = [0, 1, 4, 7, 8];
const CHANCES_OF: u64 = 8;

/// The files of a folder. A file and its name become durable apart.
#[derive(Default)]
pub(super) struct Files {
    names: BTreeMap<PathBuf, Name>,
    contents: Vec<Content>,
}

/// Positions in the list of contents; `None` is a name without a file.
struct Name {
    durable: Option<usize>,
    since: Vec<Option<usize>>,
}

struct Content {
    durable: Vec<u8>,
    since: Vec<Change>,
}

enum Change {
    /// Within one sector.
    Write {
        at: u64,
        bytes: Vec<u8>,
    },
    Length(u64),
}

impl Files {
    /// A file was opened, and made if it was not there. Returns its content's position.
    pub(super) fn opened(&mut self, path: &Path, was_there: bool) -> usize {
        let known = self.names.get(path);
        let now = known.and_then(|name| name.since.last().copied().unwrap_or(name.durable));
        if let Some(position) = now {
            return position;
        }
        let durable = if was_there {
            std::fs::read(path).unwrap()
        } else {
            Vec::new()
        };
        let position = self.contents.len();
        self.contents.push(Content {
            durable,
            since: Vec::new(),
        });
        let name = self.names.entry(path.to_owned()).or_insert(Name {
            durable: was_there.then_some(position),
            since: Vec::new(),
        });
        if !was_there {
            name.since.push(Some(position));
        }
        position
    }

    pub(super) fn deleted(&mut self, path: &Path) {
        if let Some(name) = self.names.get_mut(path) {
            name.since.push(None);
        }
    }

    pub(super) fn written(&mut self, position: usize, at: u64, bytes: &[u8]) {
        let (mut at, mut rest) = (at, bytes);
        while !rest.is_empty() {
            let room = usize::try_from(SECTOR - at % SECTOR).unwrap();
            let (piece, after) = rest.split_at(rest.len().min(room));
            let bytes = piece.to_vec();
            at += bytes.len() as u64;
            rest = after;
            let at = at - bytes.len() as u64;
            self.change(position, Change::Write { at, bytes });
        }
    }

    pub(super) fn cut(&mut self, position: usize, length: u64) {
        self.change(position, Change::Length(length));
    }

    pub(super) fn synced(&mut self, position: usize) {
        if let Some(content) = self.contents.get_mut(position) {
            let changes = std::mem::take(&mut content.since);
            changes
                .iter()
                .for_each(|change| change.apply(&mut content.durable));
        }
    }

    /// A sync failed: the changes are still read, but will never be durable.
    pub(super) fn dropped(&mut self, position: usize) {
        if let Some(content) = self.contents.get_mut(position) {
            content.since.clear();
        }
    }

    /// The folder was synced: which names there are is durable.
    pub(super) fn names_synced(&mut self) {
        for name in self.names.values_mut() {
            if let Some(now) = name.since.pop() {
                name.durable = now;
                name.since.clear();
            }
        }
    }

    /// What is left of each name after the power was cut; from then on it is durable.
    pub(super) fn after_cut(
        &mut self,
        random: &mut dyn FnMut() -> u64,
    ) -> Vec<(PathBuf, Option<Vec<u8>>)> {
        let old = std::mem::take(self);
        let mut pick = |end: usize| usize::try_from(random() % end as u64).unwrap();
        let chance = CHANCES.get(pick(CHANCES.len())).copied().unwrap();
        let mut left = Vec::new();
        for (path, name) in old.names {
            let states: Vec<_> = std::iter::once(name.durable).chain(name.since).collect();
            let content = states.get(pick(states.len())).copied().flatten();
            let content = content.and_then(|position| old.contents.get(position));
            let bytes = content.map(|content| {
                let mut bytes = content.durable.clone();
                // Any subset in the order in which they were made. Another order would give nothing that a smaller subset does not.
                for change in &content.since {
                    if (pick(CHANCES_OF as usize) as u64) < chance {
                        change.apply(&mut bytes);
                    }
                }
                bytes
            });
            left.push((path, bytes));
        }
        left
    }

    fn change(&mut self, position: usize, change: Change) {
        if let Some(content) = self.contents.get_mut(position) {
            content.since.push(change);
        }
    }
}

impl Change {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Self::Write { at, bytes } => {
                let start = usize::try_from(*at).unwrap();
                let end = start + bytes.len();
                if file.len() < end {
                    file.resize(end, 0);
                }
                if let Some(place) = file.get_mut(start..end) {
                    place.copy_from_slice(bytes);
                }
            }
            Self::Length(length) => file.resize(usize::try_from(*length).unwrap(), 0),
        }
    }
}
