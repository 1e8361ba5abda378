//! The events of a file: read to the end and kept, so that an alias can be read again at its target.

use super::{Bounds, Position, Problems, Tag, quoted};
use crate::limits::NESTING_MAX;
use saphyr_parser::{Event as Saphyr, Marker, Parser, ScalarStyle};
use std::borrow::Cow;
use std::collections::HashMap;

/// One event, with the place where it starts.
pub(super) struct Event<'a> {
    pub(super) at: Position,
    pub(super) what: What<'a>,
}

pub(super) enum What<'a> {
    Scalar {
        text: Cow<'a, str>,
        plain: bool,
        tag: Option<Tag>,
    },
    Sequence,
    Mapping,
    End,
    /// The index of the event at which the target starts. The target ended before this event.
    Alias(usize),
}

/// The events of the one document of `text`: balanced, at most [`NESTING_MAX`] deep, at most
/// as many as the bounds say. `None` when there was a fault after which no tree can be made.
pub(super) fn collect<'a>(
    text: &'a str,
    bounds: Bounds,
    problems: &mut Problems,
) -> Option<Vec<Event<'a>>> {
    let Bounds { bytes, nodes } = bounds;
    if text.len() > bytes {
        problems.add(Position::START, format!("longer than {bytes} bytes"));
        return None;
    }
    // A byte order mark would push the columns of the first line.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some((at, c)) = first_unprintable(text) {
        let code = u32::from(c);
        problems.add(
            at,
            format!(
                "the character U+{code:04X} may not stand in YAML; write it as an escape in double quotes"
            ),
        );
        return None;
    }
    let mut collector = Collector {
        events: Vec::new(),
        open: Vec::new(),
        ended: HashMap::new(),
        nodes_max: nodes,
        problems,
    };
    let mut documents = 0_usize;
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                let at = position(error.marker());
                let help = match error.info() {
                    "mapping values are not allowed in this context" => {
                        "; a value with `: ` in it or `:` at its end stands in quotes"
                    }
                    _ => "",
                };
                let message = format!("not valid YAML: {}{help}", error.info());
                collector.problems.add(at, message);
                return None;
            }
        };
        let at = position(&span.start);
        if matches!(event, Saphyr::DocumentStart(_)) {
            documents += 1;
            if documents > 1 {
                collector
                    .problems
                    .add(at, "a second document; a file holds one");
                break;
            }
        }
        collector.take(event, at)?;
    }
    Some(collector.events)
}

struct Collector<'a, 'p> {
    events: Vec<Event<'a>>,
    /// The collections not yet ended: index of the event, anchor.
    open: Vec<(usize, usize)>,
    /// Where the target of an anchor starts, once it has ended.
    ended: HashMap<usize, usize>,
    nodes_max: usize,
    problems: &'p mut Problems,
}

