use crate::trail::Turn;
use std::fmt;

/// How much was shown. Each level includes those below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Level {
    /// Self-consistent: every leaf, node and root recomputes from the stored bytes. A whole forgery passes.
    L0,
    /// Signed by a known key: the root is in a checkpoint that the key signed for this origin.
    #[default]
    L1,
    /// Consistent with an earlier checkpoint that the verifier kept elsewhere.
    L2,
    /// Witnessed: as many witnesses as a policy asks for have cosigned that checkpoint.
    L3,
}

impl Level {
    /// Reads `L0`, `L1`, `L2` or `L3`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::L0, Self::L1, Self::L2, Self::L3]
            .into_iter()
            .find(|level| level.to_string() == text)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::L0 => "L0",
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
        })
    }
}

/// What is wrong with what a finding names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The bytes are not those that were sealed.
    Altered,
    /// The tree holds it, and it is gone; nothing accounts for that.
    Missing,
    /// It is there, at another index.
    Reordered,
    /// Made by nobody who may.
    Forged,
    /// Older than what is known to have been.
    Stale,
    /// What is needed to check it is not there.
    Unverifiable,
}

impl Verdict {
    /// Every verdict, in the order in which they are listed.
    pub const ALL: [Self; 6] = [
        Self::Altered,
        Self::Missing,
        Self::Reordered,
        Self::Forged,
        Self::Stale,
        Self::Unverifiable,
    ];
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Altered => "altered",
            Self::Missing => "missing",
            Self::Reordered => "reordered",
            Self::Forged => "forged",
            Self::Stale => "stale",
            Self::Unverifiable => "unverifiable",
        })
    }
}

/// Something that is wrong: entries that lie together, or an object of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub verdict: Verdict,
    /// The first and the last entry; `None` for an object of the store.
    pub entries: Option<(u64, u64)>,
    /// The id, where it is one entry and its id can be read.
    pub id: Option<String>,
    /// What, where, and how it shows.
    pub detail: String,
}

/// How much was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checked {
    /// Headers that were hashed and compared with the tree.
    pub entries: u64,
    /// Payloads that were compared with their commitments.
    pub payloads: u64,
    /// Payloads that are gone and accounted for.
    pub erased: u64,
    /// Headers that are gone and accounted for.
    pub purged: u64,
}

/// The integrity verdict of a trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The level reached; `None`: not even L0.
    pub level: Option<Level>,
    /// The level asked for.
    pub requested: Level,
    /// The size up to which level L3 holds, where it was reached: what came later no witness has seen.
    pub witnessed: Option<u64>,
    /// The public key of the log that was used.
    pub key: Option<String>,
    /// The turns of the trail, oldest first: rotations of its key, and adoptions of what was set back. Each was made by the key before it.
    pub turns: Vec<Turn>,
    /// The name that it was made under.
    pub origin: String,
    /// How many entries the trail has.
    pub size: u64,
    /// The root that the entries give, in base64.
    pub root: Option<String>,
    /// How much was checked.
    pub checked: Checked,
    /// What is wrong, by index; objects of the store first.
    pub findings: Vec<Finding>,
    /// How many more findings there are than are listed.
    pub findings_left_out: u64,
    /// What could not be checked, in words.
    pub unchecked: Vec<String>,
}

impl Report {
    /// Whether something is wrong: tampering, or staleness.
    pub fn is_negative(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.verdict != Verdict::Unverifiable)
    }

    /// Whether the level asked for was reached, and everything asked for could be checked.
    pub fn is_complete(&self) -> bool {
        self.level >= Some(self.requested)
            && !self
                .findings
                .iter()
                .any(|finding| finding.verdict == Verdict::Unverifiable)
    }
}
