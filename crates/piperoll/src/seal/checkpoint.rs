//! Checkpoints (C2SP tlog-checkpoint): the size and root of a trail at a moment, as the text of a signed note.

use super::hash::{EMPTY_ROOT, Hash};
use super::head_line::HeadLine;
use super::key::{ClockSigner, Signer, VerifierKey};
use super::name::Origin;
use super::note::{Note, NoteError, NoteSignature, cosigned};
use super::tree::TreeSize;
use std::fmt;

/// Why a checkpoint cannot be read, made or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it is wrong, or not signed as it should be.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// It has fewer than three lines, a blank line, or no newline at its end.
    #[error("a checkpoint has three lines or more, none blank, each ended by LF")]
    Lines,
    /// Its first line is not an origin.
    #[error("line 1 of the checkpoint is not an origin")]
    Origin,
    /// Its second line is not a size.
    #[error(
        "line 2 of the checkpoint is not a tree size: digits without leading zero, up to 2^63 - 1"
    )]
    Size,
    /// Its third line is not a hash, or the size is 0 and it is not the hash of nothing.
    #[error("line 3 of the checkpoint is not the root of a tree of this size")]
    Root,
    /// A key of another name would sign it, or has signed it.
    #[error("the checkpoint of `{origin}` does not go with key `{key}`")]
    OtherOrigin {
        /// The origin in the checkpoint.
        origin: Origin,
        /// The name of the key.
        key: String,
    },
    /// The log key has not signed it.
    #[error("log key `{0}` has not signed the checkpoint")]
    NotByLog(String),
    /// The time of a cosignature is above 2^63 - 1.
    #[error("`{0}` seconds is no time of a cosignature")]
    Time(u64),
    /// A head line is not what `docs/format.md` section 6 says, or its signature is false.
    #[error("the head line is {0}")]
    HeadLine(&'static str),
}

/// The size and root of the trail of an origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: Origin,
    size: TreeSize,
    root: Hash,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without extension lines.
    pub fn new(origin: Origin, size: TreeSize, root: Hash) -> Self {
        Self {
            origin,
            size,
            root,
            extensions: Vec::new(),
        }
    }

    /// The checkpoint that the text of a note is. A text has one reading, and a checkpoint one text.
    ///
    /// # Errors
    /// The first departure from the format.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text
            .strip_suffix('\n')
            .ok_or(CheckpointError::Lines)?
            .split('\n');
        let mut line = || {
            lines
                .next()
                .filter(|line| !line.is_empty())
                .ok_or(CheckpointError::Lines)
        };
        let (origin, size, root) = (line()?, line()?, line()?);
        let origin = Origin::parse(origin).map_err(|_| CheckpointError::Origin)?;
        let size = parse_size(size).ok_or(CheckpointError::Size)?;
        let root = Hash::from_base64(root)
            .filter(|root| size > TreeSize::new(0) || *root == EMPTY_ROOT)
            .ok_or(CheckpointError::Root)?;
        let extensions: Vec<_> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Lines);
        }
        Ok(Self {
            origin,
            size,
            root,
            extensions,
        })
    }

    /// The trail it is of.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The number of entries.
    pub fn size(&self) -> TreeSize {
        self.size
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The lines after the third. Piperoll writes none and gives them no meaning.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// The note with this text and the signature of the log key.
    ///
    /// # Errors
    /// [`CheckpointError::OtherOrigin`] when the key is that of another origin.
    pub fn sign(&self, signer: &Signer) -> Result<Note, CheckpointError> {
        if *signer.origin() != self.origin {
            return Err(self.other_origin(signer.origin().as_str()));
        }
        let text = self.to_string();
        let signature = NoteSignature {
            name: self.origin.to_string(),
            key_id: signer.key_id(),
            signature: signer.sign(text.as_bytes()).to_vec(),
        };
        Ok(Note::new(text, signature)?)
    }

    /// The signed note, and the head line that says the same: one signature serves both.
    ///
    /// # Errors
    /// As [`Checkpoint::sign`].
    pub fn sign_with_head(&self, signer: &Signer) -> Result<(Note, HeadLine), CheckpointError> {
        let note = self.sign(signer)?;
        let line = HeadLine::of_signed(self, &note)?;
        Ok((note, line))
    }

    fn other_origin(&self, key: &str) -> CheckpointError {
        CheckpointError::OtherOrigin {
            origin: self.origin.clone(),
            key: key.to_owned(),
        }
    }
}

/// The text of the note.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)?;
        self.extensions
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A checkpoint whose signatures were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What the log key signed.
    pub checkpoint: Checkpoint,
    /// The note that holds it.
    pub note: Note,
    /// The name and time (seconds since 1970) of each cosignature of a known key.
    pub cosignatures: Vec<(String, u64)>,
}

impl SignedCheckpoint {
    /// The checkpoint in these bytes, signed by `log`. The cosignatures of `cosigners` are checked where they are
    /// there; whether they are enough is for the caller to say.
    ///
    /// # Errors
    /// When the bytes are no checkpoint, `log` is not the key of its origin or has not signed it, or a signature of a
    /// given key is false.
    pub fn open(
        bytes: &[u8],
        log: &VerifierKey,
        cosigners: &[VerifierKey],
    ) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        if log.name() != checkpoint.origin.as_str() {
            return Err(checkpoint.other_origin(log.name()));
        }
        let keys: Vec<_> = std::iter::once(log).chain(cosigners).cloned().collect();
        let verified = note.verify(&keys)?;
        let mut by_log = verified
            .iter()
            .filter(|v| v.key == log && v.seconds.is_none());
        if by_log.next().is_none() {
            return Err(CheckpointError::NotByLog(log.name().to_owned()));
        }
        let cosignatures = verified
            .iter()
            .filter_map(|v| Some((v.key.name().to_owned(), v.seconds?)))
            .collect();
        Ok(Self {
            checkpoint,
            note,
            cosignatures,
        })
    }
}

/// Adds the cosignature of the origin's clock key to a note that holds a checkpoint: it was there at this time.
///
/// # Errors
/// When the note holds no checkpoint or that of another origin, or the time is above 2^63 - 1 seconds.
pub fn cosign(note: &mut Note, clock: &ClockSigner, seconds: u64) -> Result<(), CheckpointError> {
    let checkpoint = Checkpoint::parse(note.text())?;
    if checkpoint.origin.clock_name() != clock.name() {
        return Err(checkpoint.other_origin(clock.name()));
    }
    if i64::try_from(seconds).is_err() {
        return Err(CheckpointError::Time(seconds));
    }
    let mut blob = seconds.to_be_bytes().to_vec();
    blob.extend_from_slice(&clock.sign(cosigned(note.text(), seconds).as_bytes()));
    let key_id = clock.vkey().key_id();
    note.add(NoteSignature {
        name: clock.name().to_owned(),
        key_id,
        signature: blob,
    })?;
    Ok(())
}

fn parse_size(text: &str) -> Option<TreeSize> {
    let size = TreeSize::new(text.parse().ok()?);
    // Another spelling, such as a sign or a leading zero, is no size.
    (size <= TreeSize::MAX && size.to_string() == text).then_some(size)
}

#[cfg(test)]
mod tests;
