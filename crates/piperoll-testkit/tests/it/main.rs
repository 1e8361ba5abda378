//! The testkit's own tests.

mod naive_vectors;
