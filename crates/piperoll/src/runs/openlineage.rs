//! OpenLineage 2-0-2: run events as JSON Lines, as every orchestrator's integration can write them.
//!
//! A run's events (`START`, `RUNNING`, `OTHER`, `COMPLETE`, `ABORT`, `FAIL`) become one run, and back. `parent` is its parent, `errorMessage` its errors, `nominalTime` its release; what
//! does not fit is kept in its context, under `openlineage`.

mod event;
mod export;
mod fold;
mod import;
mod lines;
mod ours;
mod read;
mod write;

pub use export::export_openlineage;
pub use import::import_openlineage;
pub use read::read_events;
