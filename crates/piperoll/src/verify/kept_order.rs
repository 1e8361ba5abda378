use crate::limits::KEPT_CHECKPOINTS_MAX;
use crate::store::StoredCheckpoint;

/// The kept checkpoints as they come: how many, and the last one.
#[derive(Debug, Default)]
pub(super) struct KeptOrder {
    count: u64,
    last: Option<Last>,
}

#[derive(Debug)]
struct Last {
    note: String,
    size: i64,
    /// Which of the trail's keys has signed it, and the time that its clock states, where they are known.
    signed: Option<(usize, u64)>,
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
        last.is_some_and(|last| last.note == stored.note && last.size == stored.size)
    }

    /// Takes the next one, signed by the trail's key of that number at that time; whether it belongs before the last one, of the same size: by its key, and
    /// of one key by its time. Those of different sizes are in order by what they sign, and somebody may set a clock back between them, and between keys.
    pub(super) fn goes_back(
        &mut self,
        stored: &StoredCheckpoint<'_>,
        signed: Option<(usize, u64)>,
    ) -> bool {
        let (note, size) = (stored.note.to_owned(), stored.size);
        let last = self.last.replace(Last { note, size, signed });
        last.is_some_and(|last| {
            let earlier = last.signed.zip(signed);
            last.size == size && earlier.is_some_and(|(earlier, later)| later < earlier)
        })
    }
}
