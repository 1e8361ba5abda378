use crate::error::{Error, Result};
use crate::event::{AttributePairs, Header, HeaderError, PlainHeader};
use crate::seal::EntryIndex;

/// What an entry is searched by, as stored beside its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Searched<'a> {
    /// Microseconds since 1970.
    pub at: i64,
    /// The family.
    pub kind: &'a str,
    /// What was done.
    pub action: &'a str,
    /// The actor's name.
    pub actor: &'a str,
    /// The resource's name.
    pub resource: &'a str,
    /// How it ended.
    pub outcome: &'a str,
}

impl<'a> Searched<'a> {
    /// What the header says.
    pub fn of(header: &'a Header) -> Self {
        Self {
            at: header.at.as_micros(),
            kind: header.kind.as_str(),
            action: header.action.as_str(),
            actor: &header.actor.name,
            resource: &header.resource.name,
            outcome: header.outcome.as_str(),
        }
    }

    /// The names of the fields in which two differ.
    pub fn differing(&self, other: &Self) -> Vec<&'static str> {
        let mut names = Vec::new();
        if self.at != other.at {
            names.push("at");
        }
        let pairs = [
            ("kind", self.kind, other.kind),
            ("action", self.action, other.action),
            ("actor", self.actor, other.actor),
            ("resource", self.resource, other.resource),
            ("outcome", self.outcome, other.outcome),
        ];
        names.extend(
            pairs
                .into_iter()
                .filter(|(_, a, b)| a != b)
                .map(|(name, _, _)| name),
        );
        names
    }
}

/// An entry as a store holds it. Nothing of it is believed before it is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry<'a> {
    /// The position; one that is no index is a fault that `verify` names.
    pub seq: i64,
    /// The id.
    pub id: &'a str,
    /// The header's bytes.
    pub header: &'a [u8],
    /// The payload's bytes.
    pub payload: Option<&'a [u8]>,
    /// The salt's bytes.
    pub salt: Option<&'a [u8]>,
    /// The attributes as text ([`crate::event::attributes_text`]); `None` when there are none.
    pub attributes: Option<&'a str>,
    /// What it is searched by, where that is stored beside the header; `None` where a search reads the header itself.
    pub searched: Option<Searched<'a>>,
    /// What of the row is not of the type that it should be; empty for a sound one. What could not be read is empty above.
    pub faults: Vec<String>,
    /// Why a search may miss it, though its row is sound.
    pub search_faults: Vec<String>,
}

impl StoredEntry<'_> {
    /// The index.
    ///
    /// # Errors
    /// `Corrupt` when the position is no index.
    pub fn index(&self) -> Result<EntryIndex> {
        u64::try_from(self.seq)
            .map(EntryIndex::new)
            .map_err(|_| self.corrupt("its position"))
    }

    /// The names and values of its attributes.
    ///
    /// # Errors
    /// `Corrupt` when their text is not of its form.
    pub fn read_attributes(&self) -> Result<AttributePairs<'_>> {
        let (seq, text) = (self.seq, self.attributes);
        StoredAttributes { seq, text }.read()
    }

    /// The header, read.
    ///
    /// # Errors
    /// `Corrupt` when the row is not sound or its header is none; `InvalidInput` when it is of a newer format.
    pub fn read_header(&self) -> Result<Header> {
        self.check_row()?;
        Header::decode(self.header).map_err(|error| match error {
            HeaderError::Newer(_) => Error::invalid_input(format!("entry {} {error}", self.seq))
                .hint("read it with a newer Piperoll"),
            HeaderError::Form(_) => self.corrupt("its header").because(error),
        })
    }

    /// The header with the texts that lie here; none where it is not as it is written, so that [`StoredEntry::read_header`] has to read it.
    ///
    /// # Errors
    /// `Corrupt` when the row is not sound.
    pub(crate) fn plain_header(&self) -> Result<Option<PlainHeader<'_>>> {
        self.check_row()?;
        Ok(PlainHeader::read(self.header))
    }

    fn check_row(&self) -> Result<()> {
        match self.faults.first() {
            Some(fault) => Err(self.corrupt(fault)),
            None => Ok(()),
        }
    }

    fn corrupt(&self, what: &str) -> Error {
        corrupt(self.seq, what)
    }
}

fn corrupt(seq: i64, what: &str) -> Error {
    Error::corrupt(format!("entry {seq} cannot be read: {what}"))
        .hint("`piperoll verify` names what was changed")
}

/// The attributes of an entry as a store holds them, without the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredAttributes<'a> {
    /// The position.
    pub seq: i64,
    /// The attributes as text ([`crate::event::attributes_text`]); `None` when there are none, empty when it is no text.
    pub text: Option<&'a str>,
}

impl<'a> StoredAttributes<'a> {
    /// The names and values.
    ///
    /// # Errors
    /// `Corrupt` when the text is not of its form.
    pub fn read(&self) -> Result<AttributePairs<'a>> {
        match self.text.map(AttributePairs::read) {
            None => Ok(AttributePairs::default()),
            Some(pairs) => pairs.ok_or_else(|| corrupt(self.seq, "its attributes")),
        }
    }
}

/// A tile as a store holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredTile<'a> {
    /// The level.
    pub level: i64,
    /// The number.
    pub number: i64,
    /// The hashes.
    pub hashes: &'a [u8],
}

/// A kept checkpoint as a store holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredCheckpoint<'a> {
    /// Its number, from 0 without gap.
    pub number: i64,
    /// Its size, as stored beside the note.
    pub size: i64,
    /// The note.
    pub note: &'a str,
}

/// Something wrong with a store's make: its schema, its marks, what nobody should have left in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The object, such as "trigger `entries_update`".
    pub object: String,
    /// What is wrong with it.
    pub detail: String,
}
