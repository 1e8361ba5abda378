use super::create::is_there;
use super::endorsement::Endorsement;
use super::kept_time::kept_time;
use super::rotate::{NextKey, Turned, new_signer};
use super::seal::settle;
use super::turn::{Adoption, KeyPair, Turn};
use super::{HeadFile, HeadState, Settings, Surroundings, Trail};
use crate::error::{Error, Result};
use crate::event::DraftActor;
use crate::fs;
use crate::seal::{EntryIndex, HeadLine, Note, SignedCheckpoint};
use crate::store::{Access, AppendError};

impl Trail {
    /// Goes on with a store that is behind its own key: one that was restored from a backup, or one that is gone. A new incarnation begins, with a key of its own
    /// named `<origin>/i<number>`, because the old key must never sign two histories; its first entry names what is left and what was lost, signed by the old key.
    ///
    /// # Errors
    /// `InvalidInput` when the store is not behind, the key is in no file, or there is no key; `Corrupt` when what is left is not what the key signed; and those of
    /// [`Trail::record`]. Nothing is changed then.
    pub fn adopt(
        settings: &Settings,
        surroundings: Surroundings,
        by: DraftActor,
        reason: String,
    ) -> Result<(Self, Turned)> {
        let is_gone = !is_there(&settings.location)?;
        if !is_gone {
            let store = settings.location.open(Access::Read)?;
            settle(&*store, &settings.key)?;
        }
        let signer = settings.key.read(&settings.origin)?.ok_or_else(|| {
            Error::invalid_input(format!("there is no key {}", settings.key)).hint(
                "only the key of the lost trail can say what goes on from it: bring its file back",
            )
        })?;
        if settings.key.path().is_none() {
            return Err(Error::invalid_input(format!(
                "the key {} is in no file, so that a new one cannot take its place",
                settings.key
            ))
            .hint("put it into a file of mode 0600 and name that as `key`"));
        }
        let head_file = HeadFile::new(settings.key.head_path());
        let head = head_file.read(signer.origin(), &signer.vkey())?;
        if is_gone && matches!(head, HeadState::At(line) if line.size().get() == 0) {
            return Err(
                Error::invalid_input("nothing was recorded under this key yet").hint(
                    "move the key and its `.head` file away; then `piperoll init` begins anew",
                ),
            );
        }
        let trail = if is_gone {
            if let Some(folder) = settings.location.folder() {
                fs::create_folder(folder)?;
            }
            let store = settings.location.open(Access::Write)?;
            Self::create_in(store, signer, settings, surroundings)?.0
        } else {
            Self::open(settings, surroundings)?
        };
        let turned = trail.adopt_at(by, reason, is_gone)?;
        Ok((trail, turned))
    }

    fn adopt_at(&self, by: DraftActor, reason: String, is_gone: bool) -> Result<Turned> {
        let mut sealer = self.sealer()?;
        let snapshot = self.store.snapshot()?;
        let last = KeyPair::of(sealer.signer())?;
        let steps = Endorsement::chain(&Endorsement::beside(sealer.key())?, &last.log);
        // What is left may be from before a turn, and signed by a key that is gone.
        let newest = snapshot.head()?.checkpoint;
        let has_signed =
            |pair: &&KeyPair| SignedCheckpoint::open(newest.as_bytes(), &pair.log, &[]).is_ok();
        let olds = steps.iter().map(|step| &step.old);
        let old = olds
            .chain([&last])
            .find(has_signed)
            .unwrap_or(&last)
            .clone();
        let tree = sealer.tree_signed_by(&old.log, &*self.store, &*snapshot)?;
        // A store that is not behind, or whose history is another one, is told by the same look that every writer takes.
        let lost = sealer.behind(&tree, &*snapshot)?;
        let seconds = kept_time(&*snapshot, &old, self.seconds()?)?;
        drop(snapshot);
        // One that an earlier key signed last is from before a turn, whatever the head file says.
        if lost.is_none() && !is_gone && old == last {
            return Err(Error::invalid_input(format!(
                "the trail `{}` is not behind its key: there is nothing to adopt",
                self.store.location()
            ))
            .hint("it can be recorded in as it is"));
        }
        let kept = Note::parse(tree.note.as_bytes())
            .map_err(Into::into)
            .and_then(|note| HeadLine::of(&note, &old.log))
            .map_err(|error| {
                Error::corrupt("the newest checkpoint of what is left cannot be read")
                    .because(error)
            })?;
        let origin = sealer.signer().origin().next_incarnation(&self.origin)?;
        let signer = new_signer(origin, &self.surroundings)?;
        let new = KeyPair::of(&signer)?;
        let adoption = Adoption::sign(sealer.signer(), kept, lost, steps, &new);
        let reason = Some(reason);
        let draft = Turn::draft(&self.origin, by, reason, &old, &new, Some(&adoption))?;
        let event = self.stamp_own(&draft)?;
        let id = event.header.id;
        let next = NextKey::write(&*self.store, sealer.key(), &signer)?;
        Endorsement::add(sealer.key(), sealer.signer(), &new)?;
        match sealer.turn(&*self.store, tree, event, signer, seconds, true) {
            Ok((sealed, line)) => {
                next.take(sealer.key())?;
                sealer.advance(&line);
                Ok(Turned {
                    index: EntryIndex::new(sealed.checkpoint.size().get().saturating_sub(1)),
                    id,
                    old,
                    new,
                    checkpoint: sealed.checkpoint,
                    warnings: sealer.take_warnings(),
                })
            }
            Err(AppendError::Conflict(_)) => {
                next.remove()?;
                Err(
                    Error::conflict("another writer went on with the trail at the same time")
                        .hint("look at it with `piperoll verify`, then try again"),
                )
            }
            Err(AppendError::Failed(error)) => next.give_up(&*self.store, sealer.key(), error),
        }
    }
}
