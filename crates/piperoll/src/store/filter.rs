use crate::error::{Error, Result};
use crate::event::{Attribute, Header, Instant, Kind, Outcome};
use crate::seal::EntryIndex;
use globset::{GlobBuilder, GlobMatcher};

/// What an entry must be in order to be found: all that is given.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Its family.
    pub kind: Option<Kind>,
    /// What was done, letter by letter.
    pub action: Option<String>,
    /// The actor's name, letter by letter.
    pub actor: Option<String>,
    /// The resource's name.
    pub resource: Option<Glob>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// It happened at or after this.
    pub since: Option<Instant>,
    /// It happened before this.
    pub until: Option<Instant>,
    /// It has this attribute.
    pub attribute: Option<Attribute>,
}

impl Filter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.kind.is_none()
            && self.action.is_none()
            && self.actor.is_none()
            && self.resource.is_none()
            && self.outcome.is_none()
            && self.since.is_none()
            && self.until.is_none()
            && self.attribute.is_none()
    }

    /// Whether a header is as it wants; its attribute is not looked at, as no header has one.
    pub fn matches(&self, header: &Header) -> bool {
        self.kind.is_none_or(|kind| kind == header.kind)
            && self
                .action
                .as_ref()
                .is_none_or(|action| action == header.action.as_str())
            && self
                .actor
                .as_ref()
                .is_none_or(|actor| *actor == header.actor.name)
            && self
                .resource
                .as_ref()
                .is_none_or(|glob| glob.matches(&header.resource.name))
            && self.outcome.is_none_or(|outcome| outcome == header.outcome)
            && self.since.is_none_or(|since| header.at >= since)
            && self.until.is_none_or(|until| header.at < until)
    }
}

/// A pattern for names: `*` is any text, dots and slashes included, `?` one letter, `[ab]` one of several, `{a,b}` alternatives; `\` takes the meaning
/// away. Case counts.
#[derive(Debug, Clone)]
pub struct Glob {
    text: String,
    matcher: Option<GlobMatcher>,
}

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// `InvalidInput` when it is malformed.
    pub fn parse(text: &str) -> Result<Self> {
        if !text.contains(['*', '?', '[', ']', '{', '}', '\\']) {
            return Ok(Self {
                text: text.to_owned(),
                matcher: None,
            });
        }
        let glob = GlobBuilder::new(text)
            .literal_separator(false)
            .backslash_escape(true)
            .build()
            .map_err(|source| {
                Error::invalid_input(format!("`{text}` is no pattern")).because(source)
            })?;
        Ok(Self {
            text: text.to_owned(),
            matcher: Some(glob.compile_matcher()),
        })
    }

    /// The pattern that matches one name only, whatever letters it has.
    pub fn exact(name: impl Into<String>) -> Self {
        Self {
            text: name.into(),
            matcher: None,
        }
    }

    /// The one name that it matches, when it has no wildcard.
    pub fn as_name(&self) -> Option<&str> {
        self.matcher.is_none().then_some(&self.text)
    }

    /// Whether it matches a name.
    pub fn matches(&self, name: &str) -> bool {
        match &self.matcher {
            Some(matcher) => matcher.is_match(name),
            None => name == self.text,
        }
    }
}

/// The direction in which entries are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The highest index first.
    NewestFirst,
    /// The lowest index first.
    OldestFirst,
}

/// Which part of what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The direction.
    pub order: Order,
    /// Behind this entry, in the direction.
    pub after: Option<EntryIndex>,
    /// At most so many.
    pub limit: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_crosses_dots_and_case_counts() {
        let cases = [
            ("shop.*", "shop.main.orders", true),
            ("*.orders", "shop.main.orders", true),
            ("SHOP.*", "shop.main.orders", false),
            ("shop.main.orders", "shop.main.orders", true),
            ("shop.main.order", "shop.main.orders", false),
            ("a/*", "a/b/c", true),
            (r"a\*b", "a*b", true),
            (r"a\*b", "axb", false),
            ("{a,b}.x", "b.x", true),
        ];
        for (glob, name, expected) in cases {
            assert_eq!(
                Glob::parse(glob).unwrap().matches(name),
                expected,
                "{glob} {name}"
            );
        }
        let star = Glob::exact("a*[");
        assert_eq!(star.as_name(), Some("a*["));
        assert!(star.matches("a*[") && !star.matches("ab["));
        assert_eq!(
            Glob::parse("a[").unwrap_err().to_string(),
            "`a[` is no pattern"
        );
    }
}
