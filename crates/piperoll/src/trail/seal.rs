//! Sealing: what the writer checks before it signs, and how a batch becomes an append.

mod incoming;
mod turn;

use self::incoming::Sealing;
pub(super) use self::incoming::{Batch, Extended, Source};
pub(super) use self::turn::settle;

use super::KeySource;
use super::head_file::{Advanced, HeadFile, HeadState};
use crate::error::{Error, Result};
use crate::limits::APPEND_TRIES_MAX;
use crate::seal::{
    Checkpoint, CheckpointError, Edge, HeadLine, Note, Origin, SignedCheckpoint, Signer,
    VerifierKey, cosign,
};
use crate::store::{AppendError, Snapshot, Store};
use std::rc::Rc;
use std::sync::Arc;

/// What to do with a trail that was set back.
const SET_BACK_HINT: &str = "bring back the newer trail; if it is lost, `piperoll adopt --reason ...` goes on with this one, and says so for ever";

/// Holds the log key and what it knows of the tree.
pub(super) struct Sealer {
    signer: Arc<Signer>,
    /// Where the signer came from: another process may have rotated it.
    key: KeySource,
    /// The name that the trail was made under.
    base: Origin,
    head_file: HeadFile,
    /// The tree as this sealer last wrote or checked it. Taken out while it works, so that a failure leaves nothing to be believed.
    tree: Option<Tree>,
    /// What it has written into the head file last.
    head: Option<Advanced>,
    /// What was noticed and is no reason to stop.
    warnings: Vec<String>,
}

/// A tree whose checkpoint is signed by the key.
#[derive(Clone)]
pub(super) struct Tree {
    edge: Edge,
    pub(super) checkpoint: Checkpoint,
    pub(super) note: String,
}

/// A batch, if there is anything to append.
pub(super) type Wanted = Option<Rc<Batch>>;

/// Makes the batch for a store as it is and the key that will sign.
pub(super) type ToBatch<'a> = dyn FnMut(&dyn Store, &Signer) -> Result<Wanted> + 'a;

/// What an append made.
pub(super) struct Sealed {
    pub(super) checkpoint: Checkpoint,
    /// The newest checkpoint; the one that is kept, with its cosignature, where one is.
    pub(super) note: String,
}

impl Sealer {
    pub(super) fn new(signer: Signer, key: KeySource, base: Origin) -> Self {
        let head_file = HeadFile::new(key.head_path());
        Self {
            signer: Arc::new(signer),
            key,
            base,
            head_file,
            tree: None,
            head: None,
            warnings: Vec::new(),
        }
    }

    /// The tree behind which the next append is expected, where one is known, and the key that would sign it.
    pub(super) fn expected(&self) -> Option<(Tree, Arc<Signer>)> {
        Some((self.tree.clone()?, Arc::clone(&self.signer)))
    }

    pub(super) fn signer(&self) -> &Signer {
        &self.signer
    }

    pub(super) fn key(&self) -> &KeySource {
        &self.key
    }

    pub(super) fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    /// Seals and appends what `batch` makes of the store as it is, and of the key that will sign; it is asked again after another writer was faster. `None` appends nothing.
    pub(super) fn append(&mut self, store: &dyn Store, batch: &mut ToBatch<'_>) -> Result<Sealed> {
        for _ in 0..APPEND_TRIES_MAX {
            let tree = self.take_tree(store)?;
            let Some(batch) = batch(store, &self.signer)? else {
                // What was found may have been appended by another writer since.
                let newest = store.snapshot()?.head()?.checkpoint;
                let tree = if tree.note == newest {
                    tree
                } else {
                    self.check(store)?
                };
                let sealed = Sealed {
                    checkpoint: tree.checkpoint.clone(),
                    note: tree.note.clone(),
                };
                self.tree = Some(tree);
                return Ok(sealed);
            };
            match self.append_at(store, tree, &mut &*batch) {
                Ok(sealed) => return Ok(sealed),
                Err(AppendError::Conflict(_)) => {}
                Err(AppendError::Failed(error)) => return Err(error),
            }
        }
        Err(too_busy())
    }

