//! What Piperoll's tests stand on: a second, naive implementation of the format, one conformance suite for all stores and one for all targets, ways to tamper,
//! and a disk that loses power.
//! Not published.

pub mod conformance;
#[cfg(unix)]
pub mod disk;
pub mod naive;
pub mod tamper;
pub mod targets;
