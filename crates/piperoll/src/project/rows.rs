//! The key `rows` of the project file: the tables of which every version of every row is kept, and how.

use super::Project;
use crate::error::{Error, Result};
use crate::rows::{DeleteImage, Profile, Settings, Stamp};
use crate::store::Glob;
use crate::yaml::{Field, Fields, Problems, quoted};
use std::collections::{BTreeMap, BTreeSet};

/// Tables of one target whose rows are tracked.
#[derive(Debug, Clone)]
pub struct RowTables {
    target: String,
    tables: Vec<Glob>,
    /// Without columns: these are of single tables.
    settings: Settings,
    exclude: Columns,
    redact: Columns,
    hash: Columns,
}

/// Columns, by the name of their table.
type Columns = BTreeMap<String, BTreeSet<String>>;

impl RowTables {
    /// The target's name.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The tables that are named, without a wildcard: these must be there.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().filter_map(Glob::as_name)
    }

    /// Whether a table is to be tracked.
    pub fn covers(&self, table: &str) -> bool {
        self.tables.iter().any(|glob| glob.matches(table))
    }

    /// The name by which a table is declared to be tracked: its own, else one in other letters.
    pub fn declared_as<'t>(&'t self, table: &'t str) -> Option<&'t str> {
        if self.covers(table) {
            return Some(table);
        }
        self.named().find(|name| name.eq_ignore_ascii_case(table))
    }

    /// How a table is to be tracked.
    ///
    /// # Errors
    /// `Unsupported` for columns that are to be hashed: no target can do that yet.
    pub fn settings(&self, table: &str) -> Result<Settings> {
        if let Some(columns) = self.hash.get(table) {
            let columns: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
            return Err(Error::unsupported(format!(
                "the target {} cannot hash {} of {}: the SQL of SQLite has no hash",
                quoted(&self.target),
                columns.join(", "),
                quoted(table)
            ))
            .hint("say `redact` or leave the column out with `exclude`"));
        }
        let of = |columns: &Columns| columns.get(table).cloned().unwrap_or_default();
        Ok(Settings {
            exclude: of(&self.exclude),
            redact: of(&self.redact),
            ..self.settings.clone()
        })
    }
}

impl Project {
    /// The tables whose rows are tracked.
    pub fn rows(&self) -> &[RowTables] {
        &self.rows
    }
}

/// What stands under `rows`; `targets` are the names of the project's.
pub(super) fn read(
    field: Field<'_>,
    is_target: &dyn Fn(&str) -> bool,
    problems: &mut Problems,
) -> Vec<RowTables> {
    let items = field.items(problems);
    let read = items.into_iter();
    read.filter_map(|item| row_tables(item, is_target, problems))
        .collect()
}

fn row_tables(
    field: Field<'_>,
    is_target: &dyn Fn(&str) -> bool,
    problems: &mut Problems,
) -> Option<RowTables> {
    let mut fields = Fields::new(field.node, problems)?;
    let target = fields.required("target");
    let target = target.and_then(|field| {
        let target = field.text(fields.problems())?;
        if !is_target(target) && fields.problems().is_empty() {
            let message = format!("{} is none of the `targets`", quoted(target));
            fields.problems().add(field.node.at, message);
        }
        Some(target)
    });
    let tables = fields.required("tables");
    let tables = tables.map(|field| globs(field, fields.problems()));
    let profile = choice(&mut fields, "profile", Profile::WORDS, Profile::parse);
    let mut settings = Settings::of(profile.unwrap_or(Profile::Audit));
    if let Some(field) = fields.optional("prefix")
        && let Some(prefix) = field.text(fields.problems())
    {
        if prefix.trim().is_empty() {
            fields
                .problems()
                .add(field.node.at, "`prefix` must not be blank");
        }
        settings.prefix = prefix.to_owned();
    }
    let image = choice(
        &mut fields,
        "delete_image",
        DeleteImage::WORDS,
        DeleteImage::parse,
    );
    settings.delete_image = image.unwrap_or(settings.delete_image);
    let stamp = choice(&mut fields, "timestamp", Stamp::WORDS, Stamp::parse);
    settings.timestamp = stamp.unwrap_or(settings.timestamp);
    if let Some(field) = fields.optional("baseline") {
        settings.baseline = field.boolean(fields.problems()).unwrap_or(true);
    }
    let known = tables.as_deref().unwrap_or_default();
    let exclude = fields.optional("exclude");
    let exclude = exclude.map(|field| {
        by_table(field, known, fields.problems(), &mut |field, problems| {
            let names = field.items(problems).into_iter();
            names
                .filter_map(|name| Some((name.text(problems)?.to_owned(), ())))
                .collect()
        })
    });
    let redact = fields.optional("redact");
    let redact = redact.map(|field| by_table(field, known, fields.problems(), &mut redacted));
    fields.finish();
    let redact = redact.unwrap_or_default();
    let only = |wanted: Redaction| {
        let of_table = |(table, columns): (&String, &BTreeMap<String, Redaction>)| {
            let columns = columns.iter().filter(|(_, how)| **how == wanted);
            let columns: BTreeSet<String> = columns.map(|(name, _)| name.clone()).collect();
            (!columns.is_empty()).then(|| (table.clone(), columns))
        };
        redact.iter().filter_map(of_table).collect()
    };
    Some(RowTables {
        target: target?.to_owned(),
        tables: tables?,
        settings,
        exclude: exclude
            .unwrap_or_default()
            .into_iter()
            .map(|(table, columns)| (table, columns.into_keys().collect()))
            .collect(),
        redact: only(Redaction::Redact),
        hash: only(Redaction::Hash),
    })
}