    /// Seals and appends events while they come.
    pub(super) fn append_incoming(
        &mut self,
        store: &dyn Store,
        source: &mut dyn Source,
    ) -> Result<Sealed> {
        for _ in 0..APPEND_TRIES_MAX {
            let tree = self.take_tree(store)?;
            match self.append_at(store, tree, source) {
                Ok(sealed) => return Ok(sealed),
                Err(AppendError::Conflict(_)) => {}
                Err(AppendError::Failed(error)) => return Err(error),
            }
        }
        Err(too_busy())
    }

    fn take_tree(&mut self, store: &dyn Store) -> Result<Tree> {
        match self.tree.take() {
            Some(tree) => Ok(tree),
            None => self.check(store),
        }
    }

    fn append_at(
        &mut self,
        store: &dyn Store,
        tree: Tree,
        source: &mut dyn Source,
    ) -> Result<Sealed, AppendError> {
        let at = tree.checkpoint.size();
        let mut sealing = Sealing::new(self, tree, source);
        store.append_incoming(at, &mut sealing)?;
        let Some((tree, keep, head)) = sealing.done() else {
            return Err(Error::internal("the store has not asked what it is to append").into());
        };
        if let Some(line) = head {
            self.advance(&line);
        }
        let sealed = Sealed {
            checkpoint: tree.checkpoint.clone(),
            note: keep.unwrap_or_else(|| tree.note.clone()),
        };
        self.tree = Some(tree);
        Ok(sealed)
    }

    fn cosigned(&self, note: &str, seconds: u64) -> Result<String> {
        let mut note = Note::parse(note.as_bytes()).map_err(|e| cannot_sign(e.into()))?;
        cosign(&mut note, &self.signer.clock()?, seconds).map_err(cannot_sign)?;
        Ok(note.to_string())
    }

    /// The events are durable by now: a head file that cannot be written is a warning. Whoever turned the trail meanwhile has taken the new key before its
    /// line is written, so that a slower writer of the old one sees whose line it is.
    pub(super) fn advance(&mut self, line: &HeadLine) {
        let key = || self.signer.vkey();
        let now = || self.key.read(&self.base).ok().flatten();
        let is_replaced = || now().is_some_and(|now| now.vkey() != key());
        let (before, origin) = (self.head.take(), self.signer.origin());
        let advanced = self
            .head_file
            .advance_from(before, line, origin, &key, &is_replaced);
        match advanced {
            Ok(advanced) => self.head = Some(advanced),
            Err(error) => self.warnings.push(format!(
                "{error}: the events are recorded, but a store that is set back would not be noticed"
            )),
        }
    }

    /// Looks at a store that somebody else wrote last, and refuses to sign what it cannot stand for: tampering must not be laundered by a new signature.
    pub(super) fn check(&mut self, store: &dyn Store) -> Result<Tree> {
        loop {
            let snapshot = store.snapshot()?;
            let tree = match self.signed_tree(store, &*snapshot) {
                Ok(tree) => tree,
                Err(_) if self.take_new_key(store)? => continue,
                Err(error) => return Err(error),
            };
            match self.behind(&tree, &*snapshot)? {
                None => return Ok(tree),
                Some(line) => {
                    // Between our look at the store and at the head file another writer may have gone on: then the store has grown.
                    if store.snapshot()?.head()?.size <= tree.checkpoint.size() {
                        return Err(set_back(store, &tree, &line, self.head_file.path()));
                    }
                }
            }
        }
    }

    fn signed_tree(&self, store: &dyn Store, snapshot: &dyn Snapshot) -> Result<Tree> {
        let key = self.signer.vkey();
        let tree = self.tree_signed_by(&key, store, snapshot);
        tree.or_else(|error| Err(self.before_turn(store, snapshot)?.unwrap_or(error)))
    }

