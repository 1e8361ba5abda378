use crate::error::{Error, Result};
use crate::limits::LINE_BYTES_MAX;
use std::io::{self, BufRead};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The lines of an input of JSON Lines, one at a time, in one buffer: a byte order mark at the start, CR before LF and blank lines are passed over, and counted.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    number: u64,
    /// Where the next line begins, in bytes.
    offset: u64,
}

/// One line that is not blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// Where it begins in the input, in bytes.
    pub offset: u64,
    /// Its bytes, without its end.
    pub bytes: &'a [u8],
}

impl<R: BufRead> Lines<R> {
    /// The lines of an input.
    pub fn new(input: R) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            number: 0,
            offset: 0,
        }
    }

    /// The next line that is not blank; `None` at the end.
    ///
    /// # Errors
    /// `InvalidInput` for a line of more than [`LINE_BYTES_MAX`], `Unavailable` when the input cannot be read.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>> {
        loop {
            let offset = self.offset;
            if self.read_line()? == 0 {
                return Ok(None);
            }
            self.number += 1;
            let skipped = usize::from(self.number == 1 && self.buffer.starts_with(BYTE_ORDER_MARK))
                * BYTE_ORDER_MARK.len();
            let line = self.buffer.get(skipped..).unwrap_or_default();
            if line
                .iter()
                .all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
            {
                continue;
            }
            // Once more, since a borrow that is returned cannot be let go in the other branch.
            let line = self.buffer.get(skipped..).unwrap_or_default();
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let bytes = line.strip_suffix(b"\r").unwrap_or(line);
            return Ok(Some(Line {
                number: self.number,
                offset: offset + skipped as u64,
                bytes,
            }));
        }
    }

    /// How many bytes were read.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads up to and with the next LF. Never holds more than a line may have.
    fn read_line(&mut self) -> Result<usize> {
        self.buffer.clear();
        // One byte more than a line and its end, so that one that is too long shows.
        let most = LINE_BYTES_MAX as u64 + 3;
        let read = io::Read::take(&mut self.input, most)
            .read_until(b'\n', &mut self.buffer)
            .map_err(|source| Error::unavailable("the input cannot be read").because(source))?;
        self.offset += read as u64;
        let line = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        if line.strip_suffix(b"\r").unwrap_or(line).len() > LINE_BYTES_MAX {
            let number = self.number + 1;
            return Err(Error::invalid_input(format!(
                "line {number} has more than {LINE_BYTES_MAX} bytes (128 MiB)"
            )));
        }
        Ok(read)
    }
}
