//! The reader behind [`Json::parse`]: by recursion, as deep as it is told to go.

use super::{Json, plain_length, shorten};
use crate::error::Problem;
use crate::limits::PROBLEMS_MAX;
use std::borrow::Cow;

pub(super) fn read(bytes: &[u8], depth_max: usize) -> Result<Json<'_>, Vec<Problem>> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let message = format!("is not JSON: no UTF-8 after byte {}", error.valid_up_to());
        vec![Problem::new("", message)]
    })?;
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        depth_max,
        faults: Vec::new(),
        items: Vec::new(),
        members: Vec::with_capacity(16),
    };
    let value = reader.document().map_err(|stop| {
        let message = match stop {
            Stop::Depth => format!("is nested more than {depth_max} deep"),
            Stop::Syntax(what) => format!("is not JSON: {what} (column {})", reader.column()),
        };
        vec![Problem::new("", message)]
    })?;
    if reader.faults.is_empty() {
        Ok(value)
    } else {
        Err(reader.faults.iter().map(Fault::problem).collect())
    }
}

/// Why the reader cannot go on.
enum Stop {
    Syntax(&'static str),
    Depth,
}

/// What is wrong with what is JSON all the same.
struct Fault {
    /// What leads there, from the inside outwards.
    steps: Vec<Step>,
    message: &'static str,
}

enum Step {
    Name(String),
    Position(usize),
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    depth_max: usize,
    faults: Vec<Fault>,
    /// The items and members of what is open, in one pile each: an array or object takes its own off when it is closed, at once and in its size.
    items: Vec<Json<'a>>,
    members: Vec<(Cow<'a, str>, Json<'a>)>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Json<'a>, Stop> {
        let value = self.value()?;
        match self.token() {
            None => Ok(value),
            Some(_) => Err(Stop::Syntax("something follows the value")),
        }
    }

