//! What a scalar stands for: the core schema of YAML 1.2 (section 10.3.2).

use super::{Scalar, Tag};

/// What a scalar stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Integer,
    Float,
    Text,
}

impl Kind {
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool => "a boolean",
            Self::Integer => "an integer",
            Self::Float => "a number",
            Self::Text => "text",
        }
    }
}

impl Tag {
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool => Kind::Bool,
            Self::Integer => Kind::Integer,
            Self::Float => Kind::Float,
            Self::Text => Kind::Text,
        }
    }
}

impl Scalar {
    pub(crate) fn kind(&self) -> Kind {
        match self.tag {
            Some(tag) => tag.kind(),
            None if self.plain => plain_kind(&self.text),
            None => Kind::Text,
        }
    }
}

/// Whether `text` can be what its tag says.
pub(super) fn fits(tag: Tag, text: &str) -> bool {
    match tag {
        Tag::Text => true,
        // Every integer is written as a float, too.
        Tag::Float => matches!(plain_kind(text), Kind::Float | Kind::Integer),
        Tag::Null | Tag::Bool | Tag::Integer => plain_kind(text) == tag.kind(),
    }
}

/// What `text` stands for when it is neither quoted nor tagged.
pub(super) fn plain_kind(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Kind::Bool,
        _ if is_integer(text) => Kind::Integer,
        _ if is_float(text) => Kind::Float,
        _ => Kind::Text,
    }
}

/// The value of an integer's text, where it fits.
pub(super) fn integer(text: &str) -> Option<i64> {
    if let Some(digits) = text.strip_prefix("0o") {
        i64::from_str_radix(digits, 8).ok()
    } else if let Some(digits) = text.strip_prefix("0x") {
        i64::from_str_radix(digits, 16).ok()
    } else {
        text.parse().ok()
    }
}

fn is_integer(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix("0o") {
        !digits.is_empty() && digits.bytes().all(|byte| matches!(byte, b'0'..=b'7'))
    } else if let Some(digits) = text.strip_prefix("0x") {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    } else {
        is_digits(unsigned(text))
    }
}

fn is_float(text: &str) -> bool {
    let rest = unsigned(text);
    if matches!(rest, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let mantissa_holds = match mantissa.split_once('.') {
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, fraction)) => is_digits(whole) && (fraction.is_empty() || is_digits(fraction)),
        None => is_digits(mantissa),
    };
    mantissa_holds && exponent.is_none_or(|digits| is_digits(unsigned(digits)))
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
