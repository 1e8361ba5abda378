//! What Piperoll's tests share.

pub mod naive;
