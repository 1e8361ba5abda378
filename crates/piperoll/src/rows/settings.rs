//! What is kept of a tracked table, and how.

use crate::event::{Json, Value};
use std::collections::{BTreeMap, BTreeSet};

macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$own:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$own])* $variant,)* }

        impl $name {
            /// The words for it.
            pub const WORDS: &'static [&'static str] = &[$($text,)*];

            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// What a word stands for.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

choices! {
    /// Whose names the columns of a history have.
    Profile {
        /// `orders_audit` with `audit_id`, `audit_timestamp`, `audit_isdelete`.
        Audit = "audit",
        /// `orders_rev` with `rev_id`, `rev_created`, `rev_isdelete`, as the package sqlalchemy-audit has them.
        Rev = "rev",
    }
}

choices! {
    /// What is kept of a row that went.
    DeleteImage {
        /// All of it.
        Full = "full",
        /// Its key.
        Keys = "keys",
    }
}

choices! {
    /// How the time of a version is written.
    Stamp {
        /// RFC 3339 in UTC.
        Utc = "utc",
        /// Seconds since 1970, a number.
        Epoch = "epoch",
    }
}

/// What is kept of a tracked table, and how. The default is what tracking by hand uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Whose names.
    pub profile: Profile,
    /// How the names of the extra columns begin; without its last `_` it is the end of the history's name.
    pub prefix: String,
    /// Columns that are not kept; a change of them alone is none.
    pub exclude: BTreeSet<String>,
    /// Columns of which only is kept that they were changed.
    pub redact: BTreeSet<String>,
    /// What is kept of a row that went.
    pub delete_image: DeleteImage,
    /// How the time is written.
    pub timestamp: Stamp,
    /// Whether the rows that are there are the beginning of the history.
    pub baseline: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self::of(Profile::Audit)
    }
}

impl Settings {
    /// What a profile does where nothing else is said.
    pub fn of(profile: Profile) -> Self {
        let (prefix, delete_image, timestamp) = match profile {
            Profile::Audit => ("audit_", DeleteImage::Full, Stamp::Utc),
            Profile::Rev => ("rev_", DeleteImage::Keys, Stamp::Epoch),
        };
        Self {
            profile,
            prefix: prefix.to_owned(),
            exclude: BTreeSet::new(),
            redact: BTreeSet::new(),
            delete_image,
            timestamp,
            baseline: true,
        }
    }

    /// Whether a history with these settings can go on with those.
    pub(super) fn continues(&self, before: &Self) -> bool {
        self.profile == before.profile
            && self.prefix == before.prefix
            && self.timestamp == before.timestamp
    }

    /// As the registry and an entry of the trail hold it.
    pub fn to_value(&self) -> Value {
        let text = |text: &str| Value::Text(text.to_owned());
        let list =
            |names: &BTreeSet<String>| Value::Array(names.iter().map(|name| text(name)).collect());
        let members = [
            ("profile", text(self.profile.as_str())),
            ("prefix", text(&self.prefix)),
            ("exclude", list(&self.exclude)),
            ("redact", list(&self.redact)),
            ("delete_image", text(self.delete_image.as_str())),
            ("timestamp", text(self.timestamp.as_str())),
            ("baseline", Value::Bool(self.baseline)),
        ];
        let members = members.into_iter();
        Value::Object(
            members
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    /// What the registry holds; none of what is no such text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let json = Json::parse_stored(text.as_bytes()).ok()?;
        let Value::Object(members) = Value::from_json(json) else {
            return None;
        };
        let text = |name: &str| member_text(&members, name);
        Some(Self {
            profile: Profile::parse(text("profile")?)?,
            prefix: text("prefix")?.to_owned(),
            exclude: member_list(&members, "exclude")?,
            redact: member_list(&members, "redact")?,
            delete_image: DeleteImage::parse(text("delete_image")?)?,
            timestamp: Stamp::parse(text("timestamp")?)?,
            baseline: matches!(members.get("baseline")?, Value::Bool(true)),
        })
    }
}

fn member_text<'m>(members: &'m BTreeMap<String, Value>, name: &str) -> Option<&'m str> {
    match members.get(name)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn member_list(members: &BTreeMap<String, Value>, name: &str) -> Option<BTreeSet<String>> {
    let Value::Array(items) = members.get(name)? else {
        return None;
    };
    let names = items.iter().map(|item| match item {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_from_the_registry() {
        let mut settings = Settings::of(Profile::Rev);
        settings.exclude.insert("it's \"x\"".to_owned());
        settings.redact.insert("email".to_owned());
        settings.baseline = false;
        let text = settings.to_value().canonical();
        assert_eq!(Settings::parse(&text), Some(settings));
        assert_eq!(Settings::parse("{}"), None);
        assert_eq!(Settings::parse("no json"), None);
    }
}
