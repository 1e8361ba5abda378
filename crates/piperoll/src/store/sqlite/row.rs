use rusqlite::Row;
use rusqlite::types::ValueRef;
use std::ops::Range;

/// What a column must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    TextOrNull,
    BlobOrNull,
}

/// Reads the columns of a row that somebody may have changed: what is not of its type is a fault, never an error.
pub(super) struct RowReader<'r> {
    row: &'r Row<'r>,
    /// What is not of its type.
    pub(super) faults: Vec<String>,
}

impl<'r> RowReader<'r> {
    pub(super) fn new(row: &'r Row<'r>) -> Self {
        Self {
            row,
            faults: Vec::new(),
        }
    }

    fn value(&self, column: usize) -> ValueRef<'r> {
        self.row.get_ref(column).unwrap_or(ValueRef::Null)
    }

    pub(super) fn integer(&mut self, column: usize, title: &str) -> i64 {
        match self.value(column) {
            ValueRef::Integer(number) => number,
            other => {
                self.faults.push(format!(
                    "column `{title}` is {}, not INTEGER",
                    other.data_type()
                ));
                i64::MIN
            }
        }
    }

    pub(super) fn text(&mut self, column: usize, title: &str) -> &'r str {
        let bytes = self.bytes(column, title, Type::Text).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_else(|_| {
            self.faults.push(format!("column `{title}` is not UTF-8"));
            ""
        })
    }

    /// The bytes of a text or blob, also of the wrong one of both: what is hashed is still what is there.
    pub(super) fn bytes(&mut self, column: usize, title: &str, expected: Type) -> Option<&'r [u8]> {
        let (bytes, right) = match self.value(column) {
            ValueRef::Null => (None, expected != Type::Text),
            ValueRef::Text(text) => (Some(text), expected != Type::BlobOrNull),
            ValueRef::Blob(blob) => (Some(blob), expected == Type::BlobOrNull),
            ValueRef::Integer(_) | ValueRef::Real(_) => (Some([].as_slice()), false),
        };
        if !right {
            let found = self.value(column).data_type();
            let wanted = if expected == Type::BlobOrNull {
                "BLOB"
            } else {
                "TEXT"
            };
            self.faults
                .push(format!("column `{title}` is {found}, not {wanted}"));
        }
        bytes
    }
}

/// The last position of a range of rows. An end of `i64::MAX` means "to the last": none lies beyond it, so that one is let in.
pub(super) fn last(range: &Range<i64>) -> i64 {
    if range.end == i64::MAX {
        i64::MAX
    } else {
        range.end.saturating_sub(1)
    }
}
