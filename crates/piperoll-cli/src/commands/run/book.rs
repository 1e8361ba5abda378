//! Where the record of a run is kept from its start to its end: the trail, or the spool while that cannot be written.

use super::Type;
use crate::context::{Context, environment};
use crate::failure::Result;
use crate::output::Output;
use piperoll::error::Error;
use piperoll::event::{EventId, REDACTED, Value};
use piperoll::fs::Process;
use piperoll::limits::CLAIM_LEASE_SECONDS_MAX;
use piperoll::project::OnUnavailable;
use piperoll::runs::{
    Claim, Claimed, Part, Recording, Run, Spool, Status, claim, finish, of_release,
};
use piperoll::trail::Trail;
use std::collections::BTreeMap;

/// Where the record of a run is kept while it runs.
pub(super) enum Book {
    Trail(Box<Trail>),
    Spool,
}

/// What became of the start.
pub(super) enum Start {
    Begun(Box<Begun>),
    /// The release has run.
    Skipped,
    /// Another holds it.
    Held(Error),
}

/// A run that has begun.
pub(super) struct Begun {
    pub(super) book: Book,
    pub(super) run: Run,
    pub(super) id: EventId,
}

/// Claims the release and records that it begins.
pub(super) fn begin(
    release_type: Type,
    run: &mut Run,
    context: &Context,
    how: &Recording,
    spool: &Spool,
    output: &mut Output,
) -> Result<Start> {
    let trail = context.trail_to_write(output)?;
    bring_in(spool, &trail, how, output);
    if release_type == Type::Rerun {
        take_params(run, &trail)?;
    }
    let wanted = Claim {
        process: Process::current(),
        // As long as the process lives, it holds the release.
        lease_seconds: CLAIM_LEASE_SECONDS_MAX,
        once: release_type == Type::Normal,
        success_only: context.success_only(),
    };
    let secrets = super::secrets(run, &environment(), &how.redact);
    let mut shown = run.clone();
    super::hide(&mut shown, &secrets, how);
    match claim(&trail, &shown, &wanted, how)? {
        Claimed::Here {
            run: claimed,
            id,
            taken_over,
            warnings,
        } => {
            for warning in warnings {
                output.warning(&warning);
            }
            for dead in taken_over {
                output.warning(&format!("took over from run `{dead}`, whose process is gone"));
            }
            // What the command is given is what was asked for, not what was recorded of it.
            run.attempt = claimed.attempt;
            let run = run.clone();
            let book = Book::Trail(Box::new(trail));
            Ok(Start::Begun(Box::new(Begun { book, run, id })))
        }
        Claimed::Taken(by) if by.run.status.is_terminal() => {
            output.note(&format!(
                "skipped: `{}` of {} has run, as `{}`: {}",
                run.name, run.release, by.run.run_id, by.run.status
            ));
            if output.is_json() {
                shown.status = Status::Skip;
                output.json_note(&shown.to_json());
            }
            Ok(Start::Skipped)
        }
        Claimed::Taken(by) => Ok(Start::Held(Error::conflict(format!(
            "`{}` of {} is running, as `{}`",
            run.name, run.release, by.run.run_id
        ))
        .hint("retry when it has ended; a process that is gone is taken over at once on its own machine"))),
    }
}

/// What waits comes in first, so that it stands before what follows. That it cannot stops nothing: it waits on.
pub(super) fn bring_in(spool: &Spool, trail: &Trail, how: &Recording, output: &mut Output) {
    match spool.bring_in(trail, how) {
        Ok(0) => {}
        Ok(parts) => output.note(&format!(
            "recorded what waited in the spool: {}",
            crate::output::count(parts, "entry")
        )),
        Err(error) => output.warning(&format!("the spool waits on: {}", error.chain())),
    }
}

/// Takes the params of the run before, over which those of the command line go.
pub(super) fn take_params(run: &mut Run, trail: &Trail) -> Result<()> {
    let Some(Value::Object(given)) = run.context.remove("params") else {
        return Ok(());
    };
    let earlier = of_release(trail, &run.name, &run.release)?.pop();
    let mut params = match earlier.and_then(|mut earlier| earlier.run.context.remove("params")) {
        Some(Value::Object(params)) => params,
        _ => BTreeMap::new(),
    };
    params.extend(given);
    let hidden = params
        .iter()
        .find(|(_, value)| matches!(value, Value::Text(text) if text.contains(REDACTED)));
    if let Some((name, _)) = hidden {
        return Err(Error::invalid_input(format!(
            "the param `{name}` of the run before is redacted in its record"
        ))
        .hint(format!("give it again: --param {name}=..."))
        .into());
    }
    run.context.insert("params", Value::Object(params));
    Ok(())
}

/// Records the end where the start was recorded, or in the spool when that has become impossible.
pub(super) fn record_end(
    book: Book,
    run: &Run,
    id: EventId,
    how: &Recording,
    spool: &Spool,
    on_unavailable: OnUnavailable,
    output: &mut Output,
) -> Result<()> {
    let error = match book {
        Book::Trail(trail) => match finish(&trail, run, id, how) {
            Ok(receipt) => {
                for warning in receipt.warnings {
                    output.warning(&warning);
                }
                return Ok(());
            }
            Err(error) if on_unavailable == OnUnavailable::Spool && super::is_passing(&error) => {
                error
            }
            Err(error) => return Err(error.into()),
        },
        Book::Spool => return Ok(spool.add(super::new_id()?, run, &Part::End(id), how)?),
    };
    output.warning(&format!(
        "the trail cannot be written: {}; the end of the run waits in the spool",
        error.chain()
    ));
    Ok(spool.add(super::new_id()?, run, &Part::End(id), how)?)
}