    /// The tree of a store, whose newest checkpoint `key` has signed.
    pub(super) fn tree_signed_by(
        &self,
        key: &VerifierKey,
        store: &dyn Store,
        snapshot: &dyn Snapshot,
    ) -> Result<Tree> {
        let head = snapshot.head()?;
        let signed = SignedCheckpoint::open(head.checkpoint.as_bytes(), key, &[])
            .map_err(|error| not_signed(store, error))?;
        let checkpoint = signed.checkpoint;
        if checkpoint.size() != head.size || !checkpoint.extensions().is_empty() {
            return Err(tampered(
                store,
                "its head is not at the size that its checkpoint signs",
            ));
        }
        let edge = Edge::load(head.size, snapshot)?;
        if edge.root() != checkpoint.root() {
            return Err(tampered(
                store,
                "its tree does not have the root that its checkpoint signs",
            ));
        }
        Ok(Tree {
            edge,
            checkpoint,
            note: head.checkpoint,
        })
    }

    /// The head line that the store is behind of. A store that is ahead of it must hold it.
    pub(super) fn behind(
        &mut self,
        tree: &Tree,
        snapshot: &dyn Snapshot,
    ) -> Result<Option<HeadLine>> {
        let origin = self.signer.origin();
        let line = match self.head_file.read(origin, &self.signer.vkey())? {
            HeadState::At(line) => line,
            HeadState::Missing => {
                if tree.checkpoint.size().get() > 0 {
                    self.warnings.push(format!(
                        "`{}` is missing: whether the trail was set back cannot be told; it is written anew",
                        self.head_file.path().display()
                    ));
                }
                return Ok(None);
            }
            HeadState::Unreadable(why) => {
                self.warnings.push(format!(
                    "`{}` is {why}: whether the trail was set back cannot be told; it is written anew",
                    self.head_file.path().display()
                ));
                return Ok(None);
            }
        };
        if line.size() > tree.checkpoint.size() {
            return Ok(Some(line));
        }
        if Edge::load(line.size(), snapshot)?.root() != line.root() {
            return Err(Error::corrupt(format!(
                "the trail is not the one that its key signed at size {}",
                line.size()
            ))
            .hint("record nothing more; `piperoll verify` names what was changed"));
        }
        Ok(None)
    }
}

fn too_busy() -> Error {
    Error::conflict(format!(
        "other writers were faster {APPEND_TRIES_MAX} times; nothing was recorded"
    ))
    .hint("retry when the trail is less busy, or record in larger batches")
}

/// The trail is shorter than what its key signed: it was restored from a backup, or its tail was cut.
fn set_back(store: &dyn Store, tree: &Tree, line: &HeadLine, head: &std::path::Path) -> Error {
    Error::corrupt(format!(
        "the trail `{}` has {} entries, but its key has signed {} (`{}`): it was set back",
        store.location(),
        tree.checkpoint.size(),
        line.size(),
        head.display()
    ))
    .hint(SET_BACK_HINT)
}

fn tampered(store: &dyn Store, what: &str) -> Error {
    Error::corrupt(format!(
        "the trail `{}` was changed: {what}",
        store.location()
    ))
    .hint("record nothing more; `piperoll verify` names what was changed")
}

fn not_signed(store: &dyn Store, error: CheckpointError) -> Error {
    match error {
        CheckpointError::Note(crate::seal::NoteError::NotSigned)
        | CheckpointError::OtherOrigin { .. }
        | CheckpointError::NotByLog(_) => Error::invalid_input(format!(
            "the key does not match the trail `{}`: its newest checkpoint is not signed by it",
            store.location()
        ))
        .hint("set `key` in piperoll.yaml to the key of this trail; if it is the right one, `piperoll verify` tells more")
        .because(error),
        error => tampered(store, "its newest checkpoint is false").because(error),
    }
}

fn cannot_sign(error: CheckpointError) -> Error {
    Error::internal("the checkpoint cannot be signed").because(error)
}
