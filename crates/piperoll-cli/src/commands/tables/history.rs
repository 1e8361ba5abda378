use crate::context::Context;
use crate::declared::table_named;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{Output, TITLE};
use crate::plans;
use piperoll::error::Error;
use piperoll::event::Value;
use piperoll::export::{escape_json, shown};
use piperoll::tables::{CHANGE_COLUMNS, Changed, SnapshotFormat, history};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Show the recorded changes of a table, oldest first
#[derive(Debug, clap::Args)]
#[command(
    after_help = "With --json, one change a line, with the 15 columns of Layker's audit table. A trail in SQLite\nhas them as the view `table_changes`.\n\nExamples:\n  piperoll tables history shop.main.orders\n  piperoll tables history shop.main.orders --json"
)]
pub(super) struct Args {
    /// The table: catalog.schema.table
    #[arg(value_name = "FQN")]
    name: String,
}

pub(super) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let name = table_named(&args.name)?;
    let trail = context.trail_to_read()?;
    let mut changes = Vec::new();
    let mut any = false;
    let mut failed = None;
    history(&trail, &name, &mut |changed| {
        any = true;
        if output.is_json() {
            // The output's failure is not one of the trail.
            if let Err(failure) = output.line(&escape_json(&json(&changed))) {
                failed = Some(failure);
                return Ok(ControlFlow::Break(()));
            }
        } else {
            changes.push(changed);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if let Some(failure) = failed {
        return Err(failure);
    }
    if !any {
        return Err(Error::not_found(format!("no change of `{name}` is recorded")).into());
    }
    if !output.is_json() {
        table(&changes, output)?;
    }
    Ok(Exit::Done)
}

fn table(changes: &[Changed], output: &mut Output) -> Result<()> {
    let width = changes
        .iter()
        .map(|changed| changed.change_key.chars().count());
    let width = width.max().unwrap_or(0);
    for changed in changes {
        let by = shown(&changed.created_by);
        let env = changed
            .env
            .as_deref()
            .map(|env| format!("  {}", shown(env)));
        let file = changed
            .yaml_path
            .as_deref()
            .map(|file| format!("  {}", shown(file)));
        output.line(&format!(
            "{TITLE}{:width$}{TITLE:#}  {}  {by}{}{}",
            shown(&changed.change_key),
            changed.created_at,
            env.unwrap_or_default(),
            file.unwrap_or_default(),
        ))?;
        let differences = changed
            .differences
            .as_ref()
            .map(|differences| sections(differences, changed.after_value.as_ref()))
            .unwrap_or_default();
        for line in differences {
            output.line(&format!("  {}", shown(&line)))?;
        }
        if let Some(notes) = &changed.notes {
            output.line(&format!("  notes: {}", shown(notes)))?;
        }
    }
    Ok(())
}

/// What was added, updated, removed: the names of the attributes, and of the columns.
fn sections(differences: &Value, after: Option<&Value>) -> Vec<String> {
    let Value::Object(members) = differences else {
        return Vec::new();
    };
    let sections = ["add", "update", "remove"]
        .into_iter()
        .filter_map(|section| {
            let Some(Value::Object(attributes)) = members.get(section) else {
                return None;
            };
            let names = attributes
                .iter()
                .filter(|(name, value)| !is_empty(value) && !OF_THE_NAME.contains(&name.as_str()))
                .map(|(name, value)| match (name.as_str(), value) {
                    ("columns", Value::Object(columns)) => columns_text(columns, after),
                    _ => name.clone(),
                });
            Some(format!(
                "{section}: {}",
                names.collect::<Vec<_>>().join(", ")
            ))
        });
    sections.collect()
}

/// What a table that is made has as parts of its name.
const OF_THE_NAME: [&str; 3] = ["catalog", "schema", "table"];

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Text(text) => text.is_empty(),
        _ => false,
    }
}

/// The columns by their names; one whose name neither the difference nor the table as it became tells, by its position.
fn columns_text(columns: &BTreeMap<String, Value>, after: Option<&Value>) -> String {
    let mut numbered: Vec<_> = columns.iter().collect();
    numbered.sort_by_key(|(position, _)| position.parse::<usize>().unwrap_or(usize::MAX));
    let texts = numbered.into_iter().map(|(position, column)| {
        let Value::Object(members) = column else {
            return position.clone();
        };
        match members.get("name") {
            Some(Value::Text(name)) => name.clone(),
            _ => {
                let names = members.keys().map(String::as_str);
                let names = names.collect::<Vec<_>>().join(", ");
                format!("{} ({names})", name_at(after, position).unwrap_or(position))
            }
        }
    });
    format!("columns {}", texts.collect::<Vec<_>>().join(", "))
}

fn name_at<'v>(table: Option<&'v Value>, position: &str) -> Option<&'v str> {
    let text = |value: Option<&'v Value>| match value {
        Some(Value::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let member = |value: &'v Value, name: &str| match value {
        Value::Object(members) => members.get(name),
        // The form `kv`.
        Value::Array(pairs) => pairs.iter().find_map(|pair| match pair {
            Value::Object(pair) if text(pair.get("key")) == Some(name) => pair.get("value"),
            _ => None,
        }),
        _ => None,
    };
    text(member(
        member(member(table?, "columns")?, position)?,
        "name",
    ))
}

/// Layker's columns in their order; they are texts, the snapshots in the form that was asked for.
fn json(changed: &Changed) -> String {
    let snapshot = |value: &Option<Value>| {
        value.as_ref().map(|value| match changed.snapshot_format {
            SnapshotFormat::Json => value.canonical(),
            SnapshotFormat::JsonPretty | SnapshotFormat::Kv => pretty(value),
        })
    };
    let values = [
        serde_json::json!(changed.change_id.to_string()),
        serde_json::json!(changed.run_id),
        serde_json::json!(changed.env),
        serde_json::json!(changed.yaml_path),
        serde_json::json!(changed.fqn),
        serde_json::json!(changed.change_category),
        serde_json::json!(changed.change_key),
        serde_json::json!(snapshot(&changed.before_value)),
        serde_json::json!(changed.differences.as_ref().map(pretty)),
        serde_json::json!(snapshot(&changed.after_value)),
        serde_json::json!(changed.notes),
        serde_json::json!(changed.created_at.to_string()),
        serde_json::json!(changed.created_by),
        serde_json::Value::Null,
        serde_json::Value::Null,
    ];
    let members = CHANGE_COLUMNS
        .iter()
        .zip(values)
        .map(|(name, value)| format!("{}:{value}", serde_json::json!(name)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn pretty(value: &Value) -> String {
    format!("{:#}", plans::json(value))
}
