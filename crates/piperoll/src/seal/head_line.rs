//! The line of the head file, by which a writer notices that its store was set back.

use super::checkpoint::{Checkpoint, CheckpointError};
use super::hash::Hash;
use super::key::VerifierKey;
use super::name::Origin;
use super::note::{Note, NoteSignature};
use super::tree::TreeSize;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// The newest checkpoint that a key signed, without what its key says already. Its text is one line of 155 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadLine {
    size: TreeSize,
    root: Hash,
    signature: [u8; 64],
}

impl HeadLine {
    /// Bytes of the line, with its newline.
    pub const BYTES: usize = 155;

    /// The head line of a note that holds a checkpoint signed by `key`.
    ///
    /// # Errors
    /// When the note holds no checkpoint without extension lines, or none that `key` has signed.
    pub fn of(note: &Note, key: &VerifierKey) -> Result<Self, CheckpointError> {
        let checkpoint = Checkpoint::parse(note.text())?;
        let line = Self::signed_by(key.name(), &checkpoint, note.signature_of(key))?;
        line.verify(checkpoint.origin(), key)?;
        Ok(line)
    }

    /// The head line of a checkpoint and the note that its own key has just signed; the signature is not checked again.
    pub(super) fn of_signed(checkpoint: &Checkpoint, note: &Note) -> Result<Self, CheckpointError> {
        let key = checkpoint.origin().as_str();
        Self::signed_by(key, checkpoint, note.signatures().first())
    }

    fn signed_by(
        key: &str,
        checkpoint: &Checkpoint,
        signature: Option<&NoteSignature>,
    ) -> Result<Self, CheckpointError> {
        let signature = signature.and_then(|line| line.signature.as_slice().try_into().ok());
        Ok(Self {
            size: checkpoint.size(),
            root: checkpoint.root(),
            signature: signature.ok_or_else(|| CheckpointError::NotByLog(key.to_owned()))?,
        })
    }

    /// The head line in these bytes. The signature is not checked.
    ///
    /// # Errors
    /// [`CheckpointError::HeadLine`] when they are not exactly such a line.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        std::str::from_utf8(bytes)
            .ok()
            .and_then(parse_line)
            .filter(|line| line.to_string().as_bytes() == bytes)
            .ok_or(CheckpointError::HeadLine("malformed"))
    }

    /// The number of entries.
    pub fn size(&self) -> TreeSize {
        self.size
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The checkpoint of `origin` that this line stands for, if `key` signed it.
    ///
    /// # Errors
    /// [`CheckpointError::HeadLine`] when the signature is false, [`CheckpointError::OtherOrigin`] when the key is that
    /// of another origin.
    pub fn verify(
        &self,
        origin: &Origin,
        key: &VerifierKey,
    ) -> Result<Checkpoint, CheckpointError> {
        let checkpoint = Checkpoint::new(origin.clone(), self.size, self.root);
        if key.name() != origin.as_str() {
            let (origin, key) = (origin.clone(), key.name().to_owned());
            return Err(CheckpointError::OtherOrigin { origin, key });
        }
        if !key.verify(checkpoint.to_string().as_bytes(), &self.signature) {
            return Err(CheckpointError::HeadLine("not signed by the log key"));
        }
        Ok(checkpoint)
    }
}

/// The line, with its newline.
impl fmt::Display for HeadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A writer makes one for each append: not letter by letter.
        const ZEROS: &str = "00000000000000000000";
        let size = self.size.to_string();
        let zeros = ZEROS.get(size.len()..).unwrap_or_default();
        let (mut root, mut signature) = ([0; 44], [0; 88]);
        let root = in_base64(self.root.as_bytes(), &mut root)?;
        let signature = in_base64(&self.signature, &mut signature)?;
        writeln!(f, "{zeros}{size} {root} {signature}")
    }
}

fn in_base64<'t>(bytes: &[u8], text: &'t mut [u8]) -> Result<&'t str, fmt::Error> {
    let length = STANDARD.encode_slice(bytes, text).map_err(|_| fmt::Error)?;
    let text = text.get(..length).unwrap_or_default();
    std::str::from_utf8(text).map_err(|_| fmt::Error)
}

