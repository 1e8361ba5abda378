//! How each dialect writes names, texts, values and types. Every name and text that enters SQL passes through here.

#[cfg(feature = "sqlite")]
pub(super) mod sqlite;
