//! A file as a whole: all of its faults, each at its place.

use super::column::{self, Declared, text};
use super::cross::{self, Unread};
use super::keyed::{self, checks, filters, foreign_keys, rules};
use super::places::Places;
use super::value;
use super::{Matching, Spec};
use crate::event::Value;
use crate::limits::{TABLE_BYTES_MAX, TABLE_NODES_MAX};
use crate::target::{Table, TableName, UniqueKey};
use crate::yaml::{self, Bounds, Field, Fields, Node, Position, Problems, quoted};
use std::collections::{BTreeMap, BTreeSet};

const BOUNDS: Bounds = Bounds {
    bytes: TABLE_BYTES_MAX,
    nodes: TABLE_NODES_MAX,
};

/// A name, and where it stands.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) at: Position,
    pub(super) name: String,
}

pub(super) fn read(
    text: &str,
    shown_name: &str,
    env: Option<&str>,
    problems: &mut Problems,
) -> Option<Spec> {
    let root = yaml::parse_within(text, BOUNDS, problems)?;
    if root.is_null() {
        let message =
            "the file is empty; a table has at least `catalog`, `schema`, `table` and `columns`";
        problems.add(root.at, message);
        return None;
    }
    let mut fields = Fields::new(&root, problems)?;
    let name = table_name(&mut fields, env);
    let renamed_from = fields.optional("renamed_from");
    let renamed_from =
        renamed_from.and_then(|field| old_name(field, name.as_ref(), fields.problems()));
    let matching = fields.optional("match");
    let matching = matching.and_then(|field| self::matching(field, fields.problems()));
    let mut check_names = BTreeMap::new();
    let table_checks = fields.optional("table_check_constraints");
    let table_checks = table_checks
        .map(|field| {
            let rules = rules(field, fields.problems());
            checks(rules, &mut check_names, fields.problems())
        })
        .unwrap_or_default();
    let columns = fields.required("columns");
    let mut unread = Unread {
        nameless: columns.is_none(),
        ..Unread::default()
    };
    let columns = columns
        .map(|field| columns_of(field, &mut check_names, &mut unread, fields.problems()))
        .unwrap_or_default();
    let primary_key = names_of("primary_key", &mut fields);
    let partitioned_by = names_of("partitioned_by", &mut fields);
    let cluster_by = names_of("cluster_by", &mut fields);
    let unique_keys = fields.optional("unique_keys");
    let unique_keys: Vec<Vec<Named>> = unique_keys
        .map(|field| field.items(fields.problems()))
        .unwrap_or_default()
        .into_iter()
        .map(|field| names(field, fields.problems()))
        .collect();
    let mut seen = BTreeSet::new();
    for key in &unique_keys {
        let columns: Vec<&str> = key.iter().map(|named| named.name.as_str()).collect();
        if let Some(first) = key.first().filter(|_| !seen.insert(columns)) {
            let message = "`unique_keys` has these columns twice";
            fields.problems().add(first.at, message);
        }
    }
    let references = fields.optional("foreign_keys");
    let references = references
        .map(|field| foreign_keys(field, name.as_ref(), env, fields.problems()))
        .unwrap_or_default();
    let row_filters = fields.optional("row_filters");
    let row_filters = row_filters
        .map(|field| {
            let rules = rules(field, fields.problems());
            filters(rules, fields.problems())
        })
        .unwrap_or_default();
    let tags = fields.optional("tags");
    let tags = tags
        .map(|field| value::map(field, fields.problems()))
        .unwrap_or_default();
    let owner = fields.optional("owner");
    let owner = owner
        .filter(|field| !field.node.is_null())
        .and_then(|field| self::text(field, fields.problems()));
    let (comment, properties) = described(&mut fields);
    fields.finish();

    let mut lists = vec![
        ("primary_key", &primary_key),
        ("partitioned_by", &partitioned_by),
        ("cluster_by", &cluster_by),
    ];
    lists.extend(unique_keys.iter().map(|key| ("unique_keys", key)));
    lists.extend(references.iter().map(|key| ("foreign_keys", &key.columns)));
    cross::check(&columns, &unread, &lists, problems);

    let plain = |list: Vec<Named>| list.into_iter().map(|named| named.name).collect::<Vec<_>>();
    let primary_key = plain(primary_key);
    let mut spec = Spec {
        table: Table {
            name: name?,
            columns: Vec::new(),
            primary_key,
            unique_keys: unique_keys
                .into_iter()
                .map(|key| UniqueKey {
                    columns: plain(key),
                })
                .collect(),
            foreign_keys: references
                .into_iter()
                .map(|key| (key.name, key.key))
                .collect(),
            checks: table_checks,
            row_filters,
            tags,
            owner,
            comment,
            properties,
            partitioned_by: plain(partitioned_by),
            cluster_by: plain(cluster_by),
        },
        inactive: Vec::new(),
        renamed_from,
        renamed_columns: Vec::new(),
        matching: matching.unwrap_or_default(),
        file: shown_name.to_owned(),
        places: Places::new(root),
    };
    for declared in columns {
        spec.take(declared);
    }
    Some(spec)
}

impl Spec {
    fn take(&mut self, declared: Declared) {
        let mut column = declared.column;
        if !declared.active {
            self.inactive.push(column.name);
            return;
        }
        if let Some((_, old)) = declared.renamed_from {
            self.renamed_columns.push((old, column.name.clone()));
        }
        // Nothing in a primary key is null, unless the file says that of a table which was made so.
        if !declared.says_nullable && self.table.primary_key.contains(&column.name) {
            column.nullable = false;
        }
        self.table.columns.push(column);
    }
}

/// The catalog, followed by the environment when it ends in `_`.
pub(super) fn with_env(catalog: &str, env: Option<&str>) -> String {
    match env {
        Some(env) if catalog.ends_with('_') => format!("{catalog}{env}"),
        _ => catalog.to_owned(),
    }
}