impl<'a> Collector<'a, '_> {
    fn take(&mut self, event: Saphyr<'a>, at: Position) -> Option<()> {
        match event {
            Saphyr::Scalar(text, style, anchor, tag) => {
                let tag = self.scalar_tag(tag.as_deref(), at);
                let plain = style == ScalarStyle::Plain;
                let index = self.push(at, What::Scalar { text, plain, tag })?;
                self.end(anchor, index);
            }
            Saphyr::SequenceStart(anchor, tag) => {
                self.collection_tag(tag.as_deref(), "seq", "a list", at);
                self.start(at, What::Sequence, anchor)?;
            }
            Saphyr::MappingStart(anchor, tag) => {
                self.collection_tag(tag.as_deref(), "map", "a mapping", at);
                self.start(at, What::Mapping, anchor)?;
            }
            Saphyr::SequenceEnd | Saphyr::MappingEnd => {
                self.events.push(Event {
                    at,
                    what: What::End,
                });
                if let Some((index, anchor)) = self.open.pop() {
                    self.end(anchor, index);
                }
            }
            Saphyr::Alias(anchor) => {
                let Some(&target) = self.ended.get(&anchor) else {
                    self.problems
                        .add(at, "an alias inside of what it stands for");
                    return None;
                };
                self.push(at, What::Alias(target))?;
            }
            Saphyr::Nothing
            | Saphyr::StreamStart
            | Saphyr::StreamEnd
            | Saphyr::DocumentStart(_)
            | Saphyr::DocumentEnd => {}
        }
        Some(())
    }

    fn start(&mut self, at: Position, what: What<'a>, anchor: usize) -> Option<()> {
        if self.open.len() >= NESTING_MAX {
            self.problems
                .add(at, format!("nested deeper than {NESTING_MAX} levels"));
            return None;
        }
        let index = self.push(at, what)?;
        self.open.push((index, anchor));
        Some(())
    }

    fn end(&mut self, anchor: usize, index: usize) {
        if anchor != NO_ANCHOR {
            self.ended.insert(anchor, index);
        }
    }

    fn push(&mut self, at: Position, what: What<'a>) -> Option<usize> {
        let index = self.events.len();
        // Ends are events but no nodes; there are at most as many of them as nodes.
        if index >= 2 * self.nodes_max {
            self.problems
                .add(at, format!("more than {} nodes", self.nodes_max));
            return None;
        }
        self.events.push(Event { at, what });
        Some(index)
    }

    fn scalar_tag(&mut self, tag: Option<&saphyr_parser::Tag>, at: Position) -> Option<Tag> {
        let name = full_name(tag?);
        let core = match name.strip_prefix(CORE) {
            Some("null") => Tag::Null,
            Some("bool") => Tag::Bool,
            Some("int") => Tag::Integer,
            Some("float") => Tag::Float,
            Some("str") => Tag::Text,
            Some("seq" | "map") => {
                self.misplaced_tag(&name, "a single value", at);
                return None;
            }
            _ => {
                self.unknown_tag(&name, at);
                return None;
            }
        };
        Some(core)
    }

    fn collection_tag(
        &mut self,
        tag: Option<&saphyr_parser::Tag>,
        own: &str,
        what: &str,
        at: Position,
    ) {
        let Some(tag) = tag else { return };
        let name = full_name(tag);
        match name.strip_prefix(CORE) {
            Some(core) if core == own => {}
            Some("null" | "bool" | "int" | "float" | "str" | "seq" | "map") => {
                self.misplaced_tag(&name, what, at);
            }
            _ => self.unknown_tag(&name, at),
        }
    }

    fn misplaced_tag(&mut self, name: &str, what: &str, at: Position) {
        self.problems
            .add(at, format!("the tag {} does not fit {what}", shown(name)));
    }

    fn unknown_tag(&mut self, name: &str, at: Position) {
        self.problems
            .add(at, format!("unknown tag {}", shown(name)));
    }
}

/// What saphyr gives for a node without anchor.
const NO_ANCHOR: usize = 0;

/// What `!!` stands for.
const CORE: &str = "tag:yaml.org,2002:";

fn full_name(tag: &saphyr_parser::Tag) -> String {
    format!("{}{}", tag.handle, tag.suffix)
}

fn shown(name: &str) -> String {
    match name.strip_prefix(CORE) {
        Some(core) => quoted(&format!("!!{core}")),
        None => quoted(name),
    }
}

fn position(marker: &Marker) -> Position {
    Position {
        line: marker.line(),
        column: marker.col() + 1,
    }
}

/// The first character that YAML 1.2 (production 1) does not allow, or a byte order mark, which it
/// does not allow but in quotes.
fn first_unprintable(text: &str) -> Option<(Position, char)> {
    let mut at = Position::START;
    let mut previous = ' ';
    for c in text.chars() {
        let allowed = match c {
            '\t' | '\n' | '\r' | '\u{85}' => true,
            '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
            _ => !c.is_control(),
        };
        if !allowed {
            return Some((at, c));
        }
        match c {
            '\n' if previous == '\r' => {}
            '\n' | '\r' => {
                at = Position {
                    line: at.line + 1,
                    column: 1,
                }
            }
            _ => at.column += 1,
        }
        previous = c;
    }
    None
}
