//! Payloads as they are mostly written, read without a tree of JSON in between: nearly all are, and `verify` reads every one. What is unusual in any way is left to
//! the reader of all JSON, so that this one takes less than that one, and nothing else.

use crate::event::json::plain_length;
use crate::limits::PAYLOAD_BYTES_MAX;

/// What attributes come from in a payload.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plain<'a> {
    /// Whether there is a key.
    pub(super) has_key: bool,
    /// Members of the context, where they are text.
    pub(super) release: Option<&'a str>,
    pub(super) status: Option<&'a str>,
    pub(super) change_key: Option<&'a str>,
}

/// Most levels of arrays and objects that are read here: each is a call on the stack.
const DEPTH_MAX: usize = 32;

/// The parts of a payload without white space whose names ascend, and in `key` the canonical array of its key's values as text; `None` for any other, which may
/// be one or not.
pub(super) fn read<'a>(bytes: &'a [u8], key: &mut Vec<u8>) -> Option<Plain<'a>> {
    if bytes.len() > PAYLOAD_BYTES_MAX {
        return None;
    }
    let mut rest = Rest {
        text: std::str::from_utf8(bytes).ok()?,
        at: 0,
    };
    let mut plain = Plain {
        has_key: false,
        release: None,
        status: None,
        change_key: None,
    };
    rest.members(|rest, name| match name {
        "after" | "before" | "differences" => rest.value(DEPTH_MAX),
        "context" => rest.context(&mut plain),
        "key" => {
            plain.has_key = true;
            key.clear();
            rest.key(key)
        }
        _ => None,
    })?;
    (rest.at == bytes.len()).then_some(plain)
}

/// What is still to be read.
struct Rest<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    /// An object, whose names ascend and have nothing to unescape; `member` takes each value.
    fn members(&mut self, mut member: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        self.take(b'{')?;
        if self.take(b'}').is_some() {
            return Some(());
        }
        let mut before = None;
        loop {
            let name = self.plain_text()?;
            if before.is_some_and(|before| before >= name) {
                return None;
            }
            before = Some(name);
            self.take(b':')?;
            member(self, name)?;
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// An array; `item` takes each value.
    fn items(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(b'[')?;
        if self.take(b']').is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// Any value.
    fn value(&mut self, depth: usize) -> Option<()> {
        match self.peek()? {
            b'"' => self.text(),
            b'{' => {
                let depth = depth.checked_sub(1)?;
                self.members(|rest, _| rest.value(depth))
            }
            b'[' => {
                let depth = depth.checked_sub(1)?;
                self.items(|rest| rest.value(depth))
            }
            b'n' => self.word("null"),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            _ => self.number().map(|_| ()),
        }
    }

    /// The context. One with a name that starts with `$` may be another value than an object.
    fn context(&mut self, plain: &mut Plain<'a>) -> Option<()> {
        self.members(|rest, name| {
            let wanted = match name {
                "release" => &mut plain.release,
                "status" => &mut plain.status,
                "change_key" => &mut plain.change_key,
                _ if name.starts_with('$') => return None,
                _ => return rest.value(DEPTH_MAX),
            };
            match rest.peek()? {
                b'"' => {
                    *wanted = Some(rest.plain_text()?);
                    Some(())
                }
                _ => rest.value(DEPTH_MAX),
            }
        })
    }

    /// The key: its values, each of which has its text where it stands.
    fn key(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let mut is_first = true;
        let mut value = |rest: &mut Self| {
            out.push(if is_first { b'[' } else { b',' });
            is_first = false;
            let start = rest.at;
            match rest.peek()? {
                b'n' => {
                    rest.word("null")?;
                    out.extend(b"null");
                    return Some(());
                }
                b'"' => {
                    rest.plain_text()?;
                    out.extend_from_slice(rest.text.get(start..rest.at)?.as_bytes());
                    return Some(());
                }
                b't' => rest.word("true")?,
                b'f' => rest.word("false")?,
                _ => rest.number()?,
            }
            out.push(b'"');
            out.extend_from_slice(rest.text.get(start..rest.at)?.as_bytes());
            out.push(b'"');
            Some(())
        };
        match self.peek()? {
            b'[' => self.items(value)?,
            // The values come in the order of their names' UTF-16, which is that of their bytes below U+E000.
            b'{' => self.members(|rest, name| {
                let is_plain = !name.starts_with('$') && name.bytes().all(|byte| byte < 0xee);
                if is_plain { value(rest) } else { None }
            })?,
            b'n' => return None,
            _ => value(self)?,
        }
        // One without values is no key.
        if out.is_empty() {
            return None;
        }
        out.push(b']');
        Some(())
    }

    /// A text that stands for itself.
    fn plain_text(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let start = self.at;
        self.at += plain_length(self.bytes());
        let text = self.text.get(start..self.at)?;
        self.take(b'"')?;
        Some(text)
    }

    /// A text, in which something may be escaped. What is escaped by its number may be no letter, or U+0000.
    fn text(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            self.at += plain_length(self.bytes());
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => match self.next()? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                    _ => return None,
                },
                _ => return None,
            }
        }
    }

    /// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
    fn number(&mut self) -> Option<()> {
        // Whether there is one or not:
        let _sign = self.take(b'-');
        if self.take(b'0').is_none() {
            self.digits()?;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.bytes().starts_with(word.as_bytes()).then_some(())?;
        self.at += word.len();
        Some(())
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }
}
