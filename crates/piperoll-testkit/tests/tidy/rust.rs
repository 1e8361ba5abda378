//! Just enough of Rust's grammar to tell code, text literals and comments apart.

/// A source file three times over. Each view is as long as the source and has the other two blanked out, so that a line
/// number means the same in all.
pub(crate) struct Source {
    pub(crate) code: String,
    pub(crate) literals: String,
    pub(crate) comments: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Code,
    Literal,
    Comment,
}

impl Source {
    pub(crate) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut classes = vec![Class::Code; bytes.len()];
        let mut at = 0;
        while at < bytes.len() {
            let (end, class) = token(bytes, at);
            classes[at..end].fill(class);
            at = end;
        }
        let view = |wanted| {
            let kept = |(byte, class): (&u8, &Class)| {
                if *class == wanted || *byte == b'\n' {
                    *byte
                } else {
                    b' '
                }
            };
            let bytes = bytes.iter().zip(&classes).map(kept).collect::<Vec<_>>();
            String::from_utf8(bytes).expect("a token holds whole characters")
        };
        Self {
            code: view(Class::Code),
            literals: view(Class::Literal),
            comments: view(Class::Comment),
        }
    }

    /// The same without what is compiled for tests only.
    pub(crate) fn shipped(text: &str) -> Self {
        let mut source = Self::new(text);
        for (start, end) in test_items(&source.code) {
            for view in [&mut source.code, &mut source.literals, &mut source.comments] {
                let blank = view[start..end]
                    .bytes()
                    .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
                    .collect::<String>();
                view.replace_range(start..end, &blank);
            }
        }
        source
    }
}

/// How many lines of a source are compiled for tests only.
pub(crate) fn test_lines(text: &str) -> usize {
    let items = test_items(&Source::new(text).code);
    items
        .into_iter()
        .map(|(start, end)| text[start..end].lines().count())
        .sum()
}

/// The end and the class of the token, or of the single byte of code, that starts at `at`.
fn token(bytes: &[u8], at: usize) -> (usize, Class) {
    let rest = &bytes[at..];
    let starts_word = at == 0 || !is_word(bytes[at - 1]);
    if rest.starts_with(b"//") {
        let length = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(rest.len());
        return (at + length, Class::Comment);
    }
    if rest.starts_with(b"/*") {
        return (at + block_comment(rest), Class::Comment);
    }
    if starts_word && let Some(length) = raw_string(rest) {
        return (at + length, Class::Literal);
    }
    if rest[0] == b'"' {
        return (at + quoted(rest, b'"'), Class::Literal);
    }
    if rest[0] == b'\'' && is_character(rest) {
        return (at + quoted(rest, b'\''), Class::Literal);
    }
    (at + 1, Class::Code)
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (1, 2);
    while depth > 0 && at < rest.len() {
        let step = match &rest[at..] {
            [b'/', b'*', ..] => {
                depth += 1;
                2
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        at += step;
    }
    at
}

/// The length of a raw string (`r"`, `br#"`, `cr"`) at the start of `rest`.
fn raw_string(rest: &[u8]) -> Option<usize> {
    let prefix = usize::from(matches!(rest[0], b'b' | b'c'));
    let hashes_at = (rest.get(prefix) == Some(&b'r')).then_some(prefix + 1)?;
    let hashes = rest[hashes_at..]
        .iter()
        .take_while(|byte| **byte == b'#')
        .count();
    let body = hashes_at + hashes + 1;
    (rest.get(body - 1) == Some(&b'"')).then_some(())?;
    let end = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
    let length = rest[body..]
        .windows(end.len())
        .position(|window| window == end);
    Some(length.map_or(rest.len(), |length| body + length + end.len()))
}

fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Whether the quote at the start of `rest` opens a character, not a lifetime.
fn is_character(rest: &[u8]) -> bool {
    match rest.get(1) {
        Some(b'\\') => true,
        Some(first) => {
            let length = match first {
                0xf0.. => 4,
                0xe0.. => 3,
                0xc0.. => 2,
                _ => 1,
            };
            rest.get(1 + length) == Some(&b'\'')
        }
        None => false,
    }
}

/// Where the items under `#[cfg(test)]` or `#[cfg(all(test, ..))]` start and end.
fn test_items(code: &str) -> Vec<(usize, usize)> {
    let mut items = Vec::new();
    let mut from = 0;
    while let Some(found) = code[from..].find("#[cfg(") {
        let start = from + found;
        let condition = &code[start + "#[cfg(".len()..];
        from = start + 1;
        if condition.starts_with("test)") || condition.starts_with("all(test") {
            from = item_end(code, start);
            items.push((start, from));
        }
    }
    items
}

/// The end of the item whose attributes start at `start`: its semicolon, or the end of its block.
fn item_end(code: &str, start: usize) -> usize {
    let mut depth = 0_i32;
    for (at, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth -= 1;
                if depth == 0 && byte == b'}' {
                    return at + 1;
                }
            }
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The words of code with the place of each.
pub(crate) fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.split(|character: char| !(character.is_alphanumeric() || character == '_'))
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - code.as_ptr() as usize, word))
}

/// The line, from 1, of a place in a text.
pub(crate) fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

#[test]
fn code_literals_and_comments_are_told_apart() {
    let cases: [(&str, &str, &str, &str); 9] = [
        ("a // b", "a", "", "// b"),
        (
            "a /* b /* c */ d */ e",
            "a                   e",
            "",
            "/* b /* c */ d */",
        ),
        (r#"f("a // \" b")"#, "f(           )", r#""a // \" b""#, ""),
        (r##"r#"a"b"# c"##, "c", r##"r#"a"b"#"##, ""),
        (r#"br"\" c"#, "c", r#"br"\""#, ""),
        ("r#type", "r#type", "", ""),
        ("'\"' 'a 'b' '\\''", "'a", "'\"'    'b' '\\''", ""),
        ("for\"x\"", "for", "\"x\"", ""),
        ("'\u{e9}' x", "x", "'\u{e9}'", ""),
    ];
    for (text, code, literals, comments) in cases {
        let source = Source::new(text);
        let views = [
            source.code.trim(),
            source.literals.trim(),
            source.comments.trim(),
        ];
        assert_eq!(views, [code, literals, comments], "of {text}");
        assert_eq!(source.code.len(), text.len(), "of {text}");
    }
}

#[test]
fn what_is_compiled_for_tests_only_is_left_out() {
    let text = "a;\n#[cfg(test)]\nmod tests;\nb;\n#[cfg(test)]\n#[expect(x)]\nmod t {\n fn c() { \"}\" }\n}\n\
                #[cfg(all(test, unix))]\nfn d(_: [u8; 2]) {}\n#[cfg(unix)]\nfn e() {}\n";
    let source = Source::shipped(text);
    let left = words(&source.code)
        .map(|(_, word)| word)
        .collect::<Vec<_>>();
    assert_eq!(left, ["a", "b", "cfg", "unix", "fn", "e"]);
    assert_eq!(source.literals.trim(), "");
    assert_eq!(source.code.lines().count(), text.lines().count());
    assert_eq!(test_lines(text), 9);
}

#[test]
fn a_place_has_a_line() {
    assert_eq!(
        [line("a\nb\nc", 0), line("a\nb\nc", 2), line("a\nb\nc", 4)],
        [1, 2, 3]
    );
}
