//! Secrets are replaced before anything is written: by the names of values, and then wherever those values stand in other texts.

use super::Run;
use crate::event::{REDACTED, Value, redact as redact_names};
use std::collections::{BTreeMap, BTreeSet};

/// Words that are values of many things, and nobody's secret: replacing them would leave nothing to read.
const NO_SECRETS: [&str; 12] = [
    "0", "1", "true", "false", "yes", "no", "on", "off", "null", "none", "enabled", "disabled",
];
/// Letters from which on a secret is replaced also inside of words.
const LETTERS_MIN: usize = 4;

/// The values that are to be seen nowhere.
#[derive(Clone, Default)]
pub struct Secrets {
    /// The longest first: one may hold another.
    values: Vec<String>,
}

/// Replaces what is secret in a run's context and metadata, in values and in names.
pub(super) fn redact(run: &mut Run, words: &[String]) {
    if !is_to_be_redacted(run, words) {
        return;
    }
    Secrets::of_run(run, words).redact_run(run, words);
}

/// Whether anything in a run's context and metadata may have a name that holds one of `words`. Where nothing has, there is nothing to replace.
pub(super) fn is_to_be_redacted(run: &Run, words: &[String]) -> bool {
    let words = lower(words);
    let mut is_one = |name: &str| is_secret(name, &words);
    let objects = [&run.context, &run.runs_metadata];
    !words.is_empty() && objects.iter().any(|it| it.any_name(&mut is_one))
}

