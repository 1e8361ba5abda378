//! The key `checkpoint` of the project file: how old the newest kept checkpoint may be, and where it is published.

use super::{Lookup, Project, Template, check_not_blank, value};
use crate::error::Result;
use crate::limits::PUBLISHED_MAX;
use crate::query::parse_span;
use crate::yaml::{Field, Problems};
use std::path::PathBuf;

/// What the file says under `checkpoint`.
#[derive(Debug, Clone, Default)]
pub(super) struct CheckpointTemplate {
    max_age: Option<Template>,
    publish: Vec<Template>,
}

impl CheckpointTemplate {
    pub(super) fn read(field: Field<'_>, problems: &mut Problems) -> Self {
        let Some(mut fields) = field.mapping(problems) else {
            return Self::default();
        };
        let max_age = fields.optional("max_age");
        let max_age = max_age
            .and_then(|field| value(field, fields.problems(), |age| seconds(age).map(|_| ())));
        let mut publish = Vec::new();
        if let Some(field) = fields.optional("publish") {
            let items = field.items(fields.problems());
            if items.len() > PUBLISHED_MAX {
                let message = format!("`publish` names more than {PUBLISHED_MAX} files");
                fields.problems().add(field.node.at, message);
            }
            for item in items {
                publish.extend(value(item, fields.problems(), check_not_blank));
            }
        }
        fields.finish();
        Self { max_age, publish }
    }
}

impl Project {
    /// How many seconds old the newest kept checkpoint may be before the trail counts as stale, where the file says so.
    ///
    /// # Errors
    /// `InvalidConfig`: see [`Project`].
    pub fn max_age(&self, lookup: &Lookup<'_>) -> Result<Option<u64>> {
        let max_age = self.checkpoint.max_age.as_ref();
        max_age.map(|age| age.read(lookup, seconds)).transpose()
    }

    /// The files that each checkpoint that is kept is published to.
    ///
    /// # Errors
    /// `InvalidConfig`: see [`Project`].
    pub fn publish(&self, lookup: &Lookup<'_>) -> Result<Vec<PathBuf>> {
        let path = |path: &str| check_not_blank(path).map(|()| self.path(path));
        let publish = self.checkpoint.publish.iter();
        publish.map(|file| file.read(lookup, path)).collect()
    }
}

fn seconds(text: &str) -> Result<u64, String> {
    parse_span(text)
        .and_then(|micros| u64::try_from(micros / 1_000_000).ok())
        .filter(|seconds| *seconds > 0)
        .ok_or_else(|| "must be a span of time such as 30m, 12h, 1d or 2w".to_owned())
}
