//! What Piperoll's tests stand on: a second, naive implementation of the format, one conformance suite for all stores, and ways to tamper.
//! Not published.

pub mod conformance;
pub mod naive;
pub mod tamper;
