//! The databases of a project, and the files that declare their tables.

use super::{Project, Template, check_not_blank, value};
use crate::error::{Error, Result};
use crate::project::Lookup;
use crate::target;
use crate::yaml::{Field, Fields, Problems, quoted};
use std::collections::BTreeMap;
use std::path::Path;

/// What `targets` and `tables` say.
#[derive(Debug, Clone, Default)]
pub(super) struct Declared {
    targets: BTreeMap<String, Template>,
    tables: Vec<TableFiles>,
}

/// Files that declare tables of one target.
#[derive(Debug, Clone)]
pub struct TableFiles {
    target: String,
    files: Template,
}

impl TableFiles {
    /// The target's name.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The pattern of the files, from the project's folder on.
    ///
    /// # Errors
    /// `InvalidConfig`: see [`Project`].
    pub fn files(&self, lookup: &Lookup<'_>) -> Result<String> {
        self.files.read(lookup, |files| {
            check_not_blank(files).map(|()| files.to_owned())
        })
    }
}

impl Project {
    /// The names of its targets.
    pub fn target_names(&self) -> impl Iterator<Item = &str> {
        self.declared.targets.keys().map(String::as_str)
    }

    /// Where a target is.
    ///
    /// # Errors
    /// `InvalidInput` when the project has no target of that name; `InvalidConfig`: see [`Project`].
    pub fn target(&self, name: &str, lookup: &Lookup<'_>) -> Result<target::Location> {
        let Some(url) = self.declared.targets.get(name) else {
            let names: Vec<_> = self
                .target_names()
                .map(|name| format!("`{name}`"))
                .collect();
            let hint = if names.is_empty() {
                "declare it in piperoll.yaml: targets: {NAME: {url: \"sqlite:PATH\"}}".to_owned()
            } else {
                format!("its targets are {}", names.join(", "))
            };
            return Err(
                Error::invalid_input(format!("the project has no target `{name}`")).hint(hint),
            );
        };
        url.read(lookup, |url| location(url, self.dir()))
    }

    /// The files that declare tables.
    pub fn tables(&self) -> &[TableFiles] {
        &self.declared.tables
    }
}

impl Declared {
    pub(super) fn read(fields: &mut Fields<'_, '_>, dir: &Path) -> Self {
        let targets = fields.optional("targets");
        let tables = fields.optional("tables");
        let mut declared = Self::default();
        if let Some(field) = targets {
            declared.targets(field, dir, fields.problems());
        }
        if let Some(field) = tables {
            for item in field.items(fields.problems()) {
                declared
                    .tables
                    .extend(declared.table_files(item, fields.problems()));
            }
        }
        declared
    }

    /// Whether there is a target of this name.
    pub(super) fn has_target(&self, name: &str) -> bool {
        self.targets.contains_key(name)
    }

    fn targets(&mut self, field: Field<'_>, dir: &Path, problems: &mut Problems) {
        let Some(entries) = field.node.as_mapping() else {
            // This says what it must be.
            drop(field.mapping(problems));
            return;
        };
        for entry in entries {
            if entry.key.trim().is_empty() {
                problems.add(entry.at, "a target must have a name");
            }
            let Some(mut fields) = Fields::new(&entry.value, problems) else {
                continue;
            };
            let url = fields.required("url");
            let url = url.and_then(|field| {
                value(field, fields.problems(), |url| {
                    location(url, dir).map(|_| ())
                })
            });
            fields.finish();
            if let Some(url) = url {
                self.targets.insert(entry.key.clone(), url);
            }
        }
    }

    fn table_files(&self, field: Field<'_>, problems: &mut Problems) -> Option<TableFiles> {
        let mut fields = Fields::new(field.node, problems)?;
        let target = fields.required("target");
        let at = target.map_or(field.node.at, |field| field.node.at);
        let target = target.and_then(|field| field.text(fields.problems()));
        let files = fields.required("files");
        let files = files.and_then(|field| value(field, fields.problems(), check_not_blank));
        fields.finish();
        let target = target?;
        if !self.has_target(target) && problems.is_empty() {
            let message = format!("{} is none of the `targets`", quoted(target));
            problems.add(at, message);
        }
        Some(TableFiles {
            target: target.to_owned(),
            files: files?,
        })
    }
}

/// What this says of a wrong value is to follow the key's name.
fn location(url: &str, dir: &Path) -> Result<target::Location, String> {
    target::Location::parse(url, dir).map_err(|error| error.to_string())
}
