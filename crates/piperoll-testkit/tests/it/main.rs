//! The testkit's own tests, in one binary. `cfg(test)` tells clippy that all of it is test code.

#[cfg(test)]
mod format_vectors;
#[cfg(test)]
mod naive_vectors;
#[cfg(test)]
mod seal_vectors;
#[cfg(test)]
mod second_implementation;
#[cfg(test)]
mod two_readers;
