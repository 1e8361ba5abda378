//! From events to the tree: keys checked, aliases expanded within limits.

use super::events::{Event, What};
use super::{Bounds, Entry, Node, Position, Problems, Scalar, Value, quoted, schema};
use crate::limits::NESTING_MAX;
use std::collections::HashSet;

/// The tree of a document; an empty one is a null at the start. `None` when a limit was passed.
pub(super) fn tree(events: &[Event<'_>], bounds: Bounds, problems: &mut Problems) -> Option<Node> {
    if events.is_empty() {
        let nothing = Scalar {
            text: String::new(),
            plain: true,
            tag: None,
        };
        return Some(Node {
            at: Position::START,
            value: Value::Scalar(nothing),
        });
    }
    let mut builder = Builder {
        events,
        bounds,
        nodes: 0,
        aliased_bytes: 0,
        alias: None,
        problems,
    };
    builder.node(0, 0).map(|(node, _)| node)
}

struct Builder<'e, 'p> {
    events: &'e [Event<'e>],
    bounds: Bounds,
    nodes: usize,
    aliased_bytes: usize,
    /// The outermost alias that is being expanded. What it stands for was checked where it is written.
    alias: Option<Position>,
    problems: &'p mut Problems,
}

impl Builder<'_, '_> {
    /// The node that starts at the event `index`, and the index after it.
    fn node(&mut self, index: usize, depth: usize) -> Option<(Node, usize)> {
        let event = self.events.get(index)?;
        let at = event.at;
        match &event.what {
            What::Scalar { text, plain, tag } => {
                self.count(at, text.len())?;
                let mut text = text.to_string();
                if text.contains('\0') {
                    self.problem(at, "a text must not hold U+0000");
                    text.retain(|c| c != '\0');
                }
                let tag = tag.filter(|tag| {
                    let fits = schema::fits(*tag, &text);
                    if !fits {
                        let what = tag.kind().what();
                        self.problem(at, &format!("not {what}, as its tag says"));
                    }
                    fits
                });
                let scalar = Scalar {
                    text,
                    plain: *plain,
                    tag,
                };
                Some((
                    Node {
                        at,
                        value: Value::Scalar(scalar),
                    },
                    index + 1,
                ))
            }
            What::Sequence => {
                self.enter(at, depth)?;
                let mut items = Vec::new();
                let mut next = index + 1;
                while !self.ends(next) {
                    let (item, after) = self.node(next, depth + 1)?;
                    items.push(item);
                    next = after;
                }
                Some((
                    Node {
                        at,
                        value: Value::Sequence(items),
                    },
                    next + 1,
                ))
            }
            What::Mapping => {
                self.enter(at, depth)?;
                let (entries, next) = self.entries(index + 1, depth + 1)?;
                Some((
                    Node {
                        at,
                        value: Value::Mapping(entries),
                    },
                    next + 1,
                ))
            }
            What::Alias(target) => {
                let outer = self.alias;
                self.alias = outer.or(Some(at));
                let (target, _) = self.node(*target, depth)?;
                self.alias = outer;
                Some((
                    Node {
                        at,
                        value: target.value,
                    },
                    index + 1,
                ))
            }
            What::End => None,
        }
    }

    /// The entries of a mapping, and the index of its end.
    fn entries(&mut self, first: usize, depth: usize) -> Option<(Vec<Entry>, usize)> {
        let mut entries = Vec::new();
        let mut seen = HashSet::new();
        let mut next = first;
        while !self.ends(next) {
            let (key, after_key) = self.node(next, depth)?;
            let (value, after) = self.node(after_key, depth)?;
            next = after;
            let at = key.at;
            let Value::Scalar(scalar) = key.value else {
                self.problem(at, "a key must be a single value, not a collection");
                continue;
            };
            if scalar.plain && scalar.text == "<<" {
                self.problem(
                    at,
                    "merge keys (`<<`) are not supported; write the keys out",
                );
            } else if scalar.plain && scalar.text.is_empty() {
                self.problem(at, "a value without a key");
            } else if seen.insert(scalar.text.clone()) {
                entries.push(Entry {
                    at,
                    key: scalar.text,
                    value,
                });
            } else {
                self.problem(
                    at,
                    &format!("the key {} is there twice", quoted(&scalar.text)),
                );
            }
        }
        Some((entries, next))
    }

    /// Whether the collection ends at `index`. The events are balanced, so they do not run out first.
    fn ends(&self, index: usize) -> bool {
        self.events
            .get(index)
            .is_none_or(|event| matches!(event.what, What::End))
    }

    fn enter(&mut self, at: Position, depth: usize) -> Option<()> {
        if depth >= NESTING_MAX {
            let at = self.alias.unwrap_or(at);
            self.problems
                .add(at, format!("nested deeper than {NESTING_MAX} levels"));
            return None;
        }
        self.count(at, 0)
    }

    /// Counts a node. Without aliases the length of the file bounds the text, with them only this does.
    fn count(&mut self, at: Position, text_bytes: usize) -> Option<()> {
        let Bounds { bytes, nodes } = self.bounds;
        self.nodes += 1;
        let Some(alias) = self.alias else {
            if self.nodes > nodes {
                self.problems.add(at, format!("more than {nodes} nodes"));
                return None;
            }
            return Some(());
        };
        self.aliased_bytes += text_bytes;
        if self.nodes > nodes {
            let message = format!("with this alias expanded, more than {nodes} nodes");
            self.problems.add(alias, message);
            return None;
        }
        if self.aliased_bytes > bytes {
            let message = format!("the aliases up to this one stand for more than {bytes} bytes");
            self.problems.add(alias, message);
            return None;
        }
        Some(())
    }

    fn problem(&mut self, at: Position, message: &str) {
        if self.alias.is_none() {
            self.problems.add(at, message);
        }
    }
}
