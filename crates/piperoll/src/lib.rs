//! Piperoll: the audit trail for data platforms.
#![warn(missing_docs)]

pub mod seal;

pub mod project;

pub mod clock;
pub mod error;
pub mod limits;

pub use error::{Error, ErrorKind, Result};
