//! A value that may name environment variables, which are read only when it is used.

use super::yaml::{Field, Problems};
use crate::error::{Error, Result};
use crate::yaml::redact;
use std::fmt;

/// What gives the value of an environment variable, `None` where it is not set.
pub type Lookup<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A value of the project file: text with `${env.NAME}` and `${env.NAME:-default}` in it.
///
/// The default also stands for a variable that is set to nothing. `$${` is a literal `${`.
#[derive(Clone)]
pub struct Template {
    key: &'static str,
    place: String,
    parts: Vec<Part>,
}

#[derive(Clone)]
enum Part {
    Text(String),
    Variable {
        name: String,
        default: Option<String>,
    },
}

impl Template {
    /// The template in `field`. A fault of the template, or another type than text, goes to `problems`.
    pub(crate) fn parse(field: Field<'_>, problems: &mut Problems) -> Option<Self> {
        let text = field.text(problems)?;
        let place = problems.place(field.node.at);
        match parts(text) {
            Ok(parts) => Some(Self {
                key: field.name,
                place,
                parts,
            }),
            Err(message) => {
                problems.add(field.node.at, format!("`{}`: {message}", field.name));
                None
            }
        }
    }

    /// The text with its variables put in.
    ///
    /// # Errors
    /// `InvalidConfig` when a variable without default is not set.
    pub fn resolve(&self, lookup: &Lookup<'_>) -> Result<String> {
        let mut resolved = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => resolved.push_str(text),
                Part::Variable { name, default } => match (lookup(name), default) {
                    (Some(value), None) => resolved.push_str(&value),
                    (Some(value), Some(_)) if !value.is_empty() => resolved.push_str(&value),
                    (_, Some(default)) => resolved.push_str(default),
                    (None, None) => return Err(self.unset(name)),
                },
            }
        }
        Ok(resolved)
    }

    /// The resolved text as `read` takes it; what `read` says against it gets the place.
    pub(crate) fn read<T>(
        &self,
        lookup: &Lookup<'_>,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T> {
        read(&self.resolve(lookup)?).map_err(|message| {
            Error::invalid_config(format!("{}: `{}` {message}", self.place, self.key))
        })
    }

    /// The text, if it names no variable.
    pub(crate) fn constant(&self) -> Option<String> {
        let texts = self.parts.iter().map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            Part::Variable { .. } => None,
        });
        texts.collect()
    }

    fn unset(&self, name: &str) -> Error {
        let message = format!(
            "{}: `{}` needs the environment variable `{name}`, which is not set",
            self.place, self.key
        );
        Error::invalid_config(message).hint(format!(
            "set `{name}`, or write a default: `${{env.{name}:-...}}`"
        ))
    }
}

/// Redacted, for the text may be a private key or hold a password.
impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut source = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => source.push_str(&escape(text)),
                Part::Variable { name, default } => {
                    let default = if default.is_some() { ":-..." } else { "" };
                    source.push_str(&format!("${{env.{name}{default}}}"));
                }
            }
        }
        write!(f, "Template({:?} at {})", redact(&source), self.place)
    }
}

/// The template that stands for `text` as it is.
pub(super) fn escape(text: &str) -> String {
    text.replace("${", "$${")
}

fn parts(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            literal.push_str(before);
            literal.push_str("${");
            rest = after;
            continue;
        }
        literal.push_str(before);
        let (inner, after) = after
            .split_once('}')
            .ok_or("`${` without `}`; a literal `${` is written `$${`")?;
        if !literal.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut literal)));
        }
        parts.push(variable(inner)?);
        rest = after;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Part::Text(literal));
    }
    Ok(parts)
}

/// What stands between `${` and `}`. Messages do not repeat it: a default may be a secret, and so may
/// what was meant to be one.
fn variable(inner: &str) -> Result<Part, String> {
    let (source, default) = match inner.split_once(":-") {
        Some((source, default)) => (source, Some(default)),
        None => (inner, None),
    };
    let Some(name) = source.strip_prefix("env.") else {
        return Err("only `${env.NAME}` and `${env.NAME:-default}` are known; a literal `${` is written `$${`".into());
    };
    if name.is_empty() {
        return Err("`${env.}` names no variable".into());
    }
    let mut bytes = name.bytes();
    let starts = bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if !starts || !bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err("after `${env.` must stand a name of `A-Z a-z 0-9 _`, then `}` or `:-`".into());
    }
    if default.is_some_and(|default| default.contains("${")) {
        return Err(format!("the default of `{name}` must not hold `${{`"));
    }
    Ok(Part::Variable {
        name: name.into(),
        default: default.map(Into::into),
    })
}

#[cfg(test)]
mod tests;
