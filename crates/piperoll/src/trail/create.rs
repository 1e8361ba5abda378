use super::rotate::new_signer;
use super::seal::Sealer;
use super::{HeadFile, KeySource, Settings, Surroundings, Trail};
use crate::error::{Error, ErrorKind, Result};
use crate::event::{Instant, Secret};
use crate::fs::{self, LockedFile};
use crate::limits::KEY_FILE_BYTES_MAX;
use crate::seal::{Checkpoint, EMPTY_ROOT, Signer, TreeSize, VerifierKey};
use crate::store::{Access, Location, Meta, Store};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Mutex;

/// Whether a trail was made, and its public key then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// It was there.
    Found,
    /// It was made, and this is its public key: keep it elsewhere.
    Made(Box<VerifierKey>),
}

/// What the log key signs of a trail's meta: `docs/format.md` section 6.
pub fn meta_text(origin: &str, created: Instant, secret: &Secret) -> String {
    let secret = STANDARD.encode(Sha256::digest(secret.as_bytes()));
    format!("piperoll meta v1\norigin {origin}\ncreated {created}\nsecret {secret}\n")
}

/// Whether the log key signed a trail's meta.
pub(crate) fn is_meta_signed(meta: &Meta, key: &VerifierKey) -> bool {
    let text = meta_text(&meta.origin, meta.created, &meta.secret);
    let signature = STANDARD.decode(&meta.signature).ok();
    let signature = signature.and_then(|signature| signature.try_into().ok());
    signature.is_some_and(|signature| key.verify(text.as_bytes(), &signature))
}

impl Trail {
    /// Opens the trail for recording, and makes it first, with its key, when neither is there.
    ///
    /// # Errors
    /// As [`Trail::open`]; `Corrupt` when the key or its head file is there and the trail is not.
    pub fn open_or_create(
        settings: &Settings,
        surroundings: Surroundings,
    ) -> Result<(Self, Created)> {
        if is_there(&settings.location)? && settings.key.read(&settings.origin)?.is_some() {
            return Ok((Self::open(settings, surroundings)?, Created::Found));
        }
        Self::create_or_open(settings, surroundings)
    }

    /// Makes the trail and its key.
    ///
    /// # Errors
    /// `AlreadyExists` when the trail is there, `Corrupt` when only its key is; `Denied` when the folder cannot be written; and those of the store.
    pub fn create(settings: &Settings, surroundings: Surroundings) -> Result<(Self, VerifierKey)> {
        match Self::create_or_open(settings, surroundings)? {
            (trail, Created::Made(vkey)) => Ok((trail, *vkey)),
            (trail, Created::Found) => Err(Error::already_exists(format!(
                "there is a trail at `{}` already",
                trail.store.location()
            ))),
        }
    }

