//! Tables that are declared, planned, applied and recorded, on a real SQLite target.

mod adopted;
mod apply;
mod crash;
mod faulty;
mod history;
mod layker_faults;
mod plans;
mod random_specs;
mod renames;
mod workshop;
