//! The trail: the front door of the library. It opens or makes a trail, records events, reads entries and keeps checkpoints.

mod adopt;
mod ahead;
mod create;
mod endorsement;
mod entry;
mod group;
mod head_file;
mod kept_time;
mod key;
mod lease;
mod prove;
mod purge;
mod queue;
mod record;
mod record_with;
mod rotate;
mod seal;
mod stamp;
mod turn;

use self::queue::Queue;
use self::seal::Sealer;
use crate::clock::{Clock, Entropy};
use crate::error::{Error, Result};
use crate::event::Secret;
use crate::seal::Origin;
use crate::store::{Access, Location, Store};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

pub(crate) use create::is_meta_signed;
pub use create::{Created, meta_text};
pub use endorsement::{Endorsement, endorsement_text};
pub use entry::Entry;
pub(crate) use entry::{read_at, tombstone};
pub use head_file::{HeadFile, HeadState};
pub use key::KeySource;
pub use lease::Lease;
pub use prove::Proven;
pub use purge::{Purge, Purged};
pub use record::{Kept, Receipt, RecordError, Recorded};
pub use rotate::Turned;
pub use turn::{Adoption, KeyPair, Turn, adoption_text};

/// Where a trail is, what it is called, and who signs it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it is kept.
    pub location: Location,
    /// The name in its checkpoints.
    pub origin: Origin,
    /// The log key.
    pub key: KeySource,
}

/// What a trail takes from outside: the time, and randomness.
#[derive(Clone)]
pub struct Surroundings {
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// Where ids, salts, secrets and keys come from.
    pub entropy: Arc<dyn Entropy>,
}

#[cfg(not(target_family = "wasm"))]
impl Default for Surroundings {
    /// The operating system's.
    fn default() -> Self {
        Self {
            clock: Arc::new(crate::clock::SystemClock),
            entropy: Arc::new(crate::clock::SystemEntropy),
        }
    }
}

/// An append-only record of events, sealed in a Merkle tree. It can be shared among threads; several processes may have it open at once.
pub struct Trail {
    store: Box<dyn Store>,
    origin: Origin,
    secret: Secret,
    surroundings: Surroundings,
    /// Whoever holds it seals; what is slow and not exclusive (validating, hashing) is done before. `None` for a trail that is open for reading.
    sealer: Option<Mutex<Sealer>>,
    /// The calls that wait for the sealer.
    queue: Queue,
}

impl Trail {
    /// Opens a trail for reading; no key is needed.
    ///
    /// # Errors
    /// `NotFound` when there is none, `InvalidInput` when it is of another origin, and those of the store.
    pub fn open_to_read(
        location: &Location,
        origin: Option<&Origin>,
        surroundings: Surroundings,
    ) -> Result<Self> {
        Self::from_store(location.open(Access::Read)?, origin, surroundings)
    }

    /// Opens a trail that is there for recording.
    ///
    /// # Errors
    /// `NotFound` when there is none; `InvalidInput` when it is of another origin, or its key is missing or another one; `Denied` when others can read the
    /// key, or the store cannot be written; and those of the store. What the writer checks of the tree is checked before the first record.
    pub fn open(settings: &Settings, surroundings: Surroundings) -> Result<Self> {
        // Opening for writing makes the file; a trail that is not there must not leave one.
        if !create::is_there(&settings.location)? {
            return Err(nothing_at(&settings.location.to_string()));
        }
        let store = settings.location.open(Access::Write)?;
        Self::open_in(store, &settings.origin, &settings.key, surroundings)
    }

    /// Opens the trail in a store that the caller has opened for writing.
    ///
    /// # Errors
    /// As [`Trail::open`].
    pub fn open_in(
        store: Box<dyn Store>,
        origin: &Origin,
        key: &KeySource,
        surroundings: Surroundings,
    ) -> Result<Self> {
        let mut trail = Self::from_store(store, Some(origin), surroundings)?;
        seal::settle(&*trail.store, key)?;
        let signer = key.read(origin)?.ok_or_else(|| {
            Error::invalid_input(format!(
                "the trail `{}` is there, but its key {key} is not",
                trail.store.location(),
            ))
            .hint("restore the key file: without it nothing can be recorded in this trail")
        })?;
        let sealer = Sealer::new(signer, key.clone(), origin.clone());
        trail.sealer = Some(Mutex::new(sealer));
        Ok(trail)
    }

    /// The trail in a store that is open.
    fn from_store(
        store: Box<dyn Store>,
        origin: Option<&Origin>,
        surroundings: Surroundings,
    ) -> Result<Self> {
        let meta = store
            .snapshot()?
            .meta()?
            .ok_or_else(|| nothing_at(&store.location()))?;
        let found = Origin::parse(&meta.origin).map_err(|error| {
            Error::corrupt(format!("the origin of `{}` is none", store.location())).because(error)
        })?;
        if let Some(origin) = origin.filter(|origin| **origin != found) {
            return Err(Error::invalid_input(format!(
                "the trail `{}` is that of `{found}`, not of `{origin}`",
                store.location()
            ))
            .hint("set `origin` or `trail` in piperoll.yaml to those that belong together"));
        }
        Ok(Self {
            store,
            origin: found,
            secret: meta.secret,
            surroundings,
            sealer: None,
            queue: Queue::default(),
        })
    }

    /// The name in its checkpoints.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The store that it is kept in.
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// The secret under which keys are hashed.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    fn sealer(&self) -> Result<MutexGuard<'_, Sealer>> {
        let sealer = self.sealer.as_ref().ok_or_else(|| {
            Error::denied(format!(
                "the trail `{}` is open for reading only",
                self.store.location()
            ))
        })?;
        // A sealer whose thread panicked looks at the store anew: its state is taken out while it works.
        Ok(sealer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The sealer, when the trail is open for writing and nobody has it.
    fn free_sealer(&self) -> Option<MutexGuard<'_, Sealer>> {
        match self.sealer.as_ref()?.try_lock() {
            Ok(sealer) => Some(sealer),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

fn nothing_at(location: &str) -> Error {
    Error::not_found(format!("there is no trail at `{location}`"))
        .hint("make one with `piperoll init`")
}

impl fmt::Debug for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trail")
            .field("store", &self.store.location())
            .finish_non_exhaustive()
    }
}