/// What is kept of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Redaction {
    /// That there was one.
    Redact,
    /// A keyed hash.
    Hash,
}

fn redacted(field: Field<'_>, problems: &mut Problems) -> BTreeMap<String, Redaction> {
    let Some(entries) = field.node.as_mapping() else {
        // This says what it must be.
        drop(field.mapping(problems));
        return BTreeMap::new();
    };
    let mut columns = BTreeMap::new();
    for entry in entries {
        let how = match entry.value.as_text() {
            Some("redact") => Redaction::Redact,
            Some("hash") => Redaction::Hash,
            _ => {
                let shown = quoted(&entry.key);
                problems.add(
                    entry.value.at,
                    format!("what is kept of {shown} must be one of redact, hash"),
                );
                continue;
            }
        };
        columns.insert(entry.key.clone(), how);
    }
    columns
}

fn globs(field: Field<'_>, problems: &mut Problems) -> Vec<Glob> {
    let items = field.items(problems);
    if items.is_empty() && field.node.as_sequence().is_some() {
        problems.add(field.node.at, "`tables` names no table");
    }
    let mut globs = Vec::new();
    for item in items {
        let Some(text) = item.text(problems) else {
            continue;
        };
        match Glob::parse(text) {
            Ok(glob) => globs.push(glob),
            Err(error) => problems.add(item.node.at, error.to_string()),
        }
    }
    globs
}

/// One of a few words.
fn choice<T>(
    fields: &mut Fields<'_, '_>,
    name: &'static str,
    words: &[&str],
    parse: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let field = fields.optional(name)?;
    let text = field.text(fields.problems())?;
    let parsed = parse(text);
    if parsed.is_none() {
        let message = format!(
            "`{name}` must be one of {}, not {}",
            words.join(", "),
            quoted(text)
        );
        fields.problems().add(field.node.at, message);
    }
    parsed
}

/// What is said of single tables; each must be one of those that are tracked.
fn by_table<T>(
    field: Field<'_>,
    known: &[Glob],
    problems: &mut Problems,
    read: &mut dyn FnMut(Field<'_>, &mut Problems) -> BTreeMap<String, T>,
) -> BTreeMap<String, BTreeMap<String, T>> {
    let Some(entries) = field.node.as_mapping() else {
        // This says what it must be.
        drop(field.mapping(problems));
        return BTreeMap::new();
    };
    let mut tables = BTreeMap::new();
    for entry in entries {
        if !known.iter().any(|glob| glob.matches(&entry.key)) {
            let message = format!(
                "`{}` names the table {}, which is none of `tables`",
                field.name,
                quoted(&entry.key)
            );
            problems.add(entry.at, message);
        }
        let own = Field {
            name: field.name,
            node: &entry.value,
        };
        tables.insert(entry.key.clone(), read(own, problems));
    }
    tables
}
