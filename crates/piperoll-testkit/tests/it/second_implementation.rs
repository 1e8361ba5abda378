//! The tree, the tiles and the notes against crates that others wrote.

mod notes;
mod trees;
