//! Piperoll: the audit trail for data platforms. It records who changed what, when, where and why, and proves to somebody who does not trust
//! you that nothing in the record was altered, removed or slipped in.
//!
//! The modules stand in the order of the data: an [`event`] is validated and gets its canonical form, [`seal`] makes it a leaf of a signed
//! tree, a [`store`] keeps it, [`trail`] is the front door to the three. [`query`], [`verify`] and [`export`] answer. [`project`] reads
//! `piperoll.yaml`.
//!
//! This library prints nothing, reads no environment and never ends the process. Time and randomness are passed in ([`clock`]).
//!
//! # Example: an event recorded, found and verified
//!
//! ```
//! use piperoll::event::{Action, Draft, DraftActor, Kind, Resource};
//! use piperoll::seal::Origin;
//! use piperoll::store::{Access, Filter, Location, Order, Page};
//! use piperoll::trail::{KeySource, Settings, Surroundings, Trail};
//! use piperoll::verify::{Level, Request, verify};
//!
//! # fn main() -> Result<(), piperoll::Error> {
//! # let folder = tempfile::tempdir().map_err(|e| piperoll::Error::internal("no folder").because(e))?;
//! # let folder = folder.path();
//! let settings = Settings {
//!     location: Location::parse("sqlite:trail.db", folder)?,
//!     origin: Origin::parse("shop.example/audit")?,
//!     key: KeySource::File(folder.join("trail.key")),
//! };
//! let (trail, key) = Trail::create(&settings, Surroundings::default())?;
//!
//! let mut read = Draft::new(
//!     Kind::Access,
//!     Action::Read,
//!     DraftActor::named("alice"),
//!     Resource::new("shop", "shop.main.customers", "table"),
//! );
//! read.reason = Some("ticket 42".into());
//! let receipt = trail.record(&[read])?;
//! assert_eq!(receipt.checkpoint.size().get(), 1);
//!
//! let page = Page { order: Order::NewestFirst, after: None, limit: 10 };
//! let by_alice = Filter { actor: Some("alice".into()), ..Filter::default() };
//! assert_eq!(trail.entries(&by_alice, &page)?.len(), 1);
//!
//! let store = settings.location.open(Access::Read)?;
//! let request = Request { keys: vec![key], ..Request::default() };
//! let report = verify(&*store, &request, &mut |_, _| {})?;
//! assert_eq!(report.level, Some(Level::L1));
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

pub mod event;

pub mod seal;

pub mod store;

pub mod trail;

pub mod query;

pub mod verify;

pub mod export;

pub mod target;

pub mod tables;

pub mod rows;
pub mod runs;

pub mod project;

pub mod clock;
pub mod error;
pub mod fs;
pub mod limits;
pub mod yaml;

pub use error::{Error, ErrorKind, Result};
