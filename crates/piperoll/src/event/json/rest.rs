//! JSON as it is mostly stored, walked through without a tree of it: without white space, names ascending and without escapes, no escape by number. What is unusual in
//! any way is left to the reader of all JSON, so that this one takes less than that one, and nothing else.

use super::plain_length;

/// Most levels of arrays and objects that are walked through: each is a call on the stack.
pub(in crate::event) const DEPTH_MAX: usize = 32;

/// What is still to be read.
pub(in crate::event) struct Rest<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    /// All of a text.
    pub(in crate::event) fn of(bytes: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        Some(Self { text, at: 0 })
    }

    /// Whether there is nothing left.
    pub(in crate::event) fn is_empty(&self) -> bool {
        self.at == self.text.len()
    }

    /// Where it is.
    pub(in crate::event) fn at(&self) -> usize {
        self.at
    }

    /// What was read since.
    pub(in crate::event) fn since(&self, start: usize) -> Option<&'a str> {
        self.text.get(start..self.at)
    }

    /// An object, whose names ascend and have nothing to unescape; `member` takes each value.
    pub(in crate::event) fn members(
        &mut self,
        mut member: impl FnMut(&mut Self, &'a str) -> Option<()>,
    ) -> Option<()> {
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
    pub(in crate::event) fn items(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
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
    pub(in crate::event) fn value(&mut self, depth: usize) -> Option<()> {
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

    /// Any value, as its text.
    pub(in crate::event) fn raw(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.value(DEPTH_MAX)?;
        self.since(start)
    }

    /// A text that stands for itself.
    pub(in crate::event) fn plain_text(&mut self) -> Option<&'a str> {
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
    pub(in crate::event) fn number(&mut self) -> Option<()> {
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

    pub(in crate::event) fn word(&mut self, word: &str) -> Option<()> {
        self.bytes().starts_with(word.as_bytes()).then_some(())?;
        self.at += word.len();
        Some(())
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    pub(in crate::event) fn peek(&self) -> Option<u8> {
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