fn table_name(fields: &mut Fields<'_, '_>, env: Option<&str>) -> Option<TableName> {
    let parts = ["catalog", "schema", "table"].map(|key| {
        let field = fields.required(key)?;
        let text = field.text(fields.problems())?;
        let part = if key == "catalog" {
            with_env(text, env)
        } else {
            text.to_owned()
        };
        if let Err(error) = TableName::new(&part, &part, &part) {
            let message = format!("`{key}`: {error}");
            fields.problems().add(field.node.at, message);
            return None;
        }
        Some(part)
    });
    let [catalog, schema, table] = parts;
    TableName::new(&catalog?, &schema?, &table?).ok()
}

/// The old name of a table: in the same catalog and schema.
fn old_name(
    field: Field<'_>,
    name: Option<&TableName>,
    problems: &mut Problems,
) -> Option<TableName> {
    let text = field.text(problems)?;
    let name = name?;
    match TableName::new(name.catalog(), name.schema(), text) {
        Ok(old) if old == *name => {
            problems.add(
                field.node.at,
                "`renamed_from` is the name that the table has",
            );
            None
        }
        Ok(old) => Some(old),
        Err(error) => {
            let message = format!("`renamed_from`: {error}; it is a table of the same schema");
            problems.add(field.node.at, message);
            None
        }
    }
}

fn matching(field: Field<'_>, problems: &mut Problems) -> Option<Matching> {
    let text = field.text(problems)?;
    let matching = Matching::parse(text);
    if matching.is_none() {
        let message = format!("`match` must be `name` or `position`, not {}", quoted(text));
        problems.add(field.node.at, message);
    }
    matching
}

/// Comment and properties: at the top, or below `properties`, where Layker had them first.
fn described(fields: &mut Fields<'_, '_>) -> (Option<String>, BTreeMap<String, Value>) {
    let comment = fields.optional("comment");
    let table_comment = fields.optional("table_comment");
    let table_properties = fields.optional("table_properties");
    let legacy = fields.optional("properties");
    let mut comments: Vec<_> = [comment, table_comment].into_iter().flatten().collect();
    let mut properties: Vec<_> = table_properties.into_iter().collect();
    if let Some(mut legacy) = legacy.and_then(|field| field.mapping(fields.problems())) {
        comments.extend(legacy.optional("comment"));
        properties.extend(legacy.optional("table_properties"));
        legacy.finish();
    }
    for twice in [comments.get(1..), properties.get(1..)]
        .into_iter()
        .flatten()
        .flatten()
    {
        let message = format!(
            "`{}` says what another key of the table said before",
            twice.name
        );
        fields.problems().add(twice.node.at, message);
    }
    let comment = comments
        .first()
        .and_then(|field| text(*field, fields.problems()));
    let properties = properties
        .first()
        .map(|field| value::map(*field, fields.problems()))
        .unwrap_or_default();
    (comment, properties)
}

fn names_of(key: &'static str, fields: &mut Fields<'_, '_>) -> Vec<Named> {
    match fields.optional(key) {
        Some(field) => names(field, fields.problems()),
        None => Vec::new(),
    }
}

/// A name, or a list of names.
pub(super) fn names(field: Field<'_>, problems: &mut Problems) -> Vec<Named> {
    let fields = if field.node.as_scalar().is_some() {
        vec![field]
    } else {
        field.items(problems)
    };
    fields
        .into_iter()
        .filter_map(|field| {
            let name = keyed::filled(field, problems)?;
            Some(Named {
                at: field.node.at,
                name,
            })
        })
        .collect()
}

/// The columns: a list, or a mapping with the keys 1 to N.
fn columns_of(
    field: Field<'_>,
    check_names: &mut BTreeMap<String, Position>,
    unread: &mut Unread,
    problems: &mut Problems,
) -> Vec<Declared> {
    let nodes: Vec<&Node> = match (field.node.as_sequence(), field.node.as_mapping()) {
        (Some(items), _) => items.iter().collect(),
        (None, Some(entries)) => {
            let mut numbered = BTreeMap::new();
            let count = entries.len();
            for entry in entries {
                match entry.key.parse::<usize>() {
                    Ok(number)
                        if (1..=count).contains(&number) && !entry.key.starts_with(['0', '+']) =>
                    {
                        numbered.insert(number, &entry.value);
                    }
                    _ => {
                        unread.add(&entry.value);
                        let message = format!(
                            "the keys of `columns` are 1 to {count}, each once, not {}",
                            quoted(&entry.key)
                        );
                        problems.add(entry.at, message);
                    }
                }
            }
            numbered.into_values().collect()
        }
        (None, None) => {
            let message = format!(
                "`columns` must be a list, or a mapping with the keys 1 to N, not {}",
                field.node.what()
            );
            problems.add(field.node.at, message);
            unread.nameless = true;
            return Vec::new();
        }
    };
    if nodes.is_empty() {
        problems.add(
            field.node.at,
            "`columns` is empty; a table has at least one column",
        );
    }
    nodes
        .into_iter()
        .filter_map(|node| {
            let declared = column::read(node, check_names, problems);
            if declared.is_none() {
                unread.add(node);
            }
            declared
        })
        .collect()
}

impl Unread {
    fn add(&mut self, column: &Node) {
        let mut entries = column.as_mapping().unwrap_or_default().iter();
        let name = entries.find(|entry| entry.key == "name");
        let named = name.and_then(|entry| {
            Some(Named {
                at: entry.value.at,
                name: entry.value.as_text()?.to_owned(),
            })
        });
        match named {
            Some(named) => self.names.push(named),
            None => self.nameless = true,
        }
    }
}
