//! How each dialect writes names, texts, values and types. Every name and text that enters SQL passes through here.

pub(crate) mod sqlite;
