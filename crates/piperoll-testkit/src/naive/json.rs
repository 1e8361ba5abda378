//! A JSON tree that loses nothing: numbers keep their text, members their order.

use std::iter::Peekable;
use std::str::Chars;

use super::{Fault, number};

/// Depth of arrays and objects; the outermost is 1.
pub const DEPTH_MAX: usize = 128;

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    /// The number as it was written.
    Number(String),
    Text(String),
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Json {
    /// A text value.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An object of these members, in this order.
    pub fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Object(members.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// The member of that name, if this is an object that has one.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else {
            return None;
        };
        members
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads one JSON value by RFC 8259.
///
/// # Errors
///
/// What is no JSON, a lone surrogate and too great a depth, with a description. Equal names are
/// left in; [`equal_names`] finds them.
pub fn read(text: &str) -> Result<Json, String> {
    let mut reader = Reader {
        chars: text.chars().peekable(),
        depth: 0,
    };
    let value = reader.value()?;
    reader.space();
    match reader.chars.next() {
        None => Ok(value),
        Some(c) => Err(format!("`{c}` after the value")),
    }
}

/// Equal names in one object, at any depth, with the places of the later ones.
pub fn equal_names(value: &Json, place: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    visit(value, place, &mut |value, place| {
        let Json::Object(members) = value else { return };
        for (i, (name, _)) in members.iter().enumerate() {
            if members.iter().take(i).any(|(earlier, _)| earlier == name) {
                faults.push(Fault::new(&join(place, name), "is there twice"));
            }
        }
    });
    faults
}

/// U+0000 in texts and names, at any depth; a name's place is that of its object.
pub fn zeros(value: &Json, place: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    visit(value, place, &mut |value, place| {
        let place = if place.is_empty() { "line" } else { place };
        let found = match value {
            Json::Text(text) => text.contains('\0'),
            Json::Object(members) => members.iter().any(|(name, _)| name.contains('\0')),
            _ => false,
        };
        if found {
            faults.push(Fault::new(place, "holds U+0000"));
        }
    });
    faults
}

fn visit(value: &Json, place: &str, see: &mut impl FnMut(&Json, &str)) {
    see(value, place);
    match value {
        Json::Array(elements) => {
            for (i, element) in elements.iter().enumerate() {
                visit(element, &format!("{place}[{i}]"), see);
            }
        }
        Json::Object(members) => {
            for (name, member) in members {
                visit(member, &join(place, name), see);
            }
        }
        _ => {}
    }
}

/// The place of a member; the line itself is the empty place.
pub(crate) fn join(place: &str, name: &str) -> String {
    if place.is_empty() {
        name.to_owned()
    } else {
        format!("{place}.{name}")
    }
}

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    depth: usize,
}

impl Reader<'_> {
    fn space(&mut self) {
        while self
            .chars
            .next_if(|c| matches!(c, ' ' | '\t' | '\n' | '\r'))
            .is_some()
        {}
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.space();
        self.chars.next_if_eq(&wanted).is_some()
    }

    fn value(&mut self) -> Result<Json, String> {
        self.space();
        match self.chars.peek() {
            Some('{') => self.deeper(Self::object),
            Some('[') => self.deeper(Self::array),
            Some('"') => Ok(Json::Text(self.text()?)),
            Some('-' | '0'..='9') => self.number(),
            Some('a'..='z') => self.word(),
            Some(c) => Err(format!("`{c}` begins no value")),
            None => Err("a value is missing at the end".to_owned()),
        }
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Result<Json, String>) -> Result<Json, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("deeper than {DEPTH_MAX}"));
        }
        self.chars.next();
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Json, String> {
        let mut members = Vec::new();
        if self.eat('}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.space();
            let name = self.text()?;
            if !self.eat(':') {
                return Err(format!("no colon after the name `{name}`"));
            }
            members.push((name, self.value()?));
            if self.eat('}') {
                return Ok(Json::Object(members));
            }
            if !self.eat(',') {
                return Err("neither comma nor `}` after a member".to_owned());
            }
        }
    }

    fn array(&mut self) -> Result<Json, String> {
        let mut elements = Vec::new();
        if self.eat(']') {
            return Ok(Json::Array(elements));
        }
        loop {
            elements.push(self.value()?);
            if self.eat(']') {
                return Ok(Json::Array(elements));
            }
            if !self.eat(',') {
                return Err("neither comma nor `]` after an element".to_owned());
            }
        }
    }

    fn word(&mut self) -> Result<Json, String> {
        let mut word = String::new();
        while let Some(c) = self.chars.next_if(char::is_ascii_lowercase) {
            word.push(c);
        }
        match word.as_str() {
            "null" => Ok(Json::Null),
            "true" => Ok(Json::Bool(true)),
            "false" => Ok(Json::Bool(false)),
            _ => Err(format!("`{word}` is no JSON")),
        }
    }

    fn number(&mut self) -> Result<Json, String> {
        let mut text = String::new();
        let part = |c: &char| matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E');
        while let Some(c) = self.chars.next_if(part) {
            text.push(c);
        }
        if number::is_json(&text) {
            Ok(Json::Number(text))
        } else {
            Err(format!("`{text}` is no number"))
        }
    }

    fn text(&mut self) -> Result<String, String> {
        if self.chars.next_if_eq(&'"').is_none() {
            return Err("a text is missing".to_owned());
        }
        let mut text = String::new();
        loop {
            match self.chars.next() {
                None => return Err("a text without end".to_owned()),
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape()?),
                Some(c) if c < ' ' => return Err("a bare control character".to_owned()),
                Some(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        Ok(match self.chars.next() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('t') => '\t',
            Some('n') => '\n',
            Some('f') => '\u{c}',
            Some('r') => '\r',
            Some('u') => {
                let first = self.unit()?;
                let Some(low) = self.low_half(first)? else {
                    return char::from_u32(first).ok_or_else(|| "a lone surrogate".to_owned());
                };
                let scalar = 0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00);
                char::from_u32(scalar).ok_or_else(|| "a lone surrogate".to_owned())?
            }
            _ => return Err("an unknown escape".to_owned()),
        })
    }

    /// The second half, when `first` is the first of a surrogate pair.
    fn low_half(&mut self, first: u32) -> Result<Option<u32>, String> {
        if !(0xd800..0xdc00).contains(&first) {
            return Ok(None);
        }
        if self.chars.next() == Some('\\') && self.chars.next() == Some('u') {
            let low = self.unit()?;
            if (0xdc00..0xe000).contains(&low) {
                return Ok(Some(low));
            }
        }
        Err("a lone surrogate".to_owned())
    }

    fn unit(&mut self) -> Result<u32, String> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.chars.next().and_then(|c| c.to_digit(16));
            unit = unit * 16 + digit.ok_or("a `\\u` without four hexadecimal digits")?;
        }
        Ok(unit)
    }
}
