use super::{Part, PublicKey, is, shown};
use std::fmt;

/// Most groups, and most members of one, that are told by name.
const TOLD_MAX: usize = 8;

/// What the quorum of a policy lacks, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Shortfall {
    lacks: Vec<String>,
    more: usize,
}

impl Shortfall {
    /// Goes down from the quorum through the groups that have not witnessed. A name is a member of one group at most, so none is met twice.
    pub(super) fn of(parts: &[Part], quorum: usize, witnessed: &[bool]) -> Self {
        let mut shortfall = Self {
            lacks: Vec::new(),
            more: 0,
        };
        let mut next = vec![quorum];
        while let Some(index) = next.pop() {
            let lack = match parts.get(index) {
                Some(part @ Part::Witness(_)) => format!("{} has not cosigned", told(part)),
                Some(Part::Group(group)) => {
                    let members = group.members.iter();
                    let absent: Vec<usize> = members
                        .copied()
                        .filter(|member| !is(witnessed, *member))
                        .collect();
                    let groups = absent.iter().rev().copied();
                    next.extend(
                        groups.filter(|member| matches!(parts.get(*member), Some(Part::Group(_)))),
                    );
                    let names: Vec<String> = absent
                        .iter()
                        .take(TOLD_MAX)
                        .filter_map(|member| parts.get(*member).map(told))
                        .collect();
                    let more = match absent.len().saturating_sub(TOLD_MAX) {
                        0 => String::new(),
                        more => format!(" and {more} more"),
                    };
                    format!(
                        "group {} has {} of the {} that it needs, without {}{more}",
                        shown(&group.name),
                        group.members.len() - absent.len(),
                        group.needed,
                        names.join(", ")
                    )
                }
                None => continue,
            };
            if shortfall.lacks.len() < TOLD_MAX {
                shortfall.lacks.push(lack);
            } else {
                shortfall.more += 1;
            }
        }
        shortfall
    }
}

fn told(part: &Part) -> String {
    match part {
        Part::Witness(witness) => match witness.key {
            PublicKey::Understood(_) => shown(&witness.name),
            PublicKey::Other(kind) => {
                let name = shown(&witness.name);
                format!("{name} (whose key has type 0x{kind:02x}, which is not understood)")
            }
        },
        Part::Group(group) => shown(&group.name),
    }
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lacks.join("; "))?;
        match self.more {
            0 => Ok(()),
            more => write!(f, "; and {more} more groups"),
        }
    }
}
