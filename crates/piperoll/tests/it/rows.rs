//! Row history on SQLite: what triggers write, whoever writes, and what is read from it.

mod random;
mod replay;
mod yard;
