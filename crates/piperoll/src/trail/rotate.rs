use super::endorsement::Endorsement;
use super::seal::settle;
use super::turn::{KeyPair, Turn};
use super::{KeySource, Surroundings, Trail};
use crate::error::{Error, ErrorKind, Result};
use crate::event::{Draft, DraftActor, Event, EventId, Instant, Salt, Stamp};
use crate::fs::LockedFile;
use crate::limits::APPEND_TRIES_MAX;
use crate::seal::{Checkpoint, EntryIndex, Origin, Signer};
use crate::store::{AppendError, Store};
use zeroize::Zeroizing;

/// What a turn made.
#[derive(Debug, Clone)]
pub struct Turned {
    /// Where its entry is.
    pub index: EntryIndex,
    /// The id of its entry.
    pub id: EventId,
    /// The keys that ended.
    pub old: KeyPair,
    /// The keys that sign from now on: give them to whoever audits the trail.
    pub new: KeyPair,
    /// The first checkpoint under the new key.
    pub checkpoint: Checkpoint,
    /// What was noticed and did not stop it.
    pub warnings: Vec<String>,
}

impl Trail {
    /// Turns the trail to a new key. The entry that says so is sealed under the old key, whose last checkpoint is kept; the old key's file is replaced, so that it can
    /// sign no more. Other processes that have the trail open take the new key with their next record.
    ///
    /// # Errors
    /// `InvalidInput` when the key is in no file, and those of [`Trail::record`]; the old key stays in use then, unless the
    /// disk failed so late that the turn is there all the same, which the next writer takes up.
    pub fn rotate(&self, by: &DraftActor, reason: Option<&str>) -> Result<Turned> {
        let mut sealer = self.sealer()?;
        for _ in 0..APPEND_TRIES_MAX {
            let tree = sealer.check(&*self.store)?;
            let signer = new_signer(sealer.signer().origin().clone(), &self.surroundings)?;
            let old = KeyPair::of(sealer.signer())?;
            let new = KeyPair::of(&signer)?;
            let (by, reason) = (by.clone(), reason.map(str::to_owned));
            let draft = Turn::draft(&self.origin, by, reason, &old, &new, None)?;
            let event = self.stamp_own(&draft)?;
            let (id, seconds) = (event.header.id, self.seconds()?);
            let next = NextKey::write(&*self.store, sealer.key(), &signer)?;
            Endorsement::add(sealer.key(), sealer.signer(), &new)?;
            match sealer.turn(&*self.store, tree, event, signer, seconds, false) {
                Ok((sealed, line)) => {
                    next.take(sealer.key())?;
                    sealer.advance(&line);
                    let index = EntryIndex::new(sealed.checkpoint.size().get().saturating_sub(1));
                    return Ok(Turned {
                        index,
                        id,
                        old,
                        new,
                        checkpoint: sealed.checkpoint,
                        warnings: sealer.take_warnings(),
                    });
                }
                Err(AppendError::Conflict(_)) => {
                    next.remove()?;
                }
                Err(AppendError::Failed(error)) => {
                    return next.give_up(&*self.store, sealer.key(), error);
                }
            }
        }
        Err(Error::conflict(format!(
            "other writers were faster {APPEND_TRIES_MAX} times; the key stays as it was"
        ))
        .hint("retry when the trail is less busy"))
    }

    /// An event of the trail's own.
    pub(super) fn stamp_own(&self, draft: &Draft) -> Result<Event> {
        // Only its kind and action are what no caller may claim.
        let problems = draft.problems().into_iter();
        let mut problems =
            problems.filter(|problem| !["kind", "action"].contains(&&*problem.place));
        if let Some(problem) = problems.next() {
            return Err(
                Error::invalid_input(format!("`{}` {}", problem.place, problem.message))
                    .hint("name who does it with --actor, and why with --reason"),
            );
        }
        let recorded_at = Instant::from_timestamp(self.surroundings.clock.now());
        let mut salt = [0; 32];
        self.surroundings.entropy.fill(&mut salt)?;
        let id = EventId::generate(recorded_at, &*self.surroundings.entropy)?;
        let stamp = Stamp {
            id,
            recorded_at,
            salt: Salt::new(salt),
            secret: &self.secret,
        };
        draft.stamp(&stamp).map_err(|problem| {
            Error::invalid_input(format!("`{}` {}", problem.place, problem.message))
        })
    }

    /// The present, in seconds since 1970.
    pub(super) fn seconds(&self) -> Result<u64> {
        u64::try_from(self.surroundings.clock.now().as_second())
            .map_err(|_| Error::invalid_input("the clock is before 1970"))
    }
}

/// A key of this name that nobody has seen.
pub(super) fn new_signer(origin: Origin, surroundings: &Surroundings) -> Result<Signer> {
    let mut seed = Zeroizing::new([0u8; 32]);
    surroundings.entropy.fill(&mut *seed)?;
    Ok(Signer::from_seed(origin, &seed))
}

/// The next key, durable beside the key before the trail takes it. Its lock lets one process turn at a time; what a crash leaves is taken up by the next writer.
pub(super) struct NextKey {
    file: LockedFile,
}

impl NextKey {
    pub(super) fn write(store: &dyn Store, key: &KeySource, signer: &Signer) -> Result<Self> {
        let Some(path) = key.next_path() else {
            return Err(Error::invalid_input(format!(
                "the key {key} is in no file, so that it cannot be replaced"
            ))
            .hint("put it into a file of mode 0600 and name that as `key`; afterwards its text can be kept where it was"));
        };
        settle(store, key)?;
        let mut file = LockedFile::open(&path)?;
        file.replace(format!("{}\n", *signer.to_text()).as_bytes())?;
        Ok(Self { file })
    }

    /// The trail has taken it: it is the key now.
    pub(super) fn take(self, key: &KeySource) -> Result<()> {
        match key.path() {
            Some(path) => self.file.rename(path),
            None => Err(Error::internal("a next key without a file")),
        }
    }

    /// The trail has not taken it.
    pub(super) fn remove(self) -> Result<()> {
        self.file.remove()
    }

    /// An append that failed may be there all the same, when its disk failed late: the store tells.
    pub(super) fn give_up<T>(self, store: &dyn Store, key: &KeySource, error: Error) -> Result<T> {
        drop(self);
        match settle(store, key) {
            Ok(()) => Err(error),
            // The disk is away; the next writer looks again.
            Err(later) if later.kind() == ErrorKind::Unavailable => Err(error),
            Err(later) => Err(later.because(error)),
        }
    }
}
