//! Policies (C2SP tlog-policy): which logs are believed, and which witnesses must have cosigned a checkpoint.

mod read;
mod shortfall;

use super::key::VerifierKey;
use super::name::Origin;
use crate::error::Result;
use crate::yaml::quoted;
use std::collections::HashSet;

pub use shortfall::Shortfall;

/// Which logs are believed, which witnesses are known, and how many of them must have cosigned a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PublicKey>,
    /// Witnesses and groups in the order of their lines, so that the members of a group stand before it.
    parts: Vec<Part>,
    /// The part that must have witnessed; `None` when none must.
    quorum: Option<usize>,
}

/// A witness or a group: they share their names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Witness(Witness),
    Group(Group),
}

/// Whoever countersigns checkpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    name: Vec<u8>,
    key: PublicKey,
}

/// It has witnessed when so many of its members have.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    name: Vec<u8>,
    needed: usize,
    members: Vec<usize>,
}

/// A key as a policy names it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum PublicKey {
    Understood(Box<VerifierKey>),
    /// One of this type, whose signatures cannot be checked: it is as if it had not signed.
    Other(u8),
}

impl Policy {
    /// The policy in these bytes. `shown_name` stands for the file in messages.
    ///
    /// A key of a type that is not understood (such as 0x06, ML-DSA-44) is taken, and counts as one that has not signed.
    ///
    /// # Errors
    /// `InvalidConfig` with all faults of the file, each with its line and column.
    pub fn parse(bytes: &[u8], shown_name: &str) -> Result<Self> {
        read::policy(bytes, shown_name)
    }

    /// The keys of the logs that are named as this origin.
    pub fn log_keys(&self, origin: &Origin) -> impl Iterator<Item = &VerifierKey> {
        let keys = self.logs.iter().filter_map(PublicKey::understood);
        keys.filter(move |key| key.name() == origin.as_str())
    }

    /// Whether it lists logs: then it speaks of their checkpoints alone.
    pub fn lists_logs(&self) -> bool {
        !self.logs.is_empty()
    }

    /// Whether any witness must have cosigned; not so with `quorum none`.
    pub fn asks_for_witnesses(&self) -> bool {
        self.quorum.is_some()
    }

    /// The witnesses, in the order of their lines.
    pub fn witnesses(&self) -> impl Iterator<Item = &Witness> {
        self.parts.iter().filter_map(|part| match part {
            Part::Witness(witness) => Some(witness),
            Part::Group(_) => None,
        })
    }

    /// Whether the quorum is reached when the witnesses of these names have cosigned. Other names mean nothing, and a name that is there twice counts once.
    ///
    /// # Errors
    /// What it lacks.
    pub fn judge(&self, cosigned: &[&[u8]]) -> Result<(), Shortfall> {
        let Some(quorum) = self.quorum else {
            return Ok(());
        };
        let cosigned: HashSet<&[u8]> = cosigned.iter().copied().collect();
        let mut witnessed: Vec<bool> = Vec::new();
        for part in &self.parts {
            let has = match part {
                Part::Witness(witness) => cosigned.contains(witness.name()),
                Part::Group(group) => {
                    let members = group.members.iter();
                    members.filter(|member| is(&witnessed, **member)).count() >= group.needed
                }
            };
            witnessed.push(has);
        }
        if is(&witnessed, quorum) {
            Ok(())
        } else {
            Err(Shortfall::of(&self.parts, quorum, &witnessed))
        }
    }
}

fn is(witnessed: &[bool], part: usize) -> bool {
    witnessed.get(part).copied().unwrap_or(false)
}

impl Witness {
    /// The name in the policy: octets, which mean nothing outside it.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Its key; `None` when it is of a type that is not understood.
    pub fn key(&self) -> Option<&VerifierKey> {
        self.key.understood()
    }
}

impl Part {
    fn name(&self) -> &[u8] {
        match self {
            Self::Witness(witness) => &witness.name,
            Self::Group(group) => &group.name,
        }
    }
}

impl PublicKey {
    fn understood(&self) -> Option<&VerifierKey> {
        match self {
            Self::Understood(key) => Some(key),
            Self::Other(_) => None,
        }
    }
}

/// Octets of a policy as a message shows them.
fn shown(octets: &[u8]) -> String {
    quoted(&String::from_utf8_lossy(octets))
}

#[cfg(test)]
mod tests;
