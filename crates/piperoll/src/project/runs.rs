//! The key `runs` of the project file: where runs land beside the trail, what is redacted, what stands in the way of a run, and what happens when the trail cannot be written.

use super::{Lookup, Project, Template, check_not_blank, value};
use crate::error::Result;
use crate::yaml::{Field, Problems, quoted};
use std::path::PathBuf;

/// What a run does when the trail cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnUnavailable {
    /// It is not started.
    #[default]
    Refuse,
    /// It runs, and its record is kept beside the trail until that can be written.
    Spool,
}

/// What the file says under `runs`.
#[derive(Debug, Clone, Default)]
pub(super) struct RunsTemplate {
    files: Option<Template>,
    redact: Vec<Template>,
    success_only: bool,
    on_unavailable: OnUnavailable,
}

impl RunsTemplate {
    pub(super) fn read(field: Field<'_>, problems: &mut Problems) -> Self {
        let mut runs = Self::default();
        let Some(mut fields) = field.mapping(problems) else {
            return runs;
        };
        let files = fields.optional("files");
        runs.files = files.and_then(|field| value(field, fields.problems(), check_not_blank));
        if let Some(field) = fields.optional("redact") {
            for item in field.items(fields.problems()) {
                let word = value(item, fields.problems(), check_not_blank);
                runs.redact.extend(word);
            }
        }
        if let Some(field) = fields.optional("success_only") {
            runs.success_only = field.boolean(fields.problems()).unwrap_or_default();
        }
        if let Some(field) = fields.optional("on_unavailable") {
            match field.text(fields.problems()) {
                Some("refuse") | None => {}
                Some("spool") => runs.on_unavailable = OnUnavailable::Spool,
                Some(other) => {
                    let message = format!(
                        "`on_unavailable` must be one of refuse, spool, not {}",
                        quoted(other)
                    );
                    fields.problems().add(field.node.at, message);
                }
            }
        }
        fields.finish();
        runs
    }
}

impl Project {
    /// The folder in which each recorded run lands as a file of ddeutil's, too, where the file says so.
    ///
    /// # Errors
    /// `InvalidConfig`: see [`Project`].
    pub fn run_files(&self, lookup: &Lookup<'_>) -> Result<Option<PathBuf>> {
        let path = |path: &str| check_not_blank(path).map(|()| self.path(path));
        let files = self.runs.files.as_ref();
        files.map(|files| files.read(lookup, path)).transpose()
    }

    /// The words that make a name secret: what stands under such a name is replaced in a run before it is recorded.
    ///
    /// # Errors
    /// `InvalidConfig`: see [`Project`].
    pub fn redact(&self, lookup: &Lookup<'_>) -> Result<Vec<String>> {
        let words = self.runs.redact.iter();
        let text = |text: &str| check_not_blank(text).map(|()| text.trim().to_owned());
        words.map(|word| word.read(lookup, text)).collect()
    }

    /// Whether only a run that has succeeded stands in the way of a `NORMAL` one.
    pub fn success_only(&self) -> bool {
        self.runs.success_only
    }

    /// What a run does when the trail cannot be written.
    pub fn on_unavailable(&self) -> OnUnavailable {
        self.runs.on_unavailable
    }
}
