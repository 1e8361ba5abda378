//! What is SQLite's own: its file, its guards, and who may touch it.

mod erasure;
mod file;
mod guards;
mod lock;
mod rights;
