use crate::limits::KEPT_CHECKPOINTS_MAX;
use crate::store::StoredCheckpoint;

/// The kept checkpoints as they come: how many, and the last one with the time that the clock states.
#[derive(Debug, Default)]
pub(super) struct KeptOrder {
    count: u64,
    last: Option<(String, i64, Option<u64>)>,
}

impl KeptOrder {
    /// Counts one more; whether that is one too many.
    pub(super) fn is_full(&mut self) -> bool {
        self.count += 1;
        self.is_too_long()
    }

    pub(super) fn is_too_long(&self) -> bool {
        self.count > KEPT_CHECKPOINTS_MAX
    }

    /// Whether it is the last one once more, which says nothing new.
    pub(super) fn is_same(&self, stored: &StoredCheckpoint<'_>) -> bool {
        let last = self.last.as_ref();
        last.is_some_and(|(note, size, _)| note == stored.note && *size == stored.size)
    }

    /// Takes the next one; whether its time is before that of the last one, of the same size. Those of different sizes are in order by what they sign, and
    /// somebody may set a clock back between them.
    pub(super) fn goes_back(&mut self, stored: &StoredCheckpoint<'_>, time: Option<u64>) -> bool {
        let (note, size) = (stored.note.to_owned(), stored.size);
        let last = self.last.replace((note, size, time));
        match (last, time) {
            (Some((_, before, Some(earlier))), Some(time)) => before == size && time < earlier,
            _ => false,
        }
    }
}