    fn create_or_open(settings: &Settings, surroundings: Surroundings) -> Result<(Self, Created)> {
        if settings.location == Location::Memory {
            let signer = match settings.key.read(&settings.origin)? {
                Some(signer) => signer,
                None => new_signer(settings.origin.clone(), &surroundings)?,
            };
            return Self::create_in(
                settings.location.open(Access::Write)?,
                signer,
                settings,
                surroundings,
            );
        }
        for folder in [
            settings.location.folder(),
            settings.key.path().and_then(Path::parent),
        ] {
            if let Some(folder) = folder.filter(|folder| !folder.as_os_str().is_empty()) {
                fs::create_folder(folder)?;
            }
        }
        // The new key is made under another name, and gets its own only when the trail is there. Its lock lets one of several first writers make both;
        // what a crash left between is taken up by the next.
        let new_path = fs::beside(
            settings.key.path().unwrap_or(&settings.key.head_path()),
            ".new",
        );
        let mut new_key = LockedFile::open(&new_path)?;
        let left = new_key.read(KEY_FILE_BYTES_MAX)?;
        match (
            is_there(&settings.location)?,
            settings.key.read(&settings.origin)?,
        ) {
            (true, Some(_)) => {
                new_key.remove()?;
                Ok((Self::open(settings, surroundings)?, Created::Found))
            }
            (true, None) => {
                if let (Some(path), Some(signer)) = (settings.key.path(), key_of(settings, &left)?)
                {
                    new_key.rename(path)?;
                    return Ok((
                        Self::open(settings, surroundings)?,
                        Created::Made(Box::new(signer.vkey())),
                    ));
                }
                new_key.remove()?;
                // Says that the key is missing.
                Ok((Self::open(settings, surroundings)?, Created::Found))
            }
            (false, key) => {
                let orphan = match &settings.key {
                    KeySource::File(_) => key.is_some() || settings.key.head_path().exists(),
                    KeySource::Text { head, .. } => head.exists(),
                };
                if orphan {
                    new_key.remove()?;
                    return Err(no_trail(settings));
                }
                let (signer, made) = match key {
                    Some(signer) => (signer, false),
                    None => (new_signer(settings.origin.clone(), &surroundings)?, true),
                };
                if made {
                    new_key.replace(format!("{}\n", *signer.to_text()).as_bytes())?;
                }
                let store = settings.location.open(Access::Write)?;
                let (trail, created) = Self::create_in(store, signer, settings, surroundings)?;
                match settings.key.path().filter(|_| made) {
                    Some(path) => new_key.rename(path)?,
                    None => new_key.remove()?,
                }
                Ok((trail, created))
            }
        }
    }

    pub(super) fn create_in(
        store: Box<dyn Store>,
        signer: Signer,
        settings: &Settings,
        surroundings: Surroundings,
    ) -> Result<(Self, Created)> {
        let mut secret = [0u8; 32];
        surroundings.entropy.fill(&mut secret)?;
        let secret = Secret::new(secret);
        let created = Instant::from_timestamp(surroundings.clock.now());
        let origin = settings.origin.as_str().to_owned();
        let text = meta_text(&origin, created, &secret);
        let signature = STANDARD.encode(signer.sign(text.as_bytes()));
        let checkpoint = Checkpoint::new(signer.origin().clone(), TreeSize::new(0), EMPTY_ROOT);
        let (note, head) = checkpoint
            .sign_with_head(&signer)
            .map_err(|e| Error::internal("the first checkpoint cannot be signed").because(e))?;
        store.create(
            &Meta {
                origin,
                created,
                secret,
                signature,
            },
            &note.to_string(),
        )?;

        let mut trail = Self::from_store(store, Some(&settings.origin), surroundings)?;
        let vkey = Box::new(signer.vkey());
        let head_file = HeadFile::new(settings.key.head_path());
        if settings.location != Location::Memory {
            head_file.advance(&head, signer.origin(), &vkey)?;
        }
        let sealer = Sealer::new(signer, settings.key.clone(), settings.origin.clone());
        trail.sealer = Some(Mutex::new(sealer));
        Ok((trail, Created::Made(vkey)))
    }
}

/// Whether a trail is there, not only a file.
pub(super) fn is_there(location: &Location) -> Result<bool> {
    if !location.exists() {
        return Ok(false);
    }
    match location.open(Access::Read) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The key that a crash left under its other name, if it is that of the trail.
fn key_of(settings: &Settings, left: &[u8]) -> Result<Option<Signer>> {
    let signer = std::str::from_utf8(left)
        .ok()
        .and_then(|text| Signer::parse(text.trim_end()).ok());
    let Some(signer) = signer else {
        return Ok(None);
    };
    let store = settings.location.open(Access::Read)?;
    let Some(meta) = store.snapshot()?.meta()? else {
        return Ok(None);
    };
    Ok(is_meta_signed(&meta, &signer.vkey()).then_some(signer))
}

fn no_trail(settings: &Settings) -> Error {
    Error::corrupt(format!(
        "the key {} has signed a trail, but there is none at the place that `trail` names",
        settings.key
    ))
    .hint("bring the trail back; if it is lost, `piperoll adopt --reason ...` begins again and says so for ever; for another trail, move the key and its `.head` file away first")
}
