use super::show::find;
use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use piperoll::error::Error;
use piperoll::event::{Action, Draft, Json, Kind, Payload, Value};
use std::collections::BTreeMap;

/// Correct an entry: record a new one that says what should have been there. Nothing is changed
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It needs --reason. Who corrects is --actor, else the project's actor. A value is JSON where it can be read as such,\nelse text.\n\nExamples:\n  piperoll correct 12 --set customer_id=43 --actor alice --reason 'wrong customer'\n  piperoll correct 01932c07-a000-7000-8000-000000000001 --reason 'recorded twice'"
)]
pub(crate) struct Args {
    /// The entry's id, or its index
    #[arg(value_name = "ID")]
    id: String,
    /// What should have been there; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

pub(crate) fn run(
    args: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    let reason = global
        .reason
        .clone()
        .filter(|reason| !reason.trim().is_empty())
        .ok_or_else(|| {
            Error::invalid_input("a correction needs a reason").hint("give it with --reason")
        })?;
    let set = read_set(&args.set)?;
    let actor = context.acting(global)?;
    let trail = context.trail_to_write(output)?;
    let entry = find(&trail, &args.id)?;
    let header = &entry.header;
    if header.kind == Kind::Trail {
        return Err(Error::invalid_input(format!(
            "entry {} is what Piperoll says of the trail itself; it is not corrected",
            entry.index
        ))
        .into());
    }
    // The row stays the same, so that the correction is found where what it corrects is.
    let stored = entry
        .payload
        .as_deref()
        .map(Payload::from_bytes)
        .transpose();
    let stored = stored.map_err(|problems| {
        Error::corrupt(format!(
            "the payload of entry {} cannot be read",
            entry.index
        ))
        .with_problems(problems)
    })?;
    let key = stored.as_ref().and_then(Payload::key).cloned();
    if key.is_none() && header.kind == Kind::Row {
        return Err(Error::invalid_input(format!(
            "the payload of entry {} is erased, so that nobody knows its row any more",
            entry.index
        ))
        .into());
    }
    let after = (!set.is_empty()).then_some(Value::Object(set));
    let payload = match (&key, &after) {
        (None, None) => None,
        _ => Some(
            Payload::new(key, None, None, after, None).map_err(|problems| {
                Error::invalid_input("the correction cannot be recorded").with_problems(problems)
            })?,
        ),
    };
    let mut draft = Draft::new(
        header.kind,
        Action::Correction,
        actor,
        header.resource.clone(),
    );
    draft.of = Some(header.id);
    draft.reason = Some(reason);
    draft.payload = payload;
    let receipt = trail.record(&[draft]).map_err(Error::from)?;
    for warning in &receipt.warnings {
        output.warning(warning);
    }
    let Some(recorded) = receipt.entries.first() else {
        return Err(Error::internal("a correction was recorded without an entry").into());
    };
    if output.is_json() {
        let json = serde_json::json!({
            "index": recorded.index.get(),
            "id": recorded.id.to_string(),
            "of": header.id.to_string(),
        });
        output.json(&json)?;
    } else {
        output.line(&format!(
            "entry {} corrects entry {}",
            recorded.index, entry.index
        ))?;
    }
    Ok(Exit::Done)
}

/// The values of `--set`, by their names.
fn read_set(set: &[String]) -> Result<BTreeMap<String, Value>> {
    let mut values = BTreeMap::new();
    for text in set {
        let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
        let (name, value) =
            pair.ok_or_else(|| Error::invalid_input(format!("--set `{text}` is not KEY=VALUE")))?;
        let value = match Json::parse(value.as_bytes()) {
            Ok(json) => Value::from_json(json),
            Err(_) => Value::Text(value.to_owned()),
        };
        if values.insert(name.to_owned(), value).is_some() {
            return Err(Error::invalid_input(format!("--set names `{name}` twice")).into());
        }
    }
    Ok(values)
}
