//! Validating, stamping and hashing a batch, outside every lock. Of a large batch a second thread does one half.

use super::record::RecordError;
use crate::error::{Error, Problem};
use crate::event::{Draft, Event, EventId, Instant, Salt, Secret, Stamp};
use crate::limits::HALVED_EVENTS_MIN;
use crate::seal::{Hash, leaf_hash};

/// Drafts with what each is to be given.
pub(super) struct Unstamped<'a> {
    pub(super) drafts: &'a [Draft],
    pub(super) ids: &'a [EventId],
    /// 32 bytes for each.
    pub(super) salts: &'a [u8],
    /// The position of the first in its batch.
    pub(super) first: usize,
}

/// Events with their leaves.
pub(super) struct Stamped {
    pub(super) events: Vec<Event>,
    pub(super) leaves: Vec<Hash>,
}

/// What became of a part: its events, or all that is wrong with them.
type Outcome = Result<Stamped, Vec<(usize, Problem)>>;

/// Stamps all, or tells what is wrong with any.
pub(super) fn all(
    unstamped: &Unstamped<'_>,
    recorded_at: Instant,
    secret: &Secret,
) -> Result<Stamped, RecordError> {
    let stamp = |part: &Unstamped<'_>| part.stamp(recorded_at, secret);
    let halves = unstamped
        .halves()
        .filter(|_| cfg!(not(target_family = "wasm")));
    let Some((left, right)) = halves else {
        return stamp(unstamped).map_err(RecordError::Invalid);
    };
    let (left, right) = std::thread::scope(|scope| {
        let helper = std::thread::Builder::new().spawn_scoped(scope, || stamp(&right));
        let left = stamp(&left);
        let right = match helper {
            Ok(helper) => helper.join().ok(),
            // No thread is to be had now.
            Err(_) => Some(stamp(&right)),
        };
        (left, right)
    });
    let right = right.ok_or_else(|| Error::internal("a thread that stamps has panicked"))?;
    match (left, right) {
        (Ok(mut all), Ok(mut more)) => {
            all.events.append(&mut more.events);
            all.leaves.append(&mut more.leaves);
            Ok(all)
        }
        (left, right) => {
            let problems = [left, right].into_iter().filter_map(Result::err).flatten();
            Err(RecordError::Invalid(problems.collect()))
        }
    }
}

impl<'a> Unstamped<'a> {
    /// The two halves of what is large.
    fn halves(&self) -> Option<(Self, Self)> {
        let middle = self.drafts.len() / 2;
        if self.drafts.len() < HALVED_EVENTS_MIN {
            return None;
        }
        let drafts = self.drafts.split_at_checked(middle)?;
        let ids = self.ids.split_at_checked(middle)?;
        let salts = self.salts.split_at_checked(32 * middle)?;
        let part = |drafts: &'a [Draft], ids: &'a [EventId], salts: &'a [u8], first| Self {
            drafts,
            ids,
            salts,
            first,
        };
        Some((
            part(drafts.0, ids.0, salts.0, self.first),
            part(drafts.1, ids.1, salts.1, self.first + middle),
        ))
    }

    fn stamp(&self, recorded_at: Instant, secret: &Secret) -> Outcome {
        let mut problems = Vec::new();
        let mut events = Vec::with_capacity(self.drafts.len());
        let mut leaves = Vec::with_capacity(self.drafts.len());
        let (salts, _) = self.salts.as_chunks();
        let all = self.drafts.iter().zip(self.ids).zip(salts);
        for (position, ((draft, id), salt)) in (self.first..).zip(all) {
            let faults = draft.problems();
            if !faults.is_empty() {
                problems.extend(faults.into_iter().map(|problem| (position, problem)));
                continue;
            }
            match draft.stamp(&Stamp {
                id: *id,
                recorded_at,
                salt: Salt::new(*salt),
                secret,
            }) {
                Ok(event) => {
                    leaves.push(leaf_hash(&event.header_bytes));
                    events.push(event);
                }
                Err(problem) => problems.push((position, problem)),
            }
        }
        if problems.is_empty() {
            Ok(Stamped { events, leaves })
        } else {
            Err(problems)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Action, DraftActor, Kind, Resource};

    #[test]
    fn halves_come_out_in_their_order_with_all_their_faults() {
        let count = HALVED_EVENTS_MIN + 1;
        let at = Instant::from_micros(1_793_520_000_000_000).unwrap();
        let resource = Resource::new("shop", "shop.main.orders", "table");
        let draft = Draft::new(Kind::Access, Action::Read, DraftActor::named("a"), resource);
        let mut drafts = vec![draft; count];
        let entropy = crate::clock::SystemEntropy;
        let ids = EventId::generate_many(at, count, &entropy).unwrap();
        let salts = vec![7; 32 * count];
        let secret = Secret::new([1; 32]);
        let stamp = |drafts: &[Draft]| {
            let unstamped = Unstamped {
                drafts,
                ids: &ids,
                salts: &salts,
                first: 0,
            };
            all(&unstamped, at, &secret)
        };
        let stamped = stamp(&drafts).unwrap();
        let found: Vec<_> = stamped.events.iter().map(|event| event.header.id).collect();
        assert_eq!(found, ids);
        let leaves = stamped.events.iter().map(|e| leaf_hash(&e.header_bytes));
        assert!(stamped.leaves.iter().copied().eq(leaves));

        for position in [1, count - 1] {
            drafts[position].actor = DraftActor::named("");
        }
        let Err(RecordError::Invalid(problems)) = stamp(&drafts) else {
            panic!("they have faults");
        };
        let positions: Vec<_> = problems.iter().map(|(position, _)| *position).collect();
        assert_eq!(positions, [1, count - 1]);
    }
}
