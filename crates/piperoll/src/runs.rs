//! Runs of workflows: what ran, with what, and how it ended.
//!
//! A [`Run`] is read from JSON (the documents of ddeutil-workflow among them) and [`record`]ed as an entry of kind `run`; secrets are replaced before that.
//! `docs/format.md` section 10 says how an entry holds a run.

pub mod ddeutil;
mod entry;
mod export;
mod import;
mod json;
mod known;
pub mod openlineage;
mod python;
mod read;
mod record;
mod redact;
mod release;
mod run;
mod run_type;
mod status;

pub use entry::{Part, RunEntry};
pub use export::Exported;
pub use import::{Imported, Progress, Told};
pub use json::Style;
pub use record::{Recording, draft, record};
pub use redact::Secrets;
pub use release::{Release, ReleaseError};
pub use run::Run;
pub use run_type::{ReleaseType, RunType};
pub use status::Status;
