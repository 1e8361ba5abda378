//! How a sealer turns to another key, and what it makes of a key that was turned by somebody else.

use super::{SET_BACK_HINT, Sealed, Sealer, Tree, cannot_sign};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::fs::LockedFile;
use crate::limits::KEY_FILE_BYTES_MAX;
use crate::seal::{Checkpoint, HeadLine, SignedCheckpoint, Signer, VerifierKey, leaf_hash};
use crate::store::{Append, AppendError, Snapshot, Store};
use crate::trail::KeySource;
use std::sync::Arc;
use zeroize::Zeroizing;

impl Sealer {
    /// Appends the one entry with which the trail turns to another key, and signs with that from then on. The line for the head file is to be written when the new key is
    /// in its place. The last checkpoint under the old key is kept;
    /// where the old key may sign no more (`adopts`), it is that of the tree before the entry, if this key signed that; otherwise that of the tree with it.
    pub(in crate::trail) fn turn(
        &mut self,
        store: &dyn Store,
        tree: Tree,
        event: Event,
        new: Signer,
        seconds: u64,
        adopts: bool,
    ) -> Result<(Sealed, HeadLine), AppendError> {
        let Tree {
            mut edge,
            checkpoint,
            note,
        } = tree;
        let leaves = [leaf_hash(&event.header_bytes)];
        let mut at = checkpoint.size();
        let old_origin = checkpoint.origin().clone();
        let mut keep = None;
        if adopts && is_signed_by(&note, &self.signer) {
            let kept = self.cosigned(&note, seconds)?;
            let append = Append {
                events: &[],
                tiles: &[],
                checkpoint: &note,
                keep: Some(&kept),
                cursors: &[],
            };
            store.append(at, &append)?;
            at = edge.size();
        }
        let tiles = edge.append(&leaves);
        if !adopts {
            let last = Checkpoint::new(old_origin, edge.size(), edge.root());
            let note = last.sign(&self.signer).map_err(cannot_sign)?.to_string();
            keep = Some(self.cosigned(&note, seconds)?);
        }
        let checkpoint = Checkpoint::new(new.origin().clone(), edge.size(), edge.root());
        let (note, line) = checkpoint.sign_with_head(&new).map_err(cannot_sign)?;
        let note = note.to_string();
        let append = Append {
            events: &[event],
            tiles: &tiles,
            checkpoint: &note,
            keep: keep.as_deref(),
            cursors: &[],
        };
        store.append(at, &append)?;
        self.signer = Arc::new(new);
        self.head = None;
        self.tree = Some(Tree {
            edge,
            checkpoint: checkpoint.clone(),
            note: note.clone(),
        });
        Ok((Sealed { checkpoint, note }, line))
    }

    /// Takes the key as it is now: another process may have turned the trail since this one read its own. Returns whether it is another one.
    pub(super) fn take_new_key(&mut self, store: &dyn Store) -> Result<bool> {
        settle(store, &self.key)?;
        match self.key.read(&self.base)? {
            Some(signer) if signer.vkey() != self.signer.vkey() => {
                self.signer = Arc::new(signer);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Why a store that the key has not signed is one from before a turn, signed by a key that this one has replaced; `None` when it is not.
    pub(super) fn before_turn(
        &self,
        store: &dyn Store,
        snapshot: &dyn Snapshot,
    ) -> Result<Option<Error>> {
        let key = self.signer.vkey();
        let newest = snapshot.head()?.checkpoint;
        let earlier = self.key.predecessors(&key)?;
        let signed = earlier
            .iter()
            .find(|pair| SignedCheckpoint::open(newest.as_bytes(), &pair.log, &[]).is_ok());
        Ok(signed.map(|pair| replaced(store, &pair.log, &key)))
    }
}

/// Takes up what a turn that was cut off has left: the next key becomes the key when the trail has taken it, and is removed when it has not.
pub(in crate::trail) fn settle(store: &dyn Store, key: &KeySource) -> Result<()> {
    let (Some(next), Some(path)) = (key.next_path(), key.path()) else {
        return Ok(());
    };
    if !next.exists() {
        return Ok(());
    }
    let mut file = LockedFile::open(&next)?;
    let bytes = Zeroizing::new(file.read(KEY_FILE_BYTES_MAX)?);
    let signer = std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| Signer::parse(text).ok());
    let head = store.snapshot()?.head()?;
    match signer {
        Some(signer) if is_signed_by(&head.checkpoint, &signer) => file.rename(path),
        // The lock made it anew after somebody else had taken it up, or its turn never came to be.
        _ => file.remove(),
    }
}

fn is_signed_by(note: &str, signer: &Signer) -> bool {
    SignedCheckpoint::open(note.as_bytes(), &signer.vkey(), &[]).is_ok()
}

/// The trail is older than the key: it was restored from a backup from before a turn.
fn replaced(store: &dyn Store, earlier: &VerifierKey, key: &VerifierKey) -> Error {
    Error::corrupt(format!(
        "the trail `{}` is from before its key `{earlier}` was replaced by `{key}`: it was set back",
        store.location()
    ))
    .hint(SET_BACK_HINT)
}

#[cfg(all(test, feature = "sqlite"))]
mod tests;
