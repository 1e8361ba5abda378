use std::fmt;

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// What was done: a word of the closed set, or `x.<namespace>.<name>`.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[$doc])* $variant,)*
            /// An extension: the whole text, `x.<namespace>.<name>`.
            Extension(String),
        }

        impl Action {
            /// The words of the closed set.
            pub const WORDS: &'static [&'static str] = &[$($text,)*];

            /// The text as it stands in a header.
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $text,)* Self::Extension(text) => text }
            }

            /// The action that `text` names; `None` for an unknown word or a malformed extension.
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ if is_extension(text) => Some(Self::Extension(text.to_owned())),
                    _ => None,
                }
            }
        }
    };
}

actions! {
    /// A row came.
    Insert = "INSERT",
    /// A row changed.
    Update = "UPDATE",
    /// A row went.
    Delete = "DELETE",
    /// Rows were merged.
    Merge = "MERGE",
    /// All rows went.
    Truncate = "TRUNCATE",
    /// An object was created.
    Create = "CREATE",
    /// An object was changed.
    Alter = "ALTER",
    /// An object was dropped.
    Drop = "DROP",
    /// Data was read.
    Read = "READ",
    /// Data was exported.
    Export = "EXPORT",
    /// A report was made.
    Report = "REPORT",
    /// Somebody came in.
    Login = "LOGIN",
    /// Somebody went out.
    Logout = "LOGOUT",
    /// Somebody was kept out.
    LoginFailed = "LOGIN_FAILED",
    /// A right was given.
    Grant = "GRANT",
    /// A right was taken.
    Revoke = "REVOKE",
    /// A role was assigned.
    RoleAssign = "ROLE_ASSIGN",
    /// Something ran.
    Run = "RUN",
    /// Something was checked.
    Check = "CHECK",
    /// An earlier entry is corrected.
    Correction = "CORRECTION",
    /// A policy changed.
    PolicyChange = "POLICY_CHANGE",
    /// Entries were archived (trail only).
    Archive = "ARCHIVE",
    /// Entries were removed by retention (trail only).
    Purge = "PURGE",
    /// Payloads were destroyed (trail only).
    Erase = "ERASE",
    /// A legal hold was laid (trail only).
    Hold = "HOLD",
    /// A legal hold was lifted (trail only).
    ReleaseHold = "RELEASE_HOLD",
    /// The log key changed (trail only).
    KeyRotate = "KEY_ROTATE",
    /// A restored store was adopted (trail only).
    Adopt = "ADOPT",
}

impl Action {
    /// Whether only Piperoll itself may record it: these words can account for what is missing.
    pub fn is_trails_own(&self) -> bool {
        matches!(
            self,
            Self::Archive
                | Self::Purge
                | Self::Erase
                | Self::Hold
                | Self::ReleaseHold
                | Self::KeyRotate
                | Self::Adopt
        )
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_extension(text: &str) -> bool {
    let mut parts = text.split('.');
    let word = |part: Option<&str>| {
        part.is_some_and(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        })
    };
    parts.next() == Some("x") && word(parts.next()) && word(parts.next()) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_parses_to_itself() {
        assert_eq!(Action::WORDS.len(), 28);
        for word in Action::WORDS {
            assert_eq!(Action::parse(word).unwrap().as_str(), *word);
        }
    }

    #[test]
    fn extensions_have_two_parts_of_plain_letters() {
        assert_eq!(
            Action::parse("x.acme.re-index_2"),
            Some(Action::Extension("x.acme.re-index_2".into()))
        );
        for bad in [
            "x.acme",
            "x..a",
            "x.a.",
            "x.a.b.c",
            "X.a.b",
            "x.a b.c",
            "insert",
            "",
            "x.\u{e4}.b",
        ] {
            assert_eq!(Action::parse(bad), None, "{bad}");
        }
    }
}
