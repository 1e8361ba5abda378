//! The key `runs` of the project file: what is redacted in runs, and where they land beside the trail.

use super::{Lookup, Project, Template, check_not_blank, value};
use crate::error::Result;
use crate::yaml::{Field, Problems};
use std::path::PathBuf;

/// What the file says under `runs`.
#[derive(Debug, Clone, Default)]
pub(super) struct RunsTemplate {
    files: Option<Template>,
    redact: Vec<Template>,
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
}
