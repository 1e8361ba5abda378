use super::key::tell_turn;
use crate::arguments::Global;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use piperoll::error::Error;
use piperoll::trail::{Surroundings, Trail};

/// Go on with a trail that is behind its own key: one that was restored from a backup, or one that is gone
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It needs --reason. Who does it is --actor, else the project's actor. A key must never sign two histories, so the trail goes on\nunder `<origin>/i2` with a key of its own; its next entry names what is left and what was lost, signed by the old key.\nThat is no tampering, and it is never forgotten: `piperoll verify` lists it for ever, and a checkpoint that somebody kept of\nwhat was lost cannot be verified any more (exit 3). If the newer trail can still be found, bring it back instead.\n\nExample:\n  piperoll adopt --reason 'disk lost on 2026-11-24, restored the backup of the night before'"
)]
pub(crate) struct Args {}

pub(crate) fn run(
    _: &Args,
    global: &Global,
    context: &Context,
    output: &mut Output,
) -> Result<Exit> {
    let reason = global
        .reason
        .clone()
        .filter(|reason| !reason.trim().is_empty())
        .ok_or_else(|| {
            Error::invalid_input("an adoption needs a reason").hint("give it with --reason")
        })?;
    let actor = context.acting(global)?;
    let settings = context.settings()?;
    let (trail, turned) = Trail::adopt(&settings, Surroundings::default(), actor, reason)?;
    tell_turn(&trail, &turned, context, output)
}
