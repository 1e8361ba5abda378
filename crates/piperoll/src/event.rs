//! The event: who did what, when, where and why; its canonical header, its payload, and what is checked before it is taken.
//!
//! The way of one event: an input line or a caller's [`Draft`] is validated with all faults at once, then [`Draft::stamp`]ed with an id,
//! a time and a salt into an [`Event`], whose header bytes become a leaf of the tree. `docs/format.md` is the format.

mod action;
mod actor;
mod attributes;
mod canonical;
mod draft;
mod header;
mod id;
mod instant;
mod json;
mod kind;
mod line;
mod lines;
mod members;
mod payload;
mod redact;
mod resource;
mod stamp;
mod value;
mod word;

pub use action::Action;
pub use actor::{Actor, ActorKind, DraftActor, Strength};
pub use attributes::{
    Attribute, AttributeName, AttributePairs, Derivation, Secret, attributes_of, attributes_text,
    key_attribute,
};
pub use draft::{Draft, Outcome, Phase};
pub(crate) use header::PlainHeader;
pub use header::{Header, HeaderError};
pub use id::EventId;
pub use instant::{Instant, InstantError};
pub use json::Json;
pub use kind::Kind;
pub use line::LineDefaults;
pub use lines::{Line, Lines};
pub use members::Members;
pub(crate) use members::{stored_context, stored_part, stored_value};
pub use payload::{Commitment, Payload, Salt};
pub use redact::{REDACTED, redact};
pub use resource::Resource;
pub use stamp::{Event, SamePayload, Stamp};
pub use value::{Value, ValueType};
pub(crate) use word::words;