impl Secrets {
    /// The values of those pairs whose name holds one of `words`, in any case.
    pub fn of_pairs<'p>(
        pairs: impl IntoIterator<Item = (&'p str, &'p str)>,
        words: &[String],
    ) -> Self {
        let words = lower(words);
        let pairs = pairs.into_iter();
        let secret = pairs.filter(|(name, _)| is_secret(name, &words));
        Self::of(secret.map(|(_, value)| value.to_owned()).collect())
    }

    /// The values in a run's context and metadata that stand, at any depth, under a name that holds one of `words`, in any case.
    pub fn of_run(run: &Run, words: &[String]) -> Self {
        let words = lower(words);
        let mut found = BTreeSet::new();
        for members in [&run.context, &run.runs_metadata] {
            collect(&members.tree(), &words, &mut found);
        }
        Self::of(found)
    }

    fn of(found: BTreeSet<String>) -> Self {
        let mut all = BTreeSet::new();
        for value in found {
            // A key of several lines may come out line by line, and in JSON it comes out escaped.
            let lines = value.lines().map(str::trim);
            all.extend(lines.filter(|line| line.len() >= 8).map(str::to_owned));
            let quoted = Value::Text(value.clone()).canonical();
            all.extend(
                quoted
                    .get(1..quoted.len().saturating_sub(1))
                    .map(str::to_owned),
            );
            let trimmed = value.trim();
            all.insert(trimmed.to_owned());
            all.insert(value);
        }
        let is_none = |value: &String| {
            value.trim().is_empty()
                || value == REDACTED
                || NO_SECRETS
                    .iter()
                    .any(|word| word.eq_ignore_ascii_case(value))
        };
        let mut values: Vec<String> = all.into_iter().filter(|value| !is_none(value)).collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Self { values }
    }

    /// These and others.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let all = self.values.into_iter().chain(other.values);
        let mut values: Vec<String> = all.collect::<BTreeSet<_>>().into_iter().collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Self { values }
    }

    /// Bytes of the longest one.
    pub fn bytes_max(&self) -> usize {
        self.values.first().map_or(0, String::len)
    }

    /// Replaces what is secret in a run: by name, then by value.
    pub fn redact_run(&self, run: &mut Run, words: &[String]) {
        for members in [&mut run.context, &mut run.runs_metadata] {
            let mut value = Value::Object(std::mem::take(members).into_tree());
            redact_names(&mut value, words);
            self.redact_value(&mut value);
            if let Value::Object(redacted) = value {
                *members = redacted.into();
            }
        }
    }

    fn redact_value(&self, value: &mut Value) {
        if self.values.is_empty() {
            return;
        }
        match value {
            Value::Text(text) | Value::Typed(_, text) => {
                if let Some(redacted) = self.redacted(text) {
                    *value = Value::Text(redacted);
                }
            }
            Value::Int(_) | Value::Real(_) => {
                let text = value.canonical();
                if self.values.contains(&text) {
                    *value = Value::Text(REDACTED.to_owned());
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.redact_value(item);
                }
            }
            Value::Object(members) => {
                for (name, mut value) in std::mem::take(members) {
                    self.redact_value(&mut value);
                    members.insert(self.redacted(&name).unwrap_or(name), value);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// The text with what is secret replaced; `None` when nothing is.
    pub fn redacted(&self, text: &str) -> Option<String> {
        let spans = self.spans(text);
        (!spans.is_empty()).then(|| replaced(text, &spans, 0))
    }

    /// The end of a text from byte `from` on, with what is secret replaced; what is cut in two there is replaced whole.
    pub fn redacted_from(&self, text: &str, from: usize) -> String {
        replaced(text, &self.spans(text), from)
    }

    /// Where secrets stand, in order, those that overlap as one.
    fn spans(&self, text: &str) -> Vec<(usize, usize)> {
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for value in &self.values {
            let found = text.match_indices(value.as_str());
            let found = found.map(|(at, _)| (at, at + value.len()));
            let long = value.chars().count() >= LETTERS_MIN;
            spans.extend(found.filter(|(from, to)| long || is_word(text, *from, *to)));
        }
        spans.sort_unstable();
        let mut joined: Vec<(usize, usize)> = Vec::with_capacity(spans.len());
        for (from, to) in spans {
            match joined.last_mut() {
                Some((_, end)) if from < *end => *end = to.max(*end),
                _ => joined.push((from, to)),
            }
        }
        joined
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.values.len())
    }
}

fn lower(words: &[String]) -> Vec<String> {
    words.iter().map(|word| word.to_lowercase()).collect()
}

/// Whether a name holds one of the words, which are in lower case.
fn is_secret(name: &str, words: &[String]) -> bool {
    if !name.is_ascii() {
        let name = name.to_lowercase();
        return words.iter().any(|word| name.contains(word.as_str()));
    }
    // Of every value that is recorded the name is looked at: most are short, and need no other text in lower case.
    words.iter().any(|word| {
        let mut windows = name.as_bytes().windows(word.len().max(1));
        word.is_empty() || windows.any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    })
}

/// The values, at any depth, that stand under a secret name.
fn collect(members: &BTreeMap<String, Value>, words: &[String], found: &mut BTreeSet<String>) {
    for (name, value) in members {
        if is_secret(name, words) {
            scalars(value, found);
        } else {
            within(value, words, found);
        }
    }
}

fn within(value: &Value, words: &[String], found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => collect(members, words, found),
        Value::Array(items) => items.iter().for_each(|item| within(item, words, found)),
        _ => {}
    }
}

fn scalars(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Text(text) | Value::Typed(_, text) => drop(found.insert(text.clone())),
        Value::Int(_) | Value::Real(_) => drop(found.insert(value.canonical())),
        Value::Array(items) => items.iter().for_each(|item| scalars(item, found)),
        Value::Object(members) => members.values().for_each(|value| scalars(value, found)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Whether no letter or digit stands on either side.
fn is_word(text: &str, from: usize, to: usize) -> bool {
    let (before, rest) = text.split_at_checked(from).unwrap_or_default();
    let after = rest.get(to - from..).unwrap_or_default();
    let before = before.chars().next_back();
    let ends = [before, after.chars().next()];
    !ends.into_iter().flatten().any(char::is_alphanumeric)
}

fn replaced(text: &str, spans: &[(usize, usize)], from: usize) -> String {
    let mut out = String::with_capacity(text.len().saturating_sub(from));
    let mut at = from;
    for (start, end) in spans.iter().copied().filter(|(_, end)| *end > from) {
        out.push_str(text.get(at..start.max(at)).unwrap_or_default());
        out.push_str(REDACTED);
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests;
