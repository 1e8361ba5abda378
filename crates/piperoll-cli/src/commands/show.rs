use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{DIM, Output, TITLE};
use piperoll::error::Error;
use piperoll::event::{EventId, Strength};
use piperoll::export::{entry_json, shown};
use piperoll::seal::EntryIndex;
use piperoll::trail::{Entry, Trail};

/// Show one entry, whole
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  piperoll show 01932c07-a000-7000-8000-000000000001\n  piperoll show 12\n  piperoll --json show 12 > entry.json"
)]
pub(crate) struct Args {
    /// Its id, or its index
    #[arg(value_name = "ID")]
    id: String,
}

pub(crate) fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit> {
    let trail = context.trail_to_read()?;
    let entry = find(&trail, &args.id)?;
    let erased = trail.erased_by(&entry)?;
    if output.is_json() {
        output.line(&entry_json(&entry, erased, true))?;
    } else {
        text(&entry, erased, output)?;
    }
    Ok(Exit::Done)
}

/// The entry that a person names by its id or index.
pub(super) fn find(trail: &Trail, name: &str) -> Result<Entry> {
    if let Some(id) = EventId::parse(name) {
        return Ok(trail.entry(id)?);
    }
    // The number alone: `+1` may be meant as something else.
    let digits = name.bytes().all(|byte| byte.is_ascii_digit());
    match name.parse() {
        Ok(index) if digits => Ok(trail.entry_at(EntryIndex::new(index))?),
        _ => Err(
            Error::invalid_input(format!("`{name}` is neither an id nor an index"))
                .hint("`piperoll log` prints indices; an id is a UUID of version 7 or 8")
                .into(),
        ),
    }
}

fn text(entry: &Entry, erased: Option<EventId>, output: &mut Output) -> Result<()> {
    let header = &entry.header;
    let actor = &header.actor;
    let sure = match actor.strength {
        Strength::Asserted => "as the caller says",
        Strength::Authenticated => "authenticated",
        Strength::Inferred => "inferred",
    };
    let via = actor
        .via
        .as_ref()
        .map(|via| format!(" via {via}"))
        .unwrap_or_default();
    let resource = &header.resource;
    let mut rows = vec![
        ("entry", format!("{}", entry.index)),
        ("id", header.id.to_string()),
        (
            "who",
            format!("{} ({}{via}, {sure})", actor.name, actor.kind),
        ),
        ("what", format!("{} {}", header.kind, header.action)),
        ("when", header.at.to_string()),
        ("recorded", header.recorded_at.to_string()),
        (
            "where",
            format!(
                "{} ({} in {})",
                resource.name, resource.kind, resource.system
            ),
        ),
        ("outcome", header.outcome.to_string()),
    ];
    rows.extend(header.reason.clone().map(|reason| ("why", reason)));
    rows.extend(header.phase.map(|phase| ("phase", phase.to_string())));
    rows.extend(header.of.map(|of| ("of", of.to_string())));
    rows.push(("leaf", entry.leaf().to_string()));
    rows.extend(
        header
            .payload
            .map(|payload| ("commitment", payload.to_string())),
    );
    for (name, value) in rows {
        output.line(&format!("{TITLE}{name:<10}{TITLE:#}  {}", shown(&value)))?;
    }
    match (&entry.payload, header.payload) {
        (Some(payload), _) => {
            output.line(&format!("{TITLE}payload{TITLE:#}"))?;
            let value = serde_json::from_slice::<serde_json::Value>(payload).ok();
            let pretty = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
            let pretty = pretty.unwrap_or_else(|| String::from_utf8_lossy(payload).into_owned());
            for line in pretty.lines() {
                output.line(&format!("  {}", shown(line)))?;
            }
        }
        (None, Some(_)) => {
            let by = match erased {
                Some(id) => format!("erased by {id}"),
                None => "gone, and nothing accounts for it: run `piperoll verify`".to_owned(),
            };
            output.line(&format!("{TITLE}payload{TITLE:#}     {DIM}{by}{DIM:#}"))?;
        }
        (None, None) => {}
    }
    Ok(())
}
