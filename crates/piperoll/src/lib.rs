//! Piperoll: the audit trail for data platforms.
#![warn(missing_docs)]

pub mod event;

pub mod seal;

pub mod store;

pub mod trail;

pub mod query;

pub mod verify;

pub mod export;

pub mod project;

pub mod clock;
pub mod error;
pub mod fs;
pub mod limits;
mod redact;
pub mod yaml;

pub use error::{Error, ErrorKind, Result};