fn parse_line(text: &str) -> Option<HeadLine> {
    let (size, rest) = text.strip_suffix('\n')?.split_once(' ')?;
    let (root, signature) = rest.split_once(' ')?;
    let size = TreeSize::new(size.parse().ok()?);
    let root = Hash::from_base64(root)?;
    let signature = STANDARD.decode(signature).ok()?.try_into().ok()?;
    (size <= TreeSize::MAX).then_some(HeadLine {
        size,
        root,
        signature,
    })
}

#[cfg(test)]
mod tests {
    use super::super::vectors::demo_signer;
    use super::super::{EMPTY_ROOT, Signer};
    use super::*;

    const LINE: &str = "00000000000000000008 XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg= \
        emyOVSYbZ76uafYFcIXMmnawlmUrbC6+CbbKHVnlu0EZFX//+Q+ICbkxnTIJLdY3X6juwPu0YK8AGR0c49LeCA==\n";

    fn origin() -> Origin {
        Origin::parse("piperoll.example/demo").unwrap()
    }

    fn root() -> Hash {
        Hash::from_base64("XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=").unwrap()
    }

    fn line(signer: &Signer, size: u64, root: Hash) -> HeadLine {
        let checkpoint = Checkpoint::new(signer.origin().clone(), TreeSize::new(size), root);
        HeadLine::of(&checkpoint.sign(signer).unwrap(), &signer.vkey()).unwrap()
    }

    #[test]
    fn the_line_has_155_bytes_and_gives_the_checkpoint_back() {
        let signer = demo_signer();
        for (size, root) in [(8, root()), (0, EMPTY_ROOT), (i64::MAX as u64, root())] {
            let written = line(&signer, size, root);
            assert_eq!(written.to_string().len(), HeadLine::BYTES);
            let read = HeadLine::parse(written.to_string().as_bytes()).unwrap();
            assert_eq!(read, written);
            assert_eq!((read.size(), read.root()), (TreeSize::new(size), root));
            let checkpoint = read.verify(&origin(), &signer.vkey()).unwrap();
            assert_eq!(
                checkpoint,
                Checkpoint::new(origin(), TreeSize::new(size), root)
            );
        }
        assert_eq!(line(&signer, 8, root()).to_string(), LINE);
    }

    #[test]
    fn another_size_root_key_or_origin_is_not_signed() {
        let signer = demo_signer();
        let written = line(&signer, 8, root());
        let not_signed = CheckpointError::HeadLine("not signed by the log key");
        let larger = HeadLine {
            size: TreeSize::new(9),
            ..written.clone()
        };
        let other_root = HeadLine {
            root: EMPTY_ROOT,
            ..written.clone()
        };
        let other_key = Signer::from_seed(origin(), &[9; 32]).vkey();
        assert_eq!(
            larger.verify(&origin(), &signer.vkey()),
            Err(not_signed.clone())
        );
        assert_eq!(
            other_root.verify(&origin(), &signer.vkey()),
            Err(not_signed.clone())
        );
        assert_eq!(written.verify(&origin(), &other_key), Err(not_signed));
        let other = Origin::parse("other.example").unwrap();
        assert_eq!(
            written.verify(&other, &signer.vkey()),
            Err(CheckpointError::OtherOrigin {
                origin: other,
                key: origin().to_string()
            })
        );
    }

    #[test]
    fn other_bytes_are_no_line() {
        let text = line(&demo_signer(), 8, root()).to_string();
        let malformed = Err(CheckpointError::HeadLine("malformed"));
        for wrong in [
            String::new(),
            text.trim_end().to_owned(),
            format!("{text}\n"),
            text.replace('\n', "\r\n"),
            text.replacen('0', "", 1),
            text.replacen('0', "+", 1),
            text.replacen('0', " ", 1),
            text.replacen(' ', "  ", 1),
            text.replacen("00000000000000000008", "09223372036854775808", 1),
            text.replacen("00000000000000000008", "99999999999999999999", 1),
        ] {
            assert_eq!(HeadLine::parse(wrong.as_bytes()), malformed, "{wrong:?}");
        }
        assert_eq!(HeadLine::parse(&[0xff; 155]), malformed);
    }
}
