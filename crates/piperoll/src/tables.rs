//! Declared table metadata: a specification in YAML, the differences between it and what is there, the plan that makes them one, and the record of what was
//! done.

mod apply;
mod change_key;
mod circle;
mod differences;
mod dump;
mod format;
mod history;
mod plan;
mod preflight;
mod recorded;
mod snapshot;
mod spec;

pub use apply::{Applied, Reconciled, Request, apply, destructive, reconcile};
pub use change_key::{ChangeCategory, ChangeKey};
pub use differences::{Altered, Change, Differences, differences, goal};
pub use dump::dump;
pub use format::SnapshotFormat;
pub use history::{CHANGE_COLUMNS, Changed, history};
pub use plan::{Plan, PlanFile, TablePlan, check, compare, plan};
pub use preflight::preflight;
pub use snapshot::snapshot;
pub use spec::{Matching, Spec, json_schema};
