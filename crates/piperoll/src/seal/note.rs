//! Signed notes (C2SP signed-note): a text with signatures under it.

use super::key::{SignatureType, VerifierKey};
use super::name::{KeyId, is_key_name};
use crate::limits::{NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX};
use base64::Engine as _;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// What a signature line starts with: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// Why a note cannot be read or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is longer than [`NOTE_BYTES_MAX`].
    #[error("the note has more than {NOTE_BYTES_MAX} bytes")]
    TooLarge,
    /// It is not UTF-8, or holds a control character other than a newline.
    #[error("the note is not plain UTF-8 text with LF line ends")]
    NotText,
    /// It is not a text that ends in a newline, a blank line, and lines of signatures.
    #[error("the note is not a text, a blank line, and signature lines, each ended by LF")]
    Layout,
    /// A signature line is not `\u{2014} <name> <base64>`. The number is that of the signature, from 1.
    #[error("signature line {0} of the note is malformed")]
    Line(usize),
    /// It has more than [`NOTE_SIGNATURES_MAX`] signatures.
    #[error("the note has more than {NOTE_SIGNATURES_MAX} signatures")]
    TooManySignatures,
    /// Two different known keys have this name and ID, so that a signature cannot be attributed.
    #[error("two known keys are both named `{name}` with key ID {key_id}")]
    Ambiguous {
        /// The name of both.
        name: String,
        /// The ID of both.
        key_id: KeyId,
    },
    /// A signature of a known key does not verify.
    #[error("the signature of `{name}` with key ID {key_id} is false")]
    False {
        /// The name of the key.
        name: String,
        /// The ID of the key.
        key_id: KeyId,
    },
    /// No signature is of a known key.
    #[error("no known key has signed the note")]
    NotSigned,
}

/// A text with signatures. Its own text is the note's, to the byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// The name of the key.
    pub name: String,
    /// The ID that goes with the name.
    pub key_id: KeyId,
    /// What the key's type says: the signature, or a time and the signature.
    pub signature: Vec<u8>,
}

/// A signature that was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'a> {
    /// Whose it is.
    pub key: &'a VerifierKey,
    /// The time that a cosignature states, in seconds since 1970.
    pub seconds: Option<u64>,
}

impl Note {
    /// A note of a text with its first signature.
    ///
    /// # Errors
    /// When the text is too large, holds a control character or does not end in a newline, or the name is not a key's.
    pub fn new(text: String, signature: NoteSignature) -> Result<Self, NoteError> {
        check_text(text.as_bytes())?;
        if !text.ends_with('\n') {
            return Err(NoteError::Layout);
        }
        let mut note = Self {
            text,
            signatures: Vec::new(),
        };
        note.add(signature)?;
        Ok(note)
    }

    /// The note in these bytes.
    ///
    /// # Errors
    /// Every departure from the format; no signature is checked.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        let whole = check_text(bytes)?;
        // The text may hold blank lines itself: the last one is the border.
        let border = whole.rfind("\n\n").ok_or(NoteError::Layout)?;
        let (text, lines) = whole.split_at(border + 1);
        let lines = lines
            .strip_prefix('\n')
            .and_then(|lines| lines.strip_suffix('\n'));
        let mut signatures = Vec::new();
        for line in lines.ok_or(NoteError::Layout)?.split('\n') {
            if signatures.len() == NOTE_SIGNATURES_MAX {
                return Err(NoteError::TooManySignatures);
            }
            let signature =
                NoteSignature::parse(line).ok_or(NoteError::Line(signatures.len() + 1))?;
            signatures.push(signature);
        }
        Ok(Self {
            text: text.to_owned(),
            signatures,
        })
    }

    /// Adds a signature line at the end.
    ///
    /// # Errors
    /// When there are [`NOTE_SIGNATURES_MAX`] already, or the line could not be read again.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        if self.signatures.len() >= NOTE_SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures);
        }
        if !is_key_name(&signature.name) || signature.signature.is_empty() {
            return Err(NoteError::Line(self.signatures.len() + 1));
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// What is signed, with its final newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, in their order, known or not.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// The first signature with this key's name and ID. It is not checked.
    pub fn signature_of(&self, key: &VerifierKey) -> Option<&NoteSignature> {
        self.signatures
            .iter()
            .find(|signature| signature.is_named(key))
    }

    /// Checks each signature that has the name and ID of one of `keys`, and passes over the others. What is returned is
    /// in the order of the lines; a key that signed twice is there twice.
    ///
    /// # Errors
    /// When one of them is false, none of `keys` signed, or two of `keys` cannot be told apart.
    pub fn verify<'a>(&self, keys: &'a [VerifierKey]) -> Result<Vec<Verified<'a>>, NoteError> {
        let mut verified = Vec::new();
        for signature in &self.signatures {
            let mut known = keys.iter().filter(|key| signature.is_named(key));
            let Some(key) = known.next() else { continue };
            let (name, key_id) = (signature.name.clone(), signature.key_id);
            if known.any(|other| other != key) {
                return Err(NoteError::Ambiguous { name, key_id });
            }
            match check(key, &self.text, &signature.signature) {
                Some(checked) => verified.push(checked),
                None => return Err(NoteError::False { name, key_id }),
            }
        }
        if verified.is_empty() {
            Err(NoteError::NotSigned)
        } else {
            Ok(verified)
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl NoteSignature {
    fn parse(line: &str) -> Option<Self> {
        let (name, base64) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes = STANDARD.decode(base64).ok()?;
        let (key_id, signature) = bytes.split_first_chunk()?;
        if !is_key_name(name) || signature.is_empty() {
            return None;
        }
        let key_id = KeyId::new(*key_id);
        Some(Self {
            name: name.to_owned(),
            key_id,
            signature: signature.to_vec(),
        })
    }

    fn is_named(&self, key: &VerifierKey) -> bool {
        self.name == key.name() && self.key_id == key.key_id()
    }
}

/// The line, without its newline.
impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_id.as_bytes().as_slice(), &self.signature].concat();
        write!(
            f,
            "{DASH}{} {}",
            self.name,
            Base64Display::new(&bytes, &STANDARD)
        )
    }
}

/// What a cosignature/v1 is made over.
pub(super) fn cosigned(text: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

fn check<'a>(key: &'a VerifierKey, text: &str, blob: &[u8]) -> Option<Verified<'a>> {
    let (message, signature, seconds) = match key.signature_type() {
        SignatureType::Ed25519 => (text.to_owned(), blob, None),
        SignatureType::Cosignature => {
            let (seconds, signature) = blob.split_first_chunk()?;
            let seconds = u64::from_be_bytes(*seconds);
            // The specification's limit: no time is later.
            i64::try_from(seconds).ok()?;
            (cosigned(text, seconds), signature, Some(seconds))
        }
    };
    let signature = signature.try_into().ok()?;
    key.verify(message.as_bytes(), signature)
        .then_some(Verified { key, seconds })
}

fn check_text(bytes: &[u8]) -> Result<&str, NoteError> {
    if bytes.len() > NOTE_BYTES_MAX {
        return Err(NoteError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| NoteError::NotText)?;
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(NoteError::NotText);
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
