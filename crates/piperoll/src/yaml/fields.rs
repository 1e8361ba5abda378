//! Reading a mapping key by key, so that every fault is gathered: missing, unknown, of the wrong type.

use super::schema::Kind;
use super::{Entry, Node, Position, Problems, quoted};

/// Most edits between an unknown key and the known one that is suggested.
const EDITS_MAX: usize = 2;

/// The keys of a mapping while they are read. End with [`finish`](Self::finish).
///
/// ```
/// use piperoll::yaml::{self, Fields, Problems};
///
/// let mut problems = Problems::new("bad.yaml");
/// let root = yaml::parse("trial: sqlite:a.db\n", &mut problems).unwrap();
/// let mut fields = Fields::new(&root, &mut problems).unwrap();
/// let trail = fields.optional("trail").and_then(|field| field.text(fields.problems()));
/// fields.finish();
/// let error = problems.finish(trail).unwrap_err();
/// assert_eq!(
///     error.problems()[0].to_string(),
///     "bad.yaml:1:1: unknown key `trial`; did you mean `trail`?",
/// );
/// ```
#[derive(Debug)]
#[must_use = "unknown keys are found by `finish`"]
pub struct Fields<'a, 'p> {
    at: Position,
    entries: &'a [Entry],
    known: Vec<&'static str>,
    problems: &'p mut Problems,
}

impl<'a, 'p> Fields<'a, 'p> {
    /// The keys of `node`. If it is no mapping, that is a fault and the answer is `None`.
    pub fn new(node: &'a Node, problems: &'p mut Problems) -> Option<Self> {
        let Some(entries) = node.as_mapping() else {
            problems.add(
                node.at,
                format!("expected a mapping, found {}", node.what()),
            );
            return None;
        };
        Some(Self {
            at: node.at,
            entries,
            known: Vec::new(),
            problems,
        })
    }

    /// The value of a key that must be there.
    pub fn required(&mut self, name: &'static str) -> Option<Field<'a>> {
        let field = self.optional(name);
        if field.is_none() {
            self.problems.add(self.at, format!("missing key `{name}`"));
        }
        field
    }

    /// The value of a key that may be left out. A key without a value is there, and null.
    pub fn optional(&mut self, name: &'static str) -> Option<Field<'a>> {
        self.known.push(name);
        let entry = self.entries.iter().find(|entry| entry.key == name)?;
        Some(Field {
            name,
            node: &entry.value,
        })
    }

    /// Where faults go.
    pub fn problems(&mut self) -> &mut Problems {
        self.problems
    }

    /// Every key that was not asked for is a fault.
    pub fn finish(self) {
        for entry in self
            .entries
            .iter()
            .filter(|entry| !self.known.contains(&entry.key.as_str()))
        {
            let mut message = format!("unknown key {}", quoted(&entry.key));
            if let Some(name) = nearest(&entry.key, &self.known) {
                message.push_str(&format!("; did you mean `{name}`?"));
            }
            self.problems.add(entry.at, message);
        }
    }
}

/// The value of a key, or an item of a list, with the key's name for messages.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// The key.
    pub name: &'static str,
    /// The value.
    pub node: &'a Node,
}

impl<'a> Field<'a> {
    /// The text; anything else is a fault.
    pub fn text(self, problems: &mut Problems) -> Option<&'a str> {
        let text = self.node.as_text();
        if text.is_none() {
            let scalar = self.node.as_scalar().is_some();
            self.wrong(
                problems,
                "text",
                if scalar { "; put it in quotes" } else { "" },
            );
        }
        text
    }

    /// The integer; anything else, or one that does not fit in 64 bits, is a fault.
    pub fn integer(self, problems: &mut Problems) -> Option<i64> {
        let integer = self.node.as_integer();
        if integer.is_none() {
            match self.node.as_scalar().map(|scalar| scalar.kind()) {
                Some(Kind::Integer) => {
                    problems.add(
                        self.node.at,
                        format!("`{}` does not fit in 64 bits", self.name),
                    );
                }
                _ => self.wrong(problems, "an integer", ""),
            }
        }
        integer
    }

    /// The boolean; anything else is a fault.
    pub fn boolean(self, problems: &mut Problems) -> Option<bool> {
        let boolean = self.node.as_bool();
        if boolean.is_none() {
            self.wrong(problems, "`true` or `false`", "");
        }
        boolean
    }

    /// The items of a list, under the name of the list; anything else is a fault.
    pub fn items(self, problems: &mut Problems) -> Vec<Self> {
        let Some(items) = self.node.as_sequence() else {
            self.wrong(problems, "a list", "");
            return Vec::new();
        };
        items
            .iter()
            .map(|node| Self {
                name: self.name,
                node,
            })
            .collect()
    }

    /// The keys of a mapping; anything else is a fault.
    pub fn mapping(self, problems: &mut Problems) -> Option<Fields<'a, '_>> {
        if self.node.as_mapping().is_none() {
            self.wrong(problems, "a mapping", "");
            return None;
        }
        Fields::new(self.node, problems)
    }

    fn wrong(self, problems: &mut Problems, wanted: &str, help: &str) {
        let message = if self.node.is_null() {
            format!("`{}` has no value", self.name)
        } else {
            let found = self.node.what();
            format!("`{}` must be {wanted}, not {found}{help}", self.name)
        };
        problems.add(self.node.at, message);
    }
}

/// The known name with the fewest edits, if those are few and leave something of it.
pub(super) fn nearest<'n>(key: &str, known: &[&'n str]) -> Option<&'n str> {
    let near = known
        .iter()
        .filter_map(|name| Some((edits(key, name)?, *name)));
    near.filter(|(edits, name)| *edits < name.chars().count())
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, name)| name)
}

/// The Levenshtein distance, where it is at most [`EDITS_MAX`].
fn edits(from: &str, to: &str) -> Option<usize> {
    let to: Vec<char> = to.chars().collect();
    // A key may be as long as the file: it is not looked at beyond what could match.
    let from: Vec<char> = from.chars().take(to.len() + EDITS_MAX + 1).collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, from_char) in from.iter().enumerate() {
        let mut left = line + 1;
        let mut next = vec![left];
        for (to_char, window) in to.iter().zip(row.windows(2)) {
            let [diagonal, above] = window else { continue };
            left = (above + 1)
                .min(left + 1)
                .min(diagonal + usize::from(from_char != to_char));
            next.push(left);
        }
        row = next;
    }
    row.last().copied().filter(|edits| *edits <= EDITS_MAX)
}
