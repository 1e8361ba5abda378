//! Names that are exchanged: `renamed_from` that leads back to where it began.

use std::collections::BTreeMap;

/// Whether the name that something had, the name of what had that one, and so on, lead back to the name that it has. `from_old` has the old name of each new one.
pub(super) fn is_in_circle<N: Ord + Copy>(name: N, from_old: &BTreeMap<N, N>) -> bool {
    let mut next = from_old.get(&name);
    for _ in 0..from_old.len() {
        match next {
            Some(old) if *old == name => return true,
            Some(old) => next = from_old.get(old),
            None => return false,
        }
    }
    false
}

/// What is said of it: all these names are there before the exchange and after it.
pub(super) fn circle(old: &str) -> String {
    format!(
        "`renamed_from` leads from {} back to the same name, and nobody could tell whether that exchange is done",
        crate::yaml::quoted(old)
    )
}

/// How to mend it.
pub(super) const CIRCLE_HINT: &str =
    "take a name that is free for one of them, apply, and then give it its last name";