    fn value(&mut self) -> Result<Json<'a>, Stop> {
        match self.token() {
            Some(b'"') => {
                let text = self.string()?;
                self.check(&text);
                Ok(Json::Text(text))
            }
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'n') => self.word("null", Json::Null),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            _ => Err(Stop::Syntax("a value is missing")),
        }
    }

    /// What stands behind the opening bracket, one level down.
    fn nested(&mut self, inner: fn(&mut Self) -> Result<Json<'a>, Stop>) -> Result<Json<'a>, Stop> {
        if self.depth == self.depth_max {
            return Err(Stop::Depth);
        }
        self.depth += 1;
        self.at += 1;
        let value = inner(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn array(&mut self) -> Result<Json<'a>, Stop> {
        if self.eat(b']') {
            return Ok(Json::Array(Vec::new()));
        }
        let start = self.items.len();
        loop {
            let before = self.faults.len();
            let value = self.value()?;
            self.lead(before, |reader| Step::Position(reader.items.len() - start));
            self.items.push(value);
            match self.token() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(Stop::Syntax("`,` or `]` is missing")),
            }
        }
        self.at += 1;
        Ok(Json::Array(self.items.drain(start..).collect()))
    }

    fn object(&mut self) -> Result<Json<'a>, Stop> {
        if self.eat(b'}') {
            return Ok(Json::Object(Vec::new()));
        }
        let start = self.members.len();
        let mut ascending = true;
        loop {
            if self.token() != Some(b'"') {
                return Err(Stop::Syntax("a name is missing"));
            }
            let name = self.string()?;
            self.check(&name);
            if !self.eat(b':') {
                return Err(Stop::Syntax("`:` is missing"));
            }
            let before = self.faults.len();
            let value = self.value()?;
            self.lead(before, |_| Step::Name(shorten(&name)));
            let siblings = self.members.get(start..).unwrap_or_default();
            ascending = ascending && siblings.last().is_none_or(|(last, _)| *last < name);
            self.members.push((name, value));
            match self.token() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(Stop::Syntax("`,` or `}` is missing")),
            }
        }
        self.at += 1;
        let mut members: Vec<_> = self.members.drain(start..).collect();
        if !ascending {
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            for ((name, _), (next, _)) in members.iter().zip(members.iter().skip(1)) {
                if name == next {
                    let steps = vec![Step::Name(shorten(name))];
                    self.fault(steps, "stands twice in one object");
                }
            }
        }
        Ok(Json::Object(members))
    }

    /// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
    fn number(&mut self) -> Result<Json<'a>, Stop> {
        let start = self.at;
        self.skip_one(|b| b == b'-');
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.skip_one(|b| matches!(b, b'+' | b'-'));
            self.digits()?;
        }
        Ok(Json::Number(self.since(start)))
    }

    fn digits(&mut self) -> Result<(), Stop> {
        match self.skip(|b| b.is_ascii_digit()) {
            0 => Err(Stop::Syntax("a digit is missing")),
            _ => Ok(()),
        }
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, Stop> {
        if self.rest().starts_with(word) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(Stop::Syntax("a value is missing"))
        }
    }

    /// A text with its quotes; the first one is there.
    fn string(&mut self) -> Result<Cow<'a, str>, Stop> {
        self.at += 1;
        let start = self.at;
        self.plain();
        if self.peek() == Some(b'"') {
            let text = self.since(start);
            self.at += 1;
            return Ok(Cow::Borrowed(text));
        }
        let mut text = self.since(start).to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return Err(Stop::Syntax("a control character stands in a text")),
                None => return Err(Stop::Syntax("a text has no end")),
            }
            let start = self.at;
            self.plain();
            text.push_str(self.since(start));
        }
    }

    /// Goes to the next byte of a text that does not stand for itself.
    fn plain(&mut self) {
        self.at += plain_length(self.rest_bytes());
    }

    fn escape(&mut self) -> Result<char, Stop> {
        self.at += 1;
        let letter = self.peek();
        self.at += usize::from(letter.is_some());
        Ok(match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let unit = self.unit()?;
                let low = if (0xd800..0xdc00).contains(&unit) && self.rest().starts_with("\\u") {
                    self.at += 2;
                    Some(self.unit()?)
                } else {
                    None
                };
                let units = [Some(unit), low].into_iter().flatten();
                match char::decode_utf16(units).next() {
                    Some(Ok(letter)) => letter,
                    _ => return Err(Stop::Syntax("a surrogate stands alone")),
                }
            }
            _ => {
                self.at = self.at.min(self.text.len()).saturating_sub(1);
                return Err(Stop::Syntax("an escape is unknown"));
            }
        })
    }

    fn unit(&mut self) -> Result<u16, Stop> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        self.at += 4;
        unit.ok_or(Stop::Syntax("`\\u` takes four hexadecimal digits"))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn rest_bytes(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// The next byte that is no white space, which is skipped.
    fn token(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                other => return other,
            }
        }
    }

    /// Takes `wanted`; `false` when something else is next.
    fn eat(&mut self, wanted: u8) -> bool {
        let found = self.token() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// Skips the bytes that are `wanted`. Returns how many.
    fn skip(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let rest = self.rest_bytes();
        let found = rest.iter().position(|b| !wanted(*b)).unwrap_or(rest.len());
        self.at += found;
        found
    }

    /// Skips one byte if it is `wanted`.
    fn skip_one(&mut self, wanted: impl Fn(u8) -> bool) {
        self.at += usize::from(self.peek().is_some_and(wanted));
    }

    #[expect(clippy::ptr_arg, reason = "whether it was escaped is what matters")]
    fn check(&mut self, text: &Cow<'a, str>) {
        // A bare U+0000 is no JSON: it can only come from an escape, and such a text is owned.
        if matches!(text, Cow::Owned(text) if text.contains('\0')) {
            self.fault(Vec::new(), "holds U+0000, which no store keeps in text");
        }
    }

    fn fault(&mut self, steps: Vec<Step>, message: &'static str) {
        if self.faults.len() < PROBLEMS_MAX {
            self.faults.push(Fault { steps, message });
        }
    }

    /// Adds a step to the places of the faults after the first `before`: those of a value that has just been read.
    fn lead(&mut self, before: usize, step: impl Fn(&Self) -> Step) {
        for position in before..self.faults.len() {
            let step = step(self);
            if let Some(fault) = self.faults.get_mut(position) {
                fault.steps.push(step);
            }
        }
    }

    /// The letter before which the reader stopped, from 1.
    fn column(&self) -> usize {
        let read = self.text.char_indices();
        read.take_while(|(at, _)| *at < self.at).count() + 1
    }
}

impl Fault {
    fn problem(&self) -> Problem {
        let mut place = String::new();
        for step in self.steps.iter().rev() {
            match step {
                Step::Name(name) if place.is_empty() => place.push_str(name),
                Step::Name(name) => {
                    place.push('.');
                    place.push_str(name);
                }
                Step::Position(position) => place.push_str(&format!("[{position}]")),
            }
        }
        Problem::new(place, self.message)
    }
}
