//! What Piperoll's tests stand on: a second, naive implementation of the format, one conformance suite for all stores and one for all targets, ways to tamper,
//! a store that lies, and a disk that loses power.
//! Not published.

pub mod conformance;
#[cfg(unix)]
pub mod disk;
pub mod malicious;
pub mod naive;
pub mod tamper;
pub mod targets;
