//! Runs of workflows: what ran, with what, and how it ended.
//!
//! A [`Run`] is read from JSON (the documents of ddeutil-workflow among them) and [`record`]ed as an entry of kind `run`; secrets are replaced before that.
//! `docs/format.md` section 10 says how an entry holds a run.

mod claim;
mod cleanup;
pub mod ddeutil;
mod entry;
mod execution;
mod export;
mod find;
mod import;
mod json;
mod known;
mod latest;
pub mod openlineage;
mod python;
mod read;
mod record;
mod redact;
mod release;
mod run;
mod run_type;
mod spool;
mod status;
mod stored;

pub use claim::{Claim, Claimed, claim, finish};
pub use cleanup::{By, Cleaned, Cleanup, cleanup};
pub use entry::{Part, RunEntry};
pub use export::Exported;
pub use find::{Query, find, is_pointed, of_release};
pub use import::{Imported, Progress, Told};
pub use json::{Style, to_json};
pub use latest::Latest;
pub use record::{Recording, draft, record, record_ends};
pub use redact::Secrets;
pub use release::{Release, ReleaseError};
pub use run::Run;
pub use run_type::{ReleaseType, RunType};
pub use spool::Spool;
pub use status::Status;
