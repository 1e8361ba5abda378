//! Declared table metadata: a specification in YAML, the differences between it and what is there, the plan that makes them one, and the record of what was
//! done.

mod differences;
mod snapshot;
mod spec;

pub use differences::{Altered, Change, Differences, differences, goal};
pub use snapshot::snapshot;
pub use spec::{Matching, Spec};
