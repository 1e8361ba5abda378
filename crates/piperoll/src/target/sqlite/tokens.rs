//! SQLite's SQL, cut into tokens. As SQLite cuts it, so that what is quoted here is quoted there.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or a plain name.
    Word,
    /// A name in `"`, backticks or brackets.
    Quoted,
    /// A text in `'`.
    Text,
    /// A blob, `x'00'`.
    Blob,
    /// A number.
    Number,
    /// A parameter: `?1`, `:a`.
    Parameter,
    /// A comment.
    Comment,
    /// Anything else: one character.
    Sign,
}

/// A token: what it is, and where in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    /// Its first byte in the whole text.
    pub(super) at: usize,
}

impl Token<'_> {
    /// The byte behind it.
    pub(super) fn end(&self) -> usize {
        self.at + self.text.len()
    }

    /// Whether it is this keyword.
    pub(super) fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    /// Whether it is this character.
    pub(super) fn is_sign(&self, sign: &str) -> bool {
        self.kind == Kind::Sign && self.text == sign
    }

    /// The name that it stands for, where it can stand for one. SQLite takes a text for a name where only a name can stand.
    pub(super) fn name(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_owned()),
            Kind::Quoted | Kind::Text => Some(unquoted(self.text)),
            _ => None,
        }
    }
}

/// The content of a quoted name or text.
pub(super) fn unquoted(text: &str) -> String {
    let mut letters = text.chars();
    let open = letters.next();
    letters.next_back();
    let inner = letters.as_str();
    match open {
        Some('[') => inner.to_owned(),
        Some(quote) => inner.replace(&format!("{quote}{quote}"), &quote.to_string()),
        None => String::new(),
    }
}

/// Cuts a text. `Err` says what is wrong with it: a quote or a comment that does not end.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, &'static str> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let blank = rest.len() - rest.trim_start_matches(is_blank).len();
        if blank > 0 {
            at += blank;
            continue;
        }
        let (kind, length) = next(rest)?;
        let Some(cut) = rest.get(..length) else {
            return Err("is cut in the middle of a character");
        };
        found.push(Token {
            kind,
            text: cut,
            at,
        });
        at += length;
    }
    Ok(found)
}

fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$') || !letter.is_ascii()
}

/// The kind and the length of the token at the start of a text that starts with one.
fn next(rest: &str) -> Result<(Kind, usize), &'static str> {
    let first = rest.chars().next().unwrap_or_default();
    let length_while =
        |keep: fn(char) -> bool| rest.find(|letter| !keep(letter)).unwrap_or(rest.len());
    match first {
        '\'' => Ok((Kind::Text, quoted(rest, '\'')?)),
        '"' | '`' => Ok((Kind::Quoted, quoted(rest, first)?)),
        '[' => {
            let end = rest.find(']').ok_or("has a `[` that does not end")?;
            Ok((Kind::Quoted, end + 1))
        }
        'x' | 'X' if rest.get(1..2) == Some("'") => {
            let length = quoted(rest.get(1..).unwrap_or_default(), '\'')?;
            Ok((Kind::Blob, length + 1))
        }
        '-' if rest.starts_with("--") => Ok((Kind::Comment, rest.find('\n').unwrap_or(rest.len()))),
        '/' if rest.starts_with("/*") => {
            // SQLite takes one that does not end for one that ends with the text.
            let end = rest.get(2..).and_then(|inner| inner.find("*/"));
            Ok((Kind::Comment, end.map_or(rest.len(), |end| end + 4)))
        }
        '0'..='9' => Ok((Kind::Number, number(rest))),
        '.' if rest
            .chars()
            .nth(1)
            .is_some_and(|next| next.is_ascii_digit()) =>
        {
            Ok((Kind::Number, number(rest)))
        }
        '?' | ':' | '@' | '#' => {
            let tail = rest.get(1..).unwrap_or_default();
            let length = tail.find(|letter| !is_word(letter)).unwrap_or(tail.len());
            Ok((Kind::Parameter, length + 1))
        }
        '$' => Ok((Kind::Parameter, length_while(is_word))),
        first if is_word(first) => Ok((Kind::Word, length_while(is_word))),
        other => Ok((Kind::Sign, other.len_utf8())),
    }
}

/// The length of what stands in a quote that is written twice inside.
fn quoted(rest: &str, quote: char) -> Result<usize, &'static str> {
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == quote {
            if letters.peek().is_some_and(|(_, next)| *next == quote) {
                letters.next();
            } else {
                return Ok(at + 1);
            }
        }
    }
    Err("has a quote that does not end")
}

fn number(rest: &str) -> usize {
    let mut before = '0';
    let hexadecimal = rest.starts_with("0x") || rest.starts_with("0X");
    let belongs = |letter: char| {
        let sign = matches!(letter, '+' | '-') && matches!(before, 'e' | 'E') && !hexadecimal;
        before = letter;
        sign || letter == '.' || is_word(letter)
    };
    let mut belongs = belongs;
    rest.find(|letter| !belongs(letter)).unwrap_or(rest.len())
}

/// The tokens without comments.
pub(super) fn code(text: &str) -> Result<Vec<Token<'_>>, &'static str> {
    let mut found = tokens(text)?;
    found.retain(|token| token.kind != Kind::Comment);
    Ok(found)
}

/// Whether two pieces of SQL say the same: token by token, words and names without regard to case.
pub(super) fn same(one: &str, other: &str) -> bool {
    let (Ok(one), Ok(other)) = (code(one), code(other)) else {
        return one == other;
    };
    let equal = |one: &Token<'_>, other: &Token<'_>| match (one.kind, other.kind) {
        (Kind::Word | Kind::Quoted, Kind::Word | Kind::Quoted) => one
            .name()
            .zip(other.name())
            .is_some_and(|(one, other)| one.eq_ignore_ascii_case(&other)),
        (kind, other_kind) => kind == other_kind && one.text == other.text,
    };
    one.len() == other.len() && one.iter().zip(&other).all(|(a, b)| equal(a, b))
}

/// The text without the table's name before a column's; none when it stands nowhere.
pub(super) fn unqualified(sql: &str, table: &str) -> Option<String> {
    if !sql.contains('.') {
        return None;
    }
    let tokens = code(sql).ok()?;
    let mut left = String::new();
    let mut from = 0;
    for pair in tokens.windows(3) {
        let [name, point, column] = pair else {
            continue;
        };
        let is_table = matches!(name.kind, Kind::Word | Kind::Quoted)
            && name
                .name()
                .is_some_and(|name| name.eq_ignore_ascii_case(table));
        if is_table && point.is_sign(".") && column.name().is_some() {
            left.push_str(sql.get(from..name.at)?);
            from = column.at;
        }
    }
    if from == 0 {
        return None;
    }
    left.push_str(sql.get(from..)?);
    Some(left)
}
