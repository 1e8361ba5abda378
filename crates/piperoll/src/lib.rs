//! Piperoll: the audit trail for data platforms.
#![warn(missing_docs)]

pub mod event;
pub mod export;
pub mod query;
pub mod seal;
pub mod store;
pub mod trail;
pub mod verify;

pub mod project;

pub mod clock;
pub mod error;
pub mod fs;
pub mod limits;

pub use error::{Error, ErrorKind, Result};
