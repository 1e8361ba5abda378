//! Every version of every row of a tracked table: written by triggers in the transaction of whoever writes, read as the history of a row or as the table at a time.
//!
//! `docs/rows.md` has the format of what stands in the target. SQLite is the target that can do it.

mod apply;
mod as_of;
mod coverage;
mod evolve;
mod follow;
mod form;
mod history;
mod names;
mod reading;
mod reconcile;
mod registry;
mod schema;
mod settings;
mod statements;
mod track;
mod triggers;
mod work;

pub use apply::{Applied, Request, apply};
pub use as_of::as_of;
pub use coverage::{Coverage, coverage, tracked};
pub use follow::Following;
pub use history::{Values, Version, history};
pub use registry::Tracked;
pub use settings::{DeleteImage, Profile, Settings, Stamp};
pub use track::{Look, Tracking, Verb, track, untrack};
