use super::{is_over, local, object, read, target};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{BAD, DIM, GOOD, Output, TITLE, WARN};
use piperoll::error::Error;
use piperoll::event::{Json, Value};
use piperoll::export::{escape_json, shown};
use piperoll::rows::{Values, Version, history};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Show the versions of one row, the oldest first
#[derive(Debug, clap::Args)]
#[command(
    after_help = "KEY is a value, a=1,b=x for a key of several columns, or a JSON object. With --json, one version a line.\n\nExamples:\n  piperoll rows history orders 1\n  piperoll rows history order_lines order_id=1,line=2\n  piperoll rows history tags '{\"name\":\"a=b\"}' --json"
)]
pub(super) struct Args {
    /// The table, as the target or the trail calls it
    #[arg(value_name = "TABLE")]
    table: String,
    /// The row's key
    #[arg(value_name = "KEY", allow_hyphen_values = true)]
    key: String,
    /// The target that it is in; default: the only one
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
}

pub(super) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let key = key(&args.key)?;
    let target = target(context, args.target.as_deref())?;
    let table = local(&*target, &args.table)?;
    let mut versions = Vec::new();
    read(&*target, &mut |reader| {
        versions.clear();
        history(reader, &table, &key, &mut |version| {
            versions.push(version);
            Ok(ControlFlow::Continue(()))
        })
    })?;
    if versions.is_empty() {
        let message = format!(
            "the history of `{}` has no row with the key `{}`",
            shown(&table),
            shown(&args.key)
        );
        return Err(Error::not_found(message).into());
    }
    for version in &versions {
        if output.is_json() {
            output.line(&escape_json(&json(version)))?;
        } else {
            lines(version, output)?;
        }
    }
    is_over(&*target, &table, output)?;
    Ok(Exit::Done)
}

/// A value, `a=1,b=x`, or an object.
fn key(text: &str) -> Result<Value> {
    if text.trim_start().starts_with('{') {
        let json = Json::parse(text.as_bytes()).map_err(|problems| {
            Error::invalid_input("the key is no JSON object").with_problems(problems)
        })?;
        return Ok(Value::from_json(json));
    }
    let pairs = text.split(',').map(|pair| pair.split_once('='));
    let pairs: Option<Vec<(&str, &str)>> = pairs.collect();
    let Some(pairs) = pairs else {
        return Ok(Value::Text(text.to_owned()));
    };
    let mut members = BTreeMap::new();
    for (name, value) in pairs {
        let value = Value::Text(value.to_owned());
        if members.insert(name.to_owned(), value).is_some() {
            let message = format!("the key has `{}` twice", shown(name));
            return Err(Error::invalid_input(message).into());
        }
    }
    Ok(Value::Object(members))
}

fn json(version: &Version) -> String {
    let text = |text: Option<&str>| serde_json::Value::from(text).to_string();
    let changed = version.changed.iter().map(|(column, was, is)| {
        let column = serde_json::Value::from(column.as_str());
        format!("{column}:[{},{}]", was.canonical(), is.canonical())
    });
    let mut members = vec![
        ("version", version.version.to_string()),
        ("at", text(Some(&version.at.to_string()))),
        ("operation", text(Some(&version.operation))),
        ("actor", text(version.actor.as_deref())),
        ("reason", text(version.reason.as_deref())),
        ("row", object(&version.row)),
        (
            "changed",
            format!("{{{}}}", changed.collect::<Vec<_>>().join(",")),
        ),
    ];
    // What most versions have not is only there where it is something.
    let said = [
        ("session_id", &version.session_id),
        ("source", &version.source),
    ];
    for (name, value) in said {
        members.extend(value.as_deref().map(|value| (name, text(Some(value)))));
    }
    let moved = [
        ("moved_from", &version.moved_from),
        ("moved_to", &version.moved_to),
    ];
    for (name, key) in moved {
        members.extend(key.as_ref().map(|key| (name, object(key))));
    }
    let members = members
        .into_iter()
        .map(|(name, value)| format!("\"{name}\":{value}"));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn lines(version: &Version, output: &mut Output) -> Result<()> {
    let mut head = format!(
        "{TITLE}{}{TITLE:#}  {}  {}",
        version.version,
        version.at,
        shown(&version.operation)
    );
    let who = version.actor.as_deref().unwrap_or("(nobody said who)");
    head.push_str(&format!("  {}", shown(who)));
    if let Some(reason) = &version.reason {
        head.push_str(&format!("  {}", shown(reason)));
    }
    let said = [
        ("session", &version.session_id),
        ("source", &version.source),
    ];
    for (name, value) in said {
        if let Some(value) = value {
            head.push_str(&format!("  {DIM}{name} {}{DIM:#}", shown(value)));
        }
    }
    output.line(&head)?;
    for (column, was, is) in &version.changed {
        output.line(&format!(
            "   {WARN}~{WARN:#} {}: {} -> {}",
            shown(column),
            shown(&was.canonical()),
            shown(&is.canonical())
        ))?;
    }
    if version.changed.is_empty() {
        let (sign, style) = match version.is_delete {
            true => ("-", BAD),
            false => ("+", GOOD),
        };
        output.line(&format!("   {style}{sign}{style:#} {}", row(&version.row)))?;
    }
    if let Some(key) = &version.moved_from {
        output.line(&format!("   its key was {}", row(key)))?;
    }
    if let Some(key) = &version.moved_to {
        output.line(&format!("   its key is from now on {}", row(key)))?;
    }
    Ok(())
}

/// `id: 1, name: "Smith"`; what is null says nothing.
fn row(values: &Values) -> String {
    let said = values.iter().filter(|(_, value)| *value != Value::Null);
    let said = said.map(|(name, value)| format!("{}: {}", shown(name), shown(&value.canonical())));
    said.collect::<Vec<_>>().join(", ")
}
