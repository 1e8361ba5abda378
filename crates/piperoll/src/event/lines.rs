use crate::error::{Error, Result};
use crate::limits::LINE_BYTES_MAX;
use std::io::{BufRead, Read};

/// The lines of an input in JSON Lines, one at a time: `docs/format.md` section 3.
///
/// A byte order mark before the first line and a CR before LF are left out; blank lines are counted, but not given. One buffer serves all lines and
/// holds one at a time.
///
/// # Example
///
/// ```
/// let mut lines = piperoll::event::Lines::new(&b"{\"a\":1}\r\n\n{\"b\":2}"[..]);
/// let mut found = Vec::new();
/// while let Some(line) = lines.next_line()? {
///     found.push((line.number, String::from_utf8_lossy(line.bytes).into_owned()));
/// }
/// assert_eq!(found, [(1, "{\"a\":1}".to_owned()), (3, "{\"b\":2}".to_owned())]);
/// # Ok::<(), piperoll::Error>(())
/// ```
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    /// The number of the line that was read last.
    number: u64,
    /// Where that line begins, and where the next one does.
    begins: u64,
    ends: u64,
    bytes_max: usize,
}

/// A line that is not blank.
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
    /// The lines of `input`, each of at most [`LINE_BYTES_MAX`] bytes.
    pub fn new(input: R) -> Self {
        Self::with_limit(input, LINE_BYTES_MAX)
    }

    fn with_limit(input: R, bytes_max: usize) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            number: 0,
            begins: 0,
            ends: 0,
            bytes_max,
        }
    }

    /// The next line that is not blank; `None` at the end of the input. After an error the input is not to be read on.
    ///
    /// # Errors
    /// `InvalidInput` for a line that is too long, `Unavailable` when the input cannot be read.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>> {
        loop {
            if !self.read_line()? {
                return Ok(None);
            }
            self.number += 1;
            let line = self.line();
            if line.len() > self.bytes_max {
                return Err(Error::invalid_input(format!(
                    "line {} has more than {} bytes{}",
                    self.number,
                    self.bytes_max,
                    if self.bytes_max == LINE_BYTES_MAX {
                        " (128 MiB)"
                    } else {
                        ""
                    }
                )));
            }
            if !line.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r')) {
                break;
            }
        }
        Ok(Some(Line {
            number: self.number,
            offset: self.begins,
            bytes: self.line(),
        }))
    }

    /// Reads to the next LF, or past the limit. `false` at the end.
    fn read_line(&mut self) -> Result<bool> {
        const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
        self.buffer.clear();
        // Byte order mark, CR and LF do not count.
        let most = self.bytes_max + BYTE_ORDER_MARK.len() + 2;
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        self.begins = self.ends;
        let read = self
            .input
            .by_ref()
            .take(most)
            .read_until(b'\n', &mut self.buffer)
            .map_err(|error| {
                let message = format!("the input cannot be read after line {}", self.number);
                Error::unavailable(message).because(error)
            })?;
        self.ends += u64::try_from(read).unwrap_or(u64::MAX);
        if self.number == 0 && self.buffer.starts_with(BYTE_ORDER_MARK) {
            self.begins += BYTE_ORDER_MARK.len() as u64;
            self.buffer.drain(..BYTE_ORDER_MARK.len());
            return Ok(true);
        }
        Ok(!self.buffer.is_empty())
    }

    /// What was read, without CR and LF.
    fn line(&self) -> &[u8] {
        let line = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        line.strip_suffix(b"\r").unwrap_or(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use std::io::{self, BufReader};

    fn all(mut lines: Lines<impl BufRead>) -> Result<Vec<(u64, String)>> {
        let mut found = Vec::new();
        while let Some(line) = lines.next_line()? {
            found.push((line.number, String::from_utf8(line.bytes.to_vec()).unwrap()));
        }
        Ok(found)
    }

    #[test]
    fn lines_keep_their_number_and_lose_their_ends() {
        let cases: &[(&str, &[(u64, &str)])] = &[
            ("", &[]),
            ("\n\n", &[]),
            ("\u{feff}", &[]),
            ("\u{feff}\n", &[]),
            ("a", &[(1, "a")]),
            ("a\nb\n", &[(1, "a"), (2, "b")]),
            (
                "\u{feff}a\r\n \t\r\n\r\n\u{feff}b\r",
                &[(1, "a"), (4, "\u{feff}b")],
            ),
            ("a\rb\n\x0b\n", &[(1, "a\rb"), (2, "\x0b")]),
            (" a \n", &[(1, " a ")]),
        ];
        for (input, expected) in cases {
            let expected: Vec<_> = expected
                .iter()
                .map(|(n, l)| (*n, (*l).to_owned()))
                .collect();
            assert_eq!(
                all(Lines::new(input.as_bytes())).unwrap(),
                expected,
                "{input:?}"
            );
            let dripping = BufReader::with_capacity(1, input.as_bytes());
            assert_eq!(all(Lines::new(dripping)).unwrap(), expected, "{input:?}");
        }
    }

    #[test]
    fn a_line_begins_where_it_says() {
        let input = "\u{feff}a\r\n\n  \nb\nccc";
        let mut lines = Lines::new(input.as_bytes());
        while let Some(Line { offset, bytes, .. }) = lines.next_line().unwrap() {
            let at = usize::try_from(offset).unwrap();
            assert_eq!(&input.as_bytes()[at..at + bytes.len()], bytes);
        }
        assert_eq!((lines.number, lines.begins), (5, input.len() as u64));
    }

    #[test]
    fn a_line_may_be_as_long_as_the_limit() {
        for (input, fits) in [
            ("abcd", true),
            ("\u{feff}abcd\r\nabcd\r\n", true),
            ("abcd\r", true),
            ("abcde", false),
            ("abcd\u{20}\n", false),
            ("a\n     \r\n", false),
            ("\u{feff}abcde", false),
            ("abcd\r\r", false),
        ] {
            let read = all(Lines::with_limit(input.as_bytes(), 4));
            assert_eq!(read.is_ok(), fits, "{input:?}");
        }
    }

    /// One line that does not end.
    struct Endless {
        left: u64,
    }

    impl Read for Endless {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            let count = bytes.len().min(usize::try_from(self.left).unwrap());
            bytes[..count].fill(b'x');
            self.left -= count as u64;
            Ok(count)
        }
    }

    #[test]
    fn c8_62_a_line_of_130_mib_is_refused_before_it_is_all_in_memory() {
        let input = Endless { left: 130 << 20 };
        let mut lines = Lines::new(io::Cursor::new("{}\n").chain(BufReader::new(input)));
        assert_eq!(lines.next_line().unwrap().unwrap().bytes, b"{}");
        let error = lines.next_line().unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2 has more than 134217728 bytes (128 MiB)"
        );
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(lines.buffer.len(), LINE_BYTES_MAX + 5);
    }

    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error_with_its_line() {
        let mut lines = Lines::new(io::Cursor::new("{}\n").chain(BufReader::new(Broken)));
        lines.next_line().unwrap();
        let error = lines.next_line().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert_eq!(
            error.chain(),
            "the input cannot be read after line 1: the disk is gone"
        );
    }
}
